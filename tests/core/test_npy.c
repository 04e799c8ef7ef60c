/* NumPy's files. What NumPy reads is what NumPy 1.18.5 read. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arrays.h"
#include "core/alloc.h"

static char folder[64]; /* of this test's files */

static const char *in_folder(const char *name)
{
    static char path[4][128];
    static int turn;

    turn = (turn + 1) % 4;
    snprintf(path[turn], sizeof path[turn], "%s/%s", folder, name);
    return path[turn];
}

static void setup(void)
{
    tf_on_error(tf_silent);
    tf_clear_error();
    snprintf(folder, sizeof folder, "/tmp/tf1c-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void teardown(void)
{
    static const char *const names[] = { "a.npy", "a.npz", "b.npz" };

    tf1c_alloc_hook = NULL;
    for (int i = 0; i < COUNT(names); i++)
        remove(in_folder(names[i]));
    ck_assert_int_eq(rmdir(folder), 0); /* no part of a file is left behind */
}

/* ---- files ----------------------------------------------------------------------------------------------------------
 */

static const char *const goldens[] = {
    "char_rnn_adam",           "char_rnn_dropout_serial_adam", "digits_scan_lstm_adam",
    "mnist_dynamic_lstm_adam", "mnist_dynamic_rnn_adam",       "mnist_lengths_lstm_adam",
    "mnist_rows_lstm_adam",    "mnist_rows_lstm_sgd",          "random",
};

START_TEST(every_array_of_the_goldens_loads_and_survives_a_round_trip)
{
    enum { MOST = 256 };
    char path[512];
    const char *keys[MOST];
    tf_ndarray arrays[MOST];
    np_npz *z, *again;
    int n;

    snprintf(path, sizeof path, TEST_DIR "/golden/%s.npz", goldens[_i]);
    z = np_npz_open(path);
    n = np_npz_count(z);
    ck_assert(n >= 14 && n <= MOST);
    for (int i = 0; i < n; i++) {
        keys[i] = np_npz_key(z, i);
        arrays[i] = np_npz_get(z, keys[i]);
        ck_assert_msg(arrays[i].data != NULL, "%s", tf_last_error()->message);
    }
    ck_assert_int_eq(np_savez(in_folder("a.npz"), n, keys, arrays), tf_ok);
    again = np_npz_open(in_folder("a.npz"));
    ck_assert_int_eq(np_npz_count(again), n);
    for (int i = 0; i < n; i++) {
        tf_ndarray b = np_npz_get(again, keys[i]);

        ck_assert(np_npz_has(again, keys[i]) && same(arrays[i], b));
        np_free(&b);
        np_free(&arrays[i]);
    }
    ck_assert_ptr_null(np_npz_key(z, n));
    np_npz_close(z);
    np_npz_close(again);
    check_no_error();
}
END_TEST

START_TEST(a_golden_holds_the_values_numpy_reads)
{
    tf_ndarray loss = np_load(TEST_DIR "/golden/char_rnn_adam.npz:loss");

    check_text(np_slice(loss, 0, 3), "[4.056842  3.9972658 3.8795435]");
    np_free(&loss);
    check_no_error();
}
END_TEST

static const struct {
    tf_dtype dtype;
    tf_dims shape;
} save_cases[] = {
    { tf_float32, SHAPE(2, 3) },
    { tf_float64, SHAPE(5) },
    { tf_int32, SCALAR },
    { tf_int64, SHAPE(1, 2, 3, 1) },
    { tf_uint8, SHAPE(0, 4) },
    { tf_bool, SHAPE(2, 2, 2, 2) },
    { tf_float32, SHAPE(1, 2, 1, 2, 1, 2, 1, 2) },
};

START_TEST(an_array_survives_a_npy_round_trip)
{
    tf_ndarray a = np_zeros(save_cases[_i].shape, save_cases[_i].dtype), b;

    for (int64_t i = 0; i < np_size(a); i++)
        ((uint8_t *)a.data)[i] = i % 2 == 0;
    ck_assert_int_eq(np_save(in_folder("a"), a), tf_ok); /* ".npy" is added, as NumPy does */
    b = np_load(in_folder("a.npy"));
    ck_assert(same(a, b));
    np_free(&a);
    np_free(&b);
}
END_TEST

START_TEST(scaled_bytes_are_saved_as_the_float32_they_act_as)
{
    uint8_t bytes[] = { 0, 51, 255 };
    tf_ndarray a = np_array(bytes, tf_uint8, SHAPE(3)), b;

    a.scale = 1.0f / 255;
    ck_assert_int_eq(np_save(in_folder("a.npy"), a), tf_ok);
    b = np_load(in_folder("a.npy"));
    check_text(b, "[0.         0.20000002 1.        ]");
    np_free(&b);
}
END_TEST

START_TEST(files_that_are_not_there_are_named)
{
    tf_ndarray one = NP_INT(1);

    ck_assert_ptr_null(np_load(in_folder("none.npy")).data);
    check_error(tf_not_found, "none.npy: No such file");
    ck_assert_ptr_null(np_load(in_folder("none.npz:w:0")).data);
    check_error(tf_not_found, "none.npz: No such file");
    ck_assert_ptr_null(np_npz_open(folder));
    ck_assert_ptr_nonnull(strstr(tf_last_error()->message, folder));
    ck_assert_ptr_null(np_load(NULL).data);
    check_error(tf_not_found, "No such file");
    ck_assert_int_eq(np_save(in_folder("no/such/a.npy"), one), tf_not_found);
    check_error(tf_not_found, "no/such/a.npy; No such file or directory");
    ck_assert_int_eq(np_save(in_folder("a.npy"), (tf_ndarray){ 0 }), tf_value_error);
    check_error(tf_value_error, "a.npy: the array to save has no data");
    ck_assert_int_eq(np_npz_count(NULL), 0);
    ck_assert(!np_npz_has(NULL, "x"));
    ck_assert_ptr_null(np_npz_get(NULL, "x").data);
    np_npz_close(NULL);
    check_no_error();
}
END_TEST

START_TEST(an_archive_is_asked_by_key)
{
    const char *keys[] = { "rnn/kernel:0", "\xc3\xa9", "" };
    const char *twice[] = { "x", "x" };
    tf_ndarray arrays[] = { NP_INT(1, 2), NP_FLOAT(3), NP_INT(4) }, a;

    ck_assert_int_eq(np_savez(in_folder("a.npz"), 3, keys, arrays), tf_ok);
    a = np_load(in_folder("a.npz:rnn/kernel:0"));
    check_text(a, "[1 2]");
    np_free(&a);
    a = np_load(in_folder("a.npz:\xc3\xa9"));
    check_text(a, "[3.]");
    np_free(&a);
    a = np_load(in_folder("a.npz:"));
    check_text(a, "[4]");
    np_free(&a);
    check_no_error();
    ck_assert_ptr_null(np_load(in_folder("a.npz:w")).data);
    check_error(tf_key_error, "a.npz: 'w' is not a file in the archive");
    ck_assert_ptr_null(np_load(in_folder("a.npz")).data);
    check_error(tf_data_loss, "file.npz:key");
    ck_assert_int_eq(np_savez(in_folder("b.npz"), 2, twice, arrays), tf_value_error);
    check_error(tf_value_error, "key 'x' is given twice");
    ck_assert_int_ne(access(in_folder("b.npz"), F_OK), 0);
    ck_assert_int_eq(np_savez(in_folder("b.npz"), 0, NULL, NULL), tf_ok);
    np_npz_close(np_npz_open(in_folder("b.npz")));
    check_no_error();
}
END_TEST

START_TEST(an_archive_of_very_many_entries_is_zip64)
{
    enum { MANY = 65536 };
    static const char *keys[MANY];
    static char names[MANY][12];
    static tf_ndarray arrays[MANY];
    static int32_t values[MANY];
    np_npz *z;
    tf_ndarray a;

    for (int i = 0; i < MANY; i++) {
        snprintf(names[i], sizeof names[i], "%d", i);
        keys[i] = names[i];
        values[i] = i;
        arrays[i] = np_array(&values[i], tf_int32, SCALAR);
    }
    ck_assert_int_eq(np_savez(in_folder("a.npz"), MANY, keys, arrays), tf_ok);
    z = np_npz_open(in_folder("a.npz"));
    ck_assert_int_eq(np_npz_count(z), MANY);
    a = np_npz_get(z, "65535");
    check_text(a, "65535");
    np_free(&a);
    np_npz_close(z);
}
END_TEST

/* ---- files that are not what they should be -----------------------------------------------------------------------
 */

static void write_bytes(const char *path, const void *bytes, size_t n)
{
    FILE *f = fopen(path, "wb");

    ck_assert_ptr_nonnull(f);
    ck_assert_uint_eq(fwrite(bytes, 1, n, f), n);
    ck_assert_int_eq(fclose(f), 0);
}

static size_t read_all(const char *path, uint8_t *bytes, size_t room)
{
    FILE *f = fopen(path, "rb");
    size_t n;

    ck_assert_ptr_nonnull(f);
    n = fread(bytes, 1, room, f);
    fclose(f);
    return n;
}

static const struct {
    const char *header;
    size_t data;
    tf_status code;
    const char *part; /* of the message; NULL: it loads */
} header_cases[] = {
    { "{'descr': '<i4', 'fortran_order': False, 'shape': (2,), }", 8, tf_ok, NULL },
    { "{\"shape\":(2L,1L),\"descr\":\"<i4\",\"fortran_order\":False}\n", 8, tf_ok, NULL },
    { "{'descr': '<i4', 'fortran_order': True, 'shape': (2,), }", 8, tf_ok, NULL },
    { "{'descr': '<i4', 'fortran_order': True, 'shape': (1, 2), }", 8, tf_ok, NULL },
    { "{'descr': '>i4', 'fortran_order': False, 'shape': (2,), }", 8, tf_ok, NULL },
    { "{'descr': '<u8', 'fortran_order': False, 'shape': (1,), }", 8, tf_unimplemented, "dtype '<u8'" },
    { "{'descr': '|i4', 'fortran_order': False, 'shape': (2,), }", 8, tf_unimplemented, "dtype '|i4'" },
    { "{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }", 8, tf_unimplemented, "dtype '<c8'" },
    { "{'descr': [('a', '<i4')], 'fortran_order': False, 'shape': (2,), }", 8, tf_unimplemented, "records" },
    { "{'descr': '<i4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,2), }", 8, tf_unimplemented, "rank 9" },
    { "{'descr': '<i4', 'fortran_order': False, 'shape': (3,), }", 8, tf_data_loss, "does not fit its 8 bytes" },
    { "{'descr': '<i4', 'fortran_order': False, 'shape': (2,), }", 12, tf_ok, NULL }, /* more follows */
    { "{'descr': '<i4', 'fortran_order': False, 'shape': (2,), }", 7, tf_data_loss, "does not fit its 7 bytes" },
    { "{'descr': '<i4', 'fortran_order': False, 'shape': (4611686018427387905, 4), }", 16, tf_data_loss, "does not fit" },
    { "{'descr': '<i4', 'fortran_order': False, 'shape': (9223372036854775799,), }", 8, tf_data_loss, "does not fit" },
    { "{'descr': '<i4', 'fortran_order': False, 'shape': (92233720368547758070,), }", 8, tf_data_loss, "damaged" },
    { "{'descr': '<i4', 'fortran_order': False, 'shape': (-2,), }", 8, tf_data_loss, "damaged" },
    { "{'descr': '<i4', 'fortran_order': False, 'shape': (2,), 'x': 1}", 8, tf_data_loss, "damaged" },
    { "{'descr': '<i4', 'fortran_order': False, 'shape': (2,)", 8, tf_data_loss, "damaged" },
    { "{'descr': '<i4', 'fortran_order': Maybe, 'shape': (2,), }", 8, tf_data_loss, "damaged" },
    { "{'descr': '<i4', 'shape': (2,), }", 8, tf_data_loss, "lacks" },
    { "{'descr': '<i4', 'fortran_order': False, 'shape': (2,), } x", 8, tf_data_loss, "lacks" },
    { "[1, 2]", 8, tf_data_loss, "not a dictionary" },
    { "", 8, tf_data_loss, "not a dictionary" },
};

START_TEST(a_header_is_read_or_refused_with_the_reason)
{
    uint8_t bytes[256] = "\x93NUMPY\x01";
    size_t n = strlen(header_cases[_i].header);
    tf_ndarray a;

    bytes[8] = (uint8_t)n;
    memcpy(bytes + 10, header_cases[_i].header, n);
    write_bytes(in_folder("a.npy"), bytes, 10 + n + header_cases[_i].data);
    a = np_load(in_folder("a.npy"));
    if (header_cases[_i].part) {
        ck_assert_ptr_null(a.data);
        ck_assert_ptr_nonnull(strstr(tf_last_error()->message, in_folder("a.npy: ")));
        check_error(header_cases[_i].code, header_cases[_i].part);
    } else {
        check_no_error();
        ck_assert_int_eq(np_size(a), 2);
        np_free(&a);
    }
}
END_TEST

static const struct {
    const char *header;
    const char *bytes;
    size_t n;
    tf_dtype dtype;
    double want[6];
} foreign_cases[] = {
    { "{'descr': '<u1', 'fortran_order': True, 'shape': (2, 3), }", "\0\1\2\3\4\5", 6, tf_uint8, { 0, 2, 4, 1, 3, 5 } },
    { "{'descr': '<b1', 'fortran_order': False, 'shape': (2, 3), }", "\0\1\2\377\0\3", 6, tf_bool, { 0, 1, 1, 1, 0, 1 } },
    { "{'descr': '=i2', 'fortran_order': False, 'shape': (2,), }", "\1\1\377\377", 4, tf_int32, { 257, -1 } },
    { "{'descr': '>i2', 'fortran_order': False, 'shape': (2,), }", "\0\1\377\376", 4, tf_int32, { 1, -2 } },
    { "{'descr': '<u2', 'fortran_order': False, 'shape': (1,), }", "\377\377", 2, tf_int32, { 65535 } },
    { "{'descr': '>u4', 'fortran_order': False, 'shape': (1,), }", "\377\377\377\377", 4, tf_int64, { 4294967295 } },
    { "{'descr': '|i1', 'fortran_order': False, 'shape': (2,), }", "\177\200", 2, tf_int32, { 127, -128 } },
    { "{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }", "\77\200\0\0", 4, tf_float32, { 1 } },
    { "{'descr': '>f8', 'fortran_order': False, 'shape': (1,), }", "\300\0\0\0\0\0\0\0", 8, tf_float64, { -2 } },
    { "{'descr': '<f2', 'fortran_order': False, 'shape': (4,), }",
      "\0\74\1\0\377\173\0\374",
      8,
      tf_float32,
      { 1, 0x1p-24, 65504, -INFINITY } },
};

START_TEST(what_other_programs_write_is_converted_to_the_dtype_that_holds_it)
{
    uint8_t bytes[256] = "\x93NUMPY\x01";
    const size_t n = strlen(foreign_cases[_i].header);
    tf_ndarray a;

    bytes[8] = (uint8_t)n;
    memcpy(bytes + 10, foreign_cases[_i].header, n);
    memcpy(bytes + 10 + n, foreign_cases[_i].bytes, foreign_cases[_i].n);
    write_bytes(in_folder("a.npy"), bytes, 10 + n + foreign_cases[_i].n);
    a = np_load(in_folder("a.npy"));
    check_no_error();
    ck_assert_int_eq(a.dtype, foreign_cases[_i].dtype);
    for (int64_t i = 0; i < np_size(a); i++)
        ck_assert(np_get(a, i) == foreign_cases[_i].want[i]);
    np_free(&a);
}
END_TEST

START_TEST(an_array_is_not_saved_nowhere)
{
    ck_assert_int_eq(np_save(NULL, NP_FLOAT(1)), tf_not_found);
    check_error(tf_not_found, "path is NULL");
}
END_TEST

/* The deflated archive below was written by numpy.savez_compressed: x = arange(6, float32) as [2, 3], y = True. */
static const uint8_t deflated_npz[] = {
    0x50, 0x4b, 0x03, 0x04, 0x14, 0x00, 0x00, 0x00, 0x08, 0x00, 0x00, 0x00, 0x21, 0x00, 0x4f, 0xe9, 0x00, 0x2a, 0x55, 0x00, 0x00,
    0x00, 0x98, 0x00, 0x00, 0x00, 0x05, 0x00, 0x14, 0x00, 0x78, 0x2e, 0x6e, 0x70, 0x79, 0x01, 0x00, 0x10, 0x00, 0x98, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x55, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x9b, 0xec, 0x17, 0xea, 0x1b, 0x10, 0xc9, 0xc8,
    0x50, 0xc6, 0x50, 0xad, 0x9e, 0x92, 0x5a, 0x9c, 0x5c, 0xa4, 0x6e, 0xa5, 0xa0, 0x6e, 0x93, 0x66, 0xa2, 0xae, 0xa3, 0xa0, 0x9e,
    0x96, 0x5f, 0x54, 0x52, 0x94, 0x98, 0x17, 0x9f, 0x5f, 0x94, 0x92, 0x0a, 0x12, 0x77, 0x4b, 0xcc, 0x29, 0x4e, 0x05, 0x8a, 0x17,
    0x67, 0x24, 0x16, 0xa4, 0x02, 0xf9, 0x1a, 0x46, 0x3a, 0x0a, 0xc6, 0x9a, 0x3a, 0x0a, 0xb5, 0x0a, 0x64, 0x03, 0x2e, 0x06, 0x30,
    0x68, 0xb0, 0x07, 0x12, 0x0e, 0x40, 0x04, 0xc4, 0x0d, 0x40, 0xbc, 0xc0, 0x01, 0x00, 0x50, 0x4b, 0x03, 0x04, 0x14, 0x00, 0x00,
    0x00, 0x08, 0x00, 0x00, 0x00, 0x21, 0x00, 0x82, 0x2d, 0xf8, 0xd3, 0x43, 0x00, 0x00, 0x00, 0x81, 0x00, 0x00, 0x00, 0x05, 0x00,
    0x14, 0x00, 0x79, 0x2e, 0x6e, 0x70, 0x79, 0x01, 0x00, 0x10, 0x00, 0x81, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x43, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x9b, 0xec, 0x17, 0xea, 0x1b, 0x10, 0xc9, 0xc8, 0x50, 0xc6, 0x50, 0xad, 0x9e, 0x92, 0x5a,
    0x9c, 0x5c, 0xa4, 0x6e, 0xa5, 0xa0, 0x5e, 0x93, 0x64, 0xa8, 0xae, 0xa3, 0xa0, 0x9e, 0x96, 0x5f, 0x54, 0x52, 0x94, 0x98, 0x17,
    0x9f, 0x5f, 0x94, 0x92, 0x0a, 0x12, 0x77, 0x4b, 0xcc, 0x29, 0x4e, 0x05, 0x8a, 0x17, 0x67, 0x24, 0x16, 0xa4, 0x02, 0xf9, 0x1a,
    0x9a, 0x3a, 0x0a, 0xb5, 0x0a, 0x14, 0x01, 0x2e, 0x46, 0x00, 0x50, 0x4b, 0x01, 0x02, 0x14, 0x03, 0x14, 0x00, 0x00, 0x00, 0x08,
    0x00, 0x00, 0x00, 0x21, 0x00, 0x4f, 0xe9, 0x00, 0x2a, 0x55, 0x00, 0x00, 0x00, 0x98, 0x00, 0x00, 0x00, 0x05, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x80, 0x01, 0x00, 0x00, 0x00, 0x00, 0x78, 0x2e, 0x6e, 0x70, 0x79, 0x50, 0x4b,
    0x01, 0x02, 0x14, 0x03, 0x14, 0x00, 0x00, 0x00, 0x08, 0x00, 0x00, 0x00, 0x21, 0x00, 0x82, 0x2d, 0xf8, 0xd3, 0x43, 0x00, 0x00,
    0x00, 0x81, 0x00, 0x00, 0x00, 0x05, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x80, 0x01, 0x8c, 0x00,
    0x00, 0x00, 0x79, 0x2e, 0x6e, 0x70, 0x79, 0x50, 0x4b, 0x05, 0x06, 0x00, 0x00, 0x00, 0x00, 0x02, 0x00, 0x02, 0x00, 0x66, 0x00,
    0x00, 0x00, 0x06, 0x01, 0x00, 0x00, 0x00, 0x00,
};

START_TEST(a_deflated_archive_of_numpy_loads)
{
    tf_ndarray x, y;

    write_bytes(in_folder("a.npz"), deflated_npz, sizeof deflated_npz);
    x = np_load(in_folder("a.npz:x"));
    y = np_load(in_folder("a.npz:y"));
    check_text(x, "[[0. 1. 2.]\n [3. 4. 5.]]");
    check_text(y, "True");
    np_free(&x);
    np_free(&y);
}
END_TEST

/* The same, with every size and offset in zip64 records. */
static const uint8_t zip64_npz[] = {
    0x50, 0x4b, 0x03, 0x04, 0x2d, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x21, 0x00, 0xeb, 0xc0, 0x2b, 0x04, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x05, 0x00, 0x14, 0x00, 0x78, 0x2e, 0x6e, 0x70, 0x79, 0x01, 0x00, 0x10, 0x00, 0x8c,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x8c, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x93, 0x4e, 0x55, 0x4d, 0x50,
    0x59, 0x01, 0x00, 0x76, 0x00, 0x7b, 0x27, 0x64, 0x65, 0x73, 0x63, 0x72, 0x27, 0x3a, 0x20, 0x27, 0x3c, 0x69, 0x34, 0x27,
    0x2c, 0x20, 0x27, 0x66, 0x6f, 0x72, 0x74, 0x72, 0x61, 0x6e, 0x5f, 0x6f, 0x72, 0x64, 0x65, 0x72, 0x27, 0x3a, 0x20, 0x46,
    0x61, 0x6c, 0x73, 0x65, 0x2c, 0x20, 0x27, 0x73, 0x68, 0x61, 0x70, 0x65, 0x27, 0x3a, 0x20, 0x28, 0x33, 0x2c, 0x29, 0x2c,
    0x20, 0x7d, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20,
    0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20,
    0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20,
    0x20, 0x20, 0x0a, 0x01, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00, 0x50, 0x4b, 0x01, 0x02, 0x2d,
    0x00, 0x2d, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x21, 0x00, 0xeb, 0xc0, 0x2b, 0x04, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff, 0x05, 0x00, 0x24, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff,
    0xff, 0x78, 0x2e, 0x6e, 0x70, 0x79, 0xfe, 0xca, 0x04, 0x00, 0x07, 0x00, 0x00, 0x00, 0x01, 0x00, 0x18, 0x00, 0x8c, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x8c, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x50, 0x4b, 0x06, 0x06, 0x2c, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x2d, 0x00, 0x2d, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x57, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xc3, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x50, 0x4b,
    0x06, 0x07, 0x00, 0x00, 0x00, 0x00, 0x1a, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x50, 0x4b,
    0x05, 0x06, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00, 0x00,
};

START_TEST(an_archive_with_zip64_records_loads)
{
    tf_ndarray x;

    write_bytes(in_folder("a.npz"), zip64_npz, sizeof zip64_npz);
    x = np_load(in_folder("a.npz:x"));
    check_text(x, "[1 2 3]");
    np_free(&x);
    check_no_error();
}
END_TEST

/* A file, damaged or not, gives the first array (same bytes) or a report that names the file. */
static void check_load(const char *path, tf_ndarray good, const char *how, size_t at, bool must_fail)
{
    tf_ndarray a = np_load(path);
    size_t file = strcspn(path, ":");

    if (a.data && good.data)
        ck_assert_msg(same(a, good), "%s at %zu: other contents, no error", how, at);
    ck_assert_msg(!a.data || !must_fail, "%s at %zu is not noticed", how, at);
    if (!a.data) {
        const tf_error *e = tf_last_error();

        ck_assert_msg(e->code == tf_data_loss || e->code == tf_unimplemented || e->code == tf_key_error, "%s at %zu: %s", how, at,
                      e->message);
        ck_assert_msg(strncmp(e->message, path, file) == 0 && strlen(e->message) > file + 5, "%s at %zu: %s", how, at, e->message);
    }
    tf_clear_error();
    np_free(&a);
}

static void damage_everywhere(const char *file, const char *load, const uint8_t *bytes, size_t n, bool checksummed)
{
    static const uint8_t masks[] = { 0x01, 0x20, 0x80, 0xFF };
    uint8_t *copy = malloc(n);
    tf_ndarray good;

    write_bytes(file, bytes, n);
    good = np_load(load);
    ck_assert_ptr_nonnull(good.data);
    for (size_t at = 0; at < n; at++) {
        write_bytes(file, bytes, at);
        check_load(load, good, "truncation", at, true);
        for (int i = 0; i < COUNT(masks); i++) {
            memcpy(copy, bytes, n);
            copy[at] ^= masks[i];
            write_bytes(file, copy, n);
            check_load(load, checksummed ? good : (tf_ndarray){ 0 }, "damage", at, false);
        }
    }
    np_free(&good);
    free(copy);
}

START_TEST(a_damaged_file_is_noticed_wherever_the_damage_is)
{
    uint8_t bytes[1024];
    const char *key = "x";
    tf_ndarray a = NP_FLOAT2D({ 1, 2, 3 }, { 4, 5, 6 });

    switch (_i) {
    case 0:
        ck_assert_int_eq(np_save(in_folder("a.npy"), a), tf_ok);
        damage_everywhere(in_folder("a.npy"), in_folder("a.npy"), bytes, read_all(in_folder("a.npy"), bytes, sizeof bytes), false);
        break;
    case 1:
        ck_assert_int_eq(np_savez(in_folder("a.npz"), 1, &key, &a), tf_ok);
        damage_everywhere(in_folder("a.npz"), in_folder("a.npz:x"), bytes, read_all(in_folder("a.npz"), bytes, sizeof bytes), true);
        break;
    case 2: damage_everywhere(in_folder("a.npz"), in_folder("a.npz:x"), deflated_npz, sizeof deflated_npz, true); break;
    default: damage_everywhere(in_folder("a.npz"), in_folder("a.npz:x"), zip64_npz, sizeof zip64_npz, true);
    }
}
END_TEST

/* ---- memory running out ------------------------------------------------------------------------------------------ */
static int allocations_left;

static bool run_out(size_t size)
{
    (void)size;
    return allocations_left-- > 0;
}

static bool load_deflated(void)
{
    tf_ndarray a = np_load(in_folder("a.npz:x"));
    bool good = a.data != NULL;

    np_free(&a);
    return good;
}

static bool save_both(void)
{
    const char *keys[] = { "x", "y" };
    uint8_t bytes[] = { 1, 2 };
    tf_ndarray arrays[] = { NP_INT(1), np_array(bytes, tf_uint8, SHAPE(2)) };

    arrays[1].scale = 0.5f;
    return np_savez(in_folder("b.npz"), 2, keys, arrays) == tf_ok && np_save(in_folder("a.npy"), arrays[1]) == tf_ok;
}

static bool (*const memory_cases[])(void) = { load_deflated, save_both };

START_TEST(memory_running_out_anywhere_is_reported_and_nothing_leaks)
{
    int n = 0;
    bool good = false;

    write_bytes(in_folder("a.npz"), deflated_npz, sizeof deflated_npz);
    for (; !good && n < 100; n++) {
        tf_clear_error();
        allocations_left = n;
        tf1c_alloc_hook = run_out;
        good = memory_cases[_i]();
        tf1c_alloc_hook = NULL;
        ck_assert_int_eq(tf_last_error()->code, good ? tf_ok : tf_memory_error);
    }
    ck_assert(good);
    ck_assert_int_gt(n, 4);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("core_npy");
    TCase *tests = tcase_create("rows");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, every_array_of_the_goldens_loads_and_survives_a_round_trip, 0, COUNT(goldens));
    tcase_add_test(tests, a_golden_holds_the_values_numpy_reads);
    tcase_add_loop_test(tests, an_array_survives_a_npy_round_trip, 0, COUNT(save_cases));
    tcase_add_test(tests, scaled_bytes_are_saved_as_the_float32_they_act_as);
    tcase_add_test(tests, files_that_are_not_there_are_named);
    tcase_add_test(tests, an_archive_is_asked_by_key);
    tcase_add_test(tests, an_archive_of_very_many_entries_is_zip64);
    tcase_add_loop_test(tests, a_header_is_read_or_refused_with_the_reason, 0, COUNT(header_cases));
    tcase_add_loop_test(tests, what_other_programs_write_is_converted_to_the_dtype_that_holds_it, 0,
                        sizeof foreign_cases / sizeof *foreign_cases);
    tcase_add_test(tests, an_array_is_not_saved_nowhere);
    tcase_add_test(tests, a_deflated_archive_of_numpy_loads);
    tcase_add_test(tests, an_archive_with_zip64_records_loads);
    tcase_add_loop_test(tests, a_damaged_file_is_noticed_wherever_the_damage_is, 0, 4);
    tcase_add_loop_test(tests, memory_running_out_anywhere_is_reported_and_nothing_leaks, 0, COUNT(memory_cases));
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
