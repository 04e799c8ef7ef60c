/* Checkpoints: what TensorFlow wrote is read, what is written is TensorFlow's byte for byte, nothing is lost on the way. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/alloc.h"
#include "core/crc32c.h"
#include "core/safe_file.h"
#include "core/table.h"
#include "tests/fixture.h"
#include "tf1c.h"

static char path[160];

static void open_path(void)
{
    open_session_and_folder();
    snprintf(path, sizeof path, "%s/model", folder);
}

static const char *golden(const char *name)
{
    static char whole[512];
    char relative[128];
    snprintf(relative, sizeof relative, "golden/checkpoint/%s", name);
    return data_path(relative, whole, sizeof whole);
}

static char *contents(const char *file, size_t *n)
{
    char *data = tf1c_read_file(file, 1 << 20, n, TF_SOURCE);
    ck_assert_msg(data, "%s: %s", file, tf_last_error()->message);
    return data;
}

static void check_same_file(const char *ending)
{
    char ours[300], theirs[600];
    size_t n = 0, m = 0;
    snprintf(ours, sizeof ours, "%s%s", path, ending);
    snprintf(theirs, sizeof theirs, "%s%s", golden("plain"), ending);
    char *a = contents(ours, &n), *b = contents(theirs, &m);
    ck_assert_msg(n == m && memcmp(a, b, n) == 0, "%s differs from TensorFlow's", ending);
    tf1c_free(a);
    tf1c_free(b);
}

/* The variables of golden/checkpoint/plain. */
static tf_tensor plain_variables(void)
{
    tf_tensor w = { 0 };
    tf_with_variable_scope("layer") {
        w = tf_get_variable("w", SHAPE(3, 4));
        tf_get_variable("b", SHAPE(4));
    }
    tf_get_variable("d64", SHAPE(2), .dtype = tf_float64);
    tf_get_variable("flag", SHAPE(3), .dtype = tf_bool, .initializer = tf_zeros_initializer());
    tf_get_variable("global_step", SCALAR, .dtype = tf_int64, .initializer = tf_zeros_initializer());
    return w;
}

/* ---- files -------------------------------------------------------------------------------------------------------------------- */
START_TEST(a_crc_is_castagnoli_s_however_its_bytes_come)
{
    static char bytes[9001];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(i * 31 + i / 7);
    ck_assert_uint_eq(tf1c_crc32c(0, "123456789", 9), 0xe3069283);
    for (size_t cut = 0; cut < sizeof bytes; cut += 577)
        ck_assert_uint_eq(tf1c_crc32c(tf1c_crc32c(0, bytes, cut), bytes + cut, sizeof bytes - cut),
                          tf1c_crc32c(0, bytes, sizeof bytes));
}
END_TEST

START_TEST(crcs_of_two_parts_are_joined)
{
    static char bytes[9001];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(i * 31 + i / 7);
    for (size_t cut = 0; cut <= sizeof bytes; cut += 9001 / 17)
        ck_assert_uint_eq(
            tf1c_crc32c_join(tf1c_crc32c(0, bytes, cut), tf1c_crc32c(0, bytes + cut, sizeof bytes - cut), sizeof bytes - cut),
            tf1c_crc32c(0, bytes, sizeof bytes));
    ck_assert_uint_eq(tf1c_crc32c_join(0, 0xe3069283, 9), 0xe3069283);
}
END_TEST

START_TEST(a_table_gives_back_its_keys_and_values)
{
    enum { N = 3000 };
    tf1c_table_writer w = { 0 };
    tf1c_table t;
    char key[32], value[400];
    memset(value, 'v', sizeof value);
    for (int i = 0; i < N; i++) {
        snprintf(key, sizeof key, "layer/%05d/w", i);
        tf1c_table_add(&w, (tf_bytes){ key, strlen(key) }, (tf_bytes){ value, (size_t)(i % 400) });
    }
    ck_assert(tf1c_table_finish(&w));
    ck_assert_ptr_null(tf1c_table_read(&t, w.out.data, w.out.n));
    ck_assert_int_eq(t.n, N);
    const tf1c_table_entry *found = tf1c_table_find(&t, (tf_bytes){ "layer/02999/w", 13 });
    ck_assert(found && found->value.size == 2999 % 400);
    ck_assert_ptr_null(tf1c_table_find(&t, (tf_bytes){ "layer/03000/w", 13 }));
    tf1c_table_free(&t);
    tf1c_table_writer_free(&w);
}
END_TEST

