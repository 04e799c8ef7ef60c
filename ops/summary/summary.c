/* Summaries: records and builders. TF1: core/kernels/summary_op.cc, summary_tensor_op.cc; python/ops/summary_op_util.py. */
#include "ops/summary/summaries.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/map.h"
#include "core/protobuf.h"
#include "core/report.h"
#include "ops/array/array.h"
#include "ops/array/constant.h"
#include "ops/summary/record.h"

/* ---- messages as the kernel's result ------------------------------------------------------------------------------------------ */

static void give_message(tf_kernel_ctx *k, const ProtobufCMessage *m)
{
    const size_t n = protobuf_c_message_get_packed_size(m);
    char *packed = tf_kernel_string(k, n);
    if (packed)
        protobuf_c_message_pack(m, (uint8_t *)packed);
    *TF_DATA(k, out, 0, tf_bytes) = (tf_bytes){ packed, packed ? n : 0 };
}

void tf1c_give_summary(tf_kernel_ctx *k, size_t n, Tf1c__Summary__Value **values)
{
    Tf1c__Summary summary = TF1C__SUMMARY__INIT;
    summary.n_value = n;
    summary.value = values;
    give_message(k, &summary.base);
}

static void give_value(tf_kernel_ctx *k, Tf1c__Summary__Value *v) { tf1c_give_summary(k, 1, &v); }

char *tf1c_tag_in(tf_kernel_ctx *k, int i)
{
    const tf_bytes s = *TF_DATA(k, in, i, tf_bytes);
    char *text = tf_kernel_string(k, s.size + 1);
    if (text && s.size)
        memcpy(text, s.data, s.size);
    if (text)
        text[s.size] = '\0';
    return text;
}

static double number_at(const tf_view *v, int64_t i)
{
    double x = 0;
    FOR_DTYPE(v->dtype, x = (double)((const T *)v->data)[i];)
    return x;
}

/* ---- ScalarSummary ------------------------------------------------------------------------------------------------------------- */

static bool is_scalar(tf_kernel_ctx *k, const char *tag)
{
    char tags[TF_DIMS_TEXT], values[TF_DIMS_TEXT];
    const tf_view *a = &k->in[0], *b = &k->in[1];
    if (a->rank == b->rank && memcmp(a->dims, b->dims, (size_t)a->rank * sizeof a->dims[0]) == 0)
        return true;
    tf_kernel_error(k, tf_invalid_argument, "tags and values not the same shape: %s != %s (tag '%s')",
                    tf_dims_kernel_text(dims_of_view(a), tags, sizeof tags),
                    tf_dims_kernel_text(dims_of_view(b), values, sizeof values), tag);
    return false;
}

static void scalar_kernel(tf_kernel_ctx *k)
{
    Tf1c__Summary__Value v = TF1C__SUMMARY__VALUE__INIT;
    char *tag = tf1c_tag_in(k, 0);
    if (!tag || !is_scalar(k, tag))
        return;
    v.tag = tag;
    v.value_case = TF1C__SUMMARY__VALUE__VALUE_SIMPLE_VALUE;
    v.simple_value = (float)number_at(&k->in[1], 0);
    give_value(k, &v);
}

static const tf_op_def scalar_op = {
    .name = "ScalarSummary",
    .in = "tags:string, values:T",
    .out = "summary:string",
    .T = TF_NUMERIC,
    .shape = tf_scalar_shape,
    .kernel = scalar_kernel,
    .gradient = tf_no_gradient,
};

/* ---- HistogramSummary ---------------------------------------------------------------------------------------------------------- */

/* 0, 1e-12 and a tenth more each time up to 1e20, the largest double, and the same below 0. */
enum { MOST_STEPS = 800, MOST_LIMITS = 2 * MOST_STEPS + 3 };
typedef struct {
    int n;
    double limit[MOST_LIMITS], count[MOST_LIMITS];
} buckets;

static void set_limits(buckets *b)
{
    double steps[MOST_STEPS];
    int n = 0;
    for (double v = 1e-12; v < 1e20; v *= 1.1)
        steps[n++] = v;
    steps[n++] = DBL_MAX;
    b->n = 0;
    for (int i = n; i-- > 0;)
        b->limit[b->n++] = -steps[i];
    b->limit[b->n++] = 0;
    for (int i = 0; i < n; i++)
        b->limit[b->n++] = steps[i];
    memset(b->count, 0, sizeof b->count);
}

