/* Candidate samplers. TF1: core/kernels/candidate_sampler_ops.cc, range_sampler.cc, core/lib/random/weighted_picker.cc,
 * distribution_sampler.cc; python/ops/candidate_sampling_ops.py. */
#include "ops/nn/candidate_sampling.h"

#include <errno.h>
#include <float.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "core/safe_file.h"
#include "ops/array/array.h"
#include "ops/nn/fixed_sampler.h"
#include "ops/random/seeds.h"

/* Of all samplers; weights, prob and alt are the fixed one's. */
typedef struct {
    tf1c_random_attrs seeds;
    int64_t num_true, num_sampled, range_max;
    bool unique;
    tf_ndarray weights, prob, alt; /* float32, float32, int32 [range_max]: an alias table beside what it is made of */
    double total;
    int64_t drawable; /* of how many classes a weight is not 0 */
} sampler_attrs;
static const tf_attr_def sampler_fields[] = { { "seed", TF_ATTR_INT, offsetof(sampler_attrs, seeds.seed) },
                                              { "seed2", TF_ATTR_INT, offsetof(sampler_attrs, seeds.seed2) },
                                              TF_ATTR(sampler_attrs, num_true, TF_ATTR_INT),
                                              TF_ATTR(sampler_attrs, num_sampled, TF_ATTR_INT),
                                              TF_ATTR(sampler_attrs, range_max, TF_ATTR_INT),
                                              TF_ATTR(sampler_attrs, unique, TF_ATTR_BOOL),
                                              TF_ATTR(sampler_attrs, weights, TF_ATTR_ARRAY),
                                              TF_ATTR(sampler_attrs, prob, TF_ATTR_ARRAY),
                                              TF_ATTR(sampler_attrs, alt, TF_ATTR_ARRAY),
                                              TF_ATTR(sampler_attrs, total, TF_ATTR_FLOAT),
                                              TF_ATTR(sampler_attrs, drawable, TF_ATTR_INT),
                                              { 0 } };
/* Of one that draws nothing. */
static const tf_attr_def all_fields[] = { { "seed", TF_ATTR_INT, offsetof(sampler_attrs, seeds.seed) },
                                          { "seed2", TF_ATTR_INT, offsetof(sampler_attrs, seeds.seed2) },
                                          TF_ATTR(sampler_attrs, num_true, TF_ATTR_INT),
                                          TF_ATTR(sampler_attrs, num_sampled, TF_ATTR_INT),
                                          TF_ATTR(sampler_attrs, unique, TF_ATTR_BOOL),
                                          { 0 } };

/* What is drawn from in one run: a law, by its class and its probability. */
typedef struct sampler sampler;
typedef int64_t draw_fn(sampler *s);
typedef float probability_fn(const sampler *s, int64_t class);
struct sampler {
    const sampler_attrs *attrs;
    tf1c_philox_stream words;
    draw_fn *draw;
    probability_fn *probability;
    int32_t *tree; /* the learned one's */
    int64_t leaves;
};

static bool are_counts(tf_shape_ctx *c, const sampler_attrs *a)
{
    const bool good = a->num_true >= 1 && a->num_sampled >= 1 && a->num_true <= INT32_MAX && a->num_sampled <= INT32_MAX;
    if (!good)
        tf_shape_error(c, "num_true and num_sampled must be positive and at most %d, got %lld and %lld", INT32_MAX,
                       (long long)a->num_true, (long long)a->num_sampled);
    return good;
}

static void sampler_shape(tf_shape_ctx *c)
{
    const sampler_attrs *a = tf_shape_attrs(c);
    const tf_dims *classes = tf_in_dims(c, 0);
    if (!are_counts(c, a))
        return;
    if (tf_shape_at_run(c) && classes->rank != 2)
        tf_shape_error(c, "true_classes must be a matrix");
    else if (tf_shape_at_run(c) && classes->dims[1] != a->num_true)
        tf_shape_error(c, "true_classes must have num_true columns, expected: %lld was: %lld", (long long)classes->dims[1],
                       (long long)a->num_true);
    else if (!tf_with_rank(c, 0, 2))
        return;
    tf_set_out(c, 0, SHAPE(a->num_sampled));
    tf_set_out(c, 1, SHAPE(classes->known ? classes->dims[0] : NONE, a->num_true));
    tf_set_out(c, 2, SHAPE(a->num_sampled));
}

