/* Candidate samplers from run to run, against what TensorFlow 1.15.5 draws; and weights read from a file. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/fixture.h"
#include "tf1c.h"

static tf_tensor classes(void) { return tf_constant(NP_INT2D({ 1 }, { 5 }, { 1 }, { 1 }), .dtype = tf_int64); }

START_TEST(a_learned_sampler_draws_by_what_it_has_seen)
{
    const tf_sampled s = tf_nn_learned_unigram_candidate_sampler(classes(), 1, 6, false, 8, .seed = 3);
    check_run(s.sampled_candidates, (tf_feeds){ 0 }, NUMBERS(7, 7, 4, 0, 7, 4));
    check_run(s.sampled_candidates, (tf_feeds){ 0 }, NUMBERS(5, 5, 4, 1, 0, 2));
    check_run(s.true_expected_count, (tf_feeds){ 0 }, NUMBERS(2.625, 1.125, 2.625, 2.625));
}
END_TEST

START_TEST(a_session_of_its_own_has_seen_nothing)
{
    const tf_sampled s = tf_nn_learned_unigram_candidate_sampler(classes(), 1, 6, false, 8, .seed = 3);
    check_run(s.true_expected_count, (tf_feeds){ 0 }, NUMBERS(0.75, 0.75, 0.75, 0.75));
    tf_session *other = tf_session();
    tf_ndarray got = { 0 };
    must(tf_run(other, FETCH(s.true_expected_count, &got)));
    assert_near("another session's counts", got, NUMBERS(0.75, 0.75, 0.75, 0.75));
    np_free(&got);
    tf_close(other);
}
END_TEST

START_TEST(every_run_takes_the_next_words)
{
    const tf_sampled s = tf_nn_log_uniform_candidate_sampler(classes(), 1, 6, false, 8, .seed = 3);
    check_run(s.sampled_candidates, (tf_feeds){ 0 }, NUMBERS(0, 4, 0, 3, 1, 4));
    check_run(s.sampled_candidates, (tf_feeds){ 0 }, NUMBERS(0, 1, 0, 0, 1, 4));
    check_run(s.sampled_candidates, (tf_feeds){ 0 }, NUMBERS(2, 0, 0, 0, 3, 0));
}
END_TEST

static void write_vocabulary(char *path, const char *text)
{
    strcpy(path, "/tmp/tf1c-vocabulary-XXXXXX");
    const int fd = mkstemp(path);
    ck_assert(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    close(fd);
}

START_TEST(weights_of_a_file_are_those_of_a_list)
{
    char path[32];
    tf_ndarray read = { 0 }, given = { 0 };
    write_vocabulary(path, "the,5\na,1\nof,x,3\n0.5\n");
    const tf_sampled of_file = tf_nn_fixed_unigram_candidate_sampler(tf_sub(classes(), 2), 1, 20, false, 4, path, .seed = 3);
    const tf_sampled of_list =
        tf_nn_fixed_unigram_candidate_sampler(tf_sub(classes(), 2), 1, 20, false, 4, .unigrams = NP_FLOAT(5, 1, 3, 0.5), .seed = 3);
    unlink(path);
    must(tf_run(sess, FETCH(of_file.sampled_candidates, &read, of_list.sampled_candidates, &given)));
    ck_assert(memcmp(read.data, given.data, 20 * sizeof(int64_t)) == 0);
    check_run(of_file.true_expected_count, (tf_feeds){ 0 }, NUMBERS(0, 20 * 0.5 / 9.5, 0, 0));
    np_free(&read), np_free(&given);
}
END_TEST

START_TEST(a_line_without_a_weight_is_a_mistake)
{
    char path[32];
    write_vocabulary(path, "the,5\na,one\n");
    tf_nn_fixed_unigram_candidate_sampler(classes(), 1, 2, false, 2, path);
    unlink(path);
    must_have_reported(tf_invalid_argument, "Wrong vocabulary format at line: a,one");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sampling");
    TCase *tc = tcase_create("sampling");
    tcase_add_checked_fixture(tc, open_session, close_session);
    tcase_add_test(tc, a_learned_sampler_draws_by_what_it_has_seen);
    tcase_add_test(tc, a_session_of_its_own_has_seen_nothing);
    tcase_add_test(tc, every_run_takes_the_next_words);
    tcase_add_test(tc, weights_of_a_file_are_those_of_a_list);
    tcase_add_test(tc, a_line_without_a_weight_is_a_mistake);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
