#include "core/philox.h"

#include <math.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "core/vecmath.h"

enum { BLOCKS = 64 }; /* drawn at a time: 1 KB */

/* ---- seeds and blocks ------------------------------------------------------------------------------------------- */

static uint64_t entropy(const void *place)
{
    uint64_t bits = 0;
    struct timespec now;

    if (getrandom(&bits, sizeof bits, GRND_NONBLOCK) == (ssize_t)sizeof bits)
        return bits;
    clock_gettime(CLOCK_REALTIME, &now); /* a kernel without entropy yet: differs from run to run at least */
    return ((uint64_t)now.tv_sec << 30) ^ (uint64_t)now.tv_nsec ^ (uint64_t)(uintptr_t)place;
}

tf1c_philox tf1c_philox_init(int64_t seed, int64_t seed2)
{
    tf1c_philox p = { (uint64_t)seed, (uint64_t)seed2, 0 };

    if (seed == 0 && seed2 == 0) {
        p.seed = entropy(&p);
        p.seed2 = entropy(&p.seed2);
    }
    return p;
}

static int64_t truncate_seed(int64_t seed) /* Python's %, never negative */
{
    const int64_t m = INT32_MAX, r = seed % m;

    return r < 0 ? r + m : r;
}

void tf1c_philox_seeds(const int64_t *graph_seed, const int64_t *op_seed, int64_t last_id, int64_t *seed, int64_t *seed2)
{
    const int64_t default_graph_seed = 87654321;

    *seed = *seed2 = 0;
    if (!graph_seed && !op_seed)
        return;
    *seed = graph_seed ? truncate_seed(*graph_seed) : default_graph_seed;
    *seed2 = truncate_seed(op_seed ? *op_seed : last_id);
    if (*seed == 0 && *seed2 == 0) /* would mean "unpredictable" */
        *seed2 = INT32_MAX;
}