/* Each byte of an index changed, and each length it may be cut to: refused, or read as what it then says; never a crash. */
START_TEST(a_damaged_index_is_refused)
{
    char file[600];
    size_t n = 0;
    snprintf(file, sizeof file, "%s.index", golden("plain"));
    char *data = contents(file, &n);
    tf1c_table t;
    for (size_t i = 0; i < n; i++) {
        data[i] ^= 0x41;
        const bool padding = i >= n - 48 && i < n - 8;
        if (!tf1c_table_read(&t, data, n)) {
            ck_assert_msg(padding, "byte %zu", i);
            tf1c_table_free(&t);
        }
        data[i] ^= 0x41;
        char *part = malloc(i + 1);
        memcpy(part, data, i);
        ck_assert_ptr_nonnull(tf1c_table_read(&t, part, i));
        free(part);
    }
    tf1c_free(data);
}
END_TEST

/* ---- there and back ----------------------------------------------------------------------------------------------------------- */
START_TEST(what_tensorflow_wrote_is_read_and_written_again_byte_for_byte)
{
    tf_tensor w = plain_variables();
    tf_saver *saver = tf_train_saver();
    must(tf_restore(saver, sess, golden("plain")));
    check_run(w, (tf_feeds){ 0 }, 12, (const double[]){ -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7, 8 });
    ck_assert_str_eq(tf_save(saver, sess, path), path);
    check_same_file(".index");
    check_same_file(".data-00000-of-00001");
}
END_TEST

START_TEST(parts_of_a_variable_are_joined)
{
    tf_tensor table = tf_get_variable("table", SHAPE(5, 3)), wide = tf_get_variable("wide", SHAPE(2, 7));
    double want[15];
    for (int i = 0; i < 15; i++)
        want[i] = i - 3;
    must(tf_restore(tf_train_saver(), sess, golden("parts")));
    check_run(table, (tf_feeds){ 0 }, 15, want);
    check_run(wide, (tf_feeds){ 0 }, 14, want);
}
END_TEST

static const struct {
    const char *name;
    tf_dtype dtype;
    double values[4];
} narrow_rows[] = {
    { "float16", tf_float32, { 1.5, 100, 2, 0 } }, { "bfloat16", tf_float32, { 1.5, 100, 2, 0 } },
    { "int8", tf_int32, { 1, 100, 2, 0 } },        { "int16", tf_int32, { 1, 100, 2, 0 } },
    { "uint16", tf_int32, { 1, 100, 2, 0 } },
};

START_TEST(a_reader_converts_what_the_library_has_no_dtype_for)
{
    tf_checkpoint_reader *reader = tf_train_new_checkpoint_reader(golden("narrow"));
    tf_ndarray a = tf_checkpoint_get_tensor(reader, narrow_rows[_i].name);
    ck_assert_int_eq(a.dtype, narrow_rows[_i].dtype);
    assert_near(narrow_rows[_i].name, a, 4, narrow_rows[_i].values);
    np_free(&a);
    tf_checkpoint_reader_free(reader);
}
END_TEST

