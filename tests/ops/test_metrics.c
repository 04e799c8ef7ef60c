/* Metrics over several batches against what TensorFlow 1.15.5 gives. */
#include <math.h>
#include <string.h>

#include "tests/fixture.h"
#include "tf1c.h"

static tf_tensor labels, predictions, x, weights;

static void open_batches(void)
{
    open_session();
    labels = tf_placeholder(tf_int64, SHAPE(NONE));
    predictions = tf_placeholder(tf_int64, SHAPE(NONE));
    x = tf_placeholder(tf_float32, SHAPE(NONE, 2));
    weights = tf_placeholder(tf_float32, SHAPE(NONE, 1));
}

static tf_metric accuracy(void) { return tf_metrics_accuracy(labels, predictions); }
static tf_metric precision(void) { return tf_metrics_precision(labels, predictions); }
static tf_metric recall(void) { return tf_metrics_recall(labels, predictions); }
static tf_metric weighted(void) { return tf_metrics_accuracy(labels, predictions, .weights = 0.5); }

static const struct {
    tf_metric (*make)(void);
    double first, both; /* after one batch, after two */
} counted[] = {
    { accuracy, 1.0 / 3, 0.6 },
    { precision, 0.5, 0.75 },
    { recall, 0.5, 0.75 },
    { weighted, 1.0 / 3, 0.6 },
};

START_TEST(a_metric_counts_from_batch_to_batch)
{
    const tf_metric m = counted[_i].make();
    tf_feeds first = FEED(labels, NP_INT(1, 2, 0), predictions, NP_INT(1, 0, 1));
    must(tf_run(sess, tf_local_variables_initializer()));
    check_run(m.value, (tf_feeds){ 0 }, 1, (const double[]){ 0 });
    check_run(m.update_op, first, 1, &counted[_i].first);
    check_run(m.value, (tf_feeds){ 0 }, 1, &counted[_i].first);
    check_run(m.update_op, FEED(labels, NP_INT(1, 1), predictions, NP_INT(1, 1)), 1, &counted[_i].both);
    check_run(m.value, (tf_feeds){ 0 }, 1, &counted[_i].both);
}
END_TEST

START_TEST(means_take_weights)
{
    const tf_metric mean = tf_metrics_mean(x, .weights = TF_T(weights)), error = tf_metrics_mean_squared_error(x, tf_mul(x, 2.0));
    tf_feeds batch = FEED(x, NP_FLOAT2D({ 1, 2 }, { 3, 4 }), weights, NP_FLOAT2D({ 1 }, { 0.5 }));
    must(tf_run(sess, tf_local_variables_initializer()));
    check_run(mean.update_op, batch, 1, (const double[]){ 13.0 / 6 });
    check_run(error.update_op, batch, 1, (const double[]){ 7.5 });
}
END_TEST

START_TEST(an_axis_of_length_1_too_many_is_left_out)
{
    const tf_tensor p = tf_constant(NP_INT(1, 0, 0)), y = tf_reshape(tf_constant(NP_INT(1, 2, 0)), SHAPE(3, 1)),
                    w = tf_reshape(tf_constant(NP_FLOAT(1, 3, 2)), SHAPE(3, 1)), c = tf_constant(NP_FLOAT(.1, .6, .8));
    const tf_metric each[] = { tf_metrics_accuracy(y, p),
                               tf_metrics_accuracy(y, p, w),
                               tf_metrics_mean_squared_error(tf_cast(y, tf_float32), tf_cast(p, tf_float32)),
                               tf_metrics_precision(y, p, w),
                               tf_metrics_auc(tf_cast(y, tf_bool), c, w),
                               tf_metrics_mean(w, tf_squeeze(w, -1)) };
    static const double want[] = { 2. / 3, .5, 4. / 3, 1, 2.5e-7, 14. / 6 };
    must(tf_run(sess, tf_local_variables_initializer()));
    for (size_t i = 0; i < sizeof want / sizeof *want; i++)
        check_run(each[i].update_op, (tf_feeds){ 0 }, 1, &want[i]);
}
END_TEST

