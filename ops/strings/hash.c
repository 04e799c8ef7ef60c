/* Strings as numbers of buckets. TF1: core/kernels/string_to_hash_bucket_op.h. The hashes are public ones: MurmurHash64A, FarmHash's
 * Fingerprint64 and SipHash-2-4; what is read of a string is little-endian on any machine. */
#include <string.h>

#include "ops/array/array.h"
#include "ops/strings/string_ops.h"

static uint64_t turned(uint64_t x, int by) { return x >> by | x << (64 - by); }
static uint64_t folded(uint64_t x) { return x ^ x >> 47; }

static uint64_t bytes_at(const unsigned char *s, int n)
{
    uint64_t x = 0;
    for (int i = 0; i < n; i++)
        x |= (uint64_t)s[i] << 8 * i;
    return x;
}
static uint64_t word(const unsigned char *s) { return bytes_at(s, 8); }

/* ---- MurmurHash64A ------------------------------------------------------------------------------------------------------------------------ */

static uint64_t murmur(const unsigned char *s, size_t n)
{
    const uint64_t m = 0xc6a4a7935bd1e995, seed = 0xDECAFCAFFE; /* TF's */
    uint64_t h = seed ^ n * m;
    for (; n >= 8; n -= 8, s += 8)
        h = (h ^ folded(word(s) * m) * m) * m;
    if (n)
        h = (h ^ bytes_at(s, (int)n)) * m;
    return folded(folded(h) * m);
}

/* ---- Fingerprint64: by length ------------------------------------------------------------------------------------------------------------- */

static const uint64_t k0 = 0xc3a5c85c97cb3127, k1 = 0xb492b66fbe98f273, k2 = 0x9ae16a3b2f90404f;

static uint64_t mixed(uint64_t u, uint64_t v, uint64_t by)
{
    const uint64_t a = folded((u ^ v) * by);
    return folded((v ^ a) * by) * by;
}

static uint64_t up_to_16(const unsigned char *s, size_t n)
{
    const uint64_t by = k2 + n * 2;
    if (n >= 8) {
        const uint64_t a = word(s) + k2, b = word(s + n - 8);
        return mixed(turned(b, 37) * by + a, (turned(a, 25) + b) * by, by);
    }
    if (n >= 4)
        return mixed(n + (bytes_at(s, 4) << 3), bytes_at(s + n - 4, 4), by);
    if (!n)
        return k2;
    const uint64_t y = s[0] + ((uint64_t)s[n >> 1] << 8), z = n + ((uint64_t)s[n - 1] << 2);
    return folded(y * k2 ^ z * k0) * k2;
}

/* The first and last 16 bytes of 17 and more: two words, of which the first goes into `sum`. */
static uint64_t of_ends(const unsigned char *s, size_t n, uint64_t first, uint64_t by, uint64_t *sum)
{
    const uint64_t a = word(s) * first, b = word(s + 8), c = word(s + n - 8) * by, d = word(s + n - 16) * k2;
    *sum = turned(a + b, 43) + turned(c, 30) + d;
    return mixed(*sum, a + turned(b + k2, 18) + c, by);
}

static uint64_t up_to_64(const unsigned char *s, size_t n)
{
    uint64_t y;
    const uint64_t by = k2 + n * 2, z = of_ends(s, n, k2, by, &y);
    const uint64_t e = word(s + 16) * by, f = word(s + 24), g = (y + word(s + n - 32)) * by, h = (z + word(s + n - 24)) * by;
    return mixed(turned(e + f, 43) + turned(g, 30) + h, e + turned(f + word(s) * k2, 18) + g, by);
}

typedef struct {
    uint64_t first, second;
} pair;

static pair of_32(const unsigned char *s, uint64_t a, uint64_t b)
{
    const uint64_t z = word(s + 24);
    a += word(s);
    b = turned(b + a + z, 21);
    const uint64_t c = a;
    a += word(s + 8) + word(s + 16);
    return (pair){ a + z, b + turned(a, 44) + c };
}

typedef struct {
    uint64_t x, y, z;
    pair v, w;
} farm;

/* 64 bytes more; the last ones weigh otherwise. */
static void take_64(farm *f, const unsigned char *s, uint64_t by, uint64_t weight)
{
    const uint64_t x = turned(f->x + f->y + f->v.first + word(s + 8), 37) * by ^ f->w.second * weight;
    const uint64_t y = turned(f->y + f->v.second + word(s + 48), 42) * by + f->v.first * weight + word(s + 40);
    const uint64_t z = turned(f->z + f->w.first, 33) * by;
    f->v = of_32(s, f->v.second * by, x + f->w.first);
    f->w = of_32(s + 32, z + f->w.second, y + word(s + 16));
    f->x = z;
    f->y = y;
    f->z = x;
}

static uint64_t of_more(const unsigned char *s, size_t n)
{
    const uint64_t seed = 81, y = seed * k1 + 113;
    farm f = { .x = seed * k2 + word(s), .y = y, .z = folded(y * k2 + 113) * k2 };
    const unsigned char *last = s + n - 64;
    for (size_t left = n; left > 64; left -= 64, s += 64)
        take_64(&f, s, k1, 1);
    const uint64_t by = k1 + ((f.z & 0xff) << 1);
    f.w.first += (n - 1) & 63;
    f.v.first += f.w.first;
    f.w.first += f.v.first;
    take_64(&f, last, by, 9);
    return mixed(mixed(f.v.first, f.w.first, by) + folded(f.y) * k0 + f.z, mixed(f.v.second, f.w.second, by) + f.x, by);
}