/* A graph that is read may say anything. */
static void drawing_shape(tf_shape_ctx *c)
{
    const sampler_attrs *a = tf_shape_attrs(c);
    if (a->range_max < 1)
        tf_shape_error(c, "range_max must be positive, got %lld", (long long)a->range_max);
    else
        sampler_shape(c);
}

/* Each class has a leaf of a tree. */
static void learned_shape(tf_shape_ctx *c)
{
    const sampler_attrs *a = tf_shape_attrs(c);
    if (a->range_max >= INT32_MAX)
        tf_shape_error(c, "a sampler's range must be less than %d, got %lld", INT32_MAX, (long long)a->range_max);
    else
        drawing_shape(c);
}

/* ---- a batch of any law ---------------------------------------------------------------------------------------------------- */

/* An integer in [0, n), each as likely as another: of a stretch of words that n divides. */
static uint32_t exact_uniform(tf1c_philox_stream *words, uint32_t n)
{
    if (!(n & (n - 1)))
        return tf1c_philox_next(words) & (n - 1);
    const uint32_t uneven = UINT32_MAX % n + 1;
    for (;;) {
        const uint32_t word = tf1c_philox_next(words);
        if (word >= uneven)
            return word % n;
    }
}
static uint64_t next_word64(tf1c_philox_stream *words)
{
    const uint32_t low = tf1c_philox_next(words);
    return low | (uint64_t)tf1c_philox_next(words) << 32;
}
static uint64_t exact_uniform64(tf1c_philox_stream *words, uint64_t n)
{
    if (!(n & (n - 1)))
        return next_word64(words) & (n - 1);
    const uint64_t uneven = UINT64_MAX % n + 1;
    for (;;) {
        const uint64_t word = next_word64(words);
        if (word >= uneven)
            return word % n;
    }
}

/* Classes drawn already, by hashing; the room is twice as large as it is ever filled. */
static int64_t room_for(int64_t n)
{
    int64_t room = 16;
    while (room < 2 * n)
        room *= 2;
    return room;
}
static size_t sampler_scratch(const tf_kernel_ctx *k)
{
    const sampler_attrs *a = k->attrs;
    return a->unique ? (size_t)room_for(a->num_sampled) * sizeof(int64_t) : 0;
}
static bool insert(int64_t *used, int64_t room, int64_t class)
{
    uint64_t at = (uint64_t) class * 0x9e3779b97f4a7c15u >> 20 & (uint64_t)(room - 1);
    while (used[at] && used[at] != class + 1)
        at = (at + 1) & (uint64_t)(room - 1);
    const bool is_new = !used[at];
    used[at] = class + 1;
    return is_new;
}

/* num_sampled classes; how many were drawn for them, or -1 after a report. */
static int64_t draw_batch(tf_kernel_ctx *k, sampler *s, int64_t *classes)
{
    const sampler_attrs *a = k->attrs;
    const int64_t room = room_for(a->num_sampled);
    int64_t tries = 0;
    if (a->unique)
        memset(k->scratch, 0, (size_t)room * sizeof(int64_t));
    for (int64_t n = 0; n < a->num_sampled; tries++) {
        if (tries == INT32_MAX) {
            tf_kernel_error(k, tf_invalid_argument, "Sampler's range is too small.");
            return -1;
        }
        const int64_t class = s->draw(s);
        if (!a->unique || insert(k->scratch, room, class))
            classes[n++] = class;
    }
    return tries;
}

/* How often a class of probability p is expected among n, if `tries` draws make them up. */
static float expected_count(float p, int64_t n, int64_t tries)
{
    return tries == n ? p * (float)n : -expm1f((float)tries * log1pf(-p));
}