/* Where only the run knows how many axes there are, it decides which of them go. */
START_TEST(axes_are_left_out_at_unknown_rank)
{
    const tf_tensor y = tf_placeholder(tf_int32), p = tf_placeholder(tf_int32), w = tf_placeholder(tf_float32);
    const tf_metric each[] = { tf_metrics_accuracy(y, p), tf_metrics_accuracy(y, p, w), tf_metrics_mean_squared_error(y, p, w),
                               tf_metrics_precision(y, p, w), tf_metrics_mean(y, w) };
    static const double want[][5] = { { 2. / 3, .5, 4 * .5, 1, 7. / 6 }, { 2. / 3, 2. / 3, 4. / 3, 1, 1 } };
    const tf_ndarray labels_2d = NP_INT2D({ 1 }, { 2 }, { 0 }), guesses = NP_INT(1, 0, 0),
                     weights_2d = NP_FLOAT2D({ 1 }, { 3 }, { 2 }), half = np_array((float[]){ .5f }, tf_float32, SCALAR);
    for (int number = 0; number < 2; number++) {
        must(tf_run(sess, tf_local_variables_initializer()));
        for (size_t i = 0; i < sizeof each / sizeof *each; i++)
            check_run(each[i].update_op, FEED(y, labels_2d, p, guesses, w, number ? half : weights_2d), 1, &want[number][i]);
    }
    check_run(tf_confusion_matrix(y, p, 3), FEED(y, labels_2d, p, guesses), 9, (const double[]){ 1, 0, 0, 0, 1, 0, 1, 0, 0 });
}
END_TEST

/* Integers are subtracted as such: float32 has 24 bits. */
START_TEST(differences_are_of_the_labels_dtype)
{
    const tf_tensor y = tf_constant(np_array((int64_t[]){ 16777217, 5 }, tf_int64, SHAPE(2))),
                    p = tf_constant(np_array((int64_t[]){ 16777216, 5 }, tf_int64, SHAPE(2)));
    const tf_metric squared = tf_metrics_mean_squared_error(y, p), apart = tf_metrics_mean_absolute_error(y, p),
                    root = tf_metrics_root_mean_squared_error(y, p);
    must(tf_run(sess, tf_local_variables_initializer()));
    check_run(squared.update_op, (tf_feeds){ 0 }, 1, (const double[]){ .5 });
    check_run(apart.update_op, (tf_feeds){ 0 }, 1, (const double[]){ .5 });
    check_run(root.update_op, (tf_feeds){ 0 }, 1, (const double[]){ sqrt(.5) });
    catch_errors();
    ck_assert(tf_is_poisoned(tf_metrics_mean_squared_error(labels, tf_cast(labels, tf_float32)).value));
    ck_assert_int_eq(caught()->code, tf_type_error);
    catch_errors();
    ck_assert(tf_is_poisoned(tf_metrics_accuracy(tf_constant(NP_INT(1, 2, 3)), tf_constant(NP_INT(1, 2, 3, 4))).value));
    ck_assert_str_eq(caught()->message, "Shapes (4,) and (3,) are incompatible");
    catch_errors();
}
END_TEST

static tf_tensor answers, chances; /* labels int32, predictions in [0, 1] */
static tf_metric absolute_error(void) { return tf_metrics_mean_absolute_error(tf_cast(answers, tf_float32), chances); }
static tf_metric root_error(void) { return tf_metrics_root_mean_squared_error(tf_cast(answers, tf_float32), chances); }
static tf_metric true_positives(void) { return tf_metrics_true_positives(answers, tf_round(chances)); }
static tf_metric true_negatives(void) { return tf_metrics_true_negatives(answers, tf_round(chances)); }
static tf_metric false_positives(void) { return tf_metrics_false_positives(answers, tf_round(chances)); }
static tf_metric false_negatives(void) { return tf_metrics_false_negatives(answers, tf_round(chances)); }
static tf_metric half_positives(void) { return tf_metrics_true_positives(answers, tf_round(chances), .weights = 0.5); }
static tf_metric iou(void) { return tf_metrics_mean_iou(answers, tf_round(chances), 2); }
static tf_metric weighted_iou(void) { return tf_metrics_mean_iou(answers, tf_round(chances), 3, .weights = chances); }
static tf_metric auc(void) { return tf_metrics_auc(answers, chances); }
static tf_metric auc_pr(void) { return tf_metrics_auc(answers, chances, .num_thresholds = 5, .curve = "PR"); }
static tf_metric weighted_auc(void) { return tf_metrics_auc(answers, chances, .weights = chances); }