static uint64_t fingerprint(const unsigned char *s, size_t n)
{
    uint64_t unused;
    return n <= 16 ? up_to_16(s, n) : n <= 32 ? of_ends(s, n, k1, k2 + n * 2, &unused) : n <= 64 ? up_to_64(s, n) : of_more(s, n);
}

/* ---- SipHash-2-4 ------------------------------------------------------------------------------------------------------------------------------ */

static void sip_rounds(uint64_t v[4], int rounds)
{
    while (rounds--) {
        v[0] += v[1];
        v[2] += v[3];
        v[1] = turned(v[1], 51) ^ v[0];
        v[3] = turned(v[3], 48) ^ v[2];
        v[0] = turned(v[0], 32);
        v[2] += v[1];
        v[0] += v[3];
        v[1] = turned(v[1], 47) ^ v[2];
        v[3] = turned(v[3], 43) ^ v[0];
        v[2] = turned(v[2], 32);
    }
}

static void sip_word(uint64_t v[4], uint64_t m)
{
    v[3] ^= m;
    sip_rounds(v, 2);
    v[0] ^= m;
}

static uint64_t siphash(const unsigned char *s, size_t n, const int64_t key[2])
{
    const uint64_t a = (uint64_t)key[0], b = (uint64_t)key[1], length = (uint64_t)n << 56;
    uint64_t v[] = { 0x736f6d6570736575 ^ a, 0x646f72616e646f6d ^ b, 0x6c7967656e657261 ^ a, 0x7465646279746573 ^ b };
    for (; n >= 8; n -= 8, s += 8)
        sip_word(v, word(s));
    sip_word(v, length | bytes_at(s, (int)n));
    v[2] ^= 0xff;
    sip_rounds(v, 4);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* ---- the ops ------------------------------------------------------------------------------------------------------------------------------------ */

typedef struct {
    int64_t num_buckets;
    tf_dims key;
} bucket_attrs;
static const tf_attr_def bucket_fields[] = { TF_ATTR(bucket_attrs, num_buckets, TF_ATTR_INT), { 0 } };
static const tf_attr_def strong_fields[] = { TF_ATTR(bucket_attrs, num_buckets, TF_ATTR_INT),
                                             TF_ATTR(bucket_attrs, key, TF_ATTR_DIMS),
                                             { 0 } };

typedef uint64_t hash_fn(const unsigned char *s, size_t n, const bucket_attrs *a);
static uint64_t plain(const unsigned char *s, size_t n, const bucket_attrs *a) { return (void)a, murmur(s, n); }
static uint64_t fast(const unsigned char *s, size_t n, const bucket_attrs *a) { return (void)a, fingerprint(s, n); }
static uint64_t strong(const unsigned char *s, size_t n, const bucket_attrs *a) { return siphash(s, n, a->key.dims); }

static void hash_each(tf_kernel_ctx *k, hash_fn *hash)
{
    const bucket_attrs *a = k->attrs;
    const tf_bytes *in = k->in[0].data;
    for (int64_t i = k->begin; i < k->end; i++) {
        const unsigned char *s = (const unsigned char *)(in[i].data ? in[i].data : "");
        TF_DATA(k, out, 0, int64_t)[i] = (int64_t)(hash(s, in[i].size, a) % (uint64_t)a->num_buckets);
    }
}
static int64_t elements(const tf_kernel_ctx *k) { return tf_view_count(&k->out[0]); }

#define HASH_RECORD(id, op_name, argument, hash, fields)              \
    static void id##_kernel(tf_kernel_ctx *k) { hash_each(k, hash); } \
    static const tf_op_def id##_op = {                                \
        .name = op_name,                                              \
        .in = argument ":string",                                     \
        .out = "output:int64",                                        \
        .attrs = fields,                                              \
        .attrs_size = sizeof(bucket_attrs),                           \
        .shape = tf_unchanged_shape,                                  \
        .kernel = id##_kernel,                                        \
        .units = elements,                                            \
        .gradient = tf_no_gradient,                                   \
    };
HASH_RECORD(bucket, "StringToHashBucket", "string_tensor", plain, bucket_fields)
HASH_RECORD(bucket_fast, "StringToHashBucketFast", "input", fast, bucket_fields)
HASH_RECORD(bucket_strong, "StringToHashBucketStrong", "input", strong, strong_fields)

static tf_tensor hashed(const tf_op_def *def, tf_operand x, int64_t num_buckets, tf_dims key, struct tf_name_args a)
{
    const bucket_attrs attrs = { num_buckets, key };
    if (num_buckets < 1)
        return tf_mistake(tf_value_error, a.here, NULL, "Attr 'num_buckets' of '%s' Op passed %lld less than minimum 1.", def->name,
                          (long long)num_buckets);
    return array_op(def, a, NULL, &attrs, 1, &x);
}
tf_tensor tf_string_to_hash_bucket_(tf_operand x, int64_t n, struct tf_name_args a)
{
    return hashed(&bucket_op, x, n, (tf_dims){ .known = true }, a);
}
tf_tensor tf_string_to_hash_bucket_fast_(tf_operand x, int64_t n, struct tf_name_args a)
{
    return hashed(&bucket_fast_op, x, n, (tf_dims){ .known = true }, a);
}
tf_tensor tf_string_to_hash_bucket_strong_(tf_operand x, int64_t n, tf_dims key, struct tf_name_args a)
{
    if (!key.known || key.rank != 2)
        return tf_mistake(tf_value_error, a.here, NULL, "Key must have 2 elements");
    return hashed(&bucket_strong_op, x, n, key, a);
}

/* clang-format off */
tf1c_op_family tf1c_family_hash = {
    &bucket_op,
    &bucket_fast_op,
    &bucket_strong_op,
    NULL,
};
