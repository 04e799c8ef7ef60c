/* Rows of one table, or of several that stand for one. TF1: python/ops/embedding_ops.py. */
#include <string.h>

#include "ops/array/array.h"
#include "ops/array/concat.h"
#include "ops/array/gather.h"
#include "ops/array/identity.h"
#include "ops/array/shape.h"
#include "ops/array/slice.h"
#include "ops/array/where.h"
#include "ops/data_flow/partition.h"
#include "ops/family.h"
#include "ops/math/arithmetic.h"
#include "ops/math/cast.h"
#include "ops/math/clip.h"
#include "ops/math/compare.h"
#include "ops/math/range.h"
#include "ops/math/reduce.h"

/* Rows of the axes after those of ids, none longer than max_norm. */
static tf_tensor clipped(tf_tensor rows, tf_tensor ids, tf_operand max_norm)
{
    const tf_dims of_ids = tf_get_shape(ids), of_rows = tf_get_shape(rows);
    if (max_norm.kind == TF_OPERAND_NONE || tf_is_poisoned(rows))
        return rows;
    if (!of_ids.rank || !of_rows.known) {
        const tf_operand first = of_ids.rank ? tf_operand_integer(of_ids.rank) : operand_of(tf_rank(ids));
        const tf_operand end = of_rows.known ? tf_operand_integer(of_rows.rank) : operand_of(tf_rank(rows));
        return tf_clip_by_norm(rows, max_norm, tf_range(first, end));
    }
    tf_dims axes = { .known = true };
    for (int axis = of_ids.rank; axis < of_rows.rank; axis++)
        axes.dims[axes.rank++] = axis;
    return tf_clip_by_norm(rows, max_norm, axes);
}

/* Where each id's row is: its table, its place in that. */
typedef struct {
    tf_tensor table, row;
} places;

static int64_t rows_of(tf_tensor table)
{
    const tf_dims d = tf_get_shape(table);
    return d.known && d.rank ? d.dims[0] : NONE;
}

static tf_tensor rows_of_all(tf_list tables, tf_dtype dtype)
{
    int64_t total = 0;
    tf_list sizes = { 0 };
    for (int i = 0; i < tables.n && total != NONE; i++)
        total = rows_of(tables.items[i]) == NONE ? NONE : total + rows_of(tables.items[i]);
    if (total > 0)
        return tf_convert(tf_operand_integer(total), dtype, (tf_source){ 0 }, NULL);
    for (int i = 0; i < tables.n; i++)
        if (rows_of(tables.items[i]) == NONE)
            tf_append(&sizes, tf_getitem(tf_shape(tables.items[i]), "0"));
        else
            tf_append(&sizes, tf_convert(tf_operand_integer(rows_of(tables.items[i])), tf_int32, (tf_source){ 0 }, NULL));
    return tf_reduce_sum(tf_cast(tf_stack(sizes), dtype));
}

static places places_in_turn(tf_tensor ids, int n)
{
    const tf_tensor table = tf_operator_mod(ids, n);
    return (places){ table, tf_operator_floordiv(ids, n) };
}

/* The first `extras` tables have a row more than the others. */
static places places_in_blocks(tf_tensor ids, tf_list tables)
{
    const tf_tensor all = rows_of_all(tables, tf_get_dtype(ids));
    const tf_tensor each = tf_operator_floordiv(all, tables.n), extras = tf_operator_mod(all, tables.n);
    const tf_tensor more = tf_operator_add(each, 1), if_first = tf_operator_floordiv(ids, more);
    const tf_tensor rest = tf_operator_sub(ids, extras), if_later = tf_operator_floordiv(rest, each);
    const tf_tensor table = tf_maximum(if_first, if_later), is_first = tf_less(table, extras);
    const tf_tensor first = tf_operator_mod(ids, tf_operator_add(each, 1));
    const tf_tensor rest_again = tf_operator_sub(ids, extras), later = tf_operator_mod(rest_again, each);
    return (places){ table, tf_where(is_first, first, later) };
}

