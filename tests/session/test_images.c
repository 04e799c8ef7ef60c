/* Images: files decoded and written, sizes, crops, mirrors and colours, against what TensorFlow 1.15.5 answered. The files of
 * tests/golden/image are what it wrote of the pixels (5 · i) mod 251, 4 by 4 of three channels. */
#include <stdio.h>
#include <string.h>

#include "tests/fixture.h"
#include "tf1c.h"

static tf_tensor file(const char *name)
{
    char relative[64], path[1024];
    snprintf(relative, sizeof relative, "golden/image/%s", name);
    return tf_read_file(tf_constant(data_path(relative, path, sizeof path)));
}

static tf_tensor numbers(int64_t n, tf_dims shape, tf_dtype dtype) { return tf_cast(tf_reshape(tf_range((int)n), shape), dtype); }

static void check(tf_tensor t, int n, const double *want) { check_run(t, (tf_feeds){ 0 }, n, want); }

/* Whether the library was built with what reads the file. */
static bool can_read(const char *name)
{
    const tf_status status = tf_run(sess, tf_image_decode_image(file(name)));
    if (status == tf_unimplemented) {
        must_have_reported(tf_unimplemented, "This tf1c was built without lib");
        skipped("built without what reads it");
    }
    return !status;
}

START_TEST(a_png_file_is_decoded_as_it_was_written)
{
    if (!can_read("small.png"))
        return;
    tf_tensor want = tf_mod(tf_mul(numbers(48, SHAPE(4, 4, 3), tf_int32), 5), 251);
    tf_tensor got = tf_image_decode_png(file("small.png"));
    check(tf_reduce_max(tf_abs(tf_sub(tf_cast(got, tf_int32), want))), NUMBERS(0));
    check(tf_shape(tf_image_decode_image(file("small.png"), .channels = 4)), NUMBERS(4, 4, 4));
    check(tf_getitem(tf_image_decode_png(file("small.png"), .channels = 4), "0, 1"), NUMBERS(15, 20, 25, 255));
}
END_TEST

START_TEST(what_is_encoded_is_decoded_again)
{
    if (!can_read("small.png"))
        return;
    for (int channels = 1; channels <= 4; channels++) {
        tf_tensor image = numbers(6 * channels, SHAPE(2, 3, channels), tf_uint8);
        tf_tensor again = tf_image_decode_png(tf_image_encode_png(image));
        check(tf_reduce_max(tf_abs(tf_sub(tf_cast(again, tf_int32), tf_cast(image, tf_int32)))), NUMBERS(0));
    }
}
END_TEST

START_TEST(a_level_of_compression_decides_how_large_a_png_file_is)
{
    if (!can_read("small.png"))
        return;
    const tf_tensor image = tf_reshape(tf_cast(tf_mod(tf_range(3 * 64 * 64), 200), tf_uint8), SHAPE(64, 64, 3));
    int64_t sizes[3];
    for (int i = 0; i < 3; i++) {
        const tf_tensor bytes = tf_image_encode_png(image, i * 4 + i / 2);
        tf_ndarray file = { 0 };
        must(tf_run(sess, FETCH(bytes, &file)));
        sizes[i] = (int64_t)np_string(file, 0).size;
        np_free(&file);
        check(tf_reduce_max(tf_abs(tf_sub(tf_cast(tf_image_decode_png(bytes), tf_int32), tf_cast(image, tf_int32)))), NUMBERS(0));
    }
    ck_assert_int_gt(sizes[0], 64 * 64 * 3);
    ck_assert_int_lt(sizes[1], sizes[0]);
    ck_assert_int_le(sizes[2], sizes[1]);
    ck_assert_int_eq(tf_run(sess, tf_image_encode_png(image, 10)), tf_invalid_argument);
    must_have_reported(tf_invalid_argument, "compression should be in [-1,9], got 10");
}
END_TEST

/* The mean of how far a JPEG file's numbers are from the image's. */
static double lost(tf_tensor image, tf_tensor bytes)
{
    double far = 1000;
    const tf_tensor again = tf_image_decode_jpeg(bytes);
    must(tf_run(sess, FETCH(tf_reduce_mean(tf_abs(tf_sub(tf_cast(again, tf_float64), tf_cast(image, tf_float64)))), &far)));
    return far;
}

