/* Every public function, called with NULL, zeroed and hand-made handles, negative and too large counts and indices, one
 * argument at a time, the others sound, and with all of them zero. It answers: nothing crashes, what it returns is safe to go
 * on with, and a report names the caller's line where the call has one. calls.py finds the functions in the headers. */
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support.h"
#include "tf1c.h"
#include "tf1c_kit.h"

/* ---- what arguments point to ------------------------------------------------------------------------------------------------ */

enum { BUFFER = 1 << 14 };
static struct {
    tf_graph *graph, *other;
    tf_session *session, *closed;
    tf_tensor x, scalar, v, rows, mistake, inner, foreign;
    tf_tensor tensors[4], no_tensors[4], wrong_tensors[2];
    tf_list list, growing, wrong_list, negative_list;
    tf_operation *ops[4], *no_ops[4];
    tf_operand operands[8]; /* the last of no known kind: there the longest counts end */
    tf_dims dims, wrong_dims[3];
    tf_ndarray array, integers, arrays[4], out, borrowed;
    tf_cell *cell, *no_cells[4], empty_cell;
    tf_bucket buckets[1], wrong_buckets[2];
    tf_many_decoder decoders[1], wrong_decoders[1];
    tf_state *state, *no_states[4], empty_state, wrong_state, negative_state, hollow_state;
    tf_state_value state_value, wrong_state_value, negative_state_value;
    tf_helper *helper, empty_helper;
    tf_decoder *decoder;
    tf_layer *layer;
    tf_lookup_table *table;
    tf_attention_mechanism *mechanism;
    tf_optimizer *optimizer;
    tf_saver *saver;
    tf_moving_average *average;
    tf_summary_writer *writer;
    tf_run_metadata *metadata;
    tf_checkpoint_reader *reader;
    tf_training training;
    tf_session_run_hook hook, *hooks[1], *no_hooks[2];
    tf_regularizer regularizer;
    tf_grads_and_vars pairs;
    tf_grad_and_var no_pairs[2];
    tf_feed feed[2], no_feeds[2], wrong_feeds[2];
    tf_feeds feeds, wrong_feed_list, negative_feed_list;
    tf_fetches fetches;
    tf_fetch fetch[2], no_fetches[2], wrong_fetches[8];
    tf_indexed_slices slices[4];
    tf_error empty_error;
    np_npz *npz;
    tf_option options[2];
    tf_data_dataset *pipeline, *no_pipeline, *mistaken_pipeline, empty_pipeline;
    tf_data_iterator *iterator, empty_iterator;
    tf_dtype dtypes[4], wrong_dtypes[2];
    tf_queue *queue, *mistaken_queue;
    tf_reader *lines;
    tf_gfile *file;
    tf_record_writer *records;
    tf_bytes bytes;
    tf_train_entry train_entry;
    tf_feature_entry feature, empty_feature;
    tf_dataset *dataset, empty_dataset;
    tf_text text, empty_text;
    tf_text_batches batches, empty_batches;
    struct tf_with_ with;
    tf_from from;
    char *arguments[2];
    const char *texts[4], *no_texts[4];
    char long_text[5000];
    char text_of_buffer[64];
    _Alignas(16) char buffer[BUFFER];
} w;

static void own_kernel(tf_kernel_ctx *k) { memset(k->out[0].data, 0, (size_t)tf_view_count(&k->out[0]) * sizeof(float)); }
static const tf_op_def own_op = { .name = "Own",
                                  .in = "x:T",
                                  .out = "y:T",
                                  .T = TF_DTYPE_BIT(tf_float32),
                                  .shape = tf_unchanged_shape,
                                  .kernel = own_kernel,
                                  .gradient = tf_no_gradient };
static const tf_op_def empty_op = { .name = NULL };

static tf_tensor remember(tf_tensor state, tf_tensor x, void *none)
{
    (void)none;
    return w.inner = tf_add(state, x);
}

/* ---- what calls return -------------------------------------------------------------------------------------------------------- */

