/* Index strings, on tensors of known and unknown shape, built and run. */
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *key = malloc(size + 1);
    float numbers[24] = { 0 };
    if (!key)
        return 0;
    memcpy(key, data, size);
    key[size] = 0;
    tf_on_error(tf_silent);
    tf_ndarray x = np_array(numbers, tf_float32, SHAPE(2, 3, 4)), known = { 0 }, unknown = { 0 };
    tf_tensor a = tf_placeholder(tf_float32, SHAPE(2, 3, 4)), b = tf_placeholder(tf_float32), i = tf_constant(1);
    tf_session *s = tf_session();
    const tf_status first = tf_run(s, FETCH(tf_getitem(a, "%s", key), &known), FEED(a, x));
    const tf_status second = tf_run(s, FETCH(tf_getitem(b, "%s", key), &unknown), FEED(b, x));
    if (!first && !second && !tf_dims_equal(known.shape, unknown.shape))
        fuzz_fail("[%s] has another shape where the shape is unknown", key);
    if (!first != !second)
        fuzz_fail("[%s] is an error only where the shape is %s", key, first ? "known" : "unknown");
    tf_getitem_tensors(a, LIST(i, i), "%s", key);
    np_free(&known);
    np_free(&unknown);
    tf_close(s);
    tf_reset_default_graph();
    free(key);
    return 0;
}
