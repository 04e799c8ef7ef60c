/* Every example runs, says what it should, writes its picture, and answers mistakes in a line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "tests/support.h"

static char folder[256], output[65536];

static void setup(void) { make_folder(folder, sizeof folder); }
static void teardown(void) { remove_folder(folder); }

static int run(const char *arguments)
{
    return run_command(output, sizeof output, "cd '%s' && '" PROGRAMS "'/%s", folder, arguments);
}

static const struct {
    const char *arguments;
    const char *says[3]; /* parts of the output */
    const char *file;    /* that it writes */
} runs[] = {
    { "rnn_static_lstm --steps 3",
      { "3 steps of 128 images", "Optimization Finished!", "Testing Accuracy: " },
      "rnn_static_lstm.png" },
    { "rnn_static_lstm --optimizer sgd --steps 2 --save a.png",
      { "Step 1, Minibatch Loss= ", ", Training Accuracy= ", "Testing Accuracy: " },
      "a.png" },
    { "lstm_from_scratch --epochs 2", { "epochs", "step 2/2", "Validation Accuracy: " }, "lstm_from_scratch.png" },
    { "char_rnn --epochs 2 --steps 2 --units 8 --samples 3",
      { "8370 characters", "Epoch  1 loss ", "Epoch  2 loss " },
      "char_rnn.png" },
    { "rnn_dynamic --steps 3", { "cell lstm", "Testing Accuracy: ", NULL }, "rnn_dynamic.png" },
    { "rnn_dynamic --steps 3 --cell basic_rnn --save a.png", { "cell basic_rnn", "Testing Accuracy: ", NULL }, "a.png" },
    { "scan_basics", { "n(n+1)/2", "What tf_gradients(y, z) added", "All numbers agree." }, "scan_basics.dot" },
    { "scan_basics --steps 3 --seed 5 --save a.png", { "All numbers agree.", NULL }, "a.png" },
    { "cnn_mnist --steps 2", { "2 steps of 100 images", "Step 1, loss ", "Testing Accuracy: " }, "cnn_mnist.png" },
    { "mnist_data --steps 2 --records new/folder",
      { "1437 training and 360 test images of 8 x 8 written to new/folder", "Step 1, loss ", "Testing Accuracy: " },
      "mnist_data.png" },
    { "vae --epochs 2", { "Epoch: 0001 cost= ", "Epoch: 0002 cost= ", "Generated digits" }, "vae.png" },
    { "word2vec --steps 1000", { "47 are different", "Average loss at step  1000", "Nearest to cheese:" }, "word2vec.png" },
    { "seq2seq_attention --steps 30 --units 8", { "step 30/30", "loss ", "'9 march 1998' is " }, "seq2seq_attention.png" },
    { "speech_ctc --steps 30 --units 8", { "step 30/30", "  said ", "Label error rate on 320 new sentences: " }, "speech_ctc.png" },
    { "adding_gru --steps 60 --length 6", { "step 60/60", "is right", "Mean squared error" }, "adding_gru.png" },
};

START_TEST(an_example_runs_and_writes_its_picture)
{
    char path[512];
    int status = run(runs[_i].arguments);
    ck_assert_msg(status == 0, "%s: exit status %d: %s", runs[_i].arguments, status, output);
    for (int i = 0; i < 3 && runs[_i].says[i]; i++)
        ck_assert_msg(strstr(output, runs[_i].says[i]), "%s: no \"%s\" in %s", runs[_i].arguments, runs[_i].says[i], output);
    snprintf(path, sizeof path, "%s/%s", folder, runs[_i].file);
    ck_assert_msg(access(path, R_OK) == 0, "%s: no %s", runs[_i].arguments, runs[_i].file);
}
END_TEST

static const char *const trainings[] = {
    "rnn_static_lstm --steps ",
    "rnn_dynamic --steps ",
    "cnn_mnist --steps ",
    "mnist_data --steps ",
    "adding_gru --length 6 --steps ",
    "lstm_from_scratch --epochs ",
    "vae --epochs ",
    "word2vec --steps ",
    "char_rnn --units 8 --samples 0 --steps 2 --epochs ",
    "seq2seq_attention --units 8 --steps ",
    "speech_ctc --units 8 --steps ",
};

/* The numbers of a checkpoint's variables and of random ops' states are the same bits, however often the training was left. */
START_TEST(an_example_goes_on_as_if_it_had_never_stopped)
{
    char arguments[256];
    static const char *const parts[] = { "2 --checkpoint parts", "3 --checkpoint parts --logdir logs", "5 --checkpoint parts",
                                         "5 --checkpoint whole" };
    for (int i = 0; i < 4; i++) {
        snprintf(arguments, sizeof arguments, "%s%s --save a.png", trainings[_i], parts[i]);
        ck_assert_msg(run(arguments) == 0, "%s: %s", arguments, output);
        ck_assert_msg(!strstr(output, "Going on after step ") == (i % 3 == 0), "%s: %s", arguments, output);
    }
    int status = run_command(output, sizeof output,
                             "cd '%s' && ls logs/events.out.tfevents.* && w=$(ls whole/*.index | tail -n 1) && "
                             "p=parts/$(basename $w) && cmp $w $p && cmp ${w%%.index}.data-* ${p%%.index}.data-*",
                             folder);
    ck_assert_msg(status == 0, "%s: %s", trainings[_i], output);
}
END_TEST

