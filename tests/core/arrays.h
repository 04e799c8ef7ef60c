/* What the suites of arrays and of their files share. */
#ifndef TF1C_TESTS_ARRAYS_H
#define TF1C_TESTS_ARRAYS_H

#include <string.h>

#include "core/ndarray.h"
#include "support.h"

#define COUNT(rows) ((int)(sizeof(rows) / sizeof(rows)[0]))

static inline void check_error(tf_status code, const char *part)
{
    ck_assert_msg(tf_last_error()->code == code, "got %s: %s", tf_last_error()->class_name, tf_last_error()->message);
    ck_assert_msg(strstr(tf_last_error()->message, part) != NULL, "'%s' lacks '%s'", tf_last_error()->message, part);
    tf_clear_error();
}

static inline void check_no_error(void)
{
    ck_assert_msg(tf_last_error()->code == tf_ok, "%s: %s", tf_last_error()->class_name, tf_last_error()->message);
}

static inline void check_text(tf_ndarray a, const char *text)
{
    static char got[1 << 16];

    ck_assert_str_eq(np_text(a, got, sizeof got), text);
}

static inline bool same(tf_ndarray a, tf_ndarray b)
{
    return a.data && b.data && a.dtype == b.dtype && tf_dims_equal(a.shape, b.shape) &&
           memcmp(a.data, b.data, np_nbytes(a)) == 0;
}

#endif
