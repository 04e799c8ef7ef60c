/* Summaries, byte for byte TensorFlow's, and the event files they are written to. */
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/proto/event.pb-c.h"
#include "core/proto/step_stats.pb-c.h"
#include "core/protobuf.h"
#include "core/record.h"
#include "core/safe_file.h"
#include "tests/fixture.h"
#include "tf1c.h"

/* The graph of golden/make_summary.py. */
static tf_tensor summaries(tf_tensor x)
{
    tf_with_name_scope("train") {
        tf_summary_scalar("loss", x);
        tf_summary_scalar("my loss!", x);
        tf_summary_scalar("acc", x, .family = "fam");
        tf_summary_histogram("w", tf_constant(NP_FLOAT(1, 2, -3, 0, 5e-13, 1e30)));
        tf_summary_histogram("none", tf_zeros(SHAPE(0)));
    }
    tf_summary_text("note", tf_constant(NP_STRING("hello", "world")));
    return tf_summary_merge_all();
}

START_TEST(a_merged_summary_is_tensorflows_byte_for_byte)
{
    char whole[512];
    size_t n = 0;
    tf_tensor x = tf_placeholder(tf_float32, .name = "x"), merged = summaries(x);
    ck_assert_str_eq(tf_op_name(merged.op), "Merge/MergeSummary");
    ck_assert_ptr_nonnull(tf_get_operation_by_name(tf_get_default_graph(), "train/fam/acc"));
    tf_ndarray summary = { 0 };
    must(tf_run(sess, FETCH(merged, &summary), FEED(x, 0.5)));
    char *want = tf1c_read_file(data_path("golden/summary.bin", whole, sizeof whole), 1 << 20, &n, TF_SOURCE);
    ck_assert_ptr_nonnull(want);
    ck_assert_uint_eq(np_string(summary, 0).size, n);
    ck_assert(memcmp(np_string(summary, 0).data, want, n) == 0);
    tf1c_free(want);
    np_free(&summary);
}
END_TEST

START_TEST(a_summary_joins_the_collections_that_are_named)
{
    tf_tensor x = tf_constant(NP_FLOAT(1, 2)), one = tf_summary_scalar("a", 1.0, "train");
    tf_tensor two = tf_summary_histogram("b", x, TF_NAMES("train", "test"), "fam");
    tf_tensor none = tf_summary_scalar("c", 1.0, .collections = "");
    ck_assert(!tf_summary_merge_all().op && !tf_is_poisoned(none));
    ck_assert_int_eq(tf_get_collection("train").n, 2);
    ck_assert(tf_same_tensor(tf_at(tf_get_collection("test"), 0), two));
    ck_assert_str_eq(tf_op_name(two.op), "fam/b");
    ck_assert_int_eq(tf_op_input_count(tf_summary_merge_all("train").op), 2);
    ck_assert_int_eq(tf_op_input_count(tf_summary_merge_all("train", "fam").op), 1);
    tf_tensor merged = tf_summary_merge(LIST(one, two), "all");
    ck_assert(tf_same_tensor(tf_at(tf_get_collection("all"), 0), merged));
}
END_TEST

/* ---- images and sounds ------------------------------------------------------------------------------------------------------------- */

static tf_tensor media(void)
{
    static float grey[] = { 0, 0.5f, 1, 2, -1, 0.5f, NAN, 0.25f, 0, 0, 0, 0 };
    static uint8_t colours[] = { 1, 2, 3, 250, 251, 252 };
    tf_ndarray images = np_array(grey, tf_float32, SHAPE(3, 2, 2, 1));
    tf_summary_image("grey", images);
    tf_summary_image("one", np_array(colours, tf_uint8, SHAPE(1, 1, 2, 3)), .max_outputs = 1);
    tf_summary_image("double", tf_cast(tf_getitem(tf_constant(images), ":1"), tf_float64), 2, .family = "fam");
    tf_summary_audio("tone", NP_FLOAT2D({ 0, 0.5, -1, 1, 2 }, { 1e-5, -0.25, 0.1, 0.2, -3 }), 44100);
    tf_summary_audio("both", tf_reshape(tf_constant(NP_FLOAT(0, 0.5, -1, 1)), SHAPE(1, 2, 2)), 0.4, 1);
    return tf_summary_merge_all();
}