START_TEST(an_example_that_is_asked_to_stop_saves_what_it_has_learnt)
{
    int status =
        run_command(output, sizeof output,
                    "cd '%s' && { '" PROGRAMS "/rnn_static_lstm' --steps 1000000 --checkpoint saved --save a.png >log & } && "
                    "until grep -q 'Step 200, ' log; do sleep 0.05; done; kill -TERM $!; wait $! && cat log",
                    folder);
    ck_assert_msg(status == 0 && strstr(output, "the same command goes on from there"), "%d: %s", status, output);
    ck_assert_msg(run("rnn_static_lstm --steps 1 --checkpoint saved --save a.png") == 0, "%s", output);
    ck_assert_msg(strstr(output, "Going on after step 2"), "%s", output);
}
END_TEST

static const struct {
    const char *arguments;
    int status;
    const char *says;
} mistakes[] = {
    { "rnn_static_lstm --optimizer rmsprop", 2, "invalid choice: 'rmsprop' (choose from 'adam', 'sgd')" },
    { "rnn_static_lstm --steps many", 2, "invalid number: 'many'" },
    { "rnn_static_lstm --setps 5", 2, "unrecognized option: --setps" },
    { "rnn_static_lstm --data nowhere", 1, "nowhere/train-images-idx3-ubyte.gz; No such file" },
    { "rnn_static_lstm --save no/where.png", 2, "cannot write 'no/where.png': No such file" },
    { "adding_gru --save no/where.png", 2, "cannot write 'no/where.png'" },
    { "rnn_dynamic --cell gru", 2, "invalid choice: 'gru'" },
    { "rnn_dynamic --data nowhere", 1, "nowhere/train-images-idx3-ubyte.gz" },
    { "lstm_from_scratch --epochs 0", 2, "option --epochs: 0 is less than 1" },
    { "char_rnn --data nothing.txt", 1, "nothing.txt" },
    { "char_rnn --units -1", 2, "option --units: -1 is less than 0" },
    { "char_rnn --batch-size 5000", 1, "shorter than one batch" },
    { "scan_basics --steps 1", 2, "option --steps: 1 is not from 2 to 60" },
    { "cnn_mnist --batch-size -1", 2, "option --batch-size: -1 is less than 0" },
    { "cnn_mnist --data nowhere", 1, "nowhere/train-images-idx3-ubyte.gz" },
    { "mnist_data --data nowhere", 1, "nowhere/train-images-idx3-ubyte.gz" },
    { "mnist_data --records /dev/null/no", 1, "/dev/null/no; Not a directory" },
    { "vae --units 0", 2, "option --units: 0 is less than 1" },
    { "vae --data nowhere", 1, "nowhere/train-images-idx3-ubyte.gz" },
    { "word2vec --data nowhere", 1, "nowhere" },
    { "word2vec --embedding-size 1", 2, "option --embedding-size: 1 is less than 2" },
    { "adding_gru --checkpoint /dev/null/no --steps 1", 1, "/dev/null/no" },
    { "adding_gru --logdir /dev/null/no --steps 1", 1, "/dev/null/no" },
    { "seq2seq_attention --units 0", 2, "option --units: 0 is less than 1" },
    { "speech_ctc --units 0", 2, "option --units: 0 is less than 1" },
    { "adding_gru --length 1", 2, "option --length: 1 is less than 2" },
};

START_TEST(an_example_says_what_is_wrong_with_its_arguments)
{
    int status = run(mistakes[_i].arguments);
    ck_assert_msg(status == mistakes[_i].status, "%s: exit status %d: %s", mistakes[_i].arguments, status, output);
    ck_assert_msg(strstr(output, mistakes[_i].says), "%s: no \"%s\" in %s", mistakes[_i].arguments, mistakes[_i].says, output);
}
END_TEST

static const char *const names[] = { "rnn_static_lstm", "lstm_from_scratch", "char_rnn",   "rnn_dynamic",
                                     "scan_basics",     "adding_gru",        "cnn_mnist",  "vae",
                                     "word2vec",        "seq2seq_attention", "speech_ctc", "mnist_data" };

START_TEST(an_example_explains_its_options)
{
    char arguments[128];
    snprintf(arguments, sizeof arguments, "%s --help", names[_i]);
    ck_assert_int_eq(run(arguments), 0);
    ck_assert_msg(strstr(output, "Usage: ") && strstr(output, "--seed") && strstr(output, "--save"), "%s", output);
}
END_TEST

#define COUNT(rows) ((int)(sizeof(rows) / sizeof(rows)[0]))

int main(void)
{
    Suite *suite = suite_create("examples");
    TCase *programs = tcase_create("programs");
    tcase_add_checked_fixture(programs, setup, teardown);
    tcase_set_timeout(programs, 120);
    tcase_add_loop_test(programs, an_example_runs_and_writes_its_picture, 0, COUNT(runs));
    tcase_add_loop_test(programs, an_example_says_what_is_wrong_with_its_arguments, 0, COUNT(mistakes));
    tcase_add_loop_test(programs, an_example_goes_on_as_if_it_had_never_stopped, 0, COUNT(trainings));
    tcase_add_test(programs, an_example_that_is_asked_to_stop_saves_what_it_has_learnt);
    tcase_add_loop_test(programs, an_example_explains_its_options, 0, COUNT(names));
    suite_add_tcase(suite, programs);
    return run_suite(suite);
}
