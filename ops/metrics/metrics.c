/* Metrics, in TensorFlow's nodes and order. TF1: python/ops/metrics_impl.py. */
#include "ops/metrics/metrics.h"

#include <string.h>

#include "ops/array/constant.h"
#include "ops/array/diag.h"
#include "ops/array/fill.h"
#include "ops/array/identity.h"
#include "ops/array/shape.h"
#include "ops/array/slice.h"
#include "ops/control_flow/counts.h"
#include "ops/family.h"
#include "ops/logging/logging_ops.h"
#include "ops/losses/weights.h"
#include "ops/math/arithmetic.h"
#include "ops/math/cast.h"
#include "ops/math/compare.h"
#include "ops/math/confusion_matrix.h"
#include "ops/math/reduce.h"
#include "ops/math/squeezable.h"
#include "ops/math/unary.h"
#include "ops/state/local.h"
#include "ops/state/variables.h"

static tf_metric both(tf_tensor poison) { return (tf_metric){ poison, poison }; }

static tf_tensor counters(const char *name, tf_dims shape, tf_dtype dtype)
{
    const tf_tensor v = tf1c_local_zeros(name, shape, dtype);
    if (!tf_is_poisoned(v))
        tf_add_to_collection("metric_variables", v);
    return v;
}
static tf_tensor counter(const char *name) { return counters(name, SCALAR, tf_float32); }

static bool has_weights(const struct tf_metrics_args *a) { return tf1c_keyword(a->weights, true).kind != TF_OPERAND_NONE; }

/* Labels and predictions of one rank and one shape; a mistake takes the place of both. */
static void fit_shapes(tf_tensor *y, tf_tensor *p, tf_source here)
{
    char had[TF_DIMS_TEXT], wanted[TF_DIMS_TEXT];
    tf_dims merged;
    tf1c_remove_squeezable_dimensions(y, p, 0);
    const tf_dims d = tf_get_shape(*p), e = tf_get_shape(*y);
    if (tf_is_poisoned(*y) || tf_is_poisoned(*p) || tf_merge_dims(d, e, &merged))
        return;
    *y = *p = tf_mistake(tf_value_error, here, NULL, "Shapes %s and %s are incompatible", tf_dims_text(d, had, sizeof had),
                         tf_dims_text(e, wanted, sizeof wanted));
}

/* Once: as a tensor, with as many axes as the values, by one of length 1 more or less; a number stays one. */
static void fit_weights(struct tf_metrics_args *a, tf_tensor values)
{
    if (!has_weights(a))
        return;
    const tf_tensor w = tf_convert(tf1c_keyword(a->weights, true), tf_dtype_unset, a->here, "weights");
    a->weights = operand_of(tf1c_fit_weights(w, values));
}

/* The weights in the values' shape. */
static tf_tensor weights_like(const struct tf_metrics_args *a, tf_tensor values)
{
    return tf1c_broadcast_weights(tf_cast(tf1c_keyword(a->weights, true), tf_float32), values, a->here);
}

/* ---- mean -------------------------------------------------------------------------------------------------------------------- */

static tf_tensor quotient(tf_tensor total, tf_tensor count, const char *name)
{
    return tf_div_no_nan(total, tf_maximum(count, 0), .name = name);
}

/* In the metric's scope. */
static tf_metric mean_of(tf_tensor values, const struct tf_metrics_args *given)
{
    struct tf_metrics_args args = *given, *a = &args;
    const tf_tensor total = counter("total"), count = counter("count");
    tf_tensor n, more = { 0 };
    values = tf_cast(values, tf_float32);
    fit_weights(a, values);
    if (has_weights(a)) {
        const tf_tensor weights = weights_like(a, values);
        values = tf_multiply(values, weights);
        n = tf_reduce_sum(weights);
    } else {
        n = tf_cast(tf_size(values), tf_float32);
    }
    const tf_tensor sum = tf_assign_add(total, tf_reduce_sum(values));
    tf_with_control_dependencies(OPS(values))
        more = tf_assign_add(count, n);
    const tf_tensor value = quotient(total, count, "value");
    return (tf_metric){ value, quotient(sum, more, "update_op") };
}

