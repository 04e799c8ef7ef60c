/* TensorFlow's random numbers: Philox4x32-10 (Salmon et al., SC 2011) and the distributions of
 * core/lib/random/random_distributions.h, bit for bit (normals to rounding of log, sin and cos). */
#ifndef TF1C_CORE_PHILOX_H
#define TF1C_CORE_PHILOX_H

#include <stdbool.h>
#include <stdint.h>

#include "ndarray.h"

/* key = seed (lo, hi); counter words 2, 3 = seed2, words 0, 1 = the 64-bit block number. */
typedef struct {
    uint64_t seed, seed2, block;
} tf1c_philox;

/* The generator of an op with attributes (seed, seed2) before its first run; (0, 0) means unpredictable, from the
 * system's entropy. */
tf1c_philox tf1c_philox_init(int64_t seed, int64_t seed2);

/* The attributes of an op from the graph's seed and its own, NULL for None: python/framework/random_seed.py get_seed.
 * last_id is the number of ops the graph has when the random op is about to be made. */
void tf1c_philox_seeds(const int64_t *graph_seed, const int64_t *op_seed, int64_t last_id, int64_t *seed,
                       int64_t *seed2);

/* The four words of one block. */
void tf1c_philox_block(const tf1c_philox *p, uint32_t out[4]);

/* Fill n elements of dtype at `out`, drawing from p->block on, exactly as TensorFlow's CPU FillPhiloxRandom does for
 * one run of the op (p is not changed; the caller advances its counter by tf1c_philox_reserve(n) after a run).
 * uniform: float32/float64 in [0, 1). integers: int32/int64 in [lo, hi), lo < hi. normal, truncated_normal: mean 0,
 * stddev 1, float32/float64. */
void tf1c_philox_uniform(const tf1c_philox *p, tf_dtype dtype, void *out, int64_t n);
void tf1c_philox_integers(const tf1c_philox *p, tf_dtype dtype, int64_t lo, int64_t hi, void *out, int64_t n);
void tf1c_philox_normal(const tf1c_philox *p, tf_dtype dtype, void *out, int64_t n);
void tf1c_philox_truncated_normal(const tf1c_philox *p, tf_dtype dtype, void *out, int64_t n);

/* Blocks that TensorFlow reserves for a run with n outputs: n × 256. */
static inline uint64_t tf1c_philox_reserve(int64_t n) { return (uint64_t)n * 256; }

/* Where element `begin` of a fill starts, for filling [begin, end) by another worker: begin a multiple of 4 (of 2 for
 * the 64-bit dtypes). Truncated normals give each such group 256 draws an element. */
static inline tf1c_philox tf1c_philox_at(const tf1c_philox *p, tf_dtype dtype, bool truncated, int64_t begin)
{
    const int64_t group = tf_dtype_size(dtype) == 8 ? 2 : 4;

    return (tf1c_philox){ p->seed, p->seed2,
                          p->block + (uint64_t)(begin / group) * (uint64_t)(truncated ? group * 64 : 1) };
}

/* Single words in order, four of each block (TensorFlow's SingleSampleAdapter): what ops with a law of their own
 * draw from. `gen` is the next block to be drawn. */
typedef struct {
    tf1c_philox gen;
    uint32_t words[4];
    int used;
} tf1c_philox_stream;

static inline tf1c_philox_stream tf1c_philox_stream_of(const tf1c_philox *p)
{
    return (tf1c_philox_stream){ *p, { 0 }, 4 };
}
uint32_t tf1c_philox_next(tf1c_philox_stream *s);      /* 32 bits */
float tf1c_philox_next_float(tf1c_philox_stream *s);   /* [0, 1), one word */
double tf1c_philox_next_double(tf1c_philox_stream *s); /* [0, 1), two words */

/* tf.random_shuffle: the order [n] that the shuffled rows are taken in. Draws n - 1 words; a run reserves
 * tf1c_philox_shuffle_reserve(n) blocks (none for n <= 1). core/kernels/random_shuffle_op.cc */
void tf1c_philox_shuffle(const tf1c_philox *p, int64_t *order, int64_t n);
static inline uint64_t tf1c_philox_shuffle_reserve(int64_t n) { return n <= 1 ? 0 : (uint64_t)(n + 2) / 4; }

/* tf.multinomial: logits [batch, classes], float32/float64 -> out [batch, samples]; cdf: room for `classes` doubles.
 * The rows share one stream, as on one thread in TensorFlow. A run reserves tf1c_philox_multinomial_reserve blocks.
 * core/kernels/multinomial_op.cc */
void tf1c_philox_multinomial(const tf1c_philox *p, tf_dtype dtype, const void *logits, int64_t batch, int64_t classes,
                             int64_t samples, double *cdf, int64_t *out);
static inline uint64_t tf1c_philox_multinomial_reserve(int64_t batch, int64_t samples)
{
    return (uint64_t)batch * (uint64_t)((samples + 3) / 4 * 8) * 256;
}

#endif