START_TEST(a_reader_lists_what_there_is)
{
    tf_checkpoint_reader *reader = tf_train_new_checkpoint_reader(golden("plain"));
    ck_assert_int_eq(tf_checkpoint_count(reader), 5);
    tf_checkpoint_variable v = tf_checkpoint_variable_at(reader, 4);
    ck_assert_str_eq(v.name, "layer/w");
    ck_assert_str_eq(v.dtype, "float32");
    ck_assert(tf_dims_equal(v.shape, SHAPE(3, 4)));
    ck_assert(tf_has_tensor(reader, "d64") && !tf_has_tensor(reader, "d32") && !tf_has_tensor(NULL, "d64"));
    ck_assert_ptr_null(tf_checkpoint_variable_at(reader, 5).name);
    ck_assert_ptr_null(tf_checkpoint_get_tensor(reader, "d32").data);
    must_have_reported(tf_not_found, "Key d32 not found in checkpoint");
    tf_checkpoint_reader_free(reader);
}
END_TEST

/* ---- which checkpoints there are ------------------------------------------------------------------------------------------------ */
START_TEST(the_latest_are_noted_and_the_oldest_deleted)
{
    char first[300];
    tf_tensor w = tf_get_variable("w", SHAPE(2));
    tf_saver *saver = tf_train_saver(.max_to_keep = 2);
    must(tf_run(sess, tf_global_variables_initializer()));
    (void)w;
    for (int step = 1; step <= 3; step++)
        ck_assert_ptr_nonnull(tf_save(saver, sess, path, .global_step = step));
    snprintf(first, sizeof first, "%s-3", path);
    ck_assert_str_eq(tf_train_latest_checkpoint(folder), first);
    tf_checkpoint_state *state = tf_train_get_checkpoint_state(folder);
    ck_assert_int_eq(state->n, 2);
    ck_assert_str_eq(state->model_checkpoint_path, first);
    tf_checkpoint_state_free(state);
    snprintf(first, sizeof first, "%s-1", path);
    ck_assert(!tf_train_checkpoint_exists(first));
    ck_assert_ptr_null(tf_train_get_checkpoint_state("/nowhere"));
    ck_assert_ptr_null(tf_train_latest_checkpoint("/nowhere"));
}
END_TEST

/* As protobuf's text format has it: in either quotes, with C's escapes. */
START_TEST(notes_of_others_are_read)
{
    char note[300];
    snprintf(note, sizeof note, "%s/checkpoint", folder);
    FILE *f = fopen(note, "w");
    fputs("model_checkpoint_path: 'of a\\tt\\303\\274\\x41-2'\nall_model_checkpoint_paths: \"it\\'s-1\"\n", f);
    fclose(f);
    tf_checkpoint_state *state = tf_train_get_checkpoint_state(folder);
    snprintf(note, sizeof note, "%s/of a\tt\303\274A-2", folder);
    ck_assert_str_eq(state->model_checkpoint_path, note);
    snprintf(note, sizeof note, "%s/it's-1", folder);
    ck_assert_str_eq(state->all_model_checkpoint_paths[0], note);
    tf_checkpoint_state_free(state);
}
END_TEST

/* ---- nothing lost --------------------------------------------------------------------------------------------------------------- */
START_TEST(a_failing_restore_leaves_the_session_as_it_was)
{
    tf_tensor w = tf_get_variable("layer/w", SHAPE(3, 4), .initializer = tf_ones_initializer());
    tf_get_variable("layer/nope", SHAPE(1));
    tf_saver *saver = tf_train_saver();
    must(tf_run(sess, tf_global_variables_initializer()));
    ck_assert_int_eq(tf_restore(saver, sess, golden("plain")), tf_not_found);
    must_have_reported(tf_not_found, "Key layer/nope not found in checkpoint");
    check_run(w, (tf_feeds){ 0 }, 12, (const double[]){ 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 });
}
END_TEST

static const struct {
    tf_dims shape;
    tf_dtype dtype;
    const char *message;
} misfits[] = {
    { SHAPE(2, 4), tf_float32, "Assign requires shapes of both tensors to match. lhs shape= [2,4] rhs shape= [3,4]" },
    { SHAPE(3, 4), tf_float64, "tensor_name = layer/w; expected dtype double does not equal original dtype float" },
};

