/* The command tf1c, run as a user runs it: what it prints, what it writes, and how it answers mistakes. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/examples/command.h"
#include "tests/fixture.h"
#include "tf1c.h"

static char output[65536];

/* In the folder: model.pb, saved (its checkpoint), x.npy, and logs with an event file. y = x·w + b, w = [[1],[2],[3]], b = [10]. */
static void make_files(void)
{
    tf_tensor x = tf_placeholder(tf_float32, SHAPE(NONE, 3), .name = "x");
    tf_tensor w = tf_variable(NP_FLOAT2D({ 1 }, { 2 }, { 3 }), .name = "w"), b = tf_variable(NP_FLOAT(10), .name = "b");
    tf_tensor y = tf_add(tf_matmul(x, w), b, .name = "y");
    ck_assert_str_eq(tf_op_name(y.op), "y");
    tf_summary_writer *writer = tf_summary_file_writer(in_folder("logs"));
    must(tf_run(sess, tf_global_variables_initializer()));
    ck_assert_ptr_nonnull(tf_save(tf_train_saver(), sess, in_folder("saved")));
    ck_assert_ptr_nonnull(tf_train_write_graph(tf_get_default_graph(), folder, "model.pb", .as_text = false));
    must(np_save(in_folder("x.npy"), NP_FLOAT2D({ 1, 1, 1 }, { 0, 0, 1 })));
    must(tf_add_scalar(writer, "loss", 0.5, 1));
    must(tf_add_scalar(writer, "loss", 0.25, 2));
    must(tf_add_scalar(writer, "accuracy", 1, 2));
    tf_close(writer);
}

static void setup(void)
{
    open_session_and_folder();
    make_files();
}

static int run(const char *arguments)
{
    return run_command(output, sizeof output, "cd '%s' && D='" TEST_DIR "/golden' && " TOOL " %s", folder, arguments);
}

