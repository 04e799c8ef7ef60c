/* TF1: core/kernels/ctc_loss_op.cc, ctc_decoder_ops.cc, edit_distance_op.cc; python/ops/ctc_ops.py. */
#include "ops/nn/ctc.h"

#include <math.h>
#include <stdio.h>

#include "ops/array/array.h"
#include "ops/array/shape.h"
#include "ops/array/slice.h"
#include "ops/math/arithmetic.h"
#include "ops/nn/frames.h"
#include "ops/nn/nn_ops.h"
#include "ops/sparse/indices.h"

/* What inputs [frames, batch, classes] and lengths [batch] have in common. */
bool tf1c_frames_fit(tf_shape_ctx *c, int lengths, int64_t *batch)
{
    const tf_dims *inputs = tf_in_dims(c, 0), *n = tf_in_dims(c, lengths);
    if (!tf_with_rank(c, 0, 3) || !tf_with_rank(c, lengths, 1))
        return false;
    const int64_t of_inputs = inputs->known ? inputs->dims[1] : NONE, of_lengths = n->known ? n->dims[0] : NONE;
    if (tf_merge_dim(of_inputs, of_lengths, batch))
        return true;
    if (tf_shape_at_run(c))
        tf_shape_error(c, "len(sequence_length) != batch_size.  len(sequence_length):  %lld batch_size: %lld",
                       (long long)of_lengths, (long long)of_inputs);
    else
        tf_shape_error(c, "Dimensions must be equal, but are %lld and %lld", (long long)of_inputs, (long long)of_lengths);
    return false;
}

/* ---- CTCLoss: dinputs = the gradient that the kernel has made, by dy ----------------------------------------------------------- */
typedef struct {
    bool preprocess_collapse_repeated, ctc_merge_repeated, ignore_longer_outputs_than_inputs;
} loss_attrs;
static const tf_attr_def loss_fields[] = { TF_ATTR(loss_attrs, preprocess_collapse_repeated, TF_ATTR_BOOL),
                                           TF_ATTR(loss_attrs, ctc_merge_repeated, TF_ATTR_BOOL),
                                           TF_ATTR(loss_attrs, ignore_longer_outputs_than_inputs, TF_ATTR_BOOL),
                                           { 0 } };

static void loss_shape(tf_shape_ctx *c)
{
    int64_t batch;
    tf_dims inputs = *tf_in_dims(c, 0);
    if (!tf1c_frames_fit(c, 3, &batch) || !tf_with_rank(c, 1, 2) || !tf_with_rank(c, 2, 1))
        return;
    const tf_dims *indices = tf_in_dims(c, 1), *values = tf_in_dims(c, 2);
    if (indices->known && values->known && indices->dims[0] != NONE && values->dims[0] != NONE &&
        indices->dims[0] != values->dims[0]) {
        tf_shape_error(c, "Dimensions must be equal, but are %lld and %lld", (long long)indices->dims[0],
                       (long long)values->dims[0]);
        return;
    }
    if (!inputs.known)
        inputs = SHAPE(NONE, NONE, NONE);
    inputs.dims[1] = batch;
    tf_set_out(c, 0, SHAPE(batch));
    tf_set_out(c, 1, inputs);
}

/* One example: the labels with blanks around them, and what is known of the ways through the frames. */
typedef struct {
    tf_kernel_ctx *k;
    const loss_attrs *attrs;
    int64_t b, batch, classes, frames; /* that count */
    const int32_t *labels;
    int64_t n_labels;
    int32_t *spelled; /* [n]: blank, label, blank, …, blank */
    int64_t n;
    double *ahead, *behind, *arriving; /* [frames, n]; [n]; [n] */
} example;

static int32_t blank_of(const example *e) { return (int32_t)e->classes - 1; }

/* The probability of class c in frame t; the kernel's second output holds it until the gradient takes its place. */
static double probability(const example *e, int64_t t, int64_t c)
{
    return real_at(&e->k->out[1], (t * e->batch + e->b) * e->classes + c);
}