/* What every table's rows look like; false after a report. */
static bool merge_rows(tf_list tables, tf_dims *row, tf_source here)
{
    char x[TF_DIMS_TEXT], y[TF_DIMS_TEXT];
    *row = (tf_dims){ 0 };
    for (int i = 0; i < tables.n; i++) {
        tf_dims d = tf_get_shape(tables.items[i]), merged;
        if (!d.known || !d.rank)
            continue;
        d.rank--;
        memmove(d.dims, d.dims + 1, (size_t)d.rank * sizeof d.dims[0]);
        if (!tf_merge_dims(*row, d, &merged)) {
            tf_fail(tf_value_error, here, NULL, "Shapes %s and %s are not compatible", tf_dims_text(*row, x, sizeof x),
                    tf_dims_text(d, y, sizeof y));
            return false;
        }
        *row = merged;
    }
    return true;
}

/* The rows found in each table, put together in the order of flat ids. */
static tf_tensor rows_found(tf_list tables, places p, tf_tensor order, const char *scope)
{
    const tf_tensor table = tf_cast(p.table, tf_int32);
    const tf_list rows = tf_dynamic_partition(p.row, table, tables.n), from = tf_dynamic_partition(order, table, tables.n);
    tf_list found = { 0 };
    for (int i = 0; i < tables.n; i++)
        tf_append(&found, tf_gather(tables.items[i], tf_at(rows, i)));
    return tf1c_parallel_stitch(from, found, scope);
}

static tf_tensor of_several(tf_list tables, tf_tensor ids, const struct tf_embedding_lookup_args *a, const char *scope)
{
    const bool div = a->partition_strategy && strcmp(a->partition_strategy, "div") == 0;
    tf_dims row, all = tf_get_shape(ids);
    if (a->partition_strategy && !div && strcmp(a->partition_strategy, "mod") != 0)
        return tf_mistake(tf_value_error, a->here, NULL, "Unrecognized partition strategy: %s", a->partition_strategy);
    if (!merge_rows(tables, &row, a->here))
        return (tf_tensor){ .op = tf1c_record_mistake(tf1c_current_graph()) };
    const tf_tensor flat = tf_reshape(ids, SHAPE(-1)), order = tf_range(tf_size(flat));
    const places p = div ? places_in_blocks(flat, tables) : places_in_turn(flat, tables.n);
    const tf_tensor found = rows_found(tables, p, order, scope);
    const bool known = tf_dims_fully_known(row);
    const tf_tensor row_shape = known ? (tf_tensor){ 0 } : tf_getitem(tf_shape(tables.items[0]), "1:");
    const tf_tensor outer = tf_shape(ids);
    const tf_tensor inner = known ? tf_convert(tf_operand_dims(row), tf_int32, (tf_source){ 0 }, "concat/values_1") : row_shape;
    const tf_tensor y = tf_reshape(found, tf_concat(LIST(outer, inner), 0));
    for (int i = 0; row.known && all.known && i < row.rank; i++)
        all.dims[all.rank++] = row.dims[i];
    if (row.known && all.known && !tf_is_poisoned(y))
        tf_set_shape_(y, all, a->here);
    return clipped(y, ids, a->max_norm);
}

tf_tensor tf_nn_embedding_lookup_(struct tf_embedding_lookup_args a)
{
    tf_operand params = tf1c_given(a.params);
    const tf_operand given = tf1c_given(a.ids);
    a.max_norm = tf1c_keyword(a.max_norm, true);
    TF_FROM(a.here);
    a.here = tf1c_source(a.here);
    if (params.kind == TF_OPERAND_LIST && params.as.list.n == 1)
        params = operand_of(params.as.list.items[0]);
    TF_SCOPE(a.name, "embedding_lookup");
    const char *scope = tf_scope_name();
    if (params.kind != TF_OPERAND_LIST) {
        const tf_tensor table = tf_convert(params, tf_dtype_unset, a.here, "params_0");
        const tf_tensor ids = tf_convert(given, tf_dtype_unset, a.here, "ids");
        const tf_tensor rows = tf_gather(table, ids, .name = scope);
        return tf_is_poisoned(rows) ? rows : tf_identity(clipped(rows, ids, a.max_norm));
    }
    const tf_list tables = tf1c_sound_list(params.as.list, a.here);
    const tf_tensor ids = tf_convert(given, tf_dtype_unset, a.here, "ids");
    if (!tables.n)
        return tf_mistake(tf_value_error, a.here, NULL, "Need at least one param");
    for (int i = 0; i < tables.n; i++)
        if (tf_is_poisoned(tables.items[i]))
            return tables.items[i];
    return tf_is_poisoned(ids) ? ids : of_several(tables, ids, &a, scope);
}