/* The first bucket whose limit is above x. */
static int bucket_of(const buckets *b, double x)
{
    int low = 0, high = b->n;
    while (low < high) {
        const int middle = (low + high) / 2;
        if (b->limit[middle] > x)
            high = middle;
        else
            low = middle + 1;
    }
    return low < b->n ? low : b->n - 1;
}

/* Runs of empty buckets are one, in place. */
static int collapse(buckets *b)
{
    int to = 0;
    for (int i = 0; i < b->n;) {
        double end = b->limit[i], count = b->count[i];
        i++;
        if (count <= 0)
            for (; i < b->n && b->count[i] <= 0; i++) {
                end = b->limit[i];
                count = b->count[i];
            }
        b->limit[to] = end;
        b->count[to++] = count;
    }
    return to;
}

static bool fill_buckets(tf_kernel_ctx *k, const char *tag, buckets *b, Tf1c__HistogramProto *h)
{
    h->min = DBL_MAX;
    h->max = -DBL_MAX;
    for (int64_t i = 0, n = tf_view_count(&k->in[1]); i < n; i++) {
        const double x = number_at(&k->in[1], i);
        if (!isfinite(x)) {
            tf_kernel_error(k, tf_invalid_argument, "%s in summary histogram for: %s", isnan(x) ? "Nan" : "Infinity", tag);
            return false;
        }
        b->count[bucket_of(b, x)]++;
        h->min = fmin(h->min, x);
        h->max = fmax(h->max, x);
        h->num++;
        h->sum += x;
        h->sum_squares += x * x;
    }
    return true;
}

static void histogram_kernel(tf_kernel_ctx *k)
{
    Tf1c__Summary__Value v = TF1C__SUMMARY__VALUE__INIT;
    Tf1c__HistogramProto h = TF1C__HISTOGRAM_PROTO__INIT;
    char *tag = tf1c_tag_in(k, 0);
    buckets *b = tag ? (buckets *)tf_kernel_string(k, sizeof *b) : NULL;
    if (!b)
        return;
    set_limits(b);
    if (!fill_buckets(k, tag, b, &h))
        return;
    h.n_bucket = h.n_bucket_limit = (size_t)collapse(b);
    h.bucket = b->count;
    h.bucket_limit = b->limit;
    v.tag = tag;
    v.value_case = TF1C__SUMMARY__VALUE__VALUE_HISTO;
    v.histo = &h;
    give_value(k, &v);
}

static const tf_op_def histogram_op = {
    .name = "HistogramSummary",
    .in = "tag:string, values:T",
    .out = "summary:string",
    .T = TF_NUMERIC,
    .shape = tf_scalar_shape,
    .kernel = histogram_kernel,
    .gradient = tf_no_gradient,
};

/* ---- TensorSummaryV2: strings for a plugin --------------------------------------------------------------------------------------- */

static void give_strings(tf_kernel_ctx *k, Tf1c__Summary__Value *v, Tf1c__SummaryMetadata *metadata)
{
    const tf_view *in = &k->in[1];
    const tf_bytes *from = in->data;
    const size_t n = (size_t)tf_view_count(in);
    Tf1c__TensorShapeProto shape = TF1C__TENSOR_SHAPE_PROTO__INIT;
    Tf1c__TensorShapeProto__Dim dims[TF_MAX_RANK], *of[TF_MAX_RANK];
    Tf1c__TensorProto tensor = TF1C__TENSOR_PROTO__INIT;
    ProtobufCBinaryData *strings = (ProtobufCBinaryData *)tf_kernel_string(k, n * sizeof *strings + 1);
    if (!strings)
        return;
    for (size_t i = 0; i < n; i++)
        strings[i] = (ProtobufCBinaryData){ from[i].size, (uint8_t *)from[i].data };
    for (int i = 0; i < in->rank; i++) {
        dims[i] = (Tf1c__TensorShapeProto__Dim)TF1C__TENSOR_SHAPE_PROTO__DIM__INIT;
        dims[i].size = in->dims[i];
        of[i] = &dims[i];
    }
    shape.n_dim = (size_t)in->rank;
    shape.dim = of;
    tensor.dtype = TF1C__DATA_TYPE__DT_STRING;
    tensor.tensor_shape = &shape;
    tensor.n_string_val = n;
    tensor.string_val = strings;
    v->metadata = metadata;
    v->value_case = TF1C__SUMMARY__VALUE__VALUE_TENSOR;
    v->tensor = &tensor;
    give_value(k, v);
}