/* What every metric of weighted values is given beside them. */
#define WEIGHTED(a)                                                                               \
    {                                                                                             \
        .here = (a).here, .weights = (a).weights, .metrics_collections = (a).metrics_collections, \
        .updates_collections = (a).updates_collections, .name = (a).name                          \
    }

/* In the collections that a call names. */
static tf_metric collected(tf_metric m, const char *metrics, const char *updates)
{
    tf1c_join_collections(metrics, NULL, m.value);
    tf1c_join_collections(updates, NULL, m.update_op);
    return m;
}

static tf_metric mean_in_scope(tf_tensor values, const char *default_name, const struct tf_metrics_args *a)
{
    tf_metric m = { 0 };
    if (tf_is_poisoned(values))
        return both(values);
    tf_with_variable_scope(a->name, .default_name = default_name)
        m = mean_of(values, a);
    return collected(m, a->metrics_collections, a->updates_collections);
}

tf_metric tf_metrics_mean_(struct tf_metrics_mean_args given)
{
    const struct tf_metrics_args a = WEIGHTED(given);
    TF_FROM(a.here);
    return mean_in_scope(tf_convert(tf1c_given(given.values), tf_dtype_unset, a.here, "values"), "mean", &a);
}

tf_metric tf_metrics_accuracy_(struct tf_metrics_args a)
{
    const tf_operand labels = tf1c_given(a.labels), predictions = tf1c_given(a.predictions);
    TF_FROM(a.here);
    tf_tensor y = tf_convert(labels, tf_dtype_unset, a.here, "labels");
    tf_tensor p = tf_convert(predictions, tf_dtype_unset, a.here, "predictions");
    if (tf_is_poisoned(y) || tf_is_poisoned(p))
        return both(tf_is_poisoned(y) ? y : p);
    fit_shapes(&y, &p, a.here);
    fit_weights(&a, p);
    if (tf_get_dtype(p) != tf_get_dtype(y))
        p = tf_cast(p, tf_get_dtype(y));
    return mean_in_scope(tf_cast(tf_equal(p, y), tf_float32), "accuracy", &a);
}

/* Labels and predictions that fit each other, and weights that fit them. */
static void all_that_fit(struct tf_metrics_args *a, tf_tensor *y, tf_tensor *p)
{
    *p = tf_convert(tf1c_given(a->predictions), tf_dtype_unset, a->here, "predictions");
    *y = tf_convert(tf1c_given(a->labels), tf_dtype_unset, a->here, "labels");
    fit_shapes(y, p, a->here);
    fit_weights(a, *p);
}

tf_metric tf_metrics_mean_squared_error_(struct tf_metrics_args a)
{
    tf_tensor y, p;
    TF_FROM(a.here);
    all_that_fit(&a, &y, &p);
    return mean_in_scope(tf_squared_difference(y, p), "mean_squared_error", &a);
}

tf_metric tf_metrics_mean_absolute_error_(struct tf_metrics_args a)
{
    tf_tensor y, p;
    TF_FROM(a.here);
    all_that_fit(&a, &y, &p);
    return mean_in_scope(tf_abs(tf_sub(p, y)), "mean_absolute_error", &a);
}

tf_metric tf_metrics_root_mean_squared_error_(struct tf_metrics_args a)
{
    tf_tensor y, p;
    TF_FROM(a.here);
    all_that_fit(&a, &y, &p);
    const char *metrics = a.metrics_collections, *updates = a.updates_collections;
    a.metrics_collections = a.updates_collections = NULL; /* the root joins them */
    const tf_metric m = mean_in_scope(tf_squared_difference(y, p), "root_mean_squared_error", &a);
    return collected((tf_metric){ tf_sqrt(m.value), tf_sqrt(m.update_op) }, metrics, updates);
}

/* ---- precision, recall -------------------------------------------------------------------------------------------------------- */