static void use_tf_tensor(tf_tensor t)
{
    char text[512];
    tf_tensor_text(t, text, sizeof text);
    tf_tensor_name(t, text, sizeof text);
    tf_identity(t);
}
static void use_tf_list(tf_list l)
{
    ck_assert_int_ge(l.n, 0);
    for (int i = 0; i < l.n && i < 4; i++)
        use_tf_tensor(tf_at(l, i));
}
static void use_tf_operation_handle(tf_operation *op) { use_tf_tensor(tf_op_output(op, 0)); }
static tf_ndarray emptied(tf_ndarray a)
{
    if (a.data && a.dtype != tf_string)
        memset(a.data, 0, np_nbytes(a));
    return a;
}
static void use_tf_ndarray(tf_ndarray a)
{
    char text[256];
    np_text(a, text, sizeof text);
    np_free(&a);
}
static void use_char_handle(char *text) { free(text); }
static void use_constchar_handle(const char *text)
{
    if (text)
        ck_assert_uint_lt(strlen(text), BUFFER);
}
static void use_tf_session_handle(tf_session *s)
{
    if (s != w.session && s != w.closed)
        tf_close(s);
}
static void use_tf_graph_handle(tf_graph *g)
{
    if (g && tf_graph_operation_count(g) == 0) /* new; the others belong to someone */
        tf_graph_free(g);
}
static void use_structtf_with_(struct tf_with_ with)
{
    tf_constant(1.0);
    tf_with_close_(&with);
}
static void use_tf_from(tf_from from) { tf_from_close(&from); }
static void use_tf_cell_handle(tf_cell *cell) { use_tf_tensor(tf_call(cell, w.x, NULL).output); }
static void use_tf_state_handle(tf_state *state) { use_tf_list(tf_state_flatten(state)); }
static void use_tf_decoder_handle(tf_decoder *d)
{
    const tf_decoded decoded = tf_contrib_seq2seq_dynamic_decode(d, .maximum_iterations = 2);
    use_tf_tensor(decoded.outputs.rnn_output);
    use_tf_list(tf_state_flatten(decoded.state));
}
static void use_tf_data_iterator_handle(tf_data_iterator *it) { use_tf_list(tf_get_next(it)); }
static void use_tf_data_dataset_handle(tf_data_dataset *d)
{
    const tf_list next = tf_get_next(tf_make_one_shot_iterator(tf_take(d, 2)));
    use_tf_list(next);
    if (w.session)
        tf_run(w.session, FETCH(tf_at(next, 0), &w.out));
}
static void use_np_npz_handle(np_npz *z) { np_npz_close(z); }
static void use_tf_graph_def_handle(tf_graph_def *def) { tf_graph_def_free(def); }
static void use_tf_checkpoint_state_handle(tf_checkpoint_state *state) { tf_checkpoint_state_free(state); }
static void use_tf_event_iterator_handle(tf_event_iterator *events) { tf_event_iterator_free(events); }
static void use_tf_node_defs_handle(tf_node_defs *nodes) { tf_graph_def_nodes_free(nodes); }
static void use_tf_checkpoint_reader_handle(tf_checkpoint_reader *reader) { tf_checkpoint_reader_free(reader); }

static void use_tf_coordinator_handle(tf_coordinator *coord) { tf_join_(coord, (tf_threads){ 0 }, TF_SOURCE); }
static void use_tf_gfile_handle(tf_gfile *f) { tf_gfile_close_(f); }
static void use_tf_record_writer_handle(tf_record_writer *writer) { tf_record_writer_close_(writer); }
static void use_tf_run_metadata_handle(tf_run_metadata *metadata) { tf_run_metadata_free(metadata); }
static void use_tf_summary_writer_handle(tf_summary_writer *writer) { tf_close(writer); }

/* A GraphDef of a NoOp called a, and bytes that are none. */
static const tf_graph_def one_node = { 11, "\n\t\n\1a\22\4NoOp" }, no_def = { 3, "\377\377\377" };

struct call {
    const char *name;
    void (*call)(const int *pick);
    int n, values[10];
    bool has_place;
};
#include "calls.inc"
enum { CALLS = sizeof calls / sizeof *calls };

static char doing[512]; /* said if it crashes */

/* ---- the world, new for each call ----------------------------------------------------------------------------------------------- */

static int reports, nowhere;
static char placeless[256];
static void note(const tf_error *e)
{
    reports++;
    if (e->where.file || e->run.file)
        return;
    nowhere++;
    snprintf(placeless, sizeof placeless, "%s: %s", e->class_name, e->message);
}

static void make_arrays(void)
{
    static float numbers[64];
    static int32_t integers[4] = { 0, 1, 1, 0 };
    w.array = np_array(numbers, tf_float32, SHAPE(2, 3));
    w.integers = np_array(integers, tf_int32, SHAPE(2));
    w.arrays[0] = w.array;
    w.arrays[1] = w.integers;
    w.borrowed = np_array(numbers, tf_float32, SHAPE(2));
    memset(w.long_text, 'a', sizeof w.long_text - 1);
    w.texts[0] = w.texts[1] = "x";
    w.arguments[0] = (char *)"program";
    w.options[0] = (tf_option){ .name = "x", .kind = 'i', .value = w.buffer };
}