static const struct {
    const char *arguments;
    int status;
    const char *says[4];
} rows[] = {
    { "--help", 0, { "show", "run", "convert", "events" } },
    { "", 2, { "Usage: tf1c COMMAND" } },
    { "shwo model.pb", 2, { "there is no command 'shwo'", "Usage" } },
    { "show --help", 0, { "Usage: tf1c show FILE" } },
    { "run --help", 0, { "--feed NAME=VALUE" } },
    { "convert --help", 0, { "freezes a graph" } },
    { "events --help", 0, { "--plot FILE.png" } },
    /* show */
    { "show model.pb",
      0,
      { "takes: x float32[?,3]", "gives: y float32[?,1]", "parameters: 4 in 2 variables", "products: 6 FLOP" } },
    { "show model.pb", 0, { "MatMul", "float32[?,1]  <- x, w/read" } },
    { "show model.pb --brief", 0, { "a graph of " } },
    { "show saved", 0, { "  w ", "float32[3,1]", "a checkpoint of 2 variables, 4 elements" } },
    { "show .", 0, { "/saved: a checkpoint of 2 variables" } },
    { "show $D/checkpoint/v1", 0, { "a checkpoint of " } },
    { "show saved.index", 0, { "a checkpoint of 2 variables" } },
    { "show saved --name w", 0, { "[[1.]\n [2.]\n [3.]]" } },
    { "show x.npy", 0, { "float32[2,3]", "[[1. 1. 1.]\n [0. 0. 1.]]" } },
    { "show $D/frozen/dynamic_lstm.pb", 0, { "takes: x float32[3,5,2]", "gives: out float32[3,5]", "in each step of its loops" } },
    { "show $D/frozen/dynamic_lstm.npz", 0, { "out ", "float32[3,5]", "3 arrays" } },
    { "show $D/frozen/dynamic_lstm.npz:x", 0, { "float32[3,5,2]" } },
    { "show", 2, { "there is no file to show" } },
    { "show a b", 2, { "b is one file too many" } },
    { "show nothing.pb", 1, { "NotFoundError: nothing.pb; No such file" } },
    { "show x.pb", 1, { "x.pb; No such file" } },
    { "show logs", 1, { "logs" } },
    { "show saved --name v", 1, { "Key v not found in checkpoint" } },
    { "show saved --colour", 2, { "there is no option --colour" } },
    { "show logs/*", 1, { "tf1c events shows those" } },
    { "show ../../../dev/null", 1, { "tf1c: " } },
    /* run */
    { "run model.pb --feed x=x.npy --fetch y --checkpoint saved", 0, { "y float32[2,1]", "[[16.]\n [13.]]" } },
    { "run model.pb --feed x:0=x.npy --fetch y:0 --checkpoint .", 0, { "[[16.]\n [13.]]" } },
    { "run model.pb --feed x=x.npy --fetch b --checkpoint saved", 0, { "b float32[1]\n[10.]" } },
    { "run model.pb --feed x=x.npy --fetch y --checkpoint saved --repeat 3", 0, { "first run ", "2 more: least " } },
    { "run $D/frozen/dynamic_lstm.pb --feed x=$D/frozen/dynamic_lstm.npz:x --fetch out", 0, { "out float32[3,5]" } },
    { "run model.pb --feed x=x.npy --fetch y", 1, { "give their checkpoint, --checkpoint PREFIX" } },
    { "run model.pb --feed x=x.npy", 2, { "what is to be computed? --fetch NAME" } },
    { "run --fetch y", 2, { "there is no graph to run" } },
    { "run model.pb --fetch z", 1, { "z is not in graph" } },
    { "run model.pb --fetch y --feed z=1", 1, { "z is not in graph" } },
    { "run model.pb --fetch y --feed x", 2, { "--feed wants NAME=VALUE, got 'x'" } },
    { "run model.pb --fetch y --feed x=nothing.npy", 1, { "nothing.npy: No such file" } },
    { "run model.pb --fetch y --feed x=1 --checkpoint saved", 1, { "Cannot feed value of shape () for Tensor 'x:0'" } },
    { "run model.pb --fetch y --checkpoint saved", 1, { "You must feed a value for placeholder tensor 'x'" } },
    { "run model.pb --fetch y --repeat none", 2, { "--repeat wants a number from 1 on, got 'none'" } },
    { "run model.pb --fetch y --feed", 2, { "option --feed needs a value" } },
    { "run model.pb --feed x=x.npy --fetch y --fetch b --checkpoint saved --out a.npy", 1, { "2 arrays go into an .npz" } },
    { "run model.pb --feed x=x.npy --fetch y --checkpoint saved --out no/a.npy", 1, { "no/a.npy" } },
    /* convert */
    { "convert saved", 2, { "two files are wanted" } },
    { "convert saved model.png", 2, { "nothing is known that makes model.png of saved" } },
    { "convert model.pb f.pb --checkpoint saved", 2, { "results have to be named: --output NAME" } },
    { "convert model.pb f.pb --output y", 2, { "its variables are wanted" } },
    { "convert model.pb f.pb --output z --checkpoint saved", 1, { "z is not in graph" } },
    { "convert model.pb f.pb --output y --checkpoint nothing", 1, { "not a valid checkpoint: nothing" } },
    { "convert x.npy a.npz", 2, { "nothing is known" } },
    { "convert model.pb no/such/a.pb", 1, { "no/such" } },
    /* events */
    { "events logs", 0, { "loss\t1\t0.5\n", "loss\t2\t0.25\n", "accuracy\t2\t1\n" } },
    { "events logs/* --tag accuracy", 0, { "accuracy\t2\t1\n" } },
    { "events logs --tag los", 1, { "there are no scalars of that tag" } },
    { "events", 2, { "there is no event file to read" } },
    { "events nothing", 1, { "nothing; No such file" } },
    { "events .", 1, { "holds no event files" } },
    { "events model.pb", 1, { "model.pb: corrupted record at 0" } },
};

START_TEST(a_command_answers)
{
    const int status = run(rows[_i].arguments);
    ck_assert_msg(status == rows[_i].status, "tf1c %s: exit status %d: %s", rows[_i].arguments, status, output);
    for (int i = 0; i < 4 && rows[_i].says[i]; i++)
        ck_assert_msg(strstr(output, rows[_i].says[i]), "tf1c %s: no \"%s\" in %s", rows[_i].arguments, rows[_i].says[i], output);
}
END_TEST