void tf1c_philox_block(const tf1c_philox *p, uint32_t out[4])
{
    uint32_t k0 = (uint32_t)p->seed, k1 = (uint32_t)(p->seed >> 32);
    uint32_t c0 = (uint32_t)p->block, c1 = (uint32_t)(p->block >> 32);
    uint32_t c2 = (uint32_t)p->seed2, c3 = (uint32_t)(p->seed2 >> 32);

    for (int round = 0; round < 10; round++) {
        const uint64_t a = (uint64_t)0xD2511F53u * c0, b = (uint64_t)0xCD9E8D57u * c2;

        c0 = (uint32_t)(b >> 32) ^ c1 ^ k0;
        c1 = (uint32_t)b;
        c2 = (uint32_t)(a >> 32) ^ c3 ^ k1;
        c3 = (uint32_t)a;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
}

static void draw_blocks(const tf1c_philox *p, int64_t first, int64_t blocks, uint32_t *out)
{
    tf1c_vec()->philox(blocks, out, p->seed, p->seed2, p->block + (uint64_t)first);
}

/* ---- words to numbers ------------------------------------------------------------------------------------------- */

static inline float to_float(uint32_t x) /* 23 bits of mantissa in [1, 2), less 1 */
{
    const uint32_t bits = (x & 0x7fffffu) | 0x3f800000u;
    float f;

    memcpy(&f, &bits, sizeof f);
    return f - 1.0f;
}

static inline double to_double(uint32_t high, uint32_t low) /* 20 + 32 bits of mantissa */
{
    const uint64_t bits = (uint64_t)1023 << 52 | (uint64_t)(high & 0xfffffu) << 32 | low;
    double d;

    memcpy(&d, &bits, sizeof d);
    return d - 1.0;
}

/* Box and Muller's pair, sine first. The angle is rounded to float only after a double product, as TensorFlow's
 * mixed expression is. */
static void box_muller_float(const uint32_t x[2], float out[2])
{
    const float least = 1.0e-7f, u = to_float(x[0]);
    const float angle = (float)(2.0f * M_PI * (double)to_float(x[1]));
    const float radius = sqrtf(-2.0f * logf(u < least ? least : u));

    out[0] = sinf(angle) * radius;
    out[1] = cosf(angle) * radius;
}

static void box_muller_double(const uint32_t x[4], double out[2])
{
    const double least = 1.0e-7, u = to_double(x[0], x[1]);
    const double angle = 2 * M_PI * to_double(x[2], x[3]);
    const double radius = sqrt(-2.0 * log(u < least ? least : u));

    out[0] = sin(angle) * radius;
    out[1] = cos(angle) * radius;
}

/* ---- fills ------------------------------------------------------------------------------------------------------
 * A part turns `count` words' worth of elements; elements of a 32-bit dtype take one word, of a 64-bit dtype two. */
typedef struct {
    tf_dtype dtype;
    int64_t low;
    uint64_t span;
} law;
typedef void fill_part(const law *l, const uint32_t *words, void *out, int64_t n);

static void fill(const tf1c_philox *p, const law *l, fill_part *part, void *out, int64_t n)
{
    const int64_t size = (int64_t)tf_dtype_size(l->dtype), per_block = 16 / size, whole = BLOCKS * per_block;
    uint32_t words[4 * BLOCKS];

    for (int64_t begin = 0; begin < n; begin += whole) {
        const int64_t count = n - begin < whole ? n - begin : whole;

        draw_blocks(p, begin / per_block, (count + per_block - 1) / per_block, words);
        part(l, words, (char *)out + begin * size, count);
    }
}

static void uniform_part(const law *l, const uint32_t *w, void *out, int64_t n)
{
    if (l->dtype == tf_float32)
        for (int64_t i = 0; i < n; i++)
            ((float *)out)[i] = to_float(w[i]);
    else
        for (int64_t i = 0; i < n; i++)
            ((double *)out)[i] = to_double(w[2 * i], w[2 * i + 1]);
}

static void integers_part(const law *l, const uint32_t *w, void *out, int64_t n)
{
    if (l->dtype == tf_int32)
        for (int64_t i = 0; i < n; i++)
            ((int32_t *)out)[i] = (int32_t)((uint32_t)l->low + w[i] % (uint32_t)l->span);
    else
        for (int64_t i = 0; i < n; i++)
            ((int64_t *)out)[i] = (int64_t)((uint64_t)l->low + (w[2 * i] | (uint64_t)w[2 * i + 1] << 32) % l->span);
}

static void normal_part(const law *l, const uint32_t *w, void *out, int64_t n)
{
    const int64_t size = (int64_t)tf_dtype_size(l->dtype);

    for (int64_t i = 0; i < n; i += 2) { /* an odd last element drops its cosine; its words are there */
        union {
            float f[2];
            double d[2];
        } pair;

        if (l->dtype == tf_float32)
            box_muller_float(w + i, pair.f);
        else
            box_muller_double(w + 2 * i, pair.d);
        memcpy((char *)out + i * size, &pair, (size_t)((n - i < 2 ? 1 : 2) * size));
    }
}

void tf1c_philox_uniform(const tf1c_philox *p, tf_dtype dtype, void *out, int64_t n)
{
    fill(p, &(law){ .dtype = dtype }, uniform_part, out, n);
}

void tf1c_philox_integers(const tf1c_philox *p, tf_dtype dtype, int64_t lo, int64_t hi, void *out, int64_t n)
{
    fill(p, &(law){ dtype, lo, (uint64_t)hi - (uint64_t)lo }, integers_part, out, n);
}

void tf1c_philox_normal(const tf1c_philox *p, tf_dtype dtype, void *out, int64_t n)
{
    fill(p, &(law){ .dtype = dtype }, normal_part, out, n);
}

/* One group of `count` elements in (-2, 2) from a stream of its own. */
static void truncated_group(const tf1c_philox *p, bool wide, void *out, int count)
{
    tf1c_philox_stream s = tf1c_philox_stream_of(p);

    for (int have = 0; have < count;) {
        uint32_t x[4];
        double pair[2];
        float f[2];

        for (int i = 0; i < (wide ? 4 : 2); i++)
            x[i] = tf1c_philox_next(&s);
        if (wide) {
            box_muller_double(x, pair);
        } else {
            box_muller_float(x, f);
            pair[0] = (double)f[0];
            pair[1] = (double)f[1];
        }
        for (int i = 0; i < 2 && have < count; i++) {
            if (!(fabs(pair[i]) < 2.0))
                continue;
            if (wide)
                ((double *)out)[have++] = pair[i];
            else
                ((float *)out)[have++] = (float)pair[i];
        }
    }
}

void tf1c_philox_truncated_normal(const tf1c_philox *p, tf_dtype dtype, void *out, int64_t n)
{
    const bool wide = dtype == tf_float64;
    const int group = wide ? 2 : 4;

    for (int64_t i = 0; i < n; i += group) {
        const tf1c_philox start = tf1c_philox_at(p, dtype, true, i);
        const int count = n - i < group ? (int)(n - i) : group;

        truncated_group(&start, wide, (char *)out + i * (wide ? 8 : 4), count);
    }
}

/* ---- streams of words ------------------------------------------------------------------------------------------- */

uint32_t tf1c_philox_next(tf1c_philox_stream *s)
{
    if (s->used == 4) {
        tf1c_philox_block(&s->gen, s->words);
        s->gen.block++;
        s->used = 0;
    }
    return s->words[s->used++];
}

float tf1c_philox_next_float(tf1c_philox_stream *s) { return to_float(tf1c_philox_next(s)); }

double tf1c_philox_next_double(tf1c_philox_stream *s)
{
    const uint32_t high = tf1c_philox_next(s), low = tf1c_philox_next(s);

    return to_double(high, low);
}

void tf1c_philox_shuffle(const tf1c_philox *p, int64_t *order, int64_t n)
{
    tf1c_philox_stream s = tf1c_philox_stream_of(p);

    for (int64_t i = 0; i < n; i++)
        order[i] = i;
    for (int64_t i = 0; i + 1 < n; i++) {
        const int64_t j = i + tf1c_philox_next(&s) % (uint32_t)(n - i), t = order[i];

        order[i] = order[j];
        order[j] = t;
    }
}

/* Unnormalized cumulative probabilities of one row, relative to its largest finite logit; returns the total. */
static double cumulate(tf_dtype dtype, const void *logits, int64_t classes, double *cdf)
{
    double largest = dtype == tf_float32 ? -(double)__FLT_MAX__ : -__DBL_MAX__, total = 0;

    for (int64_t j = 0; j < classes; j++) {
        cdf[j] = dtype == tf_float32 ? (double)((const float *)logits)[j] : ((const double *)logits)[j];
        if (isfinite(cdf[j]) && cdf[j] > largest)
            largest = cdf[j];
    }
    for (int64_t j = 0; j < classes; j++) {
        if (isfinite(cdf[j]))
            total += exp(cdf[j] - largest);
        cdf[j] = total;
    }
    return total;
}

static int64_t first_above(const double *cdf, int64_t n, double x)
{
    int64_t low = 0, high = n;

    while (low < high) {
        const int64_t middle = low + (high - low) / 2;

        if (x < cdf[middle])
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

void tf1c_philox_multinomial(const tf1c_philox *p, tf_dtype dtype, const void *logits, int64_t batch, int64_t classes,
                             int64_t samples, double *cdf, int64_t *out)
{
    tf1c_philox_stream s = tf1c_philox_stream_of(p);
    const size_t row = (size_t)classes * tf_dtype_size(dtype);

    for (int64_t b = 0; b < batch; b++) {
        const double total = cumulate(dtype, (const char *)logits + (size_t)b * row, classes, cdf);

        for (int64_t j = 0; j < samples; j++)
            out[b * samples + j] = first_above(cdf, classes, tf1c_philox_next_double(&s) * total);
    }
}