START_TEST(what_is_encoded_as_jpeg_is_nearly_decoded_again)
{
    if (!can_read("small.jpg"))
        return;
    const tf_tensor ramp = tf_mul(tf_expand_dims(tf_range(32), 1), tf_expand_dims(tf_range(24), 0));
    const tf_tensor grey = tf_cast(tf_floordiv(tf_expand_dims(ramp, 2), 3), tf_uint8), colours = tf_tile(grey, NP_INT(1, 1, 3));
    const double far[] = { lost(grey, tf_image_encode_jpeg(grey)),
                           lost(colours, tf_image_encode_jpeg(colours, "rgb", 90, .progressive = true, .optimize_size = true)),
                           lost(colours, tf_image_encode_jpeg(colours, .chroma_downsampling = false, .density_unit = "cm")),
                           lost(colours, tf_image_encode_jpeg(colours, .quality = 1)) };
    static const double tensorflows[] = { 1.048, .540, 1.048, 13.719 }; /* 1.15.5's, of its libjpeg */
    for (int i = 0; i < 4; i++)
        ck_assert_double_eq_tol(far[i], tensorflows[i], .05 * tensorflows[i]);
    tf_ndarray said = { 0 };
    must(tf_run(sess, FETCH(tf_image_encode_jpeg(colours, .xmp_metadata = "mine"), &said)));
    ck_assert(memcmp(np_string(said, 0).data + 24, "http://ns.adobe.com/xap/1.0/\0mine", 33) == 0); /* as in TF's file */
    np_free(&said);
    ck_assert_int_eq(tf_run(sess, tf_image_encode_jpeg(colours, .quality = 101)), tf_invalid_argument);
    must_have_reported(tf_invalid_argument, "quality must be in [0,100], got 101");
    ck_assert_int_eq(tf_run(sess, tf_image_encode_jpeg(colours, "grayscale")), tf_invalid_argument);
    must_have_reported(tf_invalid_argument, "format grayscale expects 1 channels, got [32,24,3]");
}
END_TEST

START_TEST(a_jpeg_file_is_decoded_as_tensorflow_does)
{
    if (!can_read("small.jpg"))
        return;
    check(tf_getitem(tf_image_decode_jpeg(file("small.jpg")), "1"), NUMBERS(60, 65, 69, 75, 80, 84, 89, 94, 98, 105, 110, 114));
    check(tf_image_decode_jpeg(file("small.jpg"), .channels = 1),
          NUMBERS(4, 19, 33, 48, 64, 79, 93, 109, 124, 139, 154, 169, 185, 200, 215, 230));
}
END_TEST

START_TEST(what_is_no_image_is_refused)
{
    ck_assert_int_eq(tf_run(sess, tf_image_decode_image(tf_constant("abc"))), tf_invalid_argument);
    must_have_reported(tf_invalid_argument, "Unable to decode bytes as JPEG, PNG, GIF, or BMP");
    ck_assert_int_eq(tf_run(sess, tf_image_decode_jpeg(tf_constant(""))), tf_invalid_argument);
    must_have_reported(tf_invalid_argument, "Unable to decode bytes as JPEG, PNG, GIF, or BMP");
    tf_tensor cut = tf_substr(file("small.png"), 0, 40), cut_jpeg = tf_substr(file("small.jpg"), 0, 30);
    if (!can_read("small.png") || !can_read("small.jpg"))
        return;
    ck_assert_int_eq(tf_run(sess, tf_image_decode_image(cut)), tf_invalid_argument);
    must_have_reported(tf_invalid_argument, "Invalid PNG header, data size 40");
    ck_assert_int_eq(tf_run(sess, tf_image_decode_image(cut_jpeg)), tf_invalid_argument);
    must_have_reported(tf_invalid_argument, "Invalid JPEG data or crop window, data size 30");
    tf_image_decode_png(tf_constant(""), .channels = 2);
    must_have_reported(tf_value_error, "channels must be 0, 1, 3, or 4, got 2");
}
END_TEST