static void sample(tf_kernel_ctx *k, sampler *s)
{
    const sampler_attrs *a = k->attrs;
    const int64_t *true_classes = k->in[0].data, n = a->num_sampled;
    int64_t *classes = k->out[0].data;
    if (a->unique && n > (a->drawable ? a->drawable : a->range_max)) {
        tf_kernel_error(k, tf_invalid_argument, "Sampler's range is too small.");
        return;
    }
    const int64_t tries = draw_batch(k, s, classes);
    for (int64_t i = 0; tries >= 0 && i < n; i++)
        TF_DATA(k, out, 2, float)[i] = expected_count(s->probability(s, classes[i]), n, tries);
    for (int64_t i = 0, all = tf_view_count(&k->in[0]); tries >= 0 && i < all; i++)
        TF_DATA(k, out, 1, float)[i] = expected_count(s->probability(s, true_classes[i]), n, tries);
}

/* The words of this run; TF reserves 2,048 for each class. */
static sampler sampler_of(tf_kernel_ctx *k, tf1c_random_resource *kept)
{
    const sampler_attrs *a = k->attrs;
    const tf1c_philox p = tf1c_next_draw(kept, &a->seeds, 512 * (uint64_t)a->num_sampled);
    return (sampler){ .attrs = a, .words = tf1c_philox_stream_of(&p) };
}

/* By a law that needs nothing else. */
static void sample_by(tf_kernel_ctx *k, draw_fn *draw, probability_fn *probability)
{
    sampler s = sampler_of(k, k->resource);
    s.draw = draw;
    s.probability = probability;
    sample(k, &s);
}

#define SAMPLER_OP(type, kernel_, resource_, ...) \
    SAMPLER_OP_OF(sampler_fields, drawing_shape, type, kernel_, resource_, __VA_ARGS__)
#define SAMPLER_OP_OF(fields, shape_, type, kernel_, resource_, ...)                                                     \
    {                                                                                                                    \
        .name = type, .in = "true_classes:int64",                                                                        \
        .out = "sampled_candidates:int64, true_expected_count:float32, sampled_expected_count:float32", .attrs = fields, \
        .attrs_size = sizeof(sampler_attrs), .traits = TF_STATEFUL, .shape = shape_, .kernel = kernel_,                  \
        .scratch = sampler_scratch, .resource_size = sizeof(resource_), .gradient = tf_no_gradient, __VA_ARGS__          \
    }

/* ---- UniformCandidateSampler, LogUniformCandidateSampler ------------------------------------------------------------------ */
static int64_t uniform_draw(sampler *s) { return (int64_t)exact_uniform64(&s->words, (uint64_t)s->attrs->range_max); }
static float uniform_probability(const sampler *s, int64_t class)
{
    (void)class;
    return (float)(1.0 / (double)s->attrs->range_max);
}

static int64_t log_uniform_draw(sampler *s)
{
    const double range = log1p((double)s->attrs->range_max);
    return ((int64_t)exp(tf1c_philox_next_double(&s->words) * range) - 1) % s->attrs->range_max;
}
static float log_uniform_probability(const sampler *s, int64_t class)
{
    return (float)(log(((double)class + 2) / ((double)class + 1)) / log1p((double)s->attrs->range_max));
}

static void uniform_kernel(tf_kernel_ctx *k) { sample_by(k, uniform_draw, uniform_probability); }
static void log_uniform_kernel(tf_kernel_ctx *k) { sample_by(k, log_uniform_draw, log_uniform_probability); }
static const tf_op_def uniform_sampler_op = SAMPLER_OP("UniformCandidateSampler", uniform_kernel, tf1c_random_resource);
static const tf_op_def log_uniform_sampler_op = SAMPLER_OP("LogUniformCandidateSampler", log_uniform_kernel, tf1c_random_resource);

/* ---- LearnedUnigramCandidateSampler: counts in a tree of sums, a leaf a class, each 1 at first ------------------------------ */
typedef struct {
    tf1c_random_resource random;
    int busy;
    int32_t *tree; /* node i's children are 2i and 2i + 1; the root is 1 */
} learned_resource;