static void tensor_kernel(tf_kernel_ctx *k)
{
    Tf1c__Summary__Value v = TF1C__SUMMARY__VALUE__INIT;
    const tf_bytes packed = *TF_DATA(k, in, 2, tf_bytes);
    Tf1c__SummaryMetadata *metadata = tf1c__summary_metadata__unpack(&tf1c_pb, packed.size, (const uint8_t *)packed.data);
    if (!metadata) {
        tf_kernel_error(k, tf_invalid_argument, "Could not parse serialized_summary_metadata");
        return;
    }
    if ((v.tag = tf1c_tag_in(k, 0)))
        give_strings(k, &v, metadata);
    tf1c__summary_metadata__free_unpacked(metadata, &tf1c_pb);
}

static const tf_op_def tensor_op = {
    .name = "TensorSummaryV2",
    .in = "tag:string, tensor:T, serialized_summary_metadata:string",
    .out = "summary:string",
    .T = TF_DTYPE_BIT(tf_string),
    .shape = tf_scalar_shape,
    .kernel = tensor_kernel,
    .gradient = tf_no_gradient,
};

/* ---- MergeSummary: one message after the other is their merger ------------------------------------------------------------------- */

/* The tags of one summary among those `seen`; false after a report. */
static bool note_tags(tf_kernel_ctx *k, const Tf1c__Summary *summary, tf1c_map *seen)
{
    for (size_t v = 0; v < summary->n_value; v++) {
        const char *tag = summary->value[v]->tag;
        if (tf1c_map_get(seen, tag)) {
            tf_kernel_error(k, tf_invalid_argument, "Duplicate tag %s found in summary inputs", tag);
            return false;
        }
        if (!tf1c_map_set(seen, tag, seen)) {
            tf_kernel_error(k, tf_memory_error, "no memory left for the summaries");
            return false;
        }
    }
    return true;
}

static bool check_tags(tf_kernel_ctx *k, Tf1c__Summary **all)
{
    tf1c_map seen = { 0 };
    bool good = true;
    for (int i = 0; good && i < k->n_in; i++) {
        const tf_bytes packed = *TF_DATA(k, in, i, tf_bytes);
        all[i] = tf1c__summary__unpack(&tf1c_pb, packed.size, (const uint8_t *)packed.data);
        if (!all[i])
            tf_kernel_error(k, tf_invalid_argument, "Could not parse one of the summary inputs");
        good = all[i] && note_tags(k, all[i], &seen);
    }
    tf1c_map_free(&seen);
    return good;
}

static void merge_kernel(tf_kernel_ctx *k)
{
    size_t n = 0;
    Tf1c__Summary **all = (Tf1c__Summary **)tf_kernel_string(k, (size_t)k->n_in * sizeof *all);
    if (!all)
        return;
    memset(all, 0, (size_t)k->n_in * sizeof *all);
    const bool good = check_tags(k, all);
    for (int i = 0; i < k->n_in; i++) {
        if (all[i])
            tf1c__summary__free_unpacked(all[i], &tf1c_pb);
        n += TF_DATA(k, in, i, tf_bytes)->size;
    }
    char *merged = good ? tf_kernel_string(k, n) : NULL, *to = merged;
    for (int i = 0; i < k->n_in && merged; i++) {
        const tf_bytes part = *TF_DATA(k, in, i, tf_bytes);
        if (part.size)
            memcpy(to, part.data, part.size);
        to += part.size;
    }
    *TF_DATA(k, out, 0, tf_bytes) = (tf_bytes){ merged, merged ? n : 0 };
}

static const tf_op_def merge_op = {
    .name = "MergeSummary",
    .in = "inputs:string*",
    .out = "summary:string",
    .shape = tf_scalar_shape,
    .kernel = merge_kernel,
    .gradient = tf_no_gradient,
};

/* ---- builders -------------------------------------------------------------------------------------------------------------------- */

/* As TensorFlow cleans it: letters, digits and -/_. stay; no slash at the beginning. */
static const char *clean_name(const char *name)
{
    char *clean = name ? (char *)tf1c_graph_strdup(tf1c_current_graph(), name) : NULL;
    if (!clean)
        return "";
    for (char *c = clean; *c; c++)
        if (!strchr("-/_.", *c) && !(*c >= '0' && *c <= '9') && !((*c | 32) >= 'a' && (*c | 32) <= 'z'))
            *c = '_';
    return clean + strspn(clean, "/");
}

/* The series: the open scope's name, after the family's again. */
static const char *tag_of(const char *family)
{
    const char *scope = tf_scope_name();
    const int n = (int)strlen(scope) - (*scope != 0);
    const char *tag = family ? tf1c_graph_printf(tf1c_current_graph(), "%s/%.*s", family, n, scope)
                             : tf1c_graph_printf(tf1c_current_graph(), "%.*s", n, scope);
    return tag ? tag : "";
}

