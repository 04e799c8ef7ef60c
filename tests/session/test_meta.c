/* Graphs in .meta files: TensorFlow's, trained on here; and the library's own. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/proto/meta.pb-c.h"
#include "core/protobuf.h"
#include "core/safe_file.h"
#include "exchange/models.h"
#include "tests/fixture.h"
#include "tf1c.h"

/* ---- what TensorFlow trained and saved: golden/make_meta.py --------------------------------------------------------------------------- */

static const struct {
    const char *name;
    bool by_its_own; /* train op; else it is made here: the model's loop is differentiated by stacks */
} models[] = { { "static_lstm", true },
               { "char_rnn", true },
               { "cnn", true },
               { "word2vec", true },
               { "nce", true },
               { "nce_uniform", true },
               { "sampled_softmax", true },
               { "dynamic_lstm", false },
               { "gru_lengths", false },
               { "long_enough", false },
               { "nested", false },
               { "cond_in_loop", false },
               { "normalized", false },
               { "attention", true },
               { "attention_2", true },
               /* with While and If */
               { "functional_dynamic_lstm", false },
               { "functional_long_enough", false },
               { "functional_cond_in_loop", false },
               { "functional_normalized", true },
               { "functional_seeded", false },
               { "functional_seeded_2", false },
               /* of variables that are resources */
               { "resource_dense_net", true },
               { "resource_unrolled_lstm", true },
               { "resource_counted", true },
               { "resource_keras", true },
               { "resource_keras_updates", true },
               { "resource_in_loop", false },
               { "resource_rows_momentum", true },
               { "resource_rows_descent", true },
               { "resource_rows_adam", true },
               { "resource_rows_adagrad", true },
               { "resource_rows_rms_prop", true },
               { "resource_rows_centered", true },
               { "resource_rows_ftrl", true },
               { "resource_rows_adadelta", true } };

static const char *meta_path(const char *name, const char *ending)
{
    static char path[512];
    char relative[128];
    snprintf(relative, sizeof relative, "golden/meta/%s%s", name, ending);
    return data_path(relative, path, sizeof path);
}

static tf_tensor tensor_called(const char *name) { return tf_get_tensor_by_name(tf_get_default_graph(), name); }

/* As many steps as TensorFlow went on, whose losses they must have. */
static void trains_on(tf_saver *saver, tf_tensor loss, tf_operation *step, const char *name)
{
    must(tf_restore(saver, sess, meta_path(name, "")));
    np_npz *npz = np_npz_open(meta_path(name, ".npz"));
    tf_ndarray x = np_npz_get(npz, "x"), y = np_npz_get(npz, "y"), losses = np_npz_get(npz, "losses");
    for (int i = 0; i < np_size(losses); i++) {
        float got;
        const float want = ((const float *)losses.data)[i];
        must(tf_run(sess, FETCH(loss, &got, step, NULL), FEED(tensor_called("x:0"), x, tensor_called("y:0"), y)));
        ck_assert_msg(got - want < 1e-5f && want - got < 1e-5f, "%s, step %d: %.7f and not %.7f", name, i, (double)got,
                      (double)want);
    }
    np_free(&x);
    np_free(&y);
    np_free(&losses);
    np_npz_close(npz);
}

START_TEST(models_of_tensorflow_are_trained_on)
{
    tf_saver *saver = tf_train_import_meta_graph(meta_path(models[_i].name, ".meta"));
    ck_assert_ptr_nonnull(saver);
    const tf_tensor loss = tensor_called("loss:0");
    trains_on(saver, loss,
              models[_i].by_its_own ? tf_at(tf_get_collection(TF_TRAIN_OP), 0).op
                                    : tf_minimize(tf_train_gradient_descent_optimizer(.1), loss),
              models[_i].name);
}
END_TEST

START_TEST(the_same_models_built_here_are_trained_on)
{
    const exchanged_model m = exchanged_build(_i);
    trains_on(tf_train_saver(), m.loss, m.step, exchanged_name(_i));
}
END_TEST

START_TEST(collections_come_along)
{
    tf_train_import_meta_graph(meta_path("static_lstm", ".meta"));
    ck_assert_int_eq(tf_trainable_variables().n, 4);
    ck_assert_int_eq(tf_global_variables().n, 4 * 3 + 2);
    ck_assert_str_eq(tf_op_name(tf_at(tf_get_collection(TF_LOSSES), 0).op), "Mean");
    ck_assert_int_eq(tf_get_collection(TF_TRAIN_OP).n, 1);
    must(tf_run(sess, tf_global_variables_initializer()));
}
END_TEST