static void learned_release(void *kept) { tf1c_free(((learned_resource *)kept)->tree); }

static int64_t leaves_for(int64_t classes)
{
    int64_t leaves = 1;
    while (leaves < classes)
        leaves *= 2;
    return leaves;
}

static int32_t *tree_of_ones(int64_t classes, int64_t leaves)
{
    int32_t *tree = tf1c_alloc_zero(2 * (size_t)leaves * sizeof *tree);
    for (int64_t i = 0; tree && i < classes; i++)
        tree[leaves + i] = 1;
    for (int64_t i = leaves - 1; tree && i > 0; i--)
        tree[i] = tree[2 * i] + tree[2 * i + 1];
    return tree;
}

static int64_t learned_draw(sampler *s)
{
    int32_t rest = (int32_t)exact_uniform(&s->words, (uint32_t)s->tree[1]);
    int64_t node = 1;
    while (node < s->leaves) {
        node *= 2;
        if (rest >= s->tree[node])
            rest -= s->tree[node++];
    }
    return node - s->leaves;
}
static float learned_probability(const sampler *s, int64_t class) { return (float)s->tree[s->leaves + class] / (float)s->tree[1]; }

static bool are_in_range(tf_kernel_ctx *k, int64_t range)
{
    const int64_t *classes = k->in[0].data;
    for (int64_t i = 0, n = tf_view_count(&k->in[0]); i < n; i++)
        if (classes[i] < 0 || classes[i] >= range) {
            tf_kernel_error(k, tf_invalid_argument, "`true_candidate` out of range [0, %lld), received %lld", (long long)range,
                            (long long)classes[i]);
            return false;
        }
    return true;
}

static void count_classes(sampler *s, const int64_t *classes, int64_t n)
{
    for (int64_t i = 0; i < n && s->tree[1] < INT32_MAX; i++)
        for (int64_t node = s->leaves + classes[i]; node; node /= 2)
            s->tree[node]++;
}

/* One run at a time. */
static void learned_kernel(tf_kernel_ctx *k)
{
    const sampler_attrs *a = k->attrs;
    learned_resource *kept = k->resource;
    if (!are_in_range(k, a->range_max))
        return;
    sampler s = sampler_of(k, &kept->random);
    s.draw = learned_draw;
    s.probability = learned_probability;
    s.leaves = leaves_for(a->range_max);
    while (__atomic_exchange_n(&kept->busy, 1, __ATOMIC_ACQUIRE))
        sched_yield();
    if (!kept->tree)
        kept->tree = tree_of_ones(a->range_max, s.leaves);
    s.tree = kept->tree;
    if (s.tree) {
        sample(k, &s);
        if (!k->status)
            count_classes(&s, k->in[0].data, tf_view_count(&k->in[0]));
    } else {
        tf_kernel_error(k, tf_memory_error, "no memory left to count %lld classes", (long long)a->range_max);
    }
    __atomic_store_n(&kept->busy, 0, __ATOMIC_RELEASE);
}
static const tf_op_def learned_sampler_op = SAMPLER_OP_OF(sampler_fields, learned_shape, "LearnedUnigramCandidateSampler",
                                                          learned_kernel, learned_resource, .release = learned_release);

/* ---- FixedUnigramCandidateSampler ------------------------------------------------------------------------------------------- */
static int64_t fixed_draw(sampler *s)
{
    const float r = tf1c_philox_next_float(&s->words);
    const uint32_t i = exact_uniform(&s->words, (uint32_t)s->attrs->range_max);
    return r < ((const float *)s->attrs->prob.data)[i] ? (int32_t)i : ((const int32_t *)s->attrs->alt.data)[i];
}
static float fixed_probability(const sampler *s, int64_t class)
{
    return class < 0 || class >= s->attrs->range_max ? 0 : ((const float *)s->attrs->weights.data)[class] / (float)s->attrs->total;
}
static void fixed_kernel(tf_kernel_ctx *k) { sample_by(k, fixed_draw, fixed_probability); }
static const tf_op_def fixed_sampler_op = SAMPLER_OP("FixedUnigramCandidateSampler", fixed_kernel, tf1c_random_resource);

