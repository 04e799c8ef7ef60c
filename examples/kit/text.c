/* Text as numbers, in batches that follow one another along each row. */
#include <string.h>

#include "kit.h"

struct tf_text_state {
    tf_text text;
    char vocab[256];
    int16_t place[256]; /* of each byte in vocab; -1: not in it */
    char *chars;
    int32_t *codes, *batch, *encoded;
    size_t batch_bytes, encoded_bytes;
};

static void free_text(void *object)
{
    struct tf_text_state *s = object;
    tf1c_kit_free(s->chars);
    tf1c_kit_free(s->codes);
    tf1c_kit_free(s->batch);
    tf1c_kit_free(s->encoded);
}

/* Grows a buffer to `bytes`; its contents need not be kept. */
static tf_status reserve(int32_t **buffer, size_t *has, size_t bytes, tf_source here)
{
    if (bytes <= *has)
        return tf_ok;
    int32_t *grown = tf1c_kit_realloc(*buffer, bytes);
    if (!grown)
        return tf1c_kit_no_memory(here, bytes);
    *buffer = grown;
    *has = bytes;
    return tf_ok;
}

/* The vocabulary in ascending order of the bytes, and the text in places of it. */
static void encode_all(struct tf_text_state *s, int64_t length)
{
    bool seen[256] = { false };
    int n = 0;
    for (int64_t i = 0; i < length; i++)
        seen[(unsigned char)s->chars[i]] = true;
    for (int c = 0; c < 256; c++) {
        s->place[c] = seen[c] ? (int16_t)n : -1;
        if (seen[c])
            s->vocab[n++] = (char)c;
    }
    for (int64_t i = 0; i < length; i++)
        s->codes[i] = s->place[(unsigned char)s->chars[i]];
    s->text = (tf_text){ .vocab_size = n, .vocab = s->vocab, .chars = s->chars, .codes = s->codes, .length = length, .state = s };
}

/* Takes `chars` over, whatever happens. */
static tf_text new_text(char *chars, int64_t length, tf_source here)
{
    struct tf_text_state *s = tf1c_kit_object(sizeof *s, free_text, here);
    if (!s) {
        tf1c_kit_free(chars);
        return (tf_text){ 0 };
    }
    s->chars = chars;
    s->codes = tf1c_kit_alloc((size_t)length * sizeof *s->codes);
    if (!s->codes) {
        tf1c_kit_no_memory(here, (size_t)length * sizeof *s->codes);
        tf1c_kit_drop(s);
        return (tf_text){ 0 };
    }
    encode_all(s, length);
    return s->text;
}

tf_text tf_text_read_(const char *path, tf_source here)
{
    char *chars;
    size_t length;
    if (tf1c_kit_read_file(path, (size_t)1 << 31, &chars, &length, here) != tf_ok)
        return (tf_text){ 0 };
    if (length == 0) {
        tf1c_kit_free(chars);
        tf_fail(tf_value_error, here, NULL, "%s: the text is empty", path);
        return (tf_text){ 0 };
    }
    return new_text(chars, (int64_t)length, here);
}

tf_text tf_text_of_(const char *chars, int64_t length, tf_source here)
{
    if (length < 1 || !chars) {
        tf_fail(tf_value_error, here, NULL, "the text is empty");
        return (tf_text){ 0 };
    }
    char *copy = tf1c_kit_alloc((size_t)length);
    if (!copy) {
        tf1c_kit_no_memory(here, (size_t)length);
        return (tf_text){ 0 };
    }
    return new_text(memcpy(copy, chars, (size_t)length), length, here);
}

/* ---- batches ---------------------------------------------------------------------------------------------------- */
tf_text_batches tf_text_batches_of_(const tf_text *text, int batch_size, int seq_length, tf_source here)
{
    tf_text_batches none = { 0 };
    if (!text || text->length == 0 || !text->state)
        return none; /* what failed to be read was reported then */
    if (batch_size < 1 || seq_length < 1) {
        tf_fail(tf_value_error, here, NULL, "batch_size and seq_length must be at least 1, but are %d and %d", batch_size,
                seq_length);
        return none;
    }
    int64_t size = (int64_t)batch_size * seq_length;
    if (text->length < size) {
        tf_fail(tf_value_error, here, NULL, "a text of %lld characters is shorter than one batch of %d x %d",
                (long long)text->length, batch_size, seq_length);
        return none;
    }
    struct tf_text_state *s = text->state;
    if (reserve(&s->batch, &s->batch_bytes, 2 * (size_t)size * sizeof *s->batch, here) != tf_ok)
        return none;
    return (
        tf_text_batches){ .text = text, .batch_size = batch_size, .seq_length = seq_length, .num_batches = text->length / size };
}

/* The kept text [num_batches · B · T], seen as [B, num_batches · T]: batch k is columns [k · T, (k + 1) · T). */
bool tf_text_next(tf_text_batches *b, tf_text_batch *batch)
{
    if (!b || !batch || !b->text || b->next < 0 || b->next >= b->num_batches)
        return false;
    int64_t rows = b->batch_size, columns = b->seq_length, kept = b->num_batches * rows * columns;
    const int32_t *codes = b->text->codes;
    int32_t *x = b->text->state->batch, *y = x + rows * columns;
    for (int64_t i = 0; i < rows; i++) {
        int64_t begin = (i * b->num_batches + b->next) * columns, last = begin + columns;
        memcpy(x + i * columns, codes + begin, (size_t)columns * sizeof *x);
        memcpy(y + i * columns, codes + begin + 1, (size_t)(columns - 1) * sizeof *y);
        y[(i + 1) * columns - 1] = codes[last == kept ? 0 : last]; /* the end is followed by the beginning */
    }
    b->next++;
    *batch = (tf_text_batch){ np_array(x, tf_int32, SHAPE(rows, columns)), np_array(y, tf_int32, SHAPE(rows, columns)) };
    return true;
}

/* ---- characters and codes --------------------------------------------------------------------------------------- */
tf_ndarray tf_text_encode_(const tf_text *text, const char *chars, int n, tf_source here)
{
    tf_ndarray none = { 0 };
    struct tf_text_state *s = text ? text->state : NULL;
    if (!s)
        return none;
    if (n < 1 || !chars) {
        tf_fail(tf_value_error, here, NULL, "%d characters cannot be encoded: at least 1 is needed", n);
        return none;
    }
    if (reserve(&s->encoded, &s->encoded_bytes, (size_t)n * sizeof *s->encoded, here) != tf_ok)
        return none;
    for (int i = 0; i < n; i++) {
        unsigned char c = (unsigned char)chars[i];
        if (s->place[c] < 0) {
            tf_fail(tf_key_error, here, NULL,
                    c >= ' ' && c < 127 ? "'%c' is not in the vocabulary" : "'\\x%02x' is not in the vocabulary", c);
            return none;
        }
        s->encoded[i] = s->place[c];
    }
    return np_array(s->encoded, tf_int32, SHAPE(1, n));
}

char tf_text_char_(const tf_text *text, int64_t code, tf_source here)
{
    if (!text)
        return '?';
    if (code >= 0 && code < text->vocab_size)
        return text->vocab[code];
    if (text->state)
        tf_fail(tf_lookup_error, here, NULL, "code %lld is outside the vocabulary of %d characters", (long long)code,
                text->vocab_size);
    return '?';
}

int tf_text_sample(const tf_text *text, char *out, int n)
{
    if (!text || !out || n < 1 || text->length < 1)
        return 0;
    if (n > text->length)
        n = (int)text->length;
    memcpy(out, text->chars + np_random_randint(text->length - n + 1), (size_t)n);
    return n;
}