START_TEST(sizes_are_tensorflows)
{
    tf_tensor x = numbers(8, SHAPE(1, 2, 4, 1), tf_float32);
    check(tf_image_resize_bilinear(x, SHAPE(4, 3)),
          NUMBERS(0, 1.33333337, 2.66666675, 2, 3.3333335, 4.6666670, 4, 5.3333335, 6.6666670, 4, 5.3333335, 6.6666670));
    check(tf_image_resize_bilinear(x, SHAPE(4, 3), .align_corners = true),
          NUMBERS(0, 1.5, 3, 1.33333337, 2.8333335, 4.3333335, 2.66666675, 4.1666670, 5.6666670, 4, 5.5, 7));
    check(tf_image_resize_nearest_neighbor(x, SHAPE(4, 3)), NUMBERS(0, 1, 2, 0, 1, 2, 4, 5, 6, 4, 5, 6));
    check(tf_image_resize_nearest_neighbor(x, SHAPE(4, 3), .align_corners = true), NUMBERS(0, 2, 3, 0, 2, 3, 4, 6, 7, 4, 6, 7));
    check(tf_image_resize_images(tf_getitem(x, "0"), SHAPE(3, 3)),
          NUMBERS(0, 1.33333337, 2.66666675, 2.66666675, 4, 5.3333335, 4, 5.3333335, 6.6666670));
}
END_TEST

START_TEST(gradients_of_sizes_are_tensorflows)
{
    tf_tensor x = numbers(8, SHAPE(1, 2, 4, 1), tf_float32);
    tf_tensor y = tf_mul(tf_image_resize_bilinear(x, SHAPE(4, 3)), numbers(12, SHAPE(1, 4, 3, 1), tf_float32));
    check(tf_at(tf_gradients(y, x), 0), NUMBERS(1.5, 1.9999999, 2.4999998, 3.0000005, 16.5, 12.666666, 13.499999, 14.333335));
    y = tf_mul(tf_image_resize_bilinear(x, SHAPE(3, 5), .align_corners = true), numbers(15, SHAPE(1, 3, 5, 1), tf_float32));
    check(tf_at(tf_gradients(y, x), 0), NUMBERS(3.5, 5.75, 8, 10.25, 16, 18.25, 20.5, 22.75));
}
END_TEST

START_TEST(parts_and_mirrors_are_tensorflows)
{
    tf_tensor x = numbers(12, SHAPE(2, 2, 3), tf_int32);
    check(tf_image_flip_left_right(x), NUMBERS(3, 4, 5, 0, 1, 2, 9, 10, 11, 6, 7, 8));
    check(tf_image_flip_up_down(x), NUMBERS(6, 7, 8, 9, 10, 11, 0, 1, 2, 3, 4, 5));
    check(tf_image_crop_to_bounding_box(x, 1, 0, 1, 1), NUMBERS(6, 7, 8));
    check(tf_image_resize_image_with_crop_or_pad(x, 3, 1), NUMBERS(0, 1, 2, 6, 7, 8, 0, 0, 0));
    check(tf_image_resize_image_with_crop_or_pad(numbers(12, SHAPE(1, 4, 3), tf_int32), 2, 3),
          NUMBERS(0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0));
    tf_image_flip_left_right(tf_constant(NP_INT(1, 2)));
    must_have_reported(tf_value_error, "'image' must be at least three-dimensional.");
    tf_image_crop_to_bounding_box(x, 1, 1, 2, 2);
    must_have_reported(tf_value_error, "width must be >= target + offset.");
    tf_random_crop(tf_constant(NP_INT(1, 2)), SHAPE(3));
    must_have_reported(tf_invalid_argument, "assertion failed: [Need value.shape >= size, got ] [2] [3]");
}
END_TEST

/* The numbers from 0 on in that shape, of which the graph knows `known` alone. */
static tf_tensor of_unknown(tf_dims shape, tf_dims known)
{
    int32_t v[48];
    for (int i = 0; i < 48; i++)
        v[i] = i;
    return tf_placeholder_with_default(np_array(v, tf_int32, shape), known);
}
static void check_shape(tf_tensor t, const char *want)
{
    char text[TF_DIMS_TEXT];
    ck_assert_str_eq(tf_dims_text(tf_get_shape(t), text, sizeof text), want);
}