static tf_metric sensitivity(void) { return tf_metrics_sensitivity_at_specificity(answers, chances, .99, .num_thresholds = 10); }
static tf_metric specificity(void) { return tf_metrics_specificity_at_sensitivity(answers, chances, .99); }
static tf_metric weighted_sensitivity(void)
{
    return tf_metrics_sensitivity_at_specificity(answers, chances, .specificity = .8, .weights = chances);
}
static tf_metric weighted_specificity(void) { return tf_metrics_specificity_at_sensitivity(answers, chances, .99, chances, 10); }
static tf_metric relative_error(void)
{
    const tf_tensor real = tf_cast(answers, tf_float32);
    return tf_metrics_mean_relative_error(real, chances, tf_mul(real, 2.0));
}
static tf_metric cosine(void)
{
    const tf_tensor real = tf_cast(answers, tf_float32);
    return tf_metrics_mean_cosine_distance(tf_stack(LIST(real, tf_sub(1.0, real)), 1),
                                           tf_stack(LIST(chances, tf_sub(1.0, chances)), 1), 1);
}
static tf_metric below(void) { return tf_metrics_percentage_below(chances, .65); }
static tf_metric weighted_below(void) { return tf_metrics_percentage_below(chances, .65, .weights = tf_cast(answers, tf_float32)); }
static tf_metric per_class(void) { return tf_metrics_mean_per_class_accuracy(answers, tf_round(chances), 2); }
static tf_metric weighted_per_class(void)
{
    return tf_metrics_mean_per_class_accuracy(answers, tf_round(chances), 3, .weights = chances);
}

/* At the first of the thresholds, or the last. */
static tf_metric at(tf_metric m, int i) { return (tf_metric){ tf_getitem(m.value, "%d", i), m.update_op }; }
static tf_metric precision_at(void) { return at(tf_metrics_precision_at_thresholds(answers, chances, NP_FLOAT(.3, .65)), 0); }
static tf_metric recall_at(void) { return at(tf_metrics_recall_at_thresholds(answers, chances, NP_FLOAT(.3, .65)), 1); }
static tf_metric weighted_precision_at(void)
{
    return at(tf_metrics_precision_at_thresholds(answers, chances, NP_FLOAT(.3, .65), .weights = chances, .name = "p"), 0);
}

static const struct {
    tf_metric (*make)(void);
    double first, both;
} scored[] = {
    { precision_at, 0.75, 0.8 },
    { recall_at, 0.66666669, 0.75 },
    { weighted_precision_at, 0.77777779, 0.82352936 },
    { sensitivity, 0.6666667, 0.75 },
    { specificity, 0.5, 0.6666667 },
    { weighted_sensitivity, 0.80952376, 0.8571428 },
    { weighted_specificity, 0.33333328, 0.4545454 },
    { relative_error, 0.09, 0.08571429 },
    { cosine, 0.36, 0.32857144 },
    { below, 0.6, 0.5714286 },
    { weighted_below, 0.33333334, 0.25 },
    { per_class, 0.5833334, 0.7083334 },
    { weighted_per_class, 0.3809524, 0.43722948 },
    { absolute_error, 0.36, 0.32857147 },
    { root_error, 0.41472885, 0.3760699 },
    { true_positives, 2, 3 },
    { true_negatives, 1, 2 },
    { false_positives, 1, 1 },
    { false_negatives, 1, 1 },
    { half_positives, 1, 1.5 },
    { iou, 0.4166667, 0.55 },
    { weighted_iou, 0.43019947, 0.51960784 },
    { auc, 0.833333, 0.9166664 },
    { auc_pr, 0.87777746, 0.89583313 },
    { weighted_auc, 0.8730149, 0.92207706 },
};

START_TEST(scores_are_tensorflows)
{
    float value = 0;
    answers = tf_placeholder(tf_int32, SHAPE(NONE));
    chances = tf_placeholder(tf_float32, SHAPE(NONE));
    const tf_metric m = scored[_i].make();
    must(tf_run(sess, tf_local_variables_initializer()));
    must(tf_run(sess, m.update_op, FEED(answers, NP_INT(1, 0, 1, 1, 0), chances, NP_FLOAT(.9, .3, .4, .8, .6))));
    must(tf_run(sess, FETCH(m.value, &value)));
    ck_assert_double_eq_tol(value, scored[_i].first, 2e-6);
    must(tf_run(sess, m.update_op, FEED(answers, NP_INT(0, 1), chances, NP_FLOAT(.2, .7))));
    must(tf_run(sess, FETCH(m.value, &value)));
    ck_assert_double_eq_tol(value, scored[_i].both, 2e-6);
}
END_TEST