static void make_graph(void)
{
    w.graph = tf_get_default_graph();
    w.x = tf_placeholder(tf_float32, SHAPE(2, 3));
    w.scalar = tf_reduce_sum(w.x);
    w.v = tf_get_variable("v", SHAPE(2, 3));
    w.rows = tf_constant(NP_INT(0, 1));
    w.mistake = tf_matmul(w.x, w.x);
    tf_scan(remember, w.x);
    tf_with_graph(w.other = tf_graph_new())
        w.foreign = tf_constant(1.0);
    w.list = LIST(w.x, tf_exp(w.x));
    w.tensors[0] = w.tensors[1] = w.x;
    w.wrong_tensors[0] = (tf_tensor){ .op = w.x.op, .index = 7 };
    w.wrong_tensors[1] = (tf_tensor){ .op = w.x.op, .index = -1 };
    w.wrong_list = (tf_list){ .n = 3 };
    w.negative_list = (tf_list){ .n = -3 };
    w.ops[0] = w.ops[1] = w.x.op;
    w.operands[0] = w.operands[1] = tf_operand_tensor(w.x);
    w.operands[7] = (tf_operand){ .kind = (tf_operand_kind)77 };
    w.dims = SHAPE(2, 3);
    w.wrong_dims[0] = (tf_dims){ .known = true, .rank = 99 };
    w.wrong_dims[1] = (tf_dims){ .known = true, .rank = -1 };
    w.wrong_dims[2] = SHAPE(-5);
    w.cell = tf_nn_rnn_cell_gru_cell(3);
    w.decoders[0] = (tf_many_decoder){ "x", { .n = 1, .items = &w.x }, w.cell, 3 };
    w.wrong_decoders[0] = (tf_many_decoder){ NULL, { .n = -1 }, NULL, -3 };
    w.buckets[0] = (tf_bucket){ 1, 1 };
    w.wrong_buckets[0] = (tf_bucket){ -1, 5 };
    w.wrong_buckets[1] = (tf_bucket){ INT_MAX, INT_MIN };
    w.state = tf_zero_state(w.cell, 2, tf_float32);
    w.helper = tf_contrib_seq2seq_training_helper(tf_zeros(SHAPE(2, 3, 3)), NP_INT(2, 3));
    w.decoder = tf_contrib_seq2seq_basic_decoder(w.cell, w.helper, w.state);
    w.layer = tf_layers_Dense(3);
    w.mechanism = tf_contrib_seq2seq_luong_attention(3, tf_zeros(SHAPE(2, 4, 3)));
    w.wrong_state = (tf_state){ .n = 3 };
    w.negative_state = (tf_state){ .n = -3 };
    w.hollow_state = (tf_state){ .n = 2, .items = w.no_states };
    w.wrong_state_value = (tf_state_value){ 3, NULL };
    w.negative_state_value = (tf_state_value){ -3, w.arrays };
    w.optimizer = tf_train_adam_optimizer(0.1);
    w.regularizer = tf_contrib_layers_l2_regularizer(0.1);
    w.pairs = tf_compute_gradients(w.optimizer, tf_reduce_sum(tf_square(w.v)));
    w.slices[0].values = w.x;
}

static void make_pipelines(void)
{
    w.dtypes[0] = tf_float32;
    w.wrong_dtypes[0] = (tf_dtype)99;
    w.wrong_dtypes[1] = (tf_dtype)-1;
    w.pipeline = tf_data_dataset_from_tensor_slices(w.array);
    w.mistaken_pipeline = tf_batch(NULL, 1);
    w.train_entry = (tf_train_entry){ "x", tf_train_feature(.float_list = { tf_float32, 1, w.buffer }) };
    w.feature = (tf_feature_entry){ "x", tf_fixed_len_feature(SCALAR, tf_float32) };
    w.queue = tf_fifo_queue(3, TF_TYPES(tf_float32), .shapes = TF_SHAPES(SHAPE(3)));
    w.mistaken_queue = tf_fifo_queue(3, (tf_types){ 0 });
    w.lines = tf_text_line_reader();
    w.iterator = tf_make_initializable_iterator(w.pipeline);
}