/* How many labels and predictions are as asked, so far and with this batch, in the scope that is open. */
static tf_metric count_as(tf_tensor y, bool label, tf_tensor p, bool prediction, const struct tf_metrics_args *a)
{
    const tf_tensor met = tf_logical_and(tf_equal(y, label), tf_equal(p, prediction));
    const tf_tensor count = counter("count");
    tf_tensor values = tf_cast(met, tf_float32);
    tf1c_count_more(1); /* TF asserts that they are bool, with a NoOp */
    if (has_weights(a)) {
        enum { RANK_ASSERTED = 6 }; /* to be 0 or the values': both ranks, a shape, a NoOp for each thing that is known */
        tf1c_count_more(RANK_ASSERTED);
        values = tf_multiply(values, tf_cast(tf1c_keyword(a->weights, true), tf_float32));
    }
    tf_metric m = { .value = tf_identity(count) };
    m.update_op = tf_assign_add(count, tf_reduce_sum(values));
    return m;
}

/* The same in a scope of its own. */
static tf_metric count_of(const char *name, tf_tensor y, bool label, tf_tensor p, bool prediction, const struct tf_metrics_args *a)
{
    tf_metric m = { 0 };
    tf_with_variable_scope(NULL, .default_name = name)
        m = count_as(y, label, p, prediction, a);
    return m;
}

static tf_tensor share(tf_tensor met, tf_tensor missed, const char *name)
{
    return tf_where(tf_greater(tf_add(met, missed), 0), tf_realdiv(met, tf_add(met, missed)), 0, .name = name);
}

static tf_metric share_of(const char *default_name, tf_operand labels, tf_operand predictions, bool missed_label,
                          struct tf_metrics_args *a)
{
    tf_metric m = { 0 };
    TF_FROM(a->here);
    tf_with_variable_scope(a->name, .default_name = default_name) {
        tf_tensor p = tf_cast(predictions, tf_bool), y = tf_cast(labels, tf_bool);
        fit_shapes(&y, &p, a->here);
        fit_weights(a, p);
        const tf_metric met = count_of("true_positives", y, true, p, true, a);
        const tf_metric missed =
            count_of(missed_label ? "false_negatives" : "false_positives", y, missed_label, p, !missed_label, a);
        m.value = share(met.value, missed.value, "value");
        m.update_op = share(met.update_op, missed.update_op, "update_op");
    }
    return collected(m, a->metrics_collections, a->updates_collections);
}

tf_metric tf_metrics_precision_(struct tf_metrics_args a)
{
    const tf_operand labels = tf1c_given(a.labels), predictions = tf1c_given(a.predictions);
    return share_of("precision", labels, predictions, false, &a);
}

tf_metric tf_metrics_recall_(struct tf_metrics_args a)
{
    const tf_operand labels = tf1c_given(a.labels), predictions = tf1c_given(a.predictions);
    return share_of("recall", labels, predictions, true, &a);
}

/* ---- counts alone ----------------------------------------------------------------------------------------------------------------- */

/* How many labels and predictions are as asked. */
static tf_metric counted(struct tf_metrics_args *a, const char *default_name, bool label, bool prediction)
{
    tf_metric m = { 0 };
    TF_FROM(a->here);
    tf_with_variable_scope(a->name, .default_name = default_name) {
        tf_tensor p = tf_cast(tf1c_given(a->predictions), tf_bool), y = tf_cast(tf1c_given(a->labels), tf_bool);
        fit_shapes(&y, &p, a->here);
        fit_weights(a, p);
        m = count_as(y, label, p, prediction, a);
    }
    return collected(m, a->metrics_collections, a->updates_collections);
}
tf_metric tf_metrics_true_positives_(struct tf_metrics_args a) { return counted(&a, "true_positives", true, true); }
tf_metric tf_metrics_true_negatives_(struct tf_metrics_args a) { return counted(&a, "true_negatives", false, false); }
tf_metric tf_metrics_false_positives_(struct tf_metrics_args a) { return counted(&a, "false_positives", false, true); }
tf_metric tf_metrics_false_negatives_(struct tf_metrics_args a) { return counted(&a, "false_negatives", true, false); }

/* ---- mean_iou: from a confusion matrix ----------------------------------------------------------------------------------------------- */

static tf_tensor flat_ints(tf_operand x, tf_source here)
{
    const tf_tensor t = tf_cast(tf_convert(x, tf_dtype_unset, here, NULL), tf_int64);
    return tf_get_shape(t).known && tf_get_shape(t).rank > 1 ? tf_reshape(t, SHAPE(-1)) : t;
}

