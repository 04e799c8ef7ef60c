/* CTCBeamSearchDecoder. TF1: core/util/ctc/ctc_beam_search.h, core/kernels/ctc_decoder_ops.cc; python/ops/ctc_ops.py */
#include <math.h>

#include "core/alloc.h"
#include "ops/array/array.h"
#include "ops/nn/ctc.h"
#include "ops/nn/frames.h"

typedef struct {
    int64_t beam_width;
    bool merge_repeated;
} beam_attrs;
static const tf_attr_def beam_fields[] = { TF_ATTR(beam_attrs, beam_width, TF_ATTR_INT),
                                           TF_ATTR(beam_attrs, merge_repeated, TF_ATTR_BOOL),
                                           { 0 } };

/* Outputs: the indices of every path, then their values, their shapes, and the scores of all. */
static int paths_of(int n_out) { return (n_out - 1) / 3; }

static void beam_shape(tf_shape_ctx *c)
{
    const beam_attrs *a = tf_shape_attrs(c);
    const int paths = paths_of(c->n_out);
    int64_t batch;
    if (a->beam_width < 1 || paths < 1) {
        tf_shape_mistake(c, tf_value_error, "Attr '%s' of 'CTCBeamSearchDecoder' Op passed %lld less than minimum 1.",
                         a->beam_width < 1 ? "beam_width" : "top_paths", (long long)(a->beam_width < 1 ? a->beam_width : paths));
        return;
    }
    if (!tf1c_frames_fit(c, 1, &batch))
        return;
    for (int p = 0; p < paths; p++) {
        tf_set_out(c, p, SHAPE(NONE, 2));
        tf_set_out(c, paths + p, SHAPE(NONE));
        tf_set_out(c, 2 * paths + p, SHAPE(2));
    }
    tf_set_out(c, 3 * paths, SHAPE(batch, paths));
}

/* ---- the search of one example: logarithms of probabilities, rounded to the dtype at each step as TF's ---------------------- */

/* Of the ways through the frames that spell an entry's labels: all, those that end in a blank, those that end in its label. */
typedef struct {
    double total, blank, label;
} ways;
static const ways no_ways = { -INFINITY, -INFINITY, -INFINITY };

/* Labels one after the other: the parent's and one more; the root has none. It counts as long as there are ways to it now. */
typedef struct entry entry;
struct entry {
    entry *parent, *first_child, *sibling;
    int64_t label;
    ways before, now;
};
static bool is_active(const entry *e) { return e->now.total != -INFINITY; }

typedef struct {
    tf_kernel_ctx *k;
    tf_dims *counted; /* how much each path holds, while that is counted */
    int64_t width, classes, b;
    tf1c_arena memory;
    entry **leaves, **branches;          /* those kept, in no order; those of the frame before, the likeliest first */
    int64_t n, n_branches, room, bottom; /* bottom: the least likely leaf's place */
} search;

static double rounded(const search *s, double x) { return s->k->T == tf_float32 ? (float)x : x; }

static double either(const search *s, double a, double b)
{
    if (a == -INFINITY || b == -INFINITY)
        return a == -INFINITY ? b : a;
    const double most = a > b ? a : b, least = a > b ? b : a;
    return rounded(s, most + log1p(exp(least - most)));
}

static double frame_logit(const search *s, int64_t t, int64_t c)
{
    return real_at(&s->k->in[0], (t * s->k->in[0].dims[1] + s->b) * s->classes + c);
}

/* What makes log probabilities of a frame's logits when it is taken away. */
static double offset_of(const search *s, int64_t t)
{
    double most = frame_logit(s, t, 0), sum = 0;
    for (int64_t c = 1; c < s->classes; c++) {
        const double x = frame_logit(s, t, c);
        most = x > most ? x : most; /* gcc 12 for arm64 does not survive an fmax here */
    }
    for (int64_t c = 0; c < s->classes; c++)
        sum = rounded(s, sum + exp(frame_logit(s, t, c) - most));
    return rounded(s, most + log(sum));
}

static bool no_memory(search *s)
{
    tf_kernel_error(s->k, tf_memory_error, "no memory left for a beam search");
    return false;
}

static bool keep(search *s, entry *e)
{
    if (s->n == s->room) {
        const int64_t room = s->room ? 2 * s->room : 16;
        entry **leaves = tf1c_realloc(s->leaves, (size_t)room * sizeof *leaves);
        s->leaves = leaves ? leaves : s->leaves;
        entry **branches = leaves ? tf1c_realloc(s->branches, (size_t)room * sizeof *branches) : NULL;
        if (!branches)
            return no_memory(s);
        s->branches = branches;
        s->room = room;
    }
    s->leaves[s->n++] = e;
    return true;
}

static entry *new_entry(search *s, entry *parent, int64_t label)
{
    entry *e = tf1c_arena_alloc(&s->memory, sizeof *e);
    if (!e)
        return no_memory(s), NULL;
    *e = (entry){ .parent = parent, .label = label, .before = no_ways, .now = no_ways };
    if (parent) {
        e->sibling = parent->first_child;
        parent->first_child = e;
    }
    return e;
}