START_TEST(a_variable_of_another_shape_or_dtype_is_refused)
{
    tf_get_variable("layer/w", misfits[_i].shape, .dtype = misfits[_i].dtype);
    ck_assert_int_eq(tf_restore(tf_train_saver(), sess, golden("plain")), tf_invalid_argument);
    must_have_reported(tf_invalid_argument, misfits[_i].message);
}
END_TEST

START_TEST(damaged_data_are_refused)
{
    char file[300];
    tf_tensor w = tf_get_variable("w", SHAPE(100), .initializer = tf_ones_initializer());
    tf_saver *saver = tf_train_saver();
    must(tf_run(sess, tf_global_variables_initializer()));
    ck_assert_ptr_nonnull(tf_save(saver, sess, path));
    snprintf(file, sizeof file, "%s.data-00000-of-00001", path);
    FILE *f = fopen(file, "r+b");
    fseek(f, 200, SEEK_SET);
    fputc(0x55, f);
    fclose(f);
    ck_assert_int_eq(tf_restore(saver, sess, path), tf_data_loss);
    must_have_reported(tf_data_loss, "Checksum does not match: stored");
    ck_assert_int_eq(truncate(file, 100), 0);
    ck_assert_int_eq(tf_restore(saver, sess, path), tf_out_of_range);
    must_have_reported(tf_out_of_range, "Read less bytes than requested");
    (void)w;
}
END_TEST

/* Threads read and sum up a large array's parts: what they find is told as one thread would, and they write its bytes. */
START_TEST(a_large_array_is_saved_and_restored_by_many_threads)
{
    enum { N = 1300003 };
    char file[300];
    tf_tensor n = tf_get_variable("n", SHAPE(N)), flags = tf_get_variable("flags", SHAPE(N), .dtype = tf_bool);
    tf_saver *saver = tf_train_saver();
    tf_session *s = tf_session(.config = { .intra_op_parallelism_threads = 1 << _i });
    must(tf_run(s, OPS(tf_assign(n, tf_range(N, .dtype = tf_float32)), tf_assign(flags, tf_ones(SHAPE(N), .dtype = tf_bool)))));
    ck_assert_ptr_nonnull(tf_save(saver, s, path));
    must(tf_run(s, OPS(tf_assign(n, tf_zeros(SHAPE(N))), tf_assign(flags, tf_zeros(SHAPE(N), .dtype = tf_bool)))));
    must(tf_restore(saver, s, path));
    tf_ndarray got = { 0 };
    int32_t count = 0;
    must(tf_run(s, FETCH(n, &got, tf_reduce_sum(tf_cast(flags, tf_int32)), &count)));
    for (int i = 0; i < N; i++)
        ck_assert_float_eq(((const float *)got.data)[i], (float)i);
    ck_assert_int_eq(count, N);
    snprintf(file, sizeof file, "%s.data-00000-of-00001", path);
    size_t size;
    char *bytes = tf1c_read_file(file, 2 * N * 5, &size, TF_SOURCE);
    ck_assert(bytes && size == N * 5);
    ck_assert_uint_eq(tf1c_crc32c(0, bytes, size),
                      tf1c_crc32c_join(tf1c_crc32c(0, bytes, N), tf1c_crc32c(0, got.data, N * 4), N * 4));
    tf1c_free(bytes);
    for (int part = 0; part < 4; part++) {
        FILE *f = fopen(file, "r+b");
        const long at = N + part * (long)N + 17;
        fseek(f, at, SEEK_SET);
        const int was = fgetc(f);
        fseek(f, at, SEEK_SET);
        fputc(was ^ 0x55, f);
        fseek(f, at, SEEK_SET); /* written by then */
        ck_assert_int_eq(tf_restore(saver, s, path), tf_data_loss);
        must_have_reported(tf_data_loss, "Checksum does not match: stored");
        fputc(was, f);
        fclose(f);
    }
    must(tf_restore(saver, s, path));
    ck_assert_int_eq(truncate(file, N * 5 - 1), 0);
    ck_assert_int_eq(tf_restore(saver, s, path), tf_out_of_range);
    must_have_reported(tf_out_of_range, "Read less bytes than requested (n in ");
    tf_close(s);
    np_free(&got);
}
END_TEST