/* Of each class what was hit by what is one or the other; the mean over the classes that occur. */
static tf_tensor mean_iou_of(tf_tensor counts, const char *name)
{
    const tf_tensor rows = tf_cast(tf_reduce_sum(counts, 0), tf_float32), columns = tf_cast(tf_reduce_sum(counts, 1), tf_float32),
                    hits = tf_cast(tf_diag_part(counts), tf_float32);
    tf_tensor either = tf_sub(tf_raw_ops_add_v2(rows, columns, .name = "add"), hits);
    const tf_tensor classes = tf_reduce_sum(tf_cast(tf_not_equal(either, 0), tf_float32));
    either = tf_where(tf_greater(either, 0), either, tf_ones_like(either));
    const tf_tensor mean = tf_truediv(tf_reduce_sum(tf_div(hits, either), .name = name), classes);
    return tf_where(tf_greater(classes, 0), mean, 0);
}

tf_metric tf_metrics_mean_iou_(struct tf_mean_iou_args a)
{
    const struct tf_metrics_args args = { .here = a.here, .weights = a.weights };
    tf_metric m = { 0 };
    TF_FROM(a.here);
    if (a.num_classes < 1 || a.num_classes > INT32_MAX)
        return both(tf_mistake(tf_value_error, a.here, NULL, "mean_iou of %lld classes", (long long)a.num_classes));
    tf_with_variable_scope(a.name, .default_name = "mean_iou") {
        const tf_tensor total = counters("total_confusion_matrix", SHAPE(a.num_classes, a.num_classes), tf_float64);
        const tf_tensor y = flat_ints(tf1c_given(a.labels), a.here), p = flat_ints(tf1c_given(a.predictions), a.here);
        tf_tensor batch;
        if (has_weights(&args)) {
            const tf_tensor w = tf_convert(tf1c_keyword(a.weights, true), tf_dtype_unset, a.here, "weights");
            const bool is_flat = tf_is_poisoned(w) || !tf_get_shape(w).known || tf_get_shape(w).rank <= 1;
            batch =
                tf_confusion_matrix(y, p, a.num_classes, .dtype = tf_float64, .weights = is_flat ? w : tf_reshape(w, SHAPE(-1)));
        } else {
            batch = tf_confusion_matrix(y, p, a.num_classes, .dtype = tf_float64);
        }
        const tf_tensor update = tf_assign_add(total, batch);
        m.value = mean_iou_of(total, "mean_iou");
        m.update_op = tf_identity(update);
        tf1c_count_more(-1); /* TF answers the assignment itself */
    }
    return collected(m, a.metrics_collections, a.updates_collections);
}

/* ---- auc: by counts at thresholds ------------------------------------------------------------------------------------------------------ */

/* Thresholds from just below 0 to `last`, just above 1. */
static tf_tensor thresholds_of(int64_t n, double last)
{
    tf_ndarray t = np_zeros(SHAPE(n), tf_float32);
    for (int64_t i = 0; t.data && i < n; i++)
        ((float *)t.data)[i] = (float)(i == 0 ? -1e-7 : i == n - 1 ? last : (double)i / (double)(n - 1));
    const tf_tensor thresholds = tf_constant(t);
    np_free(&t);
    return thresholds;
}

/* So far, and with what this batch adds along each threshold. */
static tf_metric counts_at(const char *name, int64_t n, tf_tensor y, tf_tensor p, tf_tensor weights)
{
    const tf_tensor count = counters(name, SHAPE(n), tf_float32);
    tf_tensor met = tf_cast(tf_logical_and(y, p), tf_float32);
    if (!tf_is_none(weights))
        met = tf_multiply(met, weights);
    const tf_metric m = { tf_identity(count), tf_assign_add(count, tf_reduce_sum(met, 1)) };
    tf1c_count_more(-1); /* TF answers the variable */
    return m;
}