/* PNG files may be packed in many ways: their pixels are what counts. */
static void assert_same_pixels(const char *tag, ProtobufCBinaryData a, ProtobufCBinaryData b)
{
    tf_bytes files[] = { { (const char *)a.data, a.len }, { (const char *)b.data, b.len } };
    tf_ndarray first = { 0 }, second = { 0 }, both = np_array(files, tf_string, SHAPE(2));
    must(tf_run(sess, FETCH(tf_image_decode_png(tf_constant(np_at(both, 0))), &first,
                            tf_image_decode_png(tf_constant(np_at(both, 1))), &second)));
    const char *difference = array_difference(first, second, 0);
    ck_assert_msg(!difference, "%s: %s", tag, difference);
    np_free(&first);
    np_free(&second);
}

static void assert_same_value(const Tf1c__Summary__Value *a, const Tf1c__Summary__Value *b)
{
    ck_assert_str_eq(a->tag, b->tag);
    ck_assert_int_eq(a->value_case, b->value_case);
    if (a->value_case == TF1C__SUMMARY__VALUE__VALUE_IMAGE) {
        ck_assert(a->image->height == b->image->height && a->image->width == b->image->width);
        ck_assert_int_eq(a->image->colorspace, b->image->colorspace);
        assert_same_pixels(a->tag, a->image->encoded_image_string, b->image->encoded_image_string);
    } else {
        uint8_t mine[512], theirs[512];
        const size_t n = protobuf_c_message_get_packed_size(&a->base);
        ck_assert(n <= sizeof mine && protobuf_c_message_get_packed_size(&b->base) == n);
        protobuf_c_message_pack(&a->base, mine);
        protobuf_c_message_pack(&b->base, theirs);
        ck_assert_msg(memcmp(mine, theirs, n) == 0, "%s", a->tag);
    }
}

START_TEST(images_and_sounds_are_tensorflows)
{
    char path[512];
    size_t n = 0;
    tf_ndarray summary = { 0 };
    must(tf_run(sess, FETCH(media(), &summary)));
    char *golden = tf1c_read_file(data_path("golden/media.bin", path, sizeof path), 1 << 20, &n, TF_SOURCE);
    Tf1c__Summary *want = tf1c__summary__unpack(&tf1c_pb, n, (const uint8_t *)golden);
    Tf1c__Summary *got = tf1c__summary__unpack(&tf1c_pb, np_string(summary, 0).size, (const uint8_t *)np_string(summary, 0).data);
    ck_assert(want && got && want->n_value == 8);
    ck_assert_uint_eq(got->n_value, want->n_value);
    for (size_t i = 0; i < want->n_value; i++)
        assert_same_value(want->value[i], got->value[i]);
    tf1c__summary__free_unpacked(want, &tf1c_pb);
    tf1c__summary__free_unpacked(got, &tf1c_pb);
    tf1c_free(golden);
    np_free(&summary);
}
END_TEST

static tf_tensor shape_mistake(void) { return tf_summary_scalar("loss", tf_constant(NP_FLOAT(1, 2))); }
static tf_tensor nan_value(void) { return tf_summary_histogram("w", tf_constant(NP_FLOAT(NAN))); }
static tf_tensor infinite_value(void) { return tf_summary_histogram("w", tf_constant(NP_FLOAT(1, INFINITY))); }
static tf_tensor same_tag(void)
{
    tf_tensor s = tf_summary_scalar("a", 1.0);
    return tf_summary_merge(LIST(s, s));
}
static tf_tensor no_name(void) { return tf_summary_scalar("", 1.0); }
static tf_tensor nothing(void) { return tf_summary_merge((tf_list){ 0 }); }
static tf_tensor number_as_text(void) { return tf_summary_text("t", tf_constant(1.0)); }
static tf_tensor text_as_number(void) { return tf_summary_scalar("s", tf_constant("one")); }

