/* What Debian's static Check and gcc's unwinder, made for glibc, call beyond musl: tests/run --musl links it with both. */
#define _GNU_SOURCE
#include <link.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

int __vfprintf_chk(FILE *f, int flag, const char *format, va_list args);
int __vsnprintf_chk(char *to, size_t most, int flag, size_t size, const char *format, va_list args);
int __fprintf_chk(FILE *f, int flag, const char *format, ...);
int __printf_chk(int flag, const char *format, ...);
int __snprintf_chk(char *to, size_t most, int flag, size_t size, const char *format, ...);
_Noreturn void __longjmp_chk(jmp_buf to, int value);
void __pthread_register_cancel(void *buffer);
void __pthread_unregister_cancel(void *buffer);
int _dl_find_object(void *address, void *result);

int __vfprintf_chk(FILE *f, int flag, const char *format, va_list args)
{
    (void)flag;
    return vfprintf(f, format, args);
}

int __vsnprintf_chk(char *to, size_t most, int flag, size_t size, const char *format, va_list args)
{
    (void)flag, (void)size;
    return vsnprintf(to, most, format, args);
}

int __fprintf_chk(FILE *f, int flag, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const int n = __vfprintf_chk(f, flag, format, args);
    va_end(args);
    return n;
}

int __printf_chk(int flag, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const int n = __vfprintf_chk(stdout, flag, format, args);
    va_end(args);
    return n;
}

int __snprintf_chk(char *to, size_t most, int flag, size_t size, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const int n = __vsnprintf_chk(to, most, flag, size, format, args);
    va_end(args);
    return n;
}

_Noreturn void __longjmp_chk(jmp_buf to, int value) { longjmp(to, value); }
void __pthread_register_cancel(void *buffer) { (void)buffer; }
void __pthread_unregister_cancel(void *buffer) { (void)buffer; }

/* Where the unwinder's table lies, as <dlfcn.h> of glibc has it. */
typedef struct {
    unsigned long long flags;
    void *begin, *end, *link_map, *eh_frame;
} found_object;

static int note_object(struct dl_phdr_info *program, size_t size, void *found)
{
    found_object *to = found;
    (void)size;
    for (int i = 0; i < program->dlpi_phnum; i++)
        if (program->dlpi_phdr[i].p_type == PT_GNU_EH_FRAME)
            to->eh_frame = (char *)program->dlpi_addr + program->dlpi_phdr[i].p_vaddr;
    return 1;
}

/* A static program is one object. */
int _dl_find_object(void *address, void *result)
{
    found_object *found = result;
    *found = (found_object){ .begin = NULL, .end = address };
    dl_iterate_phdr(note_object, found);
    return found->eh_frame ? 0 : -1;
}