/* The area below recall over the rate of false positives (ROC), or below precision over recall (PR), by trapezoids. */
static tf_tensor area(const tf_tensor counts[], bool roc, const char *name)
{
    const tf_tensor tp = counts[0], fn = counts[1], tn = counts[2], fp = counts[3];
    const tf_tensor recall = tf_div(tf_add(tp, 1e-6), tf_add(tf_add(tp, fn), 1e-6));
    const tf_tensor x = roc ? tf_div(fp, tf_add(tf_add(fp, tn), 1e-6)) : recall;
    const tf_tensor y = roc ? recall : tf_div(tf_add(tp, 1e-6), tf_add(tf_add(tp, fp), 1e-6));
    const tf_tensor widths = tf_sub(tf_getitem(x, ":-1"), tf_getitem(x, "1:"));
    const tf_tensor heights = tf_truediv(tf_add(tf_getitem(y, ":-1"), tf_getitem(y, "1:")), 2.0);
    return tf_reduce_sum(tf_multiply(widths, heights), .name = name);
}

/* What was counted at each of n thresholds so far, and with this batch. */
enum { TRUE_POSITIVES, FALSE_NEGATIVES, TRUE_NEGATIVES, FALSE_POSITIVES, COUNTS };
typedef struct {
    tf_tensor values[COUNTS], updates[COUNTS];
} threshold_counts;

/* Which of them there are to be. */
enum { EVERY_COUNT = (1 << COUNTS) - 1 };
typedef struct {
    tf_tensor given; /* none: even ones */
    int64_t n;
    double last;
    unsigned wanted;
} thresholds;

/* What TF makes of predictions, labels and thresholds before it counts: each as long as all of them, by tiles. */
static int count_tiles(const thresholds *t, tf_tensor p)
{
    enum { TILED = 14, KNOWN = 1, UNKNOWN = 7 }; /* how many predictions there are, and once as a multiple */
    const bool negated = t->wanted & (1u << FALSE_NEGATIVES | 1u << TRUE_NEGATIVES),
               labels_negated = t->wanted & (1u << FALSE_POSITIVES | 1u << TRUE_NEGATIVES);
    return tf_is_none(t->given) + TILED + (tf_dims_fully_known(tf_get_shape(p)) ? KNOWN : UNKNOWN) + negated + labels_negated;
}

static threshold_counts count_at_thresholds(const struct tf_metrics_args *given, const thresholds *t)
{
    struct tf_metrics_args args = *given, *a = &args;
    static const char *const names[] = { "true_positives", "false_negatives", "true_negatives", "false_positives" };
    threshold_counts c;
    const tf_tensor predictions = tf_convert(tf1c_given(a->predictions), tf_dtype_unset, a->here, "predictions");
    tf_tensor p = tf_cast(predictions, tf_float32);
    for (int i = 0; i < COUNTS; i++)
        c.values[i] = c.updates[i] = p;
    if (tf_is_poisoned(p))
        return c;
    tf1c_count_more(tf_get_dtype(predictions) == tf_float32 ? 0 : 2); /* 0 and 1, of their dtype */
    tf_with_control_dependencies(OPS(tf_assert_greater_equal(p, 0.0, .message = "predictions must be in [0, 1]"),
                                     tf_assert_less_equal(p, 1.0, .message = "predictions must be in [0, 1]")))
        p = tf_identity(p);
    tf1c_count_more(-1);
    tf_tensor y = tf_cast(tf1c_given(a->labels), tf_bool);
    fit_shapes(&y, &p, a->here);
    fit_weights(a, p);
    const int tiled = tf1c_count_now() + count_tiles(t, p);
    const tf_tensor bounds = tf_expand_dims(tf_is_none(t->given) ? thresholds_of(t->n, t->last) : t->given, 1),
                    flat = tf_reshape(p, SHAPE(1, -1));
    const tf_tensor positive = tf_greater(flat, bounds), negative = tf_logical_not(positive);
    const tf_tensor labels = tf_reshape(y, SHAPE(1, -1));
    const tf_tensor yes = tf_logical_and(labels, tf_ones_like(positive)), no = tf_logical_not(yes);
    tf1c_count_as(tiled);
    const tf_tensor weights = has_weights(a) ? tf_reshape(weights_like(a, p), SHAPE(1, -1)) : (tf_tensor){ 0 };
    tf1c_count_more(has_weights(a) ? 2 : 0); /* Tile, its multiples */
    const tf_tensor truth[] = { yes, yes, no, no }, said[] = { positive, negative, negative, positive };
    for (int i = 0; i < COUNTS; i++) {
        if (!(t->wanted & 1u << i))
            continue;
        const tf_metric m = counts_at(names[i], t->n, truth[i], said[i], weights);
        c.values[i] = m.value;
        c.updates[i] = m.update_op;
    }
    return c;
}