static const struct {
    tf_tensor (*make)(void);
    tf_status code;
    const char *message;
} mistakes[] = {
    { shape_mistake, tf_invalid_argument, "tags and values not the same shape: [] != [2] (tag 'loss')" },
    { nan_value, tf_invalid_argument, "Nan in summary histogram for: w" },
    { infinite_value, tf_invalid_argument, "Infinity in summary histogram for: w" },
    { same_tag, tf_invalid_argument, "Duplicate tag a found in summary inputs" },
    { no_name, tf_value_error, "'' is not a valid node name" },
    { nothing, tf_value_error, "List argument 'inputs' to 'MergeSummary' Op with length 0 shorter than minimum length 1." },
    { number_as_text, tf_value_error, "to have dtype string, got float32" },
    { text_as_number, tf_type_error, "Value passed to parameter 'values' has DataType string" },
};

START_TEST(a_mistake_is_told_in_tensorflows_words)
{
    tf_tensor s = mistakes[_i].make();
    if (!caught()->count)
        ck_assert_int_eq(tf_run(sess, s), mistakes[_i].code);
    must_have_reported(mistakes[_i].code, mistakes[_i].message);
}
END_TEST

START_TEST(merge_all_of_nothing_is_none)
{
    ck_assert(tf_is_none(tf_summary_merge_all()));
    tf_summary_scalar("a", 1.0);
    ck_assert(!tf_is_none(tf_summary_merge_all()));
    ck_assert(tf_is_none(tf_summary_merge_all("other")));
}
END_TEST

/* ---- event files --------------------------------------------------------------------------------------------------------------- */

/* The only file of the folder. */
static const char *written_file(void)
{
    static char path[400];
    DIR *d = opendir(folder);
    for (struct dirent *e; (e = readdir(d));)
        if (strncmp(e->d_name, "events.out.tfevents.", 20) == 0)
            snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
    closedir(d);
    return path;
}

static char *written(size_t *n)
{
    char *data = tf1c_read_file(written_file(), 1 << 20, n, TF_SOURCE);
    ck_assert_ptr_nonnull(data);
    return data;
}

START_TEST(events_are_records_in_order)
{
    static const int want_case[] = { TF1C__EVENT__WHAT_FILE_VERSION, TF1C__EVENT__WHAT_GRAPH_DEF, TF1C__EVENT__WHAT_SUMMARY,
                                     TF1C__EVENT__WHAT_SUMMARY };
    static const int64_t want_step[] = { 0, 0, 3, 4 };
    size_t n = 0;
    char fault[64];
    tf_ndarray summary = { 0 };
    tf_tensor loss = tf_summary_scalar("loss", 0.25);
    must(tf_run(sess, FETCH(loss, &summary)));
    tf_summary_writer *writer = tf_summary_file_writer(folder, tf_get_default_graph());
    must(tf_add_summary(writer, summary, 3));
    must(tf_add_scalar(writer, "plain", 2.5, 4));
    ck_assert_str_eq(tf_get_logdir(writer), folder);
    tf_close(writer);
    char *data = written(&n);
    tf1c_reader r = { data, data + n, false };
    tf_bytes record;
    for (int i = 0; i < 4; i++) {
        ck_assert_int_eq(tf1c_record_next(&r, data, &record, fault, sizeof fault), 1);
        Tf1c__Event *e = tf1c__event__unpack(&tf1c_pb, record.size, (const uint8_t *)record.data);
        ck_assert_ptr_nonnull(e);
        ck_assert_int_eq(e->what_case, want_case[i]);
        ck_assert_int_eq(e->step, want_step[i]);
        ck_assert(e->wall_time > 1.7e9);
        if (i == 3)
            ck_assert(e->summary->value[0]->simple_value == 2.5f && strcmp(e->summary->value[0]->tag, "plain") == 0);
        tf1c__event__free_unpacked(e, &tf1c_pb);
    }
    ck_assert_int_eq(tf1c_record_next(&r, data, &record, fault, sizeof fault), 0);
    data[20] ^= 1;
    r = (tf1c_reader){ data, data + n, false };
    ck_assert_int_eq(tf1c_record_next(&r, data, &record, fault, sizeof fault), -1);
    ck_assert_str_eq(fault, "corrupted record at 0");
    r = (tf1c_reader){ data, data + 7, false };
    ck_assert_int_eq(tf1c_record_next(&r, data, &record, fault, sizeof fault), -1);
    ck_assert_str_eq(fault, "truncated record at 0");
    tf1c_free(data);
    np_free(&summary);
}
END_TEST