tf_tensor tf1c_summary_node(tf1c_summary_parts p)
{
    TF_FROM(p.here);
    const char *name = clean_name(p.name);
    if (!*name)
        return tf_mistake(tf_value_error, p.here, NULL, "'' is not a valid node name");
    const char *family = p.family ? clean_name(p.family) : NULL;
    const char *whole = family ? tf1c_graph_printf(tf1c_current_graph(), "%s/%s", family, name) : name;
    TF_SCOPE(whole, "summary");
    tf_operand in[3] = { tf_operand_tensor(tf_constant(tag_of(family), .name = p.tag_name)), p.x };
    if (p.more)
        in[2] = *p.more;
    const tf_tensor summary = {
        .op = tf_op_new(p.def,
                        (struct tf_op_args){
                            .here = p.here, .name = tf_scope_name(), .attrs = p.attrs, .n_inputs = 2 + !!p.more, .inputs = in })
    };
    if (!tf_is_poisoned(summary))
        tf1c_join_collections(p.collections, TF_SUMMARIES, summary);
    return summary;
}

static tf_tensor summary_node(const tf_op_def *def, const char *name, const char *tag_name, tf_operand x, const tf_operand *more,
                              struct tf_summary_args a)
{
    return tf1c_summary_node((tf1c_summary_parts){ .def = def,
                                                   .tag_name = tag_name,
                                                   .x = x,
                                                   .more = more,
                                                   .name = name,
                                                   .collections = a.collections,
                                                   .family = a.family,
                                                   .here = a.here });
}

void tf1c_record(tf_tensor summary(struct tf_summary_args), const char *name, tf_tensor values)
{
    summary((struct tf_summary_args){ .here = tf1c_blamed, .name = name, .tensor = tf_operand_tensor(values) });
}

tf_tensor tf_summary_scalar_(struct tf_summary_args a)
{
    return summary_node(&scalar_op, a.name, "tags", tf1c_given(a.tensor), NULL, a);
}

tf_tensor tf_summary_histogram_(struct tf_summary_args a)
{
    return summary_node(&histogram_op, a.name, "tag", tf1c_given(a.values), NULL, a);
}

/* SummaryMetadata { plugin_data { plugin_name: "text" } } */
static tf_tensor summary_text_of(const char *name, tf_operand tensor, struct tf_summary_args a)
{
    static const char packed[] = "\n\6\n\4text";
    TF_FROM(a.here);
    char text[256];
    const tf_tensor t = tf_convert(tensor, tf_dtype_unset, a.here, NULL);
    if (tf_is_poisoned(t))
        return t;
    if (tf_get_dtype(t) != tf_string)
        return tf_mistake(tf_value_error, a.here, NULL, "Expected tensor %s to have dtype string, got %s",
                          tf_tensor_text(t, text, sizeof text), tf_dtype_name(tf_get_dtype(t)));
    const tf_operand metadata = tf_operand_string(packed);
    return summary_node(&tensor_op, name, "tag", tf_operand_tensor(t), &metadata, a);
}

tf_tensor tf_summary_text_(struct tf_summary_args a) { return summary_text_of(a.name, tf1c_given(a.tensor), a); }

tf_tensor tf_summary_merge_(tf_list inputs, struct tf_summary_merge_args a)
{
    TF_FROM(a.here);
    inputs = tf1c_sound_list(inputs, a.here);
    if (!inputs.n)
        return tf_mistake(tf_value_error, a.here, NULL,
                          "List argument 'inputs' to 'MergeSummary' Op with length 0 shorter than minimum length 1.");
    TF_SCOPE(a.name, "Merge");
    const tf_tensor merged = tf1c_op_of_list(&merge_op, (struct tf_op_args){ .here = a.here, .name = a.name }, inputs);
    if (!tf_is_poisoned(merged))
        tf1c_join_collections(a.collections, NULL, merged);
    return merged;
}

tf_tensor tf_summary_merge_all_(struct tf_merge_all_args a)
{
    const tf_list all = tf_get_collection_(a.key ? a.key : TF_SUMMARIES, (struct tf_scope_args){ a.here, a.scope });
    return all.n ? tf_summary_merge(all, .here = a.here, .name = a.name) : (tf_tensor){ 0 };
}

/* clang-format off */
tf1c_op_family tf1c_family_summary = {
    &scalar_op,
    &histogram_op,
    &tensor_op,
    &merge_op,
    NULL,
};