static entry *child_of(const entry *e, int64_t label)
{
    entry *c = e->first_child;
    while (c && c->label != label)
        c = c->sibling;
    return c;
}

/* The leaves become branches, the likeliest first, of equals that which came first. */
static void take_branches(search *s)
{
    for (int64_t i = 0; i < s->n; i++) {
        int64_t at = i;
        for (; at > 0 && s->leaves[i]->now.total > s->branches[at - 1]->now.total; at--)
            s->branches[at] = s->branches[at - 1];
        s->branches[at] = s->leaves[i];
    }
    s->n_branches = s->n;
    s->n = 0;
}

/* The same labels with one frame more: a blank, or the last label again, or now. */
static void stay(const search *s, entry *e, int64_t t, double offset)
{
    if (e->parent) {
        const ways *p = &e->parent->before;
        if (is_active(e->parent))
            e->now.label = either(s, e->now.label, e->label == e->parent->label ? p->blank : p->total);
        e->now.label = rounded(s, e->now.label + rounded(s, frame_logit(s, t, e->label) - offset));
    }
    e->now.blank = rounded(s, rounded(s, e->before.total + frame_logit(s, t, s->classes - 1)) - offset);
    e->now.total = either(s, e->now.blank, e->now.label);
}

static void find_bottom(search *s)
{
    s->bottom = 0;
    for (int64_t i = 1; i < s->n; i++)
        if (s->leaves[i]->now.total < s->leaves[s->bottom]->now.total)
            s->bottom = i;
}

static bool is_candidate(const search *s, double total)
{
    return total > -INFINITY && (s->n < s->width || total > s->leaves[s->bottom]->now.total);
}

/* In place of the least likely leaf where there are enough: no way leads to that one any more. */
static bool push(search *s, entry *e)
{
    if (s->n < s->width) {
        if (!keep(s, e))
            return false;
    } else {
        s->leaves[s->bottom]->now = no_ways;
        s->leaves[s->bottom] = e;
    }
    find_bottom(s);
    return true;
}

/* The branch with one label more, each that is likelier than what is kept. */
static bool grow(search *s, entry *e, int64_t t, double offset)
{
    for (int64_t label = 0; label < s->classes - 1; label++) {
        const double from = label == e->label ? e->before.blank : e->before.total;
        const double total = rounded(s, rounded(s, frame_logit(s, t, label) - offset) + from);
        entry *c = child_of(e, label);
        if (c && is_active(c))
            continue;
        if (!is_candidate(s, total)) {
            if (c) /* if it was a leaf until this frame, it does not grow any more, as in TF */
                c->before = no_ways;
            continue;
        }
        if (!c && !(c = new_entry(s, e, label)))
            return false;
        c->now = (ways){ .total = total, .blank = -INFINITY, .label = total };
        if (!push(s, c))
            return false;
    }
    return true;
}

static bool step(search *s, int64_t t)
{
    const double offset = offset_of(s, t);
    take_branches(s);
    for (int64_t i = 0; i < s->n_branches; i++)
        s->branches[i]->before = s->branches[i]->now;
    for (int64_t i = 0; i < s->n_branches; i++) {
        stay(s, s->branches[i], t, offset);
        s->leaves[s->n++] = s->branches[i];
    }
    find_bottom(s);
    for (int64_t i = 0; i < s->n_branches; i++) /* which stay the likeliest first while leaves come and go */
        if (is_candidate(s, s->branches[i]->before.total) && !grow(s, s->branches[i], t, offset))
            return false;
    return true;
}

/* Example b's likeliest labels are its branches then; false after a report. */
static bool run_search(search *s)
{
    const int64_t paths = paths_of(s->k->n_out);
    tf1c_arena_free(&s->memory);
    s->n = 0;
    entry *root = new_entry(s, NULL, -1);
    if (!root || !keep(s, root))
        return false;
    root->now = (ways){ .total = 0, .blank = 0, .label = -INFINITY };
    for (int64_t t = 0; t < int_at(&s->k->in[1], s->b); t++)
        if (!step(s, t))
            return false;
    take_branches(s);
    if (s->n_branches < paths)
        tf_kernel_error(s->k, tf_invalid_argument, "Less leaves in the beam search than requested.");
    return s->n_branches >= paths;
}

/* An entry's labels, into `values` unless that is NULL; gives how many. */
static int64_t spell(const entry *e, bool merge_repeated, int64_t *values)
{
    int64_t n = 0, after = -1;
    for (const entry *c = e; c->parent; c = c->parent) {
        n += !merge_repeated || c->label != after;
        after = c->label;
    }
    after = -1;
    for (int64_t i = n; values && e->parent; e = e->parent) {
        if (!merge_repeated || e->label != after)
            values[--i] = e->label;
        after = e->label;
    }
    return n;
}