/* Weights as they are read, those of other shards left out. */
typedef struct {
    float *items;
    int n, capacity;
    int64_t seen; /* classes, of all shards */
    float total;
    const struct tf_fixed_sampler_args *a;
    tf1c_random_attrs seeds;
} weight_list;

static bool add_weight(weight_list *w, float weight, bool reserved)
{
    const bool ours = w->seen++ % w->a->num_shards == w->a->shard;
    if (!ours)
        return true;
    if (!reserved)
        w->total += weight = powf(weight, (float)w->a->distortion);
    return tf1c_append_ptr(&w->items, &w->n, &w->capacity, &weight, sizeof weight);
}

/* The number after the last comma. */
static bool read_line(weight_list *w, const char *line, tf_tensor *poison)
{
    const char *comma = strrchr(line, ',');
    char *end;
    const float weight = strtof(comma ? comma + 1 : line, &end);
    if (end == (comma ? comma + 1 : line) || *end) {
        *poison = tf_mistake(tf_invalid_argument, w->a->here, NULL, "Wrong vocabulary format at line: %s", line);
        return false;
    }
    return add_weight(w, weight, false);
}

static bool read_vocabulary(weight_list *w, tf_tensor *poison)
{
    char *line = NULL;
    size_t room = 0;
    bool good = true;
    FILE *file = tf1c_open_regular(w->a->vocab_file);
    if (!file) {
        *poison =
            tf_mistake(errno == ENOENT ? tf_not_found : tf_os_error, w->a->here, NULL, "%s; %s", w->a->vocab_file, strerror(errno));
        return false;
    }
    for (ssize_t n; good && (n = getline(&line, &room, file)) >= 0;) {
        if (n && line[n - 1] == '\n')
            line[n - 1] = 0;
        good = read_line(w, line, poison);
    }
    free(line);
    fclose(file);
    return good;
}

static bool read_weights(weight_list *w, tf_tensor *poison)
{
    bool good = true;
    for (int64_t i = 0; good && i < w->a->num_reserved_ids; i++)
        good = add_weight(w, 0, true);
    if (w->a->vocab_file && *w->a->vocab_file)
        return good && read_vocabulary(w, poison);
    for (int64_t i = 0; good && i < np_size(w->a->unigrams); i++)
        good = add_weight(w, (float)np_get(w->a->unigrams, i), false);
    return good;
}

/* Walker's alias method, the order of pairs TF's: class i, or with probability 1 - prob[i] alt[i]. stack: room for 2n. */
static void make_aliases(int32_t n, const float *weights, double *pr, int32_t *stack, float *prob, int32_t *alt)
{
    int32_t *low = stack, *high = stack + n, lows = 0, highs = 0;
    double sum = 0;
    for (int32_t i = 0; i < n; i++)
        sum += (double)weights[i];
    for (int32_t i = 0; i < n; i++) {
        pr[i] = (double)(weights[i] * (float)n) / sum;
        alt[i] = i;
        if (pr[i] < 1)
            low[lows++] = i;
        else
            high[highs++] = i;
    }
    while (lows && highs) {
        const int32_t l = low[--lows], h = high[--highs];
        alt[l] = h;
        pr[h] -= 1 - pr[l];
        if (pr[h] < 1)
            low[lows++] = h;
        else
            high[highs++] = h;
    }
    while (highs)
        pr[high[--highs]] = 1;
    while (lows)
        pr[low[--lows]] = 1;
    for (int32_t i = 0; i < n; i++)
        prob[i] = (float)pr[i];
}

static tf_sampled no_sample(tf_tensor poison) { return (tf_sampled){ poison, poison, poison }; }