START_TEST(a_save_that_cannot_be_says_why)
{
    tf_get_variable("w", SHAPE(2));
    tf_saver *saver = tf_train_saver();
    ck_assert_ptr_null(tf_save(saver, sess, path));
    must_have_reported(tf_failed_precondition, "Attempting to use uninitialized value w");
    must(tf_run(sess, tf_global_variables_initializer()));
    ck_assert_ptr_null(tf_save(saver, sess, ""));
    must_have_reported(tf_value_error, "no path specified");
    ck_assert_ptr_null(tf_train_saver(.var_list = tf_global_variables("nosuch")));
    must_have_reported(tf_value_error, "No variables to save");
    ck_assert_ptr_null(tf_save(NULL, sess, path));
    must_have_reported(tf_runtime_error, "the saver is NULL");
    ck_assert_int_eq(tf_restore(saver, sess, "/nowhere/x"), tf_not_found);
    must_have_reported(tf_not_found, "/nowhere; No such file or directory");
    ck_assert_int_eq(tf_restore(saver, sess, "/dev/null/x"), tf_not_found);
    must_have_reported(tf_not_found, "/dev/null; Not a directory");
    ck_assert_int_eq(tf_restore(saver, sess, "/no-checkpoint"), tf_value_error);
    must_have_reported(tf_value_error, "The passed save_path is not a valid checkpoint: /no-checkpoint");
    ck_assert_ptr_null(tf_save(saver, sess, "/proc/nowhere/x"));
    must_have_reported(tf_not_found, "/proc/nowhere/x.meta");
}
END_TEST

/* A child saves again and again, over one name and to new ones, until it is killed at some moment: what latest_checkpoint then
 * finds is whole. */
START_TEST(a_killed_save_leaves_the_last_checkpoint_whole)
{
    enum { KILLS = 200, FLOATS = 3000 };
    tf_tensor w = tf_get_variable("w", SHAPE(FLOATS)), next = tf_assign_add(w, tf_ones(SHAPE(FLOATS)));
    tf_saver *saver = tf_train_saver(.max_to_keep = 2), *checker = tf_train_saver();
    must(tf_run(sess, tf_global_variables_initializer()));
    ck_assert_ptr_nonnull(tf_save(saver, sess, path));
    for (int kill_at = 0; kill_at < KILLS; kill_at++) {
        const pid_t child = fork();
        ck_assert_int_ge(child, 0);
        if (child == 0) {
            for (int i = 0;; i++) {
                tf_run(sess, next);
                tf_save(saver, sess, path);
                tf_save(saver, sess, path, .global_step = i);
            }
        }
        usleep((useconds_t)(300 + 37 * kill_at % 5000));
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        const char *latest = tf_train_latest_checkpoint(folder);
        ck_assert_ptr_nonnull(latest);
        must(tf_restore(checker, sess, latest));
    }
}
END_TEST

/* ---- going on ------------------------------------------------------------------------------------------------------------------- */
static void train(tf_session *s, tf_operation *step, tf_tensor loss, int n, float *losses)
{
    for (int i = 0; i < n; i++)
        must(tf_run(s, FETCH(step, NULL, loss, &losses[i])));
}

START_TEST(a_training_goes_on_bit_for_bit_random_numbers_included)
{
    tf_tensor x = tf_random_normal(SHAPE(8, 4)), y = tf_reduce_sum(x, 1, true);
    tf_tensor loss = tf_reduce_mean(tf_square(tf_sub(tf_layers_dense(tf_nn_dropout(x, 0.8), 1), y)));
    tf_operation *step = tf_minimize(tf_train_adam_optimizer(0.05), loss);
    tf_saver *saver = tf_train_saver();
    float whole[6], first[3], rest[3];
    must(tf_run(sess, tf_global_variables_initializer()));
    train(sess, step, loss, 3, first);
    ck_assert_ptr_nonnull(tf_save(saver, sess, path));
    train(sess, step, loss, 3, whole + 3);
    tf_session *other = tf_session();
    must(tf_restore(saver, other, path));
    train(other, step, loss, 3, rest);
    ck_assert(memcmp(rest, whole + 3, sizeof rest) == 0);
    tf_close(other);
}
END_TEST