static void make_runs(void)
{
    w.session = tf_session(.config = tf_config_proto(.intra_op_parallelism_threads = 1));
    w.closed = w.session;
    tf_run(w.session, tf_global_variables_initializer());
    w.saver = tf_train_saver();
    w.metadata = tf_run_metadata();
    w.table = tf_contrib_lookup_index_table_from_tensor(NP_STRING("a", "b"));
    w.average = tf_train_exponential_moving_average(0.9);
    if (strncmp(doing, "tf_add_", 7) == 0) /* a file each time costs its time */
        w.writer = tf_summary_file_writer("events");
    if (tf_train_checkpoint_exists("saved"))
        w.reader = tf_train_new_checkpoint_reader("saved");
    w.hooks[0] = &w.hook;
    w.feed[0] = tf_feed_tensor(w.x, tf_operand_array(w.array));
    w.wrong_feeds[0] = tf_feed_tensor((tf_tensor){ .op = w.x.op, .index = 7 }, tf_operand_array(w.array));
    w.wrong_feeds[1] = tf_feed_state(&w.wrong_state, tf_operand_state(w.wrong_state_value));
    w.wrong_feed_list = (tf_feeds){ 3, NULL, 0 };
    w.negative_feed_list = (tf_feeds){ -3, NULL, 0 };
    w.fetch[0] = tf_fetch_tensor(w.scalar);
    w.wrong_fetches[0] = tf_fetch_tensor((tf_tensor){ .op = w.x.op, .index = 7 });
    w.wrong_fetches[1] = tf_fetch_tensor((tf_tensor){ .op = w.x.op, .index = -1 });
    w.wrong_fetches[2] = (tf_fetch){ .tensor = w.scalar, .op = w.scalar.op, .into = TF_INTO_FLOAT };
    w.wrong_fetches[3] = (tf_fetch){ .tensor = w.scalar, .op = w.scalar.op, .into = TF_INTO_ARRAY };
    w.wrong_fetches[4] = (tf_fetch){ .into = TF_INTO_STATE };
    w.wrong_fetches[5] = tf_fetch_state(&w.hollow_state);
    w.wrong_fetches[6] = tf_fetch_state(&w.negative_state);
    w.wrong_fetches[7] = (tf_fetch){ .into = (tf_into)77, .out = w.buffer };
}

static void make_kit(void)
{
    w.dataset = tf_dataset_of(w.array, np_array(w.buffer, tf_uint8, SHAPE(2)));
    w.text = tf_text_of("to be or not", 12);
    w.batches = tf_text_batches_of(&w.text, 1, 4);
}

static void open_world(void)
{
    memset(&w, 0, sizeof w);
    tf_on_error(tf_silent);
    make_arrays();
    make_graph();
    make_pipelines();
    make_runs();
    make_kit();
    tf_clear_error();
    tf_on_error(note);
    reports = nowhere = 0;
}

static void close_world(void)
{
    tf_on_error(tf_silent);
    tf_with_close_(&w.with);
    tf_feeds_free(&w.feeds);
    tf_fetches_free(&w.fetches);
    tf_state_free(&w.state_value);
    np_free(&w.out);
    tf_checkpoint_reader_free(w.reader);
    tf_close(w.writer);
    tf_run_metadata_free(w.metadata);
    tf_close(w.session);
    tf_graph_free(w.other);
    tf_reset_default_graph();
    tf_kit_release();
}

/* ---- the calls ---------------------------------------------------------------------------------------------------------------------- */

static void crashed(int signal_number)
{
    if (write(STDERR_FILENO, doing, strlen(doing)) < 0)
        _exit(99);
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

static void call_once(const struct call *c, const int *pick)
{
    size_t n = (size_t)snprintf(doing, sizeof doing, "%s with values", c->name);
    for (int i = 0; i < c->n; i++)
        n += (size_t)snprintf(doing + n, sizeof doing - n, " %d", pick[i]);
    snprintf(doing + n, sizeof doing - n, "\n");
    open_world();
    c->call(pick);
    if (c->has_place)
        ck_assert_msg(nowhere == 0, "a report without a place, '%s', of %s", placeless, doing);
    close_world();
}

static void every_value(const struct call *c, void (*each)(const struct call *c, const int *pick))
{
    const int stride = 1 + slowness() / 20; /* valgrind has time for a third of them */
    int pick[10] = { 0 };
    each(c, pick);
    for (int i = 0; i < c->n; i++)
        for (pick[i] = 1; pick[i] < c->values[i] || (pick[i] = 0); pick[i] += stride)
            each(c, pick);
    for (int i = 0; i < c->n; i++)
        pick[i] = c->values[i] > 1;
    each(c, pick);
}

START_TEST(it_answers_whatever_it_is_given)
{
    if (slowness() == 1) { /* sanitizers have a handler that says more */
        signal(SIGSEGV, crashed);
        signal(SIGBUS, crashed);
        signal(SIGFPE, crashed);
        signal(SIGABRT, crashed);
    }
    ck_assert(freopen("/dev/null", "w", stdout));
    every_value(&calls[_i], call_once);
}
END_TEST

int main(void)
{
    char directory[] = "/tmp/tf1c_calls_XXXXXX";
    if (!mkdtemp(directory) || chdir(directory)) /* some of them write files */
        return 1;
    open_world();
    tf_save(w.saver, w.session, "saved"); /* once: a flush to the disk takes its time */
    close_world();
    Suite *s = suite_create("calls");
    TCase *t = tcase_create("every public function");
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, it_answers_whatever_it_is_given, 0, CALLS);
    suite_add_tcase(s, t);
    return run_suite(s);
}