#define SOFTMAX_ROW(type, exp_of)                                  \
    const type *x = (const type *)e->k->in[0].data + at;           \
    type *y = (type *)e->k->out[1].data + at, top = x[0], sum = 0; \
    for (int64_t c = 1; c < e->classes; c++)                       \
        top = x[c] > top ? x[c] : top;                             \
    for (int64_t c = 0; c < e->classes; c++)                       \
        sum += y[c] = exp_of(x[c] - top);                          \
    for (int64_t c = 0; c < e->classes; c++)                       \
        y[c] /= sum;
static void softmax_frames(const example *e)
{
    for (int64_t t = 0; t < e->frames; t++) {
        const int64_t at = (t * e->batch + e->b) * e->classes;
        if (e->k->T == tf_float32) {
            SOFTMAX_ROW(float, expf)
        } else {
            SOFTMAX_ROW(double, exp)
        }
    }
}

/* Whether a way may stay at place u, and whether it may come there from u - 2. */
static bool may_stay(const example *e, int64_t u) { return e->attrs->ctc_merge_repeated || e->spelled[u] == blank_of(e); }
static bool may_skip(const example *e, int64_t u)
{
    return u > 1 && e->spelled[u] != blank_of(e) && !(e->attrs->ctc_merge_repeated && e->spelled[u] == e->spelled[u - 2]);
}

/* Makes a row of sum 1; gives what the sum was. */
static double scaled(double *row, int64_t n)
{
    double sum = 0;
    for (int64_t u = 0; u < n; u++)
        sum += row[u];
    for (int64_t u = 0; u < n && sum > 0; u++)
        row[u] /= sum;
    return sum;
}

/* Of the ways that reach each place by each frame; gives the logarithm of the probability of those that spell the labels. */
static double go_ahead(const example *e)
{
    const int64_t n = e->n;
    double log_p = 0;
    for (int64_t t = 0; t < e->frames; t++) {
        double *row = e->ahead + t * n;
        const double *before = row - n;
        for (int64_t u = 0; u < n; u++) {
            double sum = t == 0 ? u < 2 : may_stay(e, u) ? before[u] : 0;
            if (t && u)
                sum += before[u - 1];
            if (t && may_skip(e, u))
                sum += before[u - 2];
            row[u] = sum * probability(e, t, e->spelled[u]);
        }
        log_p += log(scaled(row, n));
    }
    const double *last = e->ahead + (e->frames - 1) * n;
    return log_p + log(last[n - 1] + (n > 1 ? last[n - 2] : 0));
}

/* p(class c in frame t) - p(it there, of the ways that spell the labels). */
static void set_gradient(const example *e, int64_t t, int32_t c, double posterior)
{
    const int64_t at = (t * e->batch + e->b) * e->classes + c;
    if (e->k->T == tf_float32)
        ((float *)e->k->out[1].data)[at] -= (float)posterior;
    else
        ((double *)e->k->out[1].data)[at] -= posterior;
}

/* From the last frame to the first: the ways that go on from each place, and the gradient of the frame. */
static void go_behind(const example *e)
{
    const int64_t n = e->n;
    for (int64_t u = 0; u < n; u++)
        e->behind[u] = u >= n - 2;
    for (int64_t t = e->frames - 1; t >= 0; t--) {
        const double *ahead = e->ahead + t * n;
        double all = 0;
        for (int64_t u = 0; u < n; u++) {
            all += ahead[u] * e->behind[u];
            e->arriving[u] = e->behind[u] * probability(e, t, e->spelled[u]);
        }
        for (int64_t u = 0; u < n; u++)
            set_gradient(e, t, e->spelled[u], ahead[u] * e->behind[u] / all);
        for (int64_t u = 0; u < n; u++)
            e->behind[u] = (may_stay(e, u) ? e->arriving[u] : 0) + (u + 1 < n ? e->arriving[u + 1] : 0) +
                           (u + 2 < n && may_skip(e, u + 2) ? e->arriving[u + 2] : 0);
        scaled(e->behind, n);
    }
}