START_TEST(sizes_that_the_run_knows_do_as_well)
{
    const tf_dims rows = SHAPE(NONE, NONE, 3), none = { 0 };
    tf_tensor y = tf_image_resize_image_with_crop_or_pad(of_unknown(SHAPE(2, 2, 3), rows), 3, 1);
    check(y, NUMBERS(0, 1, 2, 6, 7, 8, 0, 0, 0));
    check_shape(y, "(3, 1, 3)");
    y = tf_image_resize_image_with_crop_or_pad(of_unknown(SHAPE(2, 2, 3), none), 1, 5);
    check(y, NUMBERS(0, 0, 0, 0, 1, 2, 3, 4, 5, 0, 0, 0, 0, 0, 0));
    check_shape(y, "(1, 5, ?)");
    check(tf_image_resize_image_with_crop_or_pad(of_unknown(SHAPE(1, 2, 2, 3), SHAPE(NONE, NONE, NONE, NONE)), 1, 1),
          NUMBERS(0, 1, 2));
    check(tf_image_pad_to_bounding_box(of_unknown(SHAPE(2, 2, 1), SHAPE(NONE, NONE, 1)), 1, 0, 4, 2),
          NUMBERS(0, 0, 0, 1, 2, 3, 0, 0));
    check(tf_image_crop_to_bounding_box(of_unknown(SHAPE(2, 2, 3), none), 1, 0, 1, 2), NUMBERS(6, 7, 8, 9, 10, 11));
    y = tf_image_flip_left_right(of_unknown(SHAPE(2, 2, 3), none));
    check(y, NUMBERS(3, 4, 5, 0, 1, 2, 9, 10, 11, 6, 7, 8));
    check_shape(y, "(?, ?, ?)");
    check_shape(tf_image_grayscale_to_rgb(of_unknown(SHAPE(2, 2, 1), SHAPE(NONE, NONE, NONE))), "(?, ?, 3)");
    check(tf_image_grayscale_to_rgb(of_unknown(SHAPE(1, 2, 1), SHAPE(NONE, NONE, NONE))), NUMBERS(0, 0, 0, 1, 1, 1));
    check(tf_image_grayscale_to_rgb(of_unknown(SHAPE(1, 2, 1), none)), NUMBERS(0, 0, 0, 1, 1, 1));
    ck_assert_int_eq(tf_run(sess, tf_image_grayscale_to_rgb(of_unknown(SHAPE(2, 2, 3), SHAPE(NONE, NONE, NONE)))),
                     tf_invalid_argument);
    must_have_reported(tf_invalid_argument, "assertion failed: [Last dimension of a grayscale image should be size 1.]");
}
END_TEST

START_TEST(each_image_of_a_batch_is_flipped_by_its_own_number)
{
    tf_set_random_seed(3);
    tf_tensor y = tf_image_random_flip_left_right(numbers(24, SHAPE(6, 1, 4, 1), tf_float32), .seed = 5);
    check(tf_getitem(y, ":, 0, 0, 0"), NUMBERS(0, 7, 8, 15, 19, 23));
}
END_TEST

START_TEST(chance_is_tensorflows_for_the_same_seeds)
{
    static const double crops[] = { 12, 24, 12, 27, 6 }, flips[] = { 0, 0, 0, 0, 0, 0, 3, 3 };
    tf_set_random_seed(3);
    tf_tensor crop = tf_getitem(tf_random_crop(numbers(60, SHAPE(5, 4, 3), tf_int32), SHAPE(2, 2, 3), .seed = 4), "0, 0, 0");
    for (int i = 0; i < 5; i++)
        check(crop, 1, &crops[i]);
    tf_tensor flip = tf_getitem(tf_image_random_flip_left_right(numbers(12, SHAPE(2, 2, 3), tf_int32), .seed = 4), "0, 0, 0");
    for (int i = 0; i < 8; i++)
        check(flip, 1, &flips[i]);
}
END_TEST

START_TEST(boxes_beyond_any_image_are_refused)
{
    const int64_t most = INT64_MAX;
    tf_tensor x = numbers(12, SHAPE(2, 2, 3), tf_float32);
    ck_assert(tf_is_poisoned(tf_image_crop_to_bounding_box(x, most, 0, most, 1)));
    ck_assert(tf_is_poisoned(tf_image_crop_to_bounding_box(x, INT64_MIN, 0, 1, 1)));
    ck_assert(tf_is_poisoned(tf_image_pad_to_bounding_box(x, most, INT64_MIN, 1, most)));
    ck_assert(tf_is_poisoned(tf_image_pad_to_bounding_box(x, 0, most, INT64_MIN, INT64_MIN)));
    ck_assert(tf_is_poisoned(tf_image_resize_image_with_crop_or_pad(x, INT64_MIN, most)));
    catch_errors();
}
END_TEST