START_TEST(scores_refuse_what_they_cannot_count)
{
    answers = tf_placeholder(tf_int32, SHAPE(NONE));
    chances = tf_placeholder(tf_float32, SHAPE(NONE), .name = "chances");
    const tf_metric m = tf_metrics_auc(answers, chances);
    must(tf_run(sess, tf_local_variables_initializer()));
    catch_errors();
    ck_assert_int_eq(tf_run(sess, m.update_op, FEED(answers, NP_INT(1), chances, NP_FLOAT(1.5))), tf_invalid_argument);
    ck_assert_msg(strstr(caught()->message, "assertion failed: [predictions must be in [0, 1]] [Condition x <= y did not hold"),
                  "%s", caught()->message);
    ck_assert(tf_is_poisoned(tf_metrics_auc(answers, chances, .curve = "ROT").value));
    ck_assert(tf_is_poisoned(tf_metrics_auc(answers, chances, .num_thresholds = 1).value));
    ck_assert(tf_is_poisoned(tf_metrics_mean_iou(answers, answers, -1).value));
    ck_assert(tf_is_poisoned(tf_metrics_mean_per_class_accuracy(answers, answers, 0).value));
    catch_errors();
    ck_assert(tf_is_poisoned(tf_metrics_sensitivity_at_specificity(answers, chances, 1.5).value));
    ck_assert_str_eq(caught()->message, "`specificity` must be in the range [0, 1].");
    catch_errors();
    ck_assert(tf_is_poisoned(tf_metrics_recall_at_thresholds(answers, chances, .5).value));
    ck_assert_str_eq(caught()->message, "thresholds must be a vector of known length, not of shape ()");
    catch_errors();
}
END_TEST

START_TEST(thresholds_count_what_they_need)
{
    const tf_metric m =
        tf_metrics_recall_at_thresholds(labels, tf_constant(NP_FLOAT(.5)), NP_FLOAT(.2, .5), .updates_collections = "updates");
    ck_assert(tf_at(tf_get_collection("updates"), 0).op == m.update_op.op);
    ck_assert_int_eq(tf_local_variables().n, 2);
    ck_assert_str_eq(tf_op_name(tf_at(tf_local_variables(), 1).op), "recall_at_thresholds/false_negatives");
    ck_assert_str_eq(tf_op_name(m.value.op), "recall_at_thresholds/recall_value");
    ck_assert_str_eq(tf_op_name(m.update_op.op), "recall_at_thresholds/recall_update_op");
}
END_TEST

/* Each with all that it takes by place, or with what it takes behind the weights by name. */
#define COLLECTED "values", "updates"
#define BY_NAME .metrics_collections = "values", .updates_collections = "updates", .name = "m"
START_TEST(metrics_join_the_collections_that_are_named)
{
    const tf_tensor y = tf_constant(NP_FLOAT(1, 0)), p = tf_constant(NP_FLOAT(.9, .2)), w = tf_constant(NP_FLOAT(1, 2)),
                    unit = tf_constant(NP_FLOAT2D({ 1, 0 }, { 0, 1 }));
    const tf_metric made[] = {
        tf_metrics_mean(p, w, COLLECTED, "m"),
        tf_metrics_accuracy(y, p, w, COLLECTED, "m"),
        tf_metrics_accuracy(y, p, w, BY_NAME),
        tf_metrics_mean_squared_error(y, p, w, BY_NAME),
        tf_metrics_root_mean_squared_error(y, p, w, BY_NAME),
        tf_metrics_precision(y, p, w, BY_NAME),
        tf_metrics_true_positives(y, p, w, BY_NAME),
        tf_metrics_mean_iou(tf_cast(y, tf_int64), tf_cast(y, tf_int64), 2, w, COLLECTED, "m"),
        tf_metrics_mean_per_class_accuracy(tf_cast(y, tf_int64), tf_cast(y, tf_int64), 2, w, BY_NAME),
        tf_metrics_auc(y, p, w, 10, COLLECTED, "PR", "m"),
        tf_metrics_sensitivity_at_specificity(y, p, .5, w, 10, BY_NAME),
        tf_metrics_recall_at_thresholds(y, p, NP_FLOAT(.5), w, BY_NAME),
        tf_metrics_mean_relative_error(y, p, tf_ones(SHAPE(2)), w, BY_NAME),
        tf_metrics_mean_cosine_distance(unit, unit, 1, tf_expand_dims(w, 1), BY_NAME),
        tf_metrics_percentage_below(p, .5, w, BY_NAME),
    };
    enum { N = sizeof made / sizeof *made };
    ck_assert_int_eq(tf_get_collection("values").n, N);
    ck_assert_int_eq(tf_get_collection("updates").n, N);
    for (int i = 0; i < N; i++) {
        ck_assert_msg(tf_same_tensor(tf_at(tf_get_collection("values"), i), made[i].value), "value %d", i);
        ck_assert_msg(tf_same_tensor(tf_at(tf_get_collection("updates"), i), made[i].update_op), "update %d", i);
        ck_assert_str_eq(caught()->message, "");
    }
}
END_TEST