static bool in_bounds(const char *attr, int64_t value, int64_t least, const char *type, tf_source here, tf_tensor *poison)
{
    if (value >= least)
        return true;
    *poison = tf_mistake(tf_value_error, here, NULL, "Attr '%s' of '%s' Op passed %lld less than minimum %lld.", attr, type,
                         (long long)value, (long long)least);
    return false;
}

static tf_sampled sampled(const tf_op_def *def, tf_operand true_classes, sampler_attrs attrs, tf_source here, const char *name)
{
    tf_tensor poison;
    TF_FROM(here);
    if (!in_bounds("num_true", attrs.num_true, 1, def->name, here, &poison) ||
        !in_bounds("num_sampled", attrs.num_sampled, 1, def->name, here, &poison) ||
        !in_bounds("range_max", attrs.range_max, 1, def->name, here, &poison))
        return no_sample(poison);
    if (attrs.num_sampled > INT32_MAX || attrs.num_true > INT32_MAX || (def == &learned_sampler_op && attrs.range_max >= INT32_MAX))
        return no_sample(tf_mistake(tf_invalid_argument, here, NULL, "a sampler's range must be less than %d, got %lld", INT32_MAX,
                                    (long long)attrs.range_max));
    tf_operation *op =
        tf_op_new(def, (struct tf_op_args){ .here = here, .name = name, .attrs = &attrs, .n_inputs = 1, .inputs = &true_classes });
    return (tf_sampled){ tf_op_output(op, 0), tf_op_output(op, 1), tf_op_output(op, 2) };
}

static tf_sampled simple(const tf_op_def *def, tf_operand classes, const struct tf_sampler_args *a)
{
    return sampled(def, classes,
                   (sampler_attrs){ .seeds = tf1c_op_seeds(a->seed),
                                    .num_true = a->num_true,
                                    .num_sampled = a->num_sampled,
                                    .range_max = a->range_max,
                                    .unique = a->unique },
                   a->here, a->name);
}
tf_sampled tf_nn_uniform_candidate_sampler_(tf_operand classes, struct tf_sampler_args a)
{
    return simple(&uniform_sampler_op, classes, &a);
}
tf_sampled tf_nn_log_uniform_candidate_sampler_(tf_operand classes, struct tf_sampler_args a)
{
    return simple(&log_uniform_sampler_op, classes, &a);
}
tf_sampled tf_nn_learned_unigram_candidate_sampler_(tf_operand classes, struct tf_sampler_args a)
{
    return simple(&learned_sampler_op, classes, &a);
}

/* The node, once its weights are read: the graph copies the tables. */
static tf_sampled fixed_of(tf_operand classes, const weight_list *w, void *memory)
{
    const struct tf_fixed_sampler_args *a = w->a;
    const int32_t n = w->n;
    double *pr = memory;
    float *prob = (float *)(pr + n);
    int32_t *alt = (int32_t *)(prob + n), *stack = alt + n;
    sampler_attrs attrs = { .seeds = w->seeds,
                            .num_true = a->num_true,
                            .num_sampled = a->num_sampled,
                            .range_max = a->range_max,
                            .unique = a->unique,
                            .total = (double)w->total };
    make_aliases(n, w->items, pr, stack, prob, alt);
    for (int32_t i = 0; i < n; i++)
        attrs.drawable += w->items[i] > 0;
    attrs.weights = np_array(w->items, tf_float32, SHAPE(n));
    attrs.prob = np_array(prob, tf_float32, SHAPE(n));
    attrs.alt = np_array(alt, tf_int32, SHAPE(n));
    return sampled(&fixed_sampler_op, classes, attrs, a->here, a->name);
}