typedef void each_path(search *s, int path, const entry *e);
static void search_all(tf_kernel_ctx *k, tf_dims *counted, each_path *fn)
{
    search s = { .k = k, .counted = counted, .width = ((const beam_attrs *)k->attrs)->beam_width, .classes = k->in[0].dims[2] };
    for (s.b = 0; s.b < k->in[0].dims[1] && run_search(&s); s.b++)
        for (int p = 0; p < paths_of(k->n_out); p++)
            fn(&s, p, s.branches[p]);
    tf1c_arena_free(&s.memory);
    tf1c_free(s.leaves);
    tf1c_free(s.branches);
}

/* ---- the op: no gradient ------------------------------------------------------------------------------------------------------ */

static bool merges(const search *s) { return ((const beam_attrs *)s->k->attrs)->merge_repeated; }

static void count_path(search *s, int path, const entry *e) { s->counted[path].dims[0] += spell(e, merges(s), NULL); }

static void beam_data_shape(tf_kernel_ctx *k, tf_dims *out)
{
    const int paths = paths_of(k->n_out);
    if (!tf1c_frames_are_decodable(k))
        return;
    if (paths > ((const beam_attrs *)k->attrs)->beam_width) {
        tf_kernel_error(k, tf_invalid_argument, "requested more paths than the beam width.");
        return;
    }
    for (int p = 0; p < paths; p++)
        out[p] = SHAPE(0, 2);
    search_all(k, out, count_path);
    for (int p = 0; p < paths; p++) {
        out[paths + p] = SHAPE(out[p].dims[0]);
        out[2 * paths + p] = SHAPE(2);
    }
    out[3 * paths] = SHAPE(k->in[0].dims[1], paths);
}

/* The path's shape holds how much of it is written until all is. */
static void write_path(search *s, int path, const entry *e)
{
    const int paths = paths_of(s->k->n_out);
    int64_t *shape = s->k->out[2 * paths + path].data, *indices = (int64_t *)s->k->out[path].data + 2 * shape[0];
    const int64_t n = spell(e, merges(s), (int64_t *)s->k->out[paths + path].data + shape[0]);
    for (int64_t i = 0; i < n; i++) {
        indices[2 * i] = s->b;
        indices[2 * i + 1] = i;
    }
    shape[0] += n;
    shape[1] = n > shape[1] ? n : shape[1];
    set_real(&s->k->out[3 * paths], s->b * paths + path, e->now.total);
}

static void beam_kernel(tf_kernel_ctx *k)
{
    const int paths = paths_of(k->n_out);
    for (int p = 0; p < paths; p++) {
        int64_t *shape = k->out[2 * paths + p].data;
        shape[0] = shape[1] = 0;
    }
    search_all(k, NULL, write_path);
    for (int p = 0; p < paths; p++)
        ((int64_t *)k->out[2 * paths + p].data)[0] = k->in[0].dims[1];
}

static const tf_op_def beam_op = {
    .name = "CTCBeamSearchDecoder",
    .in = "inputs:T, sequence_length:int32",
    .out = "decoded_indices:int64*, decoded_values:int64*, decoded_shape:int64*, log_probability:T",
    .T = TF_FLOATING,
    .attrs = beam_fields,
    .attrs_size = sizeof(beam_attrs),
    .shape = beam_shape,
    .data_shape = beam_data_shape,
    .kernel = beam_kernel,
    .gradient = tf_no_gradient,
};

enum { MOST_PATHS = 1 << 20 };

tf_ctc_beams tf_nn_ctc_beam_search_decoder_(struct tf_ctc_beam_search_decoder_args a)
{
    TF_FROM(a.here);
    const beam_attrs attrs = { a.beam_width, a.merge_repeated };
    const int paths = a.top_paths < 0 ? 0 : a.top_paths;
    if (paths > MOST_PATHS) {
        const tf_tensor mistake =
            tf_mistake(tf_value_error, a.here, NULL, "top_paths is %d, more than %d.", paths, (int)MOST_PATHS);
        const tf_list one = tf_mistake_list(1, mistake);
        return (tf_ctc_beams){ { one, one, one }, mistake };
    }
    const tf_operand in[2] = { tf1c_given(a.inputs), tf1c_given(a.sequence_length) };
    tf_operation *op = tf_op_new(
        &beam_op, (struct tf_op_args){ .here = a.here, .attrs = &attrs, .n_inputs = 2, .inputs = in, .n_outputs = 3 * paths + 1 });
    const tf_list all = tf1c_outputs(op, 3 * paths + 1);
    const tf_tensor *first = all.items;
    if (all.n < 3 * paths + 1) {
        const tf_list none = tf_mistake_list(paths, (tf_tensor){ .op = tf1c_record_mistake(tf1c_current_graph()) });
        return (tf_ctc_beams){ { none, none, none }, tf_at(none, 0) };
    }
    return (tf_ctc_beams){
        { { .n = paths, .items = first }, { .n = paths, .items = first + paths }, { .n = paths, .items = first + 2 * paths } },
        first[3 * paths]
    };
}

/* clang-format off */
tf1c_op_family tf1c_family_ctc_beam = {
    &beam_op,
    NULL,
};