/* Nor where a variable scope reuses: what is counted for one batch of answers is not for another's. */
START_TEST(metrics_of_one_name_share_no_counters)
{
    static const char *const names[] = { "acc/total", "acc_1/total", "s/acc/total", "s_1/accuracy/total", "s_2/accuracy/total" };
    tf_metrics_accuracy(labels, predictions, .name = "acc");
    tf_metrics_accuracy(labels, predictions, .name = "acc");
    tf_with_variable_scope("s")
        tf_metrics_accuracy(labels, predictions, .name = "acc");
    tf_with_variable_scope("s")
        tf_metrics_accuracy(labels, predictions);
    tf_with_variable_scope("s", .reuse = true)
        tf_metrics_accuracy(labels, predictions);
    ck_assert_int_eq(tf_local_variables().n, 10);
    for (int i = 0; i < 5; i++)
        ck_assert_str_eq(tf_op_name(tf_at(tf_local_variables(), 2 * i).op), names[i]);
    ck_assert_ptr_nonnull(tf_get_operation_by_name(tf_get_default_graph(), "acc_1/total/Initializer/zeros"));
}
END_TEST

START_TEST(counters_are_local_variables_by_tensorflows_names)
{
    tf_metrics_accuracy(labels, predictions);
    const tf_metric again = tf_metrics_accuracy(labels, predictions),
                    named = tf_metrics_precision(labels, predictions, .name = "p");
    ck_assert_int_eq(tf_local_variables().n, 6);
    ck_assert_int_eq(tf_global_variables().n, 0);
    ck_assert_int_eq(tf_get_collection("metric_variables").n, 6);
    ck_assert_str_eq(tf_op_name(tf_at(tf_local_variables(), 0).op), "accuracy/total");
    ck_assert_str_eq(tf_op_name(tf_at(tf_local_variables(), 4).op), "p/true_positives/count");
    ck_assert_str_eq(tf_op_name(again.update_op.op), "accuracy_1/update_op");
    ck_assert_str_eq(tf_op_name(named.value.op), "p/value");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("metrics");
    TCase *tc = tcase_create("metrics");
    tcase_add_checked_fixture(tc, open_batches, close_session);
    tcase_add_loop_test(tc, a_metric_counts_from_batch_to_batch, 0, (int)(sizeof counted / sizeof *counted));
    tcase_add_test(tc, means_take_weights);
    tcase_add_test(tc, an_axis_of_length_1_too_many_is_left_out);
    tcase_add_test(tc, axes_are_left_out_at_unknown_rank);
    tcase_add_test(tc, differences_are_of_the_labels_dtype);
    tcase_add_loop_test(tc, scores_are_tensorflows, 0, (int)(sizeof scored / sizeof *scored));
    tcase_add_test(tc, scores_refuse_what_they_cannot_count);
    tcase_add_test(tc, thresholds_count_what_they_need);
    tcase_add_test(tc, metrics_of_one_name_share_no_counters);
    tcase_add_test(tc, metrics_join_the_collections_that_are_named);
    tcase_add_test(tc, counters_are_local_variables_by_tensorflows_names);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