/* "1,-1", as far as there is room. */
static const char *labels_text(const int32_t *labels, int64_t n, int64_t step, char *text, size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    for (int64_t i = 0; i < n && used + 16 < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%d", i ? "," : "", labels[i * step]);
    return text;
}

/* The labels between blanks; false after a report. */
static bool spell(example *e)
{
    char text[256], seen[256];
    bool ended = false;
    e->n = 0;
    e->spelled[e->n++] = blank_of(e);
    for (int64_t i = 0; i < e->n_labels; i++) {
        if (i && e->attrs->preprocess_collapse_repeated && e->labels[i] == e->labels[i - 1])
            continue;
        if (e->labels[i] >= blank_of(e)) {
            ended = true;
            continue;
        }
        if (ended) {
            tf_kernel_error(e->k, tf_invalid_argument,
                            "Saw a non-null label (index >= num_classes - 1) following a null label, batch: %lld num_classes: %lld "
                            "labels: %s labels seen so far: %s",
                            (long long)e->b, (long long)e->classes, labels_text(e->labels, e->n_labels, 1, text, sizeof text),
                            labels_text(e->spelled + 1, e->n / 2, 2, seen, sizeof seen));
            return false;
        }
        e->spelled[e->n++] = e->labels[i];
        e->spelled[e->n++] = blank_of(e);
    }
    for (int64_t i = 1; i < e->n; i += 2)
        if (e->spelled[i] < 0) {
            tf_kernel_error(e->k, tf_invalid_argument, "All labels must be nonnegative integers, batch: %lld labels: %s",
                            (long long)e->b, labels_text(e->spelled + 1, e->n / 2, 2, text, sizeof text));
            return false;
        }
    return true;
}

/* Whether there is anything to compute; false after a report too. */
static bool is_computed(const example *e)
{
    const bool longer = e->n_labels > e->frames;
    if (!e->n_labels)
        tf_kernel_error(e->k, tf_invalid_argument, "Labels length is zero in batch %lld", (long long)e->b);
    else if (longer && !e->attrs->ignore_longer_outputs_than_inputs)
        tf_kernel_error(
            e->k, tf_invalid_argument,
            "Not enough time for target transition sequence (required: %lld, available: %lld)%lldYou can turn this error "
            "into a warning by using the flag ignore_longer_outputs_than_inputs",
            (long long)e->n_labels, (long long)e->frames, (long long)e->b);
    return e->n_labels && !longer && e->frames;
}

static void run_example(example *e)
{
    set_real(&e->k->out[0], e->b, 0);
    if (!spell(e) || !is_computed(e))
        return;
    softmax_frames(e);
    const double log_p = go_ahead(e);
    set_real(&e->k->out[0], e->b, -log_p);
    if (isfinite(log_p)) /* no way at all: the softmax is left as it is */
        go_behind(e);
}

/* ---- its labels, which are sparse ------------------------------------------------------------------------------------------------ */
static bool lengths_are_valid(tf_kernel_ctx *k, const tf_view *lengths, tf_status code)
{
    for (int64_t b = 0; b < lengths->dims[0]; b++) {
        const int64_t n = int_at(lengths, b);
        if (n > k->in[0].dims[0])
            tf_kernel_error(k, code, "sequence_length(%lld) <= %lld", (long long)b, (long long)k->in[0].dims[0]);
        else if (n < 0)
            tf_kernel_error(k, tf_invalid_argument, "seq_len(%lld) < 0", (long long)b);
        else
            continue;
        return false;
    }
    return true;
}

static bool labels_are_valid(tf_kernel_ctx *k)
{
    const tf_view *indices = &k->in[1];
    const int64_t n = indices->dims[0], *at = indices->data, batch = k->in[0].dims[1];
    int64_t most = 0;
    char row[256];
    if (indices->dims[1] != 2) {
        tf_kernel_error(k, tf_invalid_argument, "labels_indices has %lld columns and not 2", (long long)indices->dims[1]);
        return false;
    }
    for (int64_t i = 0; i < n; i++)
        most = at[2 * i + 1] >= most ? at[2 * i + 1] + 1 : most;
    for (int64_t i = 0; i < n; i++) {
        const int64_t *here = at + 2 * i, *before = i ? here - 2 : NULL;
        tf1c_row_text(indices, i, 2, row, sizeof row);
        if (here[0] < 0 || here[0] >= batch || here[1] < 0)
            tf_kernel_error(k, tf_invalid_argument,
                            "label SparseTensor is not valid: %s is out of bounds: need 0 <= index < [%lld,%lld]", row,
                            (long long)batch, (long long)most);
        else if (before && here[0] == before[0] && here[1] == before[1])
            tf_kernel_error(k, tf_invalid_argument, "label SparseTensor is not valid: %s is repeated", row);
        else if (before && (here[0] < before[0] || (here[0] == before[0] && here[1] < before[1])))
            tf_kernel_error(k, tf_invalid_argument, "label SparseTensor is not valid: %s" TF1C_OUT_OF_ORDER, row);
        else
            continue;
        return false;
    }
    return true;
}

static int64_t most_places(const tf_kernel_ctx *k) { return 2 * k->in[1].dims[0] + 1; }
static size_t loss_scratch(const tf_kernel_ctx *k)
{
    const size_t n = (size_t)most_places(k);
    return n * (size_t)(k->in[0].dims[0] + 2) * sizeof(double) + n * sizeof(int32_t);
}

static void clear_gradient(tf_kernel_ctx *k)
{
    const tf_view *g = &k->out[1];
    const size_t row = (size_t)g->dims[2] * tf_dtype_size(g->dtype);
    for (int64_t t = 0; t < g->dims[0]; t++)
        clear_bytes((char *)g->data + (size_t)(t * g->dims[1] + k->begin) * row, (size_t)(k->end - k->begin) * row);
}

static void loss_kernel(tf_kernel_ctx *k)
{
    const int64_t *at = k->in[1].data, n = k->in[1].dims[0], most = most_places(k);
    double *room = k->scratch;
    example e = { .k = k, .attrs = k->attrs, .batch = k->in[0].dims[1], .classes = k->in[0].dims[2] };
    e.ahead = room;
    e.behind = room + most * k->in[0].dims[0];
    e.arriving = e.behind + most;
    e.spelled = (int32_t *)(e.arriving + most);
    clear_gradient(k);
    for (e.b = k->begin; e.b < k->end; e.b++)
        set_real(&k->out[0], e.b, 0);
    if (e.classes < 1) {
        tf_kernel_error(k, tf_invalid_argument, "inputs have no classes");
        return;
    }
    if (!lengths_are_valid(k, &k->in[3], tf_invalid_argument) || !labels_are_valid(k))
        return;
    int64_t first = 0;
    for (e.b = k->begin; e.b < k->end; e.b++) {
        while (first < n && at[2 * first] < e.b)
            first++;
        for (e.n_labels = 0; first + e.n_labels < n && at[2 * (first + e.n_labels)] == e.b;)
            e.n_labels++;
        e.labels = (const int32_t *)k->in[2].data + first;
        e.frames = int_at(&k->in[3], e.b);
        run_example(&e);
    }
}

static int64_t batch_units(const tf_kernel_ctx *k) { return k->in[0].dims[1]; }

static void loss_gradient(tf_grad_ctx *g, tf_tensor dloss)
{
    tf1c_gradient_makes(g, 1 + 3);
    static const char reason[] = "Currently there is no way to take the second  derivative of ctc_loss due to the fused "
                                 "implementation's interaction  with tf.gradients()";
    if (!tf_is_none(dloss))
        tf_add_grad(g, 0, tf_mul(tf_expand_dims(dloss, -1), tf1c_prevent_gradient(g->out[1], reason)));
}

static const tf_op_def loss_op = {
    .name = "CTCLoss",
    .in = "inputs:T, labels_indices:int64, labels_values:int32, sequence_length:int32",
    .out = "loss:T, gradient:T",
    .T = TF_FLOATING,
    .attrs = loss_fields,
    .attrs_size = sizeof(loss_attrs),
    .shape = loss_shape,
    .kernel = loss_kernel,
    .units = batch_units,
    .scratch = loss_scratch,
    .gradient = loss_gradient,
};

tf_tensor tf_nn_ctc_loss_(struct tf_ctc_loss_args a)
{
    TF_FROM(a.here);
    const loss_attrs attrs = { a.preprocess_collapse_repeated, a.ctc_merge_repeated, a.ignore_longer_outputs_than_inputs };
    tf_operand inputs = tf1c_given(a.inputs);
    if (!a.time_major)
        inputs = tf_operand_tensor(tf_transpose(tf_convert(inputs, tf_dtype_unset, a.here, NULL), PERM(1, 0, 2)));
    return array_op(&loss_op, (struct tf_name_args){ a.here, NULL }, NULL, &attrs, 4,
                    (tf_operand[]){ inputs, tf_operand_tensor(a.labels.indices), tf_operand_tensor(a.labels.values),
                                    tf1c_given(a.sequence_length) });
}

/* ---- CTCGreedyDecoder: no gradient ------------------------------------------------------------------------------------------------ */
typedef struct {
    bool merge_repeated;
} decoder_attrs;
static const tf_attr_def decoder_fields[] = { TF_ATTR(decoder_attrs, merge_repeated, TF_ATTR_BOOL), { 0 } };

static void decoder_shape(tf_shape_ctx *c)
{
    int64_t batch;
    if (!tf1c_frames_fit(c, 1, &batch))
        return;
    tf_set_out(c, 0, SHAPE(NONE, 2));
    tf_set_out(c, 1, SHAPE(NONE));
    tf_set_out(c, 2, SHAPE(2));
    tf_set_out(c, 3, SHAPE(batch, 1));
}

static double logit(const tf_kernel_ctx *k, int64_t t, int64_t b, int64_t c)
{
    return real_at(&k->in[0], (t * k->in[0].dims[1] + b) * k->in[0].dims[2] + c);
}

static int64_t likeliest(const tf_kernel_ctx *k, int64_t t, int64_t b)
{
    int64_t best = 0;
    for (int64_t c = 1; c < k->in[0].dims[2]; c++)
        best = logit(k, t, b, c) > logit(k, t, b, best) ? c : best;
    return best;
}

/* Example b's classes in turn, into `values` unless that is NULL; gives how many. */
static int64_t decode(const tf_kernel_ctx *k, int64_t b, int64_t *values, double *sum)
{
    const int64_t blank = k->in[0].dims[2] - 1, frames = int_at(&k->in[1], b);
    int64_t n = 0, before = -1;
    *sum = 0;
    for (int64_t t = 0; t < frames; t++) {
        const int64_t c = likeliest(k, t, b);
        *sum -= logit(k, t, b, c);
        if (c != blank && !(c == before && ((const decoder_attrs *)k->attrs)->merge_repeated)) {
            if (values)
                values[n] = c;
            n++;
        }
        before = c;
    }
    return n;
}

bool tf1c_frames_are_decodable(tf_kernel_ctx *k)
{
    if (k->in[0].dims[2] < 1)
        tf_kernel_error(k, tf_invalid_argument, "inputs have no classes");
    else if (k->in[0].dims[0] < 1)
        tf_kernel_error(k, tf_invalid_argument, "max_time is 0");
    else
        return lengths_are_valid(k, &k->in[1], tf_failed_precondition);
    return false;
}

static void decoder_data_shape(tf_kernel_ctx *k, tf_dims *out)
{
    int64_t all = 0;
    double sum;
    if (!tf1c_frames_are_decodable(k))
        return;
    for (int64_t b = 0; b < k->in[0].dims[1]; b++)
        all += decode(k, b, NULL, &sum);
    out[0] = SHAPE(all, 2);
    out[1] = SHAPE(all);
    out[2] = SHAPE(2);
    out[3] = SHAPE(k->in[0].dims[1], 1);
}

static void decoder_kernel(tf_kernel_ctx *k)
{
    int64_t *indices = k->out[0].data, *values = k->out[1].data, *shape = k->out[2].data, at = 0, most = 0;
    for (int64_t b = 0; b < k->in[0].dims[1]; b++) {
        double sum;
        const int64_t n = decode(k, b, values + at, &sum);
        for (int64_t i = 0; i < n; i++) {
            indices[2 * (at + i)] = b;
            indices[2 * (at + i) + 1] = i;
        }
        at += n;
        most = n > most ? n : most;
        set_real(&k->out[3], b, sum);
    }
    shape[0] = k->in[0].dims[1];
    shape[1] = most;
}

static const tf_op_def decoder_op = {
    .name = "CTCGreedyDecoder",
    .in = "inputs:T, sequence_length:int32",
    .out = "decoded_indices:int64, decoded_values:int64, decoded_shape:int64, log_probability:T",
    .T = TF_FLOATING,
    .attrs = decoder_fields,
    .attrs_size = sizeof(decoder_attrs),
    .shape = decoder_shape,
    .data_shape = decoder_data_shape,
    .kernel = decoder_kernel,
    .gradient = tf_no_gradient,
};

tf_ctc_decoded tf_nn_ctc_greedy_decoder_(struct tf_ctc_greedy_decoder_args a)
{
    const decoder_attrs attrs = { a.merge_repeated };
    tf_operation *op = array_op(&decoder_op, (struct tf_name_args){ a.here, NULL }, NULL, &attrs, 2,
                                (tf_operand[]){ tf1c_given(a.inputs), tf1c_given(a.sequence_length) })
                           .op;
    return (tf_ctc_decoded){ { tf_op_output(op, 0), tf_op_output(op, 1), tf_op_output(op, 2) }, tf_op_output(op, 3) };
}

/* ---- EditDistance: no gradient ----------------------------------------------------------------------------------------------------- */
typedef struct {
    bool normalize;
} distance_attrs;
static const tf_attr_def distance_fields[] = { TF_ATTR(distance_attrs, normalize, TF_ATTR_BOOL), { 0 } };

/* All axes but the last, the larger of both. */
static void distance_shape(tf_shape_ctx *c)
{
    tf_dims out = { 0 };
    tf_ndarray hypothesis, truth;
    for (int i = 0; i < 6; i++)
        if (!tf_with_rank(c, i, i % 3 ? 1 : 2))
            return;
    if (tf_in_value(c, 2, &hypothesis) && tf_in_value(c, 5, &truth)) {
        const int64_t n = np_size(hypothesis), m = np_size(truth);
        if (n != m || n < 1 || n > TF_MAX_RANK) {
            tf_shape_error(c, "Num elements of hypothesis_shape does not match truth_shape: %lld vs. %lld", (long long)n,
                           (long long)m);
            return;
        }
        out = (tf_dims){ .known = true, .rank = (int)n - 1 };
        for (int i = 0; i < out.rank; i++) {
            if (int_of(&hypothesis, i) < 0 || int_of(&truth, i) < 0) {
                tf_shape_error(c, "hypothesis_shape and truth_shape must not be negative");
                return;
            }
            out.dims[i] = int_of(&hypothesis, i) > int_of(&truth, i) ? int_of(&hypothesis, i) : int_of(&truth, i);
        }
    }
    tf_set_out(c, 0, out);
}

/* A sparse operand, row after row. */
typedef struct {
    const int64_t *at;
    const tf_view *values;
    int64_t n, next;
    int rank;
} sequences;

/* Which row of `out` entry i is in; -1: none. */
static int64_t row_of(const sequences *s, const tf_view *out, int64_t i)
{
    int64_t row = 0;
    for (int axis = 0; axis < out->rank; axis++) {
        const int64_t index = s->at[i * s->rank + axis];
        if (index < 0 || index >= out->dims[axis])
            return -1;
        row = row * out->dims[axis] + index;
    }
    return row;
}

/* How many entries from s->next on are in the row. */
static int64_t take_row(sequences *s, const tf_view *out, int64_t row, int64_t *first)
{
    while (s->next < s->n && row_of(s, out, s->next) < row)
        s->next++;
    *first = s->next;
    while (s->next < s->n && row_of(s, out, s->next) == row)
        s->next++;
    return s->next - *first;
}

static bool same_value(const tf_view *a, int64_t i, const tf_view *b, int64_t j)
{
    const size_t size = tf_dtype_size(a->dtype);
    return memcmp((const char *)a->data + (size_t)i * size, (const char *)b->data + (size_t)j * size, size) == 0;
}

/* room: truth's length + 1 */
static int64_t levenshtein(const sequences *h, int64_t h0, int64_t n, const sequences *t, int64_t t0, int64_t m, int64_t *room)
{
    for (int64_t j = 0; j <= m; j++)
        room[j] = j;
    for (int64_t i = 1; i <= n; i++) {
        int64_t corner = room[0];
        room[0] = i;
        for (int64_t j = 1; j <= m; j++) {
            const int64_t above = room[j], changed = corner + !same_value(h->values, h0 + i - 1, t->values, t0 + j - 1);
            const int64_t added = (above < room[j - 1] ? above : room[j - 1]) + 1;
            room[j] = changed < added ? changed : added;
            corner = above;
        }
    }
    return room[m];
}

static size_t distance_scratch(const tf_kernel_ctx *k) { return ((size_t)k->in[3].dims[0] + 1) * sizeof(int64_t); }

static void distance_kernel(tf_kernel_ctx *k)
{
    const tf_view *out = &k->out[0];
    const bool normalize = ((const distance_attrs *)k->attrs)->normalize;
    sequences h = { k->in[0].data, &k->in[1], k->in[0].dims[0], 0, out->rank + 1 };
    sequences t = { k->in[3].data, &k->in[4], k->in[3].dims[0], 0, out->rank + 1 };
    if (k->in[0].dims[1] != h.rank || k->in[3].dims[1] != t.rank || k->in[1].dims[0] != h.n || k->in[4].dims[0] != t.n) {
        tf_kernel_error(k, tf_invalid_argument, "the indices, values and shapes of hypothesis and truth do not fit each other");
        return;
    }
    for (int64_t row = 0, rows = tf_view_count(out); row < rows; row++) {
        int64_t h0, t0;
        const int64_t n = take_row(&h, out, row, &h0), m = take_row(&t, out, row, &t0);
        const float distance = (float)levenshtein(&h, h0, n, &t, t0, m, k->scratch);
        ((float *)out->data)[row] = !normalize ? distance : m ? distance / (float)m : n ? INFINITY : 0;
    }
}

static const tf_op_def distance_op = {
    .name = "EditDistance",
    .in =
        "hypothesis_indices:int64, hypothesis_values:T, hypothesis_shape:int64, truth_indices:int64, truth_values:T, truth_shape:int64",
    .out = "output:float32",
    .T = TF_NUMERIC,
    .attrs = distance_fields,
    .attrs_size = sizeof(distance_attrs),
    .shape = distance_shape,
    .kernel = distance_kernel,
    .scratch = distance_scratch,
    .gradient = tf_no_gradient,
};

tf_tensor tf_edit_distance_(struct tf_edit_distance_args a)
{
    const distance_attrs attrs = { a.normalize };
    const tf_sparse_tensor *h = &a.hypothesis, *t = &a.truth;
    return array_op(&distance_op, (struct tf_name_args){ a.here, a.name }, "edit_distance", &attrs, 6,
                    (tf_operand[]){ tf_operand_tensor(h->indices), tf_operand_tensor(h->values), tf_operand_tensor(h->dense_shape),
                                    tf_operand_tensor(t->indices), tf_operand_tensor(t->values),
                                    tf_operand_tensor(t->dense_shape) });
}

/* clang-format off */
tf1c_op_family tf1c_family_ctc = {
    &loss_op,
    &decoder_op,
    &distance_op,
    NULL,
};