/* ---- the older format ---------------------------------------------------------------------------------------------------------- */

START_TEST(a_checkpoint_of_the_older_format_is_restored)
{
    float w[12], b[4];
    double d64[2];
    bool flag[3];
    int64_t step = 0;
    tf_tensor weights = plain_variables();
    ck_assert(tf_train_checkpoint_exists(golden("v1")));
    must(tf_restore(tf_train_saver(), sess, golden("v1")));
    tf_graph *g = tf_get_default_graph();
    tf_ndarray to_w = np_array(w, tf_float32, SHAPE(3, 4)), to_b = np_array(b, tf_float32, SHAPE(4));
    tf_ndarray to_d = np_array(d64, tf_float64, SHAPE(2)), to_flag = np_array(flag, tf_bool, SHAPE(3));
    must(tf_run(sess, FETCH(weights, &to_w, tf_get_tensor_by_name(g, "layer/b:0"), &to_b, tf_get_tensor_by_name(g, "d64:0"), &to_d,
                            tf_get_tensor_by_name(g, "flag:0"), &to_flag, tf_get_tensor_by_name(g, "global_step:0"), &step)));
    for (int i = 0; i < 12; i++)
        ck_assert(w[i] == (float)(i - 3));
    ck_assert(b[0] == -3 && b[3] == 0 && d64[0] == -3 && d64[1] == -2 && flag[0] && !flag[1] && step == INT64_C(1) << 40);
}
END_TEST

static void check_numbers(const char *checkpoint, const char *name, const char *dtype, int n, const double *want)
{
    tf_checkpoint_reader *reader = tf_train_new_checkpoint_reader(checkpoint);
    ck_assert_msg(reader && tf_has_tensor(reader, name), "%s", name);
    for (int i = 0; i < tf_checkpoint_count(reader); i++)
        if (strcmp(tf_checkpoint_variable_at(reader, i).name, name) == 0)
            ck_assert_str_eq(tf_checkpoint_variable_at(reader, i).dtype, dtype);
    tf_ndarray a = tf_checkpoint_get_tensor(reader, name);
    ck_assert_msg(a.data && np_size(a) == n, "%s", name);
    for (int i = 0; i < n; i++)
        ck_assert_msg(np_get(a, i) == want[i], "%s[%d]: %g", name, i, np_get(a, i));
    np_free(&a);
    tf_checkpoint_reader_free(reader);
}

static const double from_minus_3[] = { -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 };

START_TEST(its_parts_and_narrow_numbers_are_read)
{
    check_numbers(golden("v1"), "table", "float32", 15, from_minus_3);
    check_numbers(golden("v1"), "wide", "float32", 14, from_minus_3);
    check_numbers(golden("v1"), "half", "float16", 2, (double[]){ 1.5, -2 });
    check_numbers(golden("v1"), "small", "int8", 3, (double[]){ 1, -2, 3 });
    tf_ndarray text = tf_train_load_variable(golden("v1"), "text");
    ck_assert(!text.data);
    must_have_reported(tf_unimplemented, "text is of dtype string, which is not read");
    ck_assert(!tf_train_load_variable(golden("v1"), "nobody").data);
    must_have_reported(tf_not_found, "Key nobody not found in checkpoint");
}
END_TEST

START_TEST(its_shards_are_one_checkpoint)
{
    ck_assert(tf_train_checkpoint_exists(golden("v1-*-of-00002")));
    ck_assert(!tf_train_checkpoint_exists(golden("v1-*-of-00009")));
    check_numbers(golden("v1-*-of-00002"), "table", "float32", 15, from_minus_3);
}
END_TEST