/* ---- the library's own ------------------------------------------------------------------------------------------------------------------ */

static tf_tensor small_model(tf_tensor *x)
{
    tf_set_random_seed(3);
    *x = tf_placeholder(tf_float32, SHAPE(2, 4, 3), .name = "x");
    tf_tensor h = tf_nn_dynamic_rnn(tf_nn_rnn_cell_basic_lstm_cell(4), *x, .dtype = tf_float32).outputs;
    return tf_reduce_mean(tf_square(tf_sub(tf_layers_dense(h, 1), 0.5)), .name = "loss");
}

static tf_feeds some(tf_tensor x)
{
    static float values[24];
    static tf_feed feed;
    for (int i = 0; i < 24; i++)
        values[i] = 0.1f * (float)(i % 5);
    feed = tf_feed_tensor(x, tf_operand_array(np_array(values, tf_float32, SHAPE(2, 4, 3))));
    return (tf_feeds){ .n = 1, .items = &feed };
}

static float trained(tf_session *s, tf_tensor loss, tf_operation *step, tf_tensor x, int steps)
{
    float value = 0;
    for (int i = 0; i < steps; i++)
        must(tf_run_fetches(s, FETCH(loss, &value, step, NULL), some(x), TF_SOURCE));
    return value;
}

START_TEST(what_is_beside_a_checkpoint_trains_on)
{
    char path[512];
    tf_tensor x, loss = small_model(&x);
    tf_operation *step = tf_minimize(tf_train_adam_optimizer(0.05), loss);
    tf_add_to_collection("mine", x);
    must(tf_run(sess, tf_global_variables_initializer()));
    tf_saver *saver = tf_train_saver(.max_to_keep = 2);
    trained(sess, loss, step, x, 5);
    snprintf(path, sizeof path, "%s", tf_save(saver, sess, in_folder("model"), .global_step = 5));
    const float want = trained(sess, loss, step, x, 5);
    tf_graph *again = tf_graph();
    tf_with_graph(again) {
        char meta[600];
        snprintf(meta, sizeof meta, "%s.meta", path);
        saver = tf_train_import_meta_graph(meta);
        ck_assert_ptr_nonnull(saver);
        ck_assert_str_eq(tf_op_name(tf_at(tf_get_collection("mine"), 0).op), "x");
        ck_assert_int_eq(tf_trainable_variables().n, 4);
        tf_session *other = tf_session();
        must(tf_restore(saver, other, path));
        const float got =
            trained(other, tensor_called("loss:0"), tf_at(tf_get_collection(TF_TRAIN_OP), 0).op, tensor_called("x:0"), 5);
        ck_assert_msg(got - want < 1e-6f && want - got < 1e-6f, "%.8f and not %.8f", (double)got, (double)want);
        tf_close(other);
    }
    tf_graph_free(again);
}
END_TEST

START_TEST(a_meta_graph_may_be_text_and_scoped)
{
    tf_tensor x;
    small_model(&x);
    tf_saver *saver = tf_train_saver();
    must(tf_train_export_meta_graph(in_folder("m.meta"), .saver = saver, .as_text = true));
    tf_graph *again = tf_graph();
    tf_with_graph(again) {
        ck_assert_ptr_nonnull(tf_train_import_meta_graph(in_folder("m.meta"), .import_scope = "old", .clear_devices = true));
        ck_assert_int_eq(tf_global_variables().n, 4);
        ck_assert_str_eq(tf_op_name(tensor_called("old/loss:0").op), "old/loss");
    }
    tf_graph_free(again);
}
END_TEST

START_TEST(without_variables_there_is_no_saver)
{
    tf_placeholder(tf_float32, .name = "x");
    must(tf_train_export_meta_graph(in_folder("m.meta")));
    tf_graph *again = tf_graph();
    tf_with_graph(again) {
        ck_assert_ptr_null(tf_train_import_meta_graph(in_folder("m.meta")));
        ck_assert_int_eq(tf_graph_operation_count(again), 1);
    }
    tf_graph_free(again);
}
END_TEST

/* ---- SavedModels ----------------------------------------------------------------------------------------------------------------------- */