START_TEST(what_cannot_be_written_is_said)
{
    tf_summary_writer *writer = tf_summary_file_writer(folder);
    tf_ndarray number = np_zeros(SCALAR, tf_float32);
    tf_add_summary(writer, number, 1);
    must_have_reported(tf_type_error, "wants a fetched summary, a string scalar, got float32 of shape ()");
    tf_add_summary(writer, NP_STRING("\xff\xff"), 1);
    must_have_reported(tf_value_error, "is no Summary");
    np_free(&number);
    tf_close(writer);
    ck_assert_ptr_null(tf_summary_file_writer("/proc/nowhere"));
    must_have_reported(tf_not_found, "/proc/nowhere/events.out.tfevents.");
    ck_assert_ptr_null(tf_summary_file_writer(NULL));
    must_have_reported(tf_value_error, "wants a folder, got NULL");
}
END_TEST

START_TEST(events_are_read_in_order)
{
    tf_ndarray summary = { 0 };
    tf_tensor w = tf_summary_histogram("w", tf_constant(NP_FLOAT(1, 2, 3)));
    must(tf_run(sess, FETCH(w, &summary)));
    tf_summary_writer *writer = tf_summary_file_writer(folder, tf_get_default_graph());
    must(tf_add_summary(writer, summary, 3));
    must(tf_add_scalar(writer, "plain", 2.5, 4));
    tf_close(writer);
    tf_event e;
    tf_event_iterator *events = tf_train_summary_iterator(written_file());
    ck_assert(tf_next_event(events, &e));
    ck_assert_str_eq(e.file_version, "brain.Event:2");
    ck_assert(tf_next_event(events, &e) && !e.file_version && e.graph_def.size > 10);
    ck_assert(tf_next_event(events, &e) && e.step == 3 && e.summary.n == 1);
    ck_assert_int_eq(e.summary.value[0].kind, TF_SUMMARY_HISTO);
    ck_assert(e.summary.value[0].histo.num == 3 && e.summary.value[0].histo.sum == 6 && e.summary.value[0].histo.max == 3);
    ck_assert(tf_next_event(events, &e) && e.step == 4 && e.wall_time > 1.7e9);
    ck_assert_str_eq(e.summary.value[0].tag, "plain");
    ck_assert(e.summary.value[0].kind == TF_SUMMARY_SIMPLE_VALUE && e.summary.value[0].simple_value == 2.5f);
    ck_assert(!tf_next_event(events, &e) && e.summary.n == 0);
    tf_event_iterator_free(events);
    ck_assert_ptr_null(tf_train_summary_iterator("nothing"));
    must_have_reported(tf_not_found, "nothing; No such file");
    np_free(&summary);
}
END_TEST

/* ---- run metadata ------------------------------------------------------------------------------------------------------------------ */

enum { TRACED_ROWS = 3 };
static tf_status run_traced(tf_tensor y, tf_tensor x, tf_trace_level level, tf_run_metadata *metadata)
{
    static float rows[TRACED_ROWS * 4];
    tf_ndarray fed = np_array(rows, tf_float32, SHAPE(TRACED_ROWS, 4)), value = { 0 };
    const tf_status status =
        tf_run(sess, FETCH(y, &value), FEED(x, fed), .options = tf_run_options(.trace_level = level), .run_metadata = metadata);
    np_free(&value);
    return status;
}