static tf_metric auc_of(const struct tf_auc_args *a, bool roc)
{
    const struct tf_metrics_args args = {
        .here = a->here, .labels = a->labels, .predictions = a->predictions, .weights = a->weights
    };
    const threshold_counts c =
        count_at_thresholds(&args, &(thresholds){ .n = a->num_thresholds, .last = 1 + 1e-7, .wanted = EVERY_COUNT });
    return (tf_metric){ area(c.values, roc, "value"), area(c.updates, roc, "update_op") };
}

tf_metric tf_metrics_auc_(struct tf_auc_args a)
{
    const bool roc = !a.curve || strcmp(a.curve, "ROC") == 0;
    tf_metric m = { 0 };
    TF_FROM(a.here);
    if (!roc && strcmp(a.curve, "PR") != 0)
        return both(tf_mistake(tf_value_error, a.here, NULL, "curve must be either ROC or PR, %s unknown", a.curve));
    if (a.num_thresholds < 2 || a.num_thresholds > INT32_MAX)
        return both(tf_mistake(tf_value_error, a.here, NULL, "auc of %lld thresholds", (long long)a.num_thresholds));
    if (a.summation_method && strcmp(a.summation_method, "trapezoidal") != 0)
        return both(tf_mistake(tf_unimplemented, a.here, NULL, "auc by summation_method %s", a.summation_method));
    tf_with_variable_scope(a.name, .default_name = "auc")
        m = auc_of(&a, roc);
    return collected(m, a.metrics_collections, a.updates_collections);
}

/* ---- one rate where another is as asked ------------------------------------------------------------------------------------------------- */

/* At the threshold where the specificity is nearest to what is asked. */
static tf_tensor sensitivity_at(const tf_tensor counts[], double specificity, const char *name)
{
    const tf_tensor tn = counts[TRUE_NEGATIVES], tp = counts[TRUE_POSITIVES];
    const tf_tensor rates = tf_div(tn, tf_add(tf_add(tn, counts[FALSE_POSITIVES]), 1e-7));
    const tf_tensor at = tf_cast(tf_argmin(tf_abs(tf_sub(rates, specificity)), 0), tf_int32);
    const tf_tensor hits = tf_getitem_tensor(tp, at);
    const tf_tensor all = tf_add(tf_add(tf_getitem_tensor(tp, at), tf_getitem_tensor(counts[FALSE_NEGATIVES], at)), 1e-7);
    return tf_div(hits, all, .name = name);
}

/* At the last threshold where the sensitivity is nearest. */
static tf_tensor specificity_at(const tf_tensor counts[], double sensitivity, const char *name)
{
    const tf_tensor tn = counts[TRUE_NEGATIVES], tp = counts[TRUE_POSITIVES];
    const tf_tensor rates = tf_div(tp, tf_add(tf_add(tp, counts[FALSE_NEGATIVES]), 1e-7));
    const tf_tensor least = tf_reduce_min(tf_abs(tf_sub(rates, sensitivity)));
    const tf_tensor there = tf_cast(tf_equal(tf_abs(tf_sub(rates, sensitivity)), least), tf_int64);
    const tf_tensor at = tf_cast(tf_argmax(tf_cumsum(there), 0), tf_int32);
    const tf_tensor hits = tf_getitem_tensor(tn, at);
    const tf_tensor all = tf_add(tf_add(tf_getitem_tensor(tn, at), tf_getitem_tensor(counts[FALSE_POSITIVES], at)), 1e-7);
    return tf_div(hits, all, .name = name);
}