START_TEST(a_saved_model_of_tensorflow_answers)
{
    const tf_saved_model *model = tf_saved_model_loader_load(sess, meta_path("saved_model", ""));
    ck_assert_ptr_nonnull(model);
    np_npz *npz = np_npz_open(meta_path("saved_model", ".npz"));
    tf_ndarray x = np_npz_get(npz, "x"), want = np_npz_get(npz, "y"), y = { 0 };
    must(tf_run(sess, FETCH(tf_saved_model_output(model, "out"), &y), FEED(tf_saved_model_input(model, "in"), x)));
    const char *difference = array_difference(y, want, 1e-6);
    ck_assert_msg(!difference, "%s", difference);
    tf_saved_model_output(model, "in");
    must_have_reported(tf_key_error, "'in'");
    tf_saved_model_input(model, "in", .signature = "other");
    must_have_reported(tf_key_error, "'other'");
    np_free(&x);
    np_free(&y);
    np_free(&want);
    np_npz_close(npz);
}
END_TEST

START_TEST(a_saved_model_is_loaded_again)
{
    char path[512];
    float want, got;
    tf_tensor x, loss = small_model(&x);
    must(tf_run(sess, tf_global_variables_initializer()));
    must(tf_run_fetches(sess, FETCH(loss, &want), some(x), TF_SOURCE));
    snprintf(path, sizeof path, "%s", in_folder("model"));
    const tf_input_map in[] = { { "x", x }, { 0 } }, out[] = { { "loss", loss }, { 0 } };
    must(tf_saved_model_simple_save(sess, path, .inputs = in, .outputs = out));
    ck_assert_int_eq(tf_saved_model_simple_save(sess, path, in, out), tf_value_error);
    must_have_reported(tf_value_error, "Export directory already exists. Please specify a different export directory: ");
    tf_graph *again = tf_graph();
    tf_with_graph(again) {
        tf_session *other = tf_session();
        const tf_saved_model *model = tf_saved_model_loader_load(other, path);
        ck_assert_ptr_nonnull(model);
        must(tf_run_fetches(other, FETCH(tf_saved_model_output(model, "loss"), &got), some(tf_saved_model_input(model, "x")),
                            TF_SOURCE));
        ck_assert(got == want);
        ck_assert_ptr_null(tf_saved_model_loader_load(other, path, .tags = (const char *[]){ "train", NULL }));
        must_have_reported(tf_runtime_error, "MetaGraphDef associated with tags 'train' could not be found in SavedModel.");
        ck_assert_ptr_null(tf_saved_model_loader_load(other, in_folder("none")));
        must_have_reported(tf_os_error, "SavedModel file does not exist at: ");
        tf_close(other);
    }
    tf_graph_free(again);
}
END_TEST

START_TEST(what_is_no_meta_graph_is_refused)
{
    ck_assert_ptr_null(tf_train_import_meta_graph(in_folder("none.meta")));
    must_have_reported(tf_not_found, "none.meta");
    must(tf1c_safe_write_file(in_folder("m.meta"), "\12\0", 2, TF_SOURCE));
    ck_assert_ptr_null(tf_train_import_meta_graph(in_folder("m.meta")));
    must_have_reported(tf_data_loss, "m.meta holds no MetaGraphDef");
    tf_train_export_meta_graph(in_folder("no/where/m.meta"));
    must_have_reported(tf_not_found, "no/where/m.meta");
}
END_TEST

int main(void)
{
    Suite *s = suite_create("meta");
    TCase *t = tcase_create("files");
    tcase_add_checked_fixture(t, open_session_and_folder, close_session_and_folder);
    tcase_add_loop_test(t, models_of_tensorflow_are_trained_on, 0, (int)(sizeof models / sizeof *models));
    tcase_add_loop_test(t, the_same_models_built_here_are_trained_on, 0, EXCHANGED_MODELS);
    tcase_add_test(t, collections_come_along);
    tcase_add_test(t, what_is_beside_a_checkpoint_trains_on);
    tcase_add_test(t, a_meta_graph_may_be_text_and_scoped);
    tcase_add_test(t, without_variables_there_is_no_saver);
    tcase_add_test(t, a_saved_model_of_tensorflow_answers);
    tcase_add_test(t, a_saved_model_is_loaded_again);
    tcase_add_test(t, what_is_no_meta_graph_is_refused);
    suite_add_tcase(s, t);
    return run_suite(s);
}