/* Each byte changed, each length it may be cut to. */
START_TEST(what_is_damaged_of_it_is_refused)
{
    size_t n = 0;
    char *data = contents(golden("v1"), &n);
    int refused = 0;
    for (size_t i = 0; i < 2 * n; i += 3) {
        FILE *f = fopen(path, "wb");
        if (i < n)
            data[i] ^= 0x41;
        fwrite(data, 1, i < n ? n : i - n, f);
        if (i < n)
            data[i] ^= 0x41;
        fclose(f);
        tf_checkpoint_reader *reader = tf_train_new_checkpoint_reader(path);
        refused += !reader;
        if (!reader && i >= n)
            must_have_reported(tf_data_loss, "Unable to open table file");
        tf_checkpoint_reader_free(reader);
    }
    ck_assert_msg((size_t)refused > n / 2, "%d of %zu", refused, 2 * n / 3);
    tf1c_free(data);
}
END_TEST

/* What is drawn after a saver was made: its operations count, as TensorFlow makes them. */
START_TEST(what_is_drawn_after_a_saver_is_tensorflows)
{
    tf_ndarray drawn = { 0 };
    tf_reset_default_graph();
    tf_set_random_seed(3);
    tf_variable(1.0, .name = "a");
    tf_variable(2.0, .name = "b");
    ck_assert_ptr_nonnull(tf_train_saver());
    const tf_tensor uniform = tf_random_uniform(SHAPE(2));
    tf_session *own = tf_session();
    ck_assert_int_eq(tf_run(own, FETCH(uniform, &drawn)), tf_ok);
    ck_assert_float_eq((float)np_get(drawn, 0), 0.946932077f);
    ck_assert_float_eq((float)np_get(drawn, 1), 0.889776945f);
    np_free(&drawn);
    tf_close(own);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("saver");
    TCase *tc = tcase_create("saver");
    tcase_add_checked_fixture(tc, open_path, close_session_and_folder);
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, a_crc_is_castagnoli_s_however_its_bytes_come);
    tcase_add_test(tc, crcs_of_two_parts_are_joined);
    tcase_add_loop_test(tc, a_large_array_is_saved_and_restored_by_many_threads, 0, 3);
    tcase_add_test(tc, a_table_gives_back_its_keys_and_values);
    tcase_add_test(tc, a_damaged_index_is_refused);
    tcase_add_test(tc, what_tensorflow_wrote_is_read_and_written_again_byte_for_byte);
    tcase_add_test(tc, parts_of_a_variable_are_joined);
    tcase_add_loop_test(tc, a_reader_converts_what_the_library_has_no_dtype_for, 0,
                        (int)(sizeof narrow_rows / sizeof *narrow_rows));
    tcase_add_test(tc, a_reader_lists_what_there_is);
    tcase_add_test(tc, notes_of_others_are_read);
    tcase_add_test(tc, the_latest_are_noted_and_the_oldest_deleted);
    tcase_add_test(tc, a_failing_restore_leaves_the_session_as_it_was);
    tcase_add_loop_test(tc, a_variable_of_another_shape_or_dtype_is_refused, 0, (int)(sizeof misfits / sizeof *misfits));
    tcase_add_test(tc, damaged_data_are_refused);
    tcase_add_test(tc, a_save_that_cannot_be_says_why);
    tcase_add_test(tc, a_killed_save_leaves_the_last_checkpoint_whole);
    tcase_add_test(tc, a_training_goes_on_bit_for_bit_random_numbers_included);
    tcase_add_test(tc, a_checkpoint_of_the_older_format_is_restored);
    tcase_add_test(tc, its_parts_and_narrow_numbers_are_read);
    tcase_add_test(tc, its_shards_are_one_checkpoint);
    tcase_add_test(tc, what_is_damaged_of_it_is_refused);
    tcase_add_test(tc, what_is_drawn_after_a_saver_is_tensorflows);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
