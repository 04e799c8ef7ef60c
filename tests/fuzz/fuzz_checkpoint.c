/* An index and its data: the first two bytes say how long the index is; 65535: all of it is a checkpoint of the older format. All that it
 * names is read; the table alone besides. */
#include "core/table.h"
#include "tests/fuzz/fuzz.h"

static void read_all(const char *prefix)
{
    tf_checkpoint_reader *reader = tf_train_new_checkpoint_reader(prefix);
    for (int i = 0; reader && i < tf_checkpoint_count(reader) && i < 64; i++) {
        tf_ndarray a = tf_checkpoint_get_tensor(reader, tf_checkpoint_variable_at(reader, i).name);
        np_free(&a);
    }
    tf_checkpoint_reader_free(reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    tf_on_error(tf_silent);
    size_t index = (size_t)data[0] + 256 * (size_t)data[1];
    data += 2, size -= 2;
    if (index == 65535) {
        read_all(fuzz_file(".v1", data, size));
        return 0;
    }
    index = index < size ? index : size;
    fuzz_file(".data-00000-of-00001", data + index, size - index);
    fuzz_file(".index", data, index);
    char prefix[256];
    snprintf(prefix, sizeof prefix, "%s", fuzz_file("", data, 0));
    read_all(prefix);
    tf1c_table table = { 0 };
    if (!tf1c_table_read(&table, data, index) && table.n)
        tf1c_table_find(&table, table.entries[0].key);
    tf1c_table_free(&table);
    return 0;
}
