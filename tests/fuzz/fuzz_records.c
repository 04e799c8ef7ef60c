/* Records, as event files and TFRecords hold them; a checkpoint state file. */
#include "core/record.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *begin = (const char *)data;
    tf1c_reader reader = { .at = begin, .end = begin + size };
    tf_bytes record;
    char fault[128], folder[256];
    tf_on_error(tf_silent);
    while (tf1c_record_next(&reader, begin, &record, fault, sizeof fault) > 0)
        if (record.size > size)
            fuzz_fail("a record of %zu bytes in %zu", record.size, size);
    snprintf(folder, sizeof folder, "%s", fuzz_file("", data, size));
    char *slash = folder;
    for (char *c = folder; *c; c++)
        slash = *c == '/' ? c : slash;
    *slash = 0;
    tf_checkpoint_state *state = tf_train_get_checkpoint_state(folder, .latest_filename = "input");
    tf_checkpoint_state_free(state);
    return 0;
}