static tf_sampled fixed(tf_operand classes, const struct tf_fixed_sampler_args *a, weight_list *w)
{
    tf_tensor poison = { 0 };
    if (!read_weights(w, &poison))
        return no_sample(poison.op ? poison
                                   : tf_mistake(tf_memory_error, a->here, NULL, "no memory left for the weights of classes"));
    if (w->n != a->range_max)
        return no_sample(tf_mistake(tf_invalid_argument, a->here, NULL, "range is %lld must be equal to weights size  %d",
                                    (long long)a->range_max, w->n));
    if (!(w->total > 0 && isfinite(w->total)))
        return no_sample(tf_mistake(tf_invalid_argument, a->here, NULL, "the weights of classes must have a positive sum, got %g",
                                    (double)w->total));
    void *memory = tf1c_alloc((size_t)w->n * (sizeof(double) + sizeof(float) + 3 * sizeof(int32_t)));
    if (!memory)
        return no_sample(tf_mistake(tf_memory_error, a->here, NULL, "no memory left for the weights of classes"));
    const tf_sampled made = fixed_of(classes, w, memory);
    tf1c_free(memory);
    return made;
}

static tf_sampled fixed_with_seeds(tf_operand classes, struct tf_fixed_sampler_args a, tf1c_random_attrs seeds)
{
    const bool file = a.vocab_file && *a.vocab_file, list = a.unigrams.data && np_size(a.unigrams);
    const char *type = fixed_sampler_op.name;
    tf_tensor poison;
    TF_FROM(a.here);
    if (file == list)
        return no_sample(
            tf_mistake(tf_invalid_argument, a.here, NULL,
                       file ? "Must only provide one of vocab_file and unigrams." : "Must provide either vocab_file or unigrams."));
    if (!in_bounds("num_shards", a.num_shards, 1, type, a.here, &poison) || !in_bounds("shard", a.shard, 0, type, a.here, &poison))
        return no_sample(poison);
    if (a.num_reserved_ids > INT32_MAX)
        return no_sample(tf_mistake(tf_invalid_argument, a.here, NULL, "num_reserved_ids must be at most %d, got %lld", INT32_MAX,
                                    (long long)a.num_reserved_ids));
    weight_list w = { .a = &a, .seeds = seeds };
    const tf_sampled made = fixed(classes, &a, &w);
    tf1c_free(w.items);
    return made;
}

tf_sampled tf_nn_fixed_unigram_candidate_sampler_(tf_operand classes, struct tf_fixed_sampler_args a)
{
    TF1C_HOLD_REPORTS;
    return fixed_with_seeds(classes, a, tf1c_op_seeds(a.seed));
}

tf_sampled tf1c_fixed_sampler(tf_operand classes, struct tf_fixed_sampler_args a, int64_t seed2)
{
    return fixed_with_seeds(classes, a, (tf1c_random_attrs){ .seed = a.seed, .seed2 = seed2 });
}

/* ---- AllCandidateSampler -------------------------------------------------------------------------------------------------------- */
static void all_kernel(tf_kernel_ctx *k)
{
    for (int64_t i = 0, n = tf_view_count(&k->out[0]); i < n; i++) {
        TF_DATA(k, out, 0, int64_t)[i] = i;
        TF_DATA(k, out, 2, float)[i] = 1;
    }
    for (int64_t i = 0, n = tf_view_count(&k->out[1]); i < n; i++)
        TF_DATA(k, out, 1, float)[i] = 1;
}
static const tf_op_def all_sampler_op =
    SAMPLER_OP_OF(all_fields, sampler_shape, "AllCandidateSampler", all_kernel, tf1c_random_resource);

tf_sampled tf_nn_all_candidate_sampler_(tf_operand classes, struct tf_all_sampler_args a)
{
    return sampled(&all_sampler_op, classes,
                   (sampler_attrs){ .seeds = tf1c_op_seeds(a.seed),
                                    .num_true = a.num_true,
                                    .num_sampled = a.num_sampled,
                                    .range_max = a.num_sampled,
                                    .unique = a.unique },
                   a.here, a.name);
}

/* ---- ComputeAccidentalHits ------------------------------------------------------------------------------------------------------ */
typedef struct {
    tf1c_random_attrs seeds;
    int64_t num_true;
} hits_attrs;
static const tf_attr_def hits_fields[] = { { "seed", TF_ATTR_INT, offsetof(hits_attrs, seeds.seed) },
                                           { "seed2", TF_ATTR_INT, offsetof(hits_attrs, seeds.seed2) },
                                           TF_ATTR(hits_attrs, num_true, TF_ATTR_INT),
                                           { 0 } };