static const tf_node_exec_stats *stats_of(const tf_run_metadata *m, const char *name)
{
    const tf_step_stats s = tf_run_metadata_step_stats(m);
    for (int i = 0; i < s.n; i++)
        if (strcmp(s.node_stats[i].node_name, name) == 0)
            return &s.node_stats[i];
    return NULL;
}

START_TEST(a_traced_run_says_what_each_operation_took)
{
    tf_tensor x = tf_placeholder(tf_float32, SHAPE(NONE, 4), .name = "x"), w = tf_ones(SHAPE(4, 2), .name = "w");
    tf_tensor h = tf_matmul(x, w, .name = "h"), y = tf_exp(tf_tanh(h, .name = "t"), .name = "y");
    tf_run_metadata *metadata = tf_run_metadata();
    must(run_traced(y, x, TF_RUN_OPTIONS_FULL_TRACE, metadata));
    const tf_node_exec_stats *of_h = stats_of(metadata, "h"), *of_t = stats_of(metadata, "t"), *of_y = stats_of(metadata, "y");
    ck_assert(of_h && of_t && of_y && !stats_of(metadata, "w"));
    ck_assert_str_eq(of_h->timeline_label, "h = MatMul(x, w)");
    ck_assert_str_eq(of_y->timeline_label, "y = Exp(t)");
    ck_assert(of_h->all_start_micros > 1700000000000000 && of_h->all_end_rel_nanos >= 0 && of_h->thread_id == 0);
    ck_assert(of_h->n_output == 1 && of_h->output[0].dtype == tf_float32 && of_h->output[0].shape.dims[1] == 2);
    ck_assert_int_eq(of_h->total_bytes, TRACED_ROWS * 2 * 4);
    ck_assert_msg(of_t->n_output == 0 && of_t->all_start_nanos + of_t->all_end_rel_nanos == of_y->all_start_nanos,
                  "the parts of what is fused come one after the other");
    must(run_traced(y, x, TF_RUN_OPTIONS_NO_TRACE, metadata));
    ck_assert_int_eq(tf_run_metadata_step_stats(metadata).n, 0);
    must(tf_run(sess, y, FEED(x, NP_FLOAT2D({ 1, 2, 3, 4 })), .options = { TF_RUN_OPTIONS_FULL_TRACE }, .run_metadata = metadata));
    ck_assert_ptr_nonnull(stats_of(metadata, "h"));
    ck_assert_int_eq(tf_run(sess, y, .options = { TF_RUN_OPTIONS_FULL_TRACE }, .run_metadata = metadata), tf_invalid_argument);
    must_have_reported(tf_invalid_argument, "You must feed a value for placeholder tensor 'x'");
    ck_assert_int_eq(tf_run_metadata_step_stats(metadata).n, 0);
    tf_run_metadata_free(metadata);
}
END_TEST

static tf_tensor multiplied(tf_tensor state, tf_tensor x, void *none)
{
    (void)none;
    return tf_add(tf_matmul(state, x, .name = "product"), 1.0);
}

START_TEST(a_loop_s_operations_are_there_once_a_step)
{
    tf_tensor x = tf_placeholder(tf_float32, SHAPE(3, 4), .name = "x");
    tf_tensor xs = tf_reshape(tf_tile(x, SHAPE(1, 4)), SHAPE(3, 4, 4)),
              y = tf_scan(multiplied, xs, .initializer = tf_ones(SHAPE(4, 4)));
    tf_run_metadata *metadata = tf_run_metadata();
    int products = 0;
    must(run_traced(y, x, TF_RUN_OPTIONS_FULL_TRACE, metadata));
    const tf_step_stats s = tf_run_metadata_step_stats(metadata);
    for (int i = 0; i < s.n; i++)
        products += strstr(s.node_stats[i].node_name, "product") != NULL;
    ck_assert_int_eq(products, 3);
    tf_run_metadata_free(metadata);
}
END_TEST