static tf_metric rate_at(const struct tf_rate_at_args *a, const char *asked, const char *default_name, double last,
                         tf_tensor (*rate)(const tf_tensor counts[], double asked, const char *name))
{
    const struct tf_metrics_args args = {
        .here = a->here, .labels = a->labels, .predictions = a->predictions, .weights = a->weights
    };
    tf_metric m = { 0 };
    TF_FROM(a->here);
    if (!(a->at >= 0 && a->at <= 1))
        return both(tf_mistake(tf_value_error, a->here, NULL, "`%s` must be in the range [0, 1].", asked));
    if (a->num_thresholds < 2 || a->num_thresholds > INT32_MAX)
        return both(tf_mistake(tf_value_error, a->here, NULL, "%s of %lld thresholds", default_name, (long long)a->num_thresholds));
    tf_with_variable_scope(a->name, .default_name = default_name) {
        const threshold_counts c =
            count_at_thresholds(&args, &(thresholds){ .n = a->num_thresholds, .last = last, .wanted = EVERY_COUNT });
        m = (tf_metric){ rate(c.values, a->at, "value"), rate(c.updates, a->at, "update_op") };
    }
    return collected(m, a->metrics_collections, a->updates_collections);
}
tf_metric tf_metrics_sensitivity_at_specificity_(struct tf_rate_at_args a)
{
    return rate_at(&a, "specificity", "sensitivity_at_specificity", 1 + 1e-7, sensitivity_at);
}
tf_metric tf_metrics_specificity_at_sensitivity_(struct tf_rate_at_args a)
{
    return rate_at(&a, "sensitivity", "specificity_at_sensitivity", 1 - 1e-7, specificity_at);
}

/* ---- precision and recall at thresholds --------------------------------------------------------------------------------------------------- */

static tf_tensor share_at(tf_tensor met, tf_tensor missed, const char *metric, const char *which)
{
    const char *name = tf1c_graph_printf(tf1c_current_graph(), "%s_%s", metric, which);
    return tf_div(met, tf_operator_add(tf_operator_add(1e-7, met), missed), .name = name);
}

static tf_metric shares_at(const struct tf_at_thresholds_args *a, const char *metric, const char *default_name, int missed)
{
    const struct tf_metrics_args args = {
        .here = a->here, .labels = a->labels, .predictions = a->predictions, .weights = a->weights
    };
    tf_metric m = { 0 };
    char text[TF_DIMS_TEXT];
    TF_FROM(a->here);
    tf_with_variable_scope(a->name, .default_name = default_name) {
        const tf_tensor given = tf_convert(tf1c_keyword(a->thresholds, true), tf_float32, a->here, "thresholds");
        const tf_dims d = tf_get_shape(given);
        if (tf_is_poisoned(given)) {
            m = both(given);
        } else if (!tf_dims_fully_known(d) || d.rank != 1) {
            m = both(tf_mistake(tf_value_error, a->here, NULL, "thresholds must be a vector of known length, not of shape %s",
                                tf_dims_text(d, text, sizeof text)));
        } else {
            const threshold_counts c = count_at_thresholds(
                &args, &(thresholds){ .given = given, .n = d.dims[0], .wanted = 1u << TRUE_POSITIVES | 1u << missed });
            m.value = share_at(c.values[TRUE_POSITIVES], c.values[missed], metric, "value");
            m.update_op = share_at(c.updates[TRUE_POSITIVES], c.updates[missed], metric, "update_op");
        }
    }
    return collected(m, a->metrics_collections, a->updates_collections);
}
tf_metric tf_metrics_precision_at_thresholds_(struct tf_at_thresholds_args a)
{
    return shares_at(&a, "precision", "precision_at_thresholds", FALSE_POSITIVES);
}
tf_metric tf_metrics_recall_at_thresholds_(struct tf_at_thresholds_args a)
{
    return shares_at(&a, "recall", "recall_at_thresholds", FALSE_NEGATIVES);
}

/* ---- means of other things ---------------------------------------------------------------------------------------------------------------- */