static void must_run(const char *arguments) { ck_assert_msg(run(arguments) == 0, "tf1c %s: %s", arguments, output); }

START_TEST(results_go_into_files)
{
    must_run("run model.pb --feed x=x.npy --fetch y --checkpoint saved --out y.npy");
    tf_ndarray y = np_load(in_folder("y.npy"));
    assert_near("y", y, NUMBERS(16, 13));
    np_free(&y);
    must_run("run model.pb --feed x=x.npy --fetch y --fetch b --checkpoint saved --out all.npz");
    tf_ndarray b = np_load(in_folder("all.npz:b"));
    assert_near("b", b, NUMBERS(10));
    np_free(&b);
}
END_TEST

START_TEST(a_frozen_graph_needs_no_checkpoint)
{
    must_run("convert model.pb frozen.pb --checkpoint saved --output y");
    must_run("run frozen.pb --feed x=x.npy --fetch y");
    ck_assert_msg(strstr(output, "[[16.]\n [13.]]"), "%s", output);
    must_run("show frozen.pb");
    ck_assert_msg(strstr(output, "constants: 4 numbers in 2 arrays") && !strstr(output, "VariableV2"), "%s", output);
}
END_TEST

START_TEST(text_and_binary_are_one_graph)
{
    must_run("convert model.pb model.pbtxt");
    must_run("convert model.pbtxt again.pb");
    must_run("show again.pb --brief");
    ck_assert_msg(strstr(output, "parameters: 4 in 2 variables"), "%s", output);
    ck_assert_int_eq(
        run_command(output, sizeof output, "cd '%s' && cmp model.pb again.pb && grep -q 'op: \"MatMul\"' model.pbtxt", folder), 0);
}
END_TEST

START_TEST(a_checkpoint_goes_to_npz_and_back)
{
    must_run("convert saved w.npz");
    must_run("convert w.npz back");
    ck_assert_int_eq(
        run_command(output, sizeof output, "cd '%s' && cmp saved.index back.index && cmp saved.data-* back.data-*", folder), 0);
    must_run("convert $D/checkpoint/narrow n.npz");
    must_run("show n.npz");
}
END_TEST

START_TEST(a_file_cut_short_gives_what_is_whole)
{
    ck_assert_int_eq(run_command(output, sizeof output, "cd '%s' && head -c -5 logs/* > cut.tfevents", folder), 0);
    ck_assert_int_eq(run("events cut.tfevents"), 1);
    ck_assert_msg(strstr(output, "loss\t2\t0.25\n") && strstr(output, "truncated record at "), "%s", output);
}
END_TEST

START_TEST(scalars_are_drawn)
{
    if (run_command(output, sizeof output, "gnuplot --version") != 0) {
        skipped("gnuplot is missing");
        return;
    }
    must_run("events logs --plot curves.png");
    ck_assert_msg(strstr(output, "curves.png: 2 curves") && access(in_folder("curves.png"), R_OK) == 0, "%s", output);
    ck_assert_int_eq(run("events logs --plot no/curves.png"), 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tf1c");
    TCase *commands = tcase_create("commands");
    tcase_add_checked_fixture(commands, setup, close_session_and_folder);
    tcase_set_timeout(commands, 60);
    tcase_add_loop_test(commands, a_command_answers, 0, sizeof rows / sizeof *rows);
    tcase_add_test(commands, results_go_into_files);
    tcase_add_test(commands, a_frozen_graph_needs_no_checkpoint);
    tcase_add_test(commands, text_and_binary_are_one_graph);
    tcase_add_test(commands, a_checkpoint_goes_to_npz_and_back);
    tcase_add_test(commands, a_file_cut_short_gives_what_is_whole);
    tcase_add_test(commands, scalars_are_drawn);
    suite_add_tcase(suite, commands);
    return run_suite(suite);
}
