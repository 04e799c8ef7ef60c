/* The registry (ops/families.def) knows every op: the records that are in this program, which holds the whole library, are found
 * by its symbol table, whatever macro made them and whoever builds nodes of them. */
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "graph/node.h"
#include "support.h"

/* ---- this program's file, and where it is loaded ----------------------------------------------------------------------------- */
static const char *file;
static size_t file_size;
static uintptr_t loaded_at;
enum { MOST_SEGMENTS = 16 };
static struct {
    uintptr_t begin, end;
} segments[MOST_SEGMENTS]; /* there may be nothing between them */
static int n_segments;

static int first_object(struct dl_phdr_info *info, size_t size, void *unused)
{
    (void)size, (void)unused;
    loaded_at = info->dlpi_addr;
    for (int i = 0; i < info->dlpi_phnum && n_segments < MOST_SEGMENTS; i++)
        if (info->dlpi_phdr[i].p_type == PT_LOAD) {
            const uintptr_t begin = loaded_at + info->dlpi_phdr[i].p_vaddr;
            segments[n_segments].begin = begin;
            segments[n_segments++].end = begin + info->dlpi_phdr[i].p_memsz;
        }
    return 1; /* the program itself comes first */
}

static void open_program(void)
{
    struct stat about;
    int fd = open("/proc/self/exe", O_RDONLY);
    if (fd < 0 || fstat(fd, &about) < 0)
        return;
    void *mapped = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    if (mapped == MAP_FAILED)
        return;
    file = mapped;
    file_size = (size_t)about.st_size;
    n_segments = 0;
    dl_iterate_phdr(first_object, NULL);
}

static void close_program(void)
{
    if (file)
        munmap((void *)file, file_size);
    file = NULL;
}

static const ElfW(Shdr) * section_of_type(ElfW(Word) type)
{
    const ElfW(Ehdr) *header = (const void *)file;
    const ElfW(Shdr) *sections = (const void *)(file + header->e_shoff);
    for (int i = 0; i < header->e_shnum; i++)
        if (sections[i].sh_type == type)
            return &sections[i];
    return NULL;
}

/* ---- what is a record -------------------------------------------------------------------------------------------------------- */
static bool in_image(const void *p, size_t bytes)
{
    const uintptr_t at = (uintptr_t)p;
    for (int i = 0; i < n_segments; i++)
        if (at >= segments[i].begin && at < segments[i].end)
            return bytes <= segments[i].end - at;
    return false;
}

static bool is_type_name(const char *s)
{
    if (!in_image(s, 1) || *s < 'A' || *s > 'Z')
        return false;
    while (in_image(s, 1) && ((*s >= 'A' && *s <= 'Z') || (*s >= 'a' && *s <= 'z') || (*s >= '0' && *s <= '9')))
        s++;
    return in_image(s, 1) && !*s;
}

/* "" or "x:T, y:int32"; other tables of texts have words here. */
static bool is_signature(const char *s) { return in_image(s, 1) && (!*s || strchr(s, ':')); }

/* An object of a record's size (sanitizers add less than as much again to it) that begins as one, with a type's name and a
 * signature; but for the graph's own mark of a node that could not be made. */
static const tf_op_def *record_of(const ElfW(Sym) * symbol)
{
    const tf_op_def *record = (const void *)(loaded_at + symbol->st_value);
    const bool sized = symbol->st_size >= sizeof *record && symbol->st_size < 2 * sizeof *record;
    const bool object =
        (symbol->st_info & 15) == STT_OBJECT && symbol->st_shndx != SHN_UNDEF && sized && in_image(record, sizeof *record);
    return object && record != &tf1c_mistake_op && is_type_name(record->name) && is_signature(record->in) &&
                   is_signature(record->out)
               ? record
               : NULL;
}

static int registered(const tf_op_def *record)
{
    int times = 0;
    for (const tf_op_def *const *const *family = tf1c_op_families(); *family; family++)
        for (const tf_op_def *const *op = *family; *op; op++)
            times += *op == record;
    return times;
}

static int count_registered(void)
{
    int n = 0;
    for (const tf_op_def *const *const *family = tf1c_op_families(); *family; family++)
        for (const tf_op_def *const *op = *family; *op; op++)
            n++;
    return n;
}

START_TEST(every_record_of_the_library_is_in_its_familys_table)
{
    const ElfW(Shdr) *symbols = file ? section_of_type(SHT_SYMTAB) : NULL;
    int found = 0;
    if (!symbols) {
        skipped("this program has no table of symbols");
        return;
    }
    const char *names = file + ((const ElfW(Shdr) *)(file + ((const ElfW(Ehdr) *)file)->e_shoff))[symbols->sh_link].sh_offset;
    const ElfW(Sym) *symbol = (const void *)(file + symbols->sh_offset);
    for (size_t i = 0; i < symbols->sh_size / sizeof *symbol; i++) {
        const tf_op_def *record = record_of(&symbol[i]);
        ck_assert_msg(!record || registered(record) == 1, "%s (\"%s\") is %s", names + symbol[i].st_name,
                      record ? record->name : "", record && registered(record) ? "twice in the registry" : "in no family's table");
        found += record != NULL;
    }
    ck_assert_msg(found == count_registered(), "%d records found where %d are registered", found, count_registered());
}
END_TEST

/* A look-up by name finds the first of a name: the others are the same op for other operands. */
START_TEST(records_of_one_name_are_one_op)
{
    for (const tf_op_def *const *const *family = tf1c_op_families(); *family; family++)
        for (const tf_op_def *const *op = *family; *op; op++) {
            const tf_op_def *named = tf1c_find_op((*op)->name);
            ck_assert_msg(named && strcmp(named->in, (*op)->in) == 0 && strcmp(named->out, (*op)->out) == 0 &&
                              named->gradient == (*op)->gradient,
                          "two ops have the name %s", (*op)->name);
        }
}
END_TEST

START_TEST(a_name_that_no_record_has_is_not_found)
{
    ck_assert_ptr_null(tf1c_find_op("Matmul"));
    ck_assert_ptr_null(tf1c_find_op(""));
    ck_assert_ptr_nonnull(tf1c_find_op("MatMul"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("registry");
    TCase *cases = tcase_create("registry");
    tcase_add_unchecked_fixture(cases, open_program, close_program);
    tcase_add_test(cases, every_record_of_the_library_is_in_its_familys_table);
    tcase_add_test(cases, records_of_one_name_are_one_op);
    tcase_add_test(cases, a_name_that_no_record_has_is_not_found);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