tf_metric tf_metrics_mean_relative_error_(struct tf_mean_relative_args a)
{
    struct tf_metrics_args args = WEIGHTED(a);
    TF_FROM(a.here);
    tf_tensor p = tf_convert(tf1c_given(a.predictions), tf_dtype_unset, a.here, "predictions"),
              y = tf_convert(tf1c_given(a.labels), tf_dtype_unset, a.here, "labels"),
              by = tf_convert(tf1c_keyword(a.normalizer, true), tf_get_dtype(p), a.here, "normalizer");
    fit_shapes(&y, &p, a.here);
    fit_weights(&args, p);
    fit_shapes(&p, &by, a.here);
    const tf_tensor error = tf_div(tf_abs(tf_sub(y, p)), by);
    return mean_in_scope(tf_where(tf_equal(by, 0.0), tf_zeros_like(y), error), "mean_relative_error", &args);
}

tf_metric tf_metrics_mean_cosine_distance_(struct tf_mean_cosine_args a)
{
    struct tf_metrics_args args = {
        .here = a.here, .labels = a.labels, .predictions = a.predictions, .weights = a.weights, .name = a.name
    };
    tf_tensor y, p;
    TF_FROM(a.here);
    all_that_fit(&args, &y, &p);
    const tf_metric m =
        mean_in_scope(tf_reduce_sum(tf_multiply(p, y), .axes = AXES(a.dim), .keepdims = true), "mean_cosine_distance", &args);
    return collected((tf_metric){ tf_subtract(1.0, m.value), tf_subtract(1.0, m.update_op) }, a.metrics_collections,
                     a.updates_collections);
}

tf_metric tf_metrics_percentage_below_(struct tf_percentage_below_args a)
{
    const struct tf_metrics_args args = WEIGHTED(a);
    TF_FROM(a.here);
    const tf_tensor below = tf_less(tf1c_keyword(a.values, true), tf1c_keyword(a.threshold, true));
    return mean_in_scope(tf_cast(below, tf_float32), "percentage_below_threshold", &args);
}

/* ---- mean_per_class_accuracy: each class has a total and a count ----------------------------------------------------------------------------- */

static tf_tensor class_shares(tf_tensor hits, tf_tensor all, const char *name)
{
    return tf_div_no_nan(hits, tf_maximum(all, 0), .name = name);
}

static tf_metric per_class(const struct tf_mean_iou_args *a)
{
    const struct tf_metrics_args args = { .here = a->here, .weights = a->weights };
    const tf_tensor y = flat_ints(tf1c_given(a->labels), a->here);
    tf_tensor p = tf_convert(tf1c_given(a->predictions), tf_dtype_unset, a->here, "predictions");
    if (tf_get_shape(p).known && tf_get_shape(p).rank > 1)
        p = tf_reshape(p, SHAPE(-1));
    const tf_tensor total = counters("total", SHAPE(a->num_classes), tf_float32),
                    count = counters("count", SHAPE(a->num_classes), tf_float32);
    enum { ONES = 6 }; /* as many as labels, by a list of their number */
    const int made = tf1c_count_now() + ONES;
    tf_tensor ones = tf_ones(LIST(tf_size(y)));
    tf1c_count_as(made);
    tf_tensor right = tf_cast(tf_equal(tf_cast(p, tf_int64), y), tf_float32);
    if (has_weights(&args)) {
        tf_tensor w = tf_convert(tf1c_keyword(a->weights, true), tf_dtype_unset, a->here, "weights");
        if (tf_get_shape(w).known && tf_get_shape(w).rank > 1)
            w = tf_reshape(w, SHAPE(-1));
        w = tf_cast(w, tf_float32);
        right = tf_mul(right, w);
        ones = tf_mul(ones, w);
    }
    const tf_tensor all = tf_scatter_add(total, y, ones), hits = tf_scatter_add(count, y, right);
    const tf_tensor mean = tf_reduce_mean(class_shares(count, total, NULL), .name = "mean_accuracy");
    return (tf_metric){ mean, class_shares(hits, all, "update_op") };
}

tf_metric tf_metrics_mean_per_class_accuracy_(struct tf_mean_iou_args a)
{
    tf_metric m = { 0 };
    TF_FROM(a.here);
    if (a.num_classes < 1 || a.num_classes > INT32_MAX)
        return both(tf_mistake(tf_value_error, a.here, NULL, "mean_per_class_accuracy of %lld classes", (long long)a.num_classes));
    tf_with_variable_scope(a.name, .default_name = "mean_accuracy")
        m = per_class(&a);
    return collected(m, a.metrics_collections, a.updates_collections);
}