START_TEST(colours_are_tensorflows)
{
    tf_tensor bytes = tf_reshape(tf_cast(tf_constant(NP_INT(10, 20, 30)), tf_uint8), SHAPE(1, 1, 3));
    tf_tensor floats = tf_reshape(tf_constant(NP_FLOAT(.1, .2, .3)), SHAPE(1, 1, 3)), x = numbers(12, SHAPE(2, 2, 3), tf_float32);
    check(tf_image_rgb_to_grayscale(bytes), NUMBERS(18));
    check(tf_image_rgb_to_grayscale(floats), NUMBERS(0.18149));
    check(tf_image_per_image_standardization(x), NUMBERS(-1.5932550, -1.3035723, -1.0138896, -0.7242068, -0.4345241, -0.1448414,
                                                         0.1448414, 0.4345241, 0.7242068, 1.0138896, 1.3035723, 1.5932550));
    check(tf_image_per_image_standardization(tf_cast(x, tf_uint8)), NUMBERS(0, 0, 0, 0, 0, 0, 1, 5, 8, 12, 15, 19));
    ck_assert_int_eq(tf_get_dtype(tf_image_rgb_to_grayscale(tf_cast(floats, tf_float64))), tf_float64);
    check(tf_image_adjust_brightness(tf_cast(tf_mul(x, 1e7), tf_int32), .25),
          NUMBERS(536870912, 546870912, 556870912, 566870912, 576870912, 586870912, 596870912, 606870912, 616870912, 626870912,
                  636870912, 646870912));
    check(tf_image_adjust_brightness(floats, .5), NUMBERS(.6, .7, .8));
    check(tf_image_adjust_contrast(x, 2.0), NUMBERS(-4.5, -3.5, -2.5, 1.5, 2.5, 3.5, 7.5, 8.5, 9.5, 13.5, 14.5, 15.5));
}
END_TEST

START_TEST(an_image_is_turned_as_often_as_the_run_says)
{
    tf_tensor k = tf_placeholder(tf_int32, SCALAR), one = numbers(6, SHAPE(2, 3, 1), tf_float32),
              two = numbers(12, SHAPE(2, 3, 2, 1), tf_float32);
    const tf_tensor by_run = tf_image_rot90(one, k), batch_by_run = tf_image_rot90(two, k);
    ck_assert_int_eq(tf_get_shape(by_run).dims[0], NONE);
    ck_assert_int_eq(tf_get_shape(batch_by_run).dims[0], 2);
    for (int i = -1; i < 6; i++) {
        const tf_tensor known[] = { tf_image_rot90(one, i), tf_image_rot90(two, i) }, run[] = { by_run, batch_by_run };
        for (int j = 0; j < 2; j++) {
            tf_ndarray want = { 0 }, got = { 0 };
            must(tf_run(sess, FETCH(known[j], &want, run[j], &got), FEED(k, i)));
            const char *difference = array_difference(got, want, 0);
            ck_assert_msg(!difference, "%d times: %s", i, difference);
            np_free(&want), np_free(&got);
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("images");
    TCase *tc = tcase_create("images");
    tcase_add_checked_fixture(tc, open_session, close_session);
    tcase_add_test(tc, a_png_file_is_decoded_as_it_was_written);
    tcase_add_test(tc, what_is_encoded_is_decoded_again);
    tcase_add_test(tc, a_level_of_compression_decides_how_large_a_png_file_is);
    tcase_add_test(tc, what_is_encoded_as_jpeg_is_nearly_decoded_again);
    tcase_add_test(tc, a_jpeg_file_is_decoded_as_tensorflow_does);
    tcase_add_test(tc, what_is_no_image_is_refused);
    tcase_add_test(tc, sizes_are_tensorflows);
    tcase_add_test(tc, gradients_of_sizes_are_tensorflows);
    tcase_add_test(tc, parts_and_mirrors_are_tensorflows);
    tcase_add_test(tc, sizes_that_the_run_knows_do_as_well);
    tcase_add_test(tc, each_image_of_a_batch_is_flipped_by_its_own_number);
    tcase_add_test(tc, chance_is_tensorflows_for_the_same_seeds);
    tcase_add_test(tc, boxes_beyond_any_image_are_refused);
    tcase_add_test(tc, colours_are_tensorflows);
    tcase_add_test(tc, an_image_is_turned_as_often_as_the_run_says);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
