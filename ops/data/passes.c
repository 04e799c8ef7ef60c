/* Which elements a pass gives, and how often. TF1: core/kernels/data/{zip,concatenate,repeat,take,skip,shard}_dataset_op.cc,
 * cache_dataset_ops.cc. */
#include "ops/data/stage.h"

/* ---- zip: each input writes its part of the element ------------------------------------------------------------------------------------ */

static tf1c_next zip_next(tf1c_stage *s, tf1c_element *e)
{
    tf1c_next next = TF1C_ELEMENT;
    for (int i = 0, at = 0; s->inputs[i] && next == TF1C_ELEMENT; i++) {
        tf1c_element part = { s->of->inputs[i]->public_.output_types.n, e->at + at };
        next = tf1c_stage_from(s, i, &part);
        at += part.n;
    }
    return next;
}
const tf1c_stage_kind tf1c_zip_stage = { .name = "ZipDataset", .next = zip_next };

/* ---- concatenate -------------------------------------------------------------------------------------------------------------------------- */

typedef struct {
    int at;
} concatenating;

static tf1c_next concatenate_next(tf1c_stage *s, tf1c_element *e)
{
    concatenating *c = s->mine;
    for (; s->inputs[c->at]; c->at++) {
        const tf1c_next next = tf1c_stage_from(s, c->at, e);
        if (next != TF1C_END)
            return next;
    }
    return TF1C_END;
}
static void concatenate_restart(tf1c_stage *s) { ((concatenating *)s->mine)->at = 0; }

const tf1c_stage_kind tf1c_concatenate_stage = {
    .name = "ConcatenateDataset", .size = sizeof(concatenating), .next = concatenate_next, .restart = concatenate_restart
};

/* ---- counts: the stages that count elements or passes ---------------------------------------------------------------------------------------- */

typedef struct {
    int64_t n;
    bool first; /* repeat: nothing has come of this pass */
    bool ended;
} counting;

static void restart_counting(tf1c_stage *s) { *(counting *)s->mine = (counting){ .first = true }; }
static bool open_counting(tf1c_stage *s)
{
    restart_counting(s);
    return true;
}

/* An input without elements ends even what repeats without end. */
static tf1c_next repeat_next(tf1c_stage *s, tf1c_element *e)
{
    counting *c = s->mine;
    const int64_t count = tf1c_stage_number(s, 0);
    while (!c->ended && (count < 0 || c->n < count)) {
        const tf1c_next next = tf1c_stage_from(s, 0, e);
        if (next != TF1C_END) {
            c->first = false;
            return next;
        }
        c->ended = count < 0 && c->first;
        c->n++;
        c->first = true;
        if (!c->ended && (count < 0 || c->n < count))
            tf1c_stage_restart(s->inputs[0]);
    }
    return TF1C_END;
}
const tf1c_stage_kind tf1c_repeat_stage = {
    .name = "RepeatDataset", .size = sizeof(counting), .open = open_counting, .next = repeat_next, .restart = restart_counting
};

static tf1c_next take_next(tf1c_stage *s, tf1c_element *e)
{
    counting *c = s->mine;
    const int64_t count = tf1c_stage_number(s, 0);
    if (count >= 0 && c->n >= count)
        return TF1C_END;
    const tf1c_next next = tf1c_stage_from(s, 0, e);
    c->n += next == TF1C_ELEMENT;
    return next;
}
const tf1c_stage_kind tf1c_take_stage = {
    .name = "TakeDataset", .size = sizeof(counting), .open = open_counting, .next = take_next, .restart = restart_counting
};

static tf1c_next skip_next(tf1c_stage *s, tf1c_element *e)
{
    counting *c = s->mine;
    const int64_t count = tf1c_stage_number(s, 0);
    if (count < 0)
        return TF1C_END;
    for (; c->n < count; c->n++) {
        const tf1c_next next = tf1c_stage_from(s, 0, e);
        if (next != TF1C_ELEMENT)
            return next;
    }
    return tf1c_stage_from(s, 0, e);
}
const tf1c_stage_kind tf1c_skip_stage = {
    .name = "SkipDataset", .size = sizeof(counting), .open = open_counting, .next = skip_next, .restart = restart_counting
};

static bool shard_open(tf1c_stage *s)
{
    const int64_t shards = tf1c_stage_number(s, 0), index = tf1c_stage_number(s, 1);
    if (shards < 1)
        tf1c_stage_fault(s, tf_invalid_argument, "Number of shards must be greater than zero (currently num_shards = %lld).",
                         (long long)shards);
    else if (index < 0 || index >= shards)
        tf1c_stage_fault(s, tf_invalid_argument, "Index must be between 0 and %lld (currently index = %lld).",
                         (long long)shards - 1, (long long)index);
    return !s->fault.code;
}

static tf1c_next shard_next(tf1c_stage *s, tf1c_element *e)
{
    counting *c = s->mine;
    for (;;) {
        const tf1c_next next = tf1c_stage_from(s, 0, e);
        if (next != TF1C_ELEMENT || c->n++ % tf1c_stage_number(s, 0) == tf1c_stage_number(s, 1))
            return next;
    }
}
const tf1c_stage_kind tf1c_shard_stage = {
    .name = "ShardDataset", .size = sizeof(counting), .open = shard_open, .next = shard_next, .restart = restart_counting
};

/* ---- cache: the first whole pass is kept ------------------------------------------------------------------------------------------------------ */

typedef struct {
    tf1c_element *kept;
    int64_t n, capacity, at;
    bool whole;
} caching;

static bool keep(caching *c, const tf1c_element *e)
{
    if (c->n == c->capacity) {
        const int64_t bigger = c->capacity ? 2 * c->capacity : 64;
        tf1c_element *more = tf1c_realloc(c->kept, (size_t)bigger * sizeof *more);
        if (!more)
            return false;
        c->kept = more;
        c->capacity = bigger;
    }
    tf1c_element *to = &c->kept[c->n];
    if (!tf1c_element_open(to, e->n))
        return false;
    c->n++;
    for (int i = 0; i < e->n; i++)
        if (!tf1c_component_copy(&to->at[i], &e->at[i].value))
            return false;
    return true;
}

static tf1c_next cache_next(tf1c_stage *s, tf1c_element *e)
{
    caching *c = s->mine;
    if (!c->whole) {
        const tf1c_next next = tf1c_stage_from(s, 0, e);
        c->whole = next == TF1C_END;
        c->at = c->whole ? c->n : 0;
        return next == TF1C_ELEMENT && !keep(c, e) ? tf1c_stage_out_of_memory(s) : next;
    }
    if (c->at == c->n)
        return TF1C_END;
    for (int i = 0; i < e->n; i++)
        e->at[i].value = c->kept[c->at].at[i].value;
    c->at++;
    return TF1C_ELEMENT;
}

static void forget(caching *c)
{
    for (int64_t i = 0; i < c->n; i++)
        tf1c_element_close(&c->kept[i]);
    c->n = 0;
}

/* A pass that was left before its end is not kept. */
static void cache_restart(tf1c_stage *s)
{
    caching *c = s->mine;
    if (!c->whole)
        forget(c);
    c->at = 0;
}

static void cache_close(tf1c_stage *s)
{
    caching *c = s->mine;
    forget(c);
    tf1c_free(c->kept);
}
const tf1c_stage_kind tf1c_cache_stage = {
    .name = "CacheDataset", .size = sizeof(caching), .next = cache_next, .restart = cache_restart, .close = cache_close
};