static void hits_shape(tf_shape_ctx *c)
{
    const hits_attrs *a = tf_shape_attrs(c);
    const tf_dims *classes = tf_in_dims(c, 0), *sampled_dims = tf_in_dims(c, 1);
    if (tf_shape_at_run(c) && (classes->rank != 2 || classes->dims[1] != a->num_true))
        tf_shape_error(c, "true_candidates must be a batch_size * num_true matrix");
    else if (tf_shape_at_run(c) && sampled_dims->rank != 1)
        tf_shape_error(c, "sampled_candidates must be a vector, which is typically an output from CandidateSampler");
    else if (!tf_with_rank(c, 0, 2) || !tf_with_rank(c, 1, 1))
        return;
    else if (classes->known && classes->dims[1] != NONE && classes->dims[1] != a->num_true)
        tf_shape_error(c, "Dimension must be %lld but is %lld", (long long)a->num_true, (long long)classes->dims[1]);
    for (int i = 0; i < 3; i++)
        tf_set_out(c, i, SHAPE(NONE));
}

/* Where a class was sampled last; -1: it was not. */
static int64_t place_of(const tf_view *sampled_view, int64_t class)
{
    const int64_t *classes = sampled_view->data;
    for (int64_t i = tf_view_count(sampled_view); i-- > 0;)
        if (classes[i] == class)
            return i;
    return -1;
}

static void hits_data_shape(tf_kernel_ctx *k, tf_dims *out)
{
    int64_t n = 0;
    for (int64_t i = 0, all = tf_view_count(&k->in[0]); i < all; i++)
        n += place_of(&k->in[1], TF_DATA(k, in, 0, int64_t)[i]) >= 0;
    out[0] = out[1] = out[2] = SHAPE(n);
}

static void hits_kernel(tf_kernel_ctx *k)
{
    const hits_attrs *a = k->attrs;
    int64_t n = 0;
    for (int64_t i = 0, all = tf_view_count(&k->in[0]); i < all; i++) {
        const int64_t place = place_of(&k->in[1], TF_DATA(k, in, 0, int64_t)[i]);
        if (place < 0)
            continue;
        TF_DATA(k, out, 0, int32_t)[n] = (int32_t)(i / a->num_true);
        TF_DATA(k, out, 1, int64_t)[n] = place;
        TF_DATA(k, out, 2, float)[n++] = -FLT_MAX;
    }
}

static const tf_op_def hits_op = {
    .name = "ComputeAccidentalHits",
    .in = "true_classes:int64, sampled_candidates:int64",
    .out = "indices:int32, ids:int64, weights:float32",
    .attrs = hits_fields,
    .attrs_size = sizeof(hits_attrs),
    .shape = hits_shape,
    .data_shape = hits_data_shape,
    .kernel = hits_kernel,
    .gradient = tf_no_gradient,
};

tf_accidental_hits tf_nn_compute_accidental_hits_(tf_operand classes, tf_operand sampled_candidates,
                                                  struct tf_accidental_hits_args a)
{
    TF_FROM(a.here);
    const hits_attrs attrs = { tf1c_op_seeds(a.seed), a.num_true };
    const tf_operand in[] = { classes, sampled_candidates };
    tf_operation *op =
        tf_op_new(&hits_op, (struct tf_op_args){ .here = a.here, .name = a.name, .attrs = &attrs, .n_inputs = 2, .inputs = in });
    return (tf_accidental_hits){ tf_op_output(op, 0), tf_op_output(op, 1), tf_op_output(op, 2) };
}

/* clang-format off */
tf1c_op_family tf1c_family_candidate_sampling = {
    &uniform_sampler_op,
    &log_uniform_sampler_op,
    &learned_sampler_op,
    &fixed_sampler_op,
    &all_sampler_op,
    &hits_op,
    NULL,
};