START_TEST(run_metadata_is_written_once_a_tag)
{
    tf_tensor x = tf_placeholder(tf_float32, SHAPE(NONE, 4), .name = "x"), y = tf_reduce_sum(tf_exp(x), .name = "y");
    tf_run_metadata *metadata = tf_run_metadata();
    must(run_traced(y, x, TF_RUN_OPTIONS_FULL_TRACE, metadata));
    const tf_step_stats want = tf_run_metadata_step_stats(metadata);
    tf_summary_writer *writer = tf_summary_file_writer(folder);
    must(tf_add_run_metadata(writer, metadata, "step007", .global_step = 7));
    ck_assert_int_eq(tf_add_run_metadata(writer, metadata, "step007"), tf_value_error);
    must_have_reported(tf_value_error, "The provided tag was already used for this event type");
    tf_close(writer);
    tf_event e;
    tf_event_iterator *events = tf_train_summary_iterator(written_file());
    ck_assert(tf_next_event(events, &e) && tf_next_event(events, &e) && e.step == 7);
    ck_assert_str_eq(e.tagged_run_metadata.tag, "step007");
    Tf1c__RunMetadata *got = tf1c__run_metadata__unpack(&tf1c_pb, e.tagged_run_metadata.run_metadata.size,
                                                        (const uint8_t *)e.tagged_run_metadata.run_metadata.data);
    ck_assert(got && got->step_stats->n_dev_stats == 1 && got->step_stats->dev_stats[0]->n_node_stats == (size_t)want.n);
    const Tf1c__NodeExecStats *last = got->step_stats->dev_stats[0]->node_stats[want.n - 1];
    ck_assert_str_eq(last->node_name, want.node_stats[want.n - 1].node_name);
    ck_assert_str_eq(last->timeline_label, want.node_stats[want.n - 1].timeline_label);
    ck_assert_int_eq(last->all_start_nanos, want.node_stats[want.n - 1].all_start_nanos);
    ck_assert_int_eq(last->output[0]->tensor_description->dtype, TF1C__DATA_TYPE__DT_FLOAT);
    tf1c__run_metadata__free_unpacked(got, &tf1c_pb);
    tf_event_iterator_free(events);
    tf_run_metadata_free(metadata);
}
END_TEST

START_TEST(a_timeline_is_json_for_chrome)
{
    tf_tensor x = tf_placeholder(tf_float32, SHAPE(NONE, 4), .name = "x"), y = tf_reduce_sum(tf_exp(x), .name = "y");
    tf_run_metadata *metadata = tf_run_metadata();
    must(run_traced(y, x, TF_RUN_OPTIONS_FULL_TRACE, metadata));
    char *text = tf_timeline_generate_chrome_trace_format(metadata);
    ck_assert_ptr_nonnull(text);
    ck_assert_ptr_nonnull(strstr(text, "{\n    \"traceEvents\": [\n        {\n            \"name\": \"process_name\","));
    ck_assert_ptr_nonnull(strstr(text, "                \"name\": \"y\",\n                \"op\": \"Sum\",\n"
                                       "                \"input0\": \"Exp\",\n                \"input1\": \"Const\"\n"));
    free(text);
    tf_run_metadata_free(metadata);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("summary");
    TCase *tc = tcase_create("summary");
    tcase_add_checked_fixture(tc, open_session_and_folder, close_session_and_folder);
    tcase_add_test(tc, a_merged_summary_is_tensorflows_byte_for_byte);
    tcase_add_test(tc, a_summary_joins_the_collections_that_are_named);
    tcase_add_test(tc, images_and_sounds_are_tensorflows);
    tcase_add_loop_test(tc, a_mistake_is_told_in_tensorflows_words, 0, (int)(sizeof mistakes / sizeof *mistakes));
    tcase_add_test(tc, merge_all_of_nothing_is_none);
    tcase_add_test(tc, events_are_records_in_order);
    tcase_add_test(tc, what_cannot_be_written_is_said);
    tcase_add_test(tc, events_are_read_in_order);
    tcase_add_test(tc, a_traced_run_says_what_each_operation_took);
    tcase_add_test(tc, a_loop_s_operations_are_there_once_a_step);
    tcase_add_test(tc, run_metadata_is_written_once_a_tag);
    tcase_add_test(tc, a_timeline_is_json_for_chrome);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
