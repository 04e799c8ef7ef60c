#!/usr/bin/env python3
"""Writes calls.inc from the public headers: every public function as a function of variants, one per argument, and for every
type of argument the values that are tried. A type without values stops the build, so that a new function cannot be forgotten.

calls.py OUT DEPFILE COMPILER… (with its include flags)"""
import re
import subprocess
import sys

HEADERS = "#include <tf1c.h>\n#include <tf1c_kit.h>\n"

# Of each type the sound value first, then its zero, then what no program should pass. `w` is the world of test_calls.c.
INTS = ["1", "0", "-1", "7", "INT_MAX", "INT_MIN"]
LONGS = ["1", "0", "-1", "7", "INT64_MAX", "INT64_MIN"]
VALUES = {
    "int": INTS,
    "length": ["1", "0", "-1", "INT_MIN"],
    "long_length": ["1", "0", "-1", "INT64_MIN"],
    "format": ['"0"', "NULL", '""', '":"', '"{}"', '"1:2:0"', '"]"'],
    "unsigned": ["1", "0", "99", "UINT_MAX"],
    "uint32_t": ["1", "0", "UINT_MAX"],
    "int32_t": INTS,
    "int64_t": LONGS,
    "size_t": ["64", "0", "1"],
    "uint64_t": ["0", "1", "UINT64_MAX"],
    "char": ["'x'", "0", "'?'"],
    "_Bool": ["true", "false"],
    "float": ["0.5f", "0", "-1", "NAN", "INFINITY"],
    "double": ["0.5", "0", "-1", "NAN", "INFINITY", "1e308", "-1e19"],
    "const char *": ['"x"', "NULL", '""', '"no/such%s%n"', '"a:0"', '"/"', "w.long_text"],
    "char *": ["w.buffer", "NULL"],
    "char **": ["w.arguments", "NULL"],
    "const char **": ["(const char **)&w.texts[0]", "NULL"],
    "const char *const *": ["w.texts", "NULL", "w.no_texts"],
    "void *": ["w.buffer", "NULL"],
    "const void *": ["w.buffer", "NULL"],
    "const int64_t *": ["(int64_t *)w.buffer", "NULL"],
    "int64_t *": ["(int64_t *)w.buffer", "NULL"],
    "int32_t *": ["(int32_t *)w.buffer", "NULL"],
    "float *": ["(float *)w.buffer", "NULL"],
    "double *": ["(double *)w.buffer", "NULL"],
    "_Bool *": ["(bool *)w.buffer", "NULL"],
    "const float *": ["(float *)w.buffer", "NULL"],
    "const double *": ["(double *)w.buffer", "NULL"],
    "tf_source": ['((tf_source){ "user.c", 7 })'],
    "tf_dtype": ["tf_float32", "tf_dtype_unset", "tf_int32", "tf_bool", "(tf_dtype)-1", "(tf_dtype)8", "(tf_dtype)99"],
    "tf_status": ["tf_value_error", "tf_ok", "(tf_status)-1", "(tf_status)99"],
    "tf_reuse": ["tf_AUTO_REUSE", "(tf_reuse)0", "(tf_reuse)-1", "(tf_reuse)99"],
    "tf_dims": ["SHAPE(2, 3)", "((tf_dims){ 0 })", "SCALAR", "SHAPE(NONE, 3)", "SHAPE(-5)", "SHAPE(INT64_MAX, INT64_MAX)", "SHAPE(0)",
                "((tf_dims){ .known = true, .rank = 99 })", "((tf_dims){ .known = true, .rank = -1 })", "((tf_dims){ .given.alone.number = 3 })",
                "((tf_dims){ .given.alone.number = (double)INT64_MIN })", "((tf_dims){ .known = true, .rank = INT_MIN })"],
    "literal_dims": ["SHAPE(2, 3)", "((tf_dims){ 0 })"],
    "const tf_dtype *": ["w.dtypes", "NULL"],
    "tf_types": ["((tf_types){ 1, w.dtypes })", "((tf_types){ 0 })", "((tf_types){ 3, NULL })", "((tf_types){ -3, w.dtypes })",
                 "((tf_types){ 2, w.wrong_dtypes })"],
    "tf_shapes": ["((tf_shapes){ 1, &w.dims })", "((tf_shapes){ 0 })", "((tf_shapes){ 3, NULL })", "((tf_shapes){ -3, &w.dims })",
                  "((tf_shapes){ 1, &w.wrong_dims[0] })", "((tf_shapes){ 1, &w.wrong_dims[1] })", "((tf_shapes){ 1, &w.wrong_dims[2] })"],
    "tf_data_dataset *": ["w.pipeline", "NULL", "&w.empty_pipeline", "w.mistaken_pipeline"],
    "tf_data_dataset *const *": ["&w.pipeline", "NULL", "&w.no_pipeline"],
    "tf_data_iterator *": ["w.iterator", "NULL", "&w.empty_iterator"],
    "tf_queue *": ["w.queue", "NULL", "w.mistaken_queue"],
    "tf_reader *": ["w.lines", "NULL"],
    "tf_queue_runner": ["((tf_queue_runner){ 0 })", "((tf_queue_runner){ w.x.op, 1 })", "((tf_queue_runner){ NULL, -1 })"],
    "tf_coordinator *": ["NULL"],
    "const tf_getter *": ["NULL"],
    "tf_threads": ["((tf_threads){ 0 })"],
    "tf_gfile *": ["w.file", "NULL"],
    "tf_record_writer *": ["w.records", "NULL"],
    "tf_bytes": ['((tf_bytes){ "x", 1 })', "((tf_bytes){ 0 })", "((tf_bytes){ NULL, 3 })"],
    "tf_bytes *": ["&w.bytes", "NULL"],
    "tf_train_value_list": ["((tf_train_value_list){ tf_int64, 1, w.buffer })", "((tf_train_value_list){ 0 })",
                            "((tf_train_value_list){ tf_string, 3, NULL })", "((tf_train_value_list){ tf_float32, -3, w.buffer })"],
    "tf_train_features": ["((tf_train_features){ 1, &w.train_entry })", "((tf_train_features){ 0 })", "((tf_train_features){ 3, NULL })",
                          "((tf_train_features){ -3, &w.train_entry })"],
    "tf_feature_specs": ["((tf_feature_specs){ 1, &w.feature })", "((tf_feature_specs){ 0 })", "((tf_feature_specs){ 3, NULL })",
                         "((tf_feature_specs){ -3, &w.feature })", "((tf_feature_specs){ 1, &w.empty_feature })"],
    "tf_dims *": ["&w.dims", "NULL"],
    "const tf_dims *": ["&w.dims", "NULL"],
    "tf_ndarray": ["w.array", "((tf_ndarray){ 0 })", "w.integers", "np_array(NULL, tf_float32, SHAPE(2, 3))",
                   "np_array(w.buffer, (tf_dtype)99, SHAPE(2))", "np_array(w.buffer, tf_float32, SHAPE(-2, 3))",
                   "np_array(w.buffer, tf_float32, (tf_dims){ 0 })",
                   "np_array(w.buffer, tf_float32, (tf_dims){ .known = true, .rank = 99 })",
                   "np_array(w.buffer, tf_float32, (tf_dims){ .known = true, .rank = -1 })", "np_array(NULL, tf_int32, SHAPE(0))",
                   "np_array(w.buffer, tf_int64, SCALAR)"],
    "tf_ndarray *": ["&w.out", "NULL", "&w.borrowed"],
    "const tf_ndarray *": ["w.arrays", "NULL"],
    "tf_tensor": ["w.x", "((tf_tensor){ 0 })", "w.scalar", "w.v", "((tf_tensor){ .op = w.x.op, .index = 7 })", "((tf_tensor){ .op = w.x.op, .index = -1 })",
                  "w.mistake", "w.inner", "w.foreign"],
    "const tf_tensor *": ["w.tensors", "NULL", "w.no_tensors"],
    "tf_list": ["w.list", "((tf_list){ 0 })", "((tf_list){ .n = 3 })", "((tf_list){ .n = -3 })",
                "((tf_list){ .n = -3, .items = w.tensors })", "((tf_list){ .n = INT_MAX })", "((tf_list){ .n = 2, .items = w.no_tensors })",
                "((tf_list){ .n = 2, .items = w.wrong_tensors })", "((tf_list){ .n = 2, .items = w.tensors, .capacity = -5 })"],
    "tf_list *": ["&w.growing", "NULL", "&w.wrong_list", "&w.negative_list"],
    "tf_ops": ["((tf_ops){ 1, w.ops })", "((tf_ops){ 0 })", "((tf_ops){ 3, NULL })", "((tf_ops){ -3, NULL })", "((tf_ops){ -3, w.ops })",
               "((tf_ops){ 2, w.no_ops })", "((tf_ops){ INT_MAX, NULL })"],
    "tf_operand": ["tf_operand_tensor(w.x)", "((tf_operand){ 0 })", "((tf_operand)TF_UNSET_)", "tf_operand_integer(1)",
                   "tf_operand_integer(INT64_MIN)", "tf_operand_integer(INT64_MAX)", "tf_operand_real(NAN)", "tf_operand_bool(true)",
                   "tf_operand_tensor((tf_tensor){ 0 })", "tf_operand_tensor((tf_tensor){ .op = w.x.op, .index = 7 })",
                   "tf_operand_tensor((tf_tensor){ .op = w.x.op, .index = -1 })", "tf_operand_tensor(w.mistake)", "tf_operand_tensor(w.inner)",
                   "tf_operand_tensor(w.foreign)", "tf_operand_tensor(w.v)", "tf_operand_tensor(w.scalar)",
                   "tf_operand_array((tf_ndarray){ 0 })", "tf_operand_array(w.array)", "tf_operand_array(w.integers)",
                   "tf_operand_array(np_array(NULL, tf_float32, SHAPE(2, 3)))",
                   "tf_operand_array(np_array(w.buffer, (tf_dtype)99, SHAPE(2)))",
                   "tf_operand_array(np_array(w.buffer, tf_int32, (tf_dims){ .known = true, .rank = 99 }))",
                   "tf_operand_array(np_array(w.buffer, tf_int32, SHAPE(-2)))",
                   "tf_operand_dims((tf_dims){ .known = true, .rank = 99 })", "tf_operand_dims((tf_dims){ .known = true, .rank = -1 })",
                   "tf_operand_dims((tf_dims){ 0 })", "tf_operand_dims(SHAPE(-5))", "tf_operand_dims(SHAPE(INT64_MAX, INT64_MAX))",
                   "tf_operand_list((tf_list){ .n = 3 })", "tf_operand_list((tf_list){ .n = -3, .items = w.tensors })",
                   "tf_operand_list((tf_list){ .n = 2, .items = w.no_tensors })", "tf_operand_list((tf_list){ .n = 2, .items = w.wrong_tensors })",
                   "tf_operand_list(w.list)", "tf_operand_state((tf_state_value){ 2, NULL })",
                   "tf_operand_state((tf_state_value){ -2, w.arrays })", "((tf_operand){ .kind = (tf_operand_kind)77 })"],
    "const tf_operand *": ["w.operands", "NULL"],
    "tf_operation *": ["w.x.op", "NULL", "w.mistake.op", "w.inner.op", "w.foreign.op"],
    "const tf_operation *": ["w.x.op", "NULL", "w.mistake.op", "w.inner.op", "w.foreign.op"],
    "tf_operation *const *": ["w.ops", "NULL", "w.no_ops"],
    "tf_graph *": ["w.graph", "NULL"],
    "const tf_graph *": ["w.graph", "NULL"],
    "tf_session *": ["w.session", "NULL", "w.closed"],
    "const tf_session *": ["w.session", "NULL", "w.closed"],
    "tf_cell *": ["w.cell", "NULL", "&w.empty_cell"],
    "const tf_cell *": ["w.cell", "NULL", "&w.empty_cell"],
    "tf_cells": ["((tf_cells){ 1, &w.cell })", "((tf_cells){ 0 })", "((tf_cells){ 3, NULL })", "((tf_cells){ -3, NULL })",
                 "((tf_cells){ -3, &w.cell })", "((tf_cells){ 2, w.no_cells })"],
    "tf_many_decoders": ["((tf_many_decoders){ 1, w.decoders })", "((tf_many_decoders){ 0 })", "((tf_many_decoders){ 3, NULL })",
                         "((tf_many_decoders){ -3, w.decoders })", "((tf_many_decoders){ 1, w.wrong_decoders })"],
    "tf_buckets": ["((tf_buckets){ 1, w.buckets })", "((tf_buckets){ 0 })", "((tf_buckets){ 3, NULL })", "((tf_buckets){ -3, NULL })",
                   "((tf_buckets){ -3, w.buckets })", "((tf_buckets){ 2, w.wrong_buckets })"],
    "tf_state *": ["w.state", "NULL", "&w.empty_state", "&w.wrong_state", "&w.negative_state", "&w.hollow_state"],
    "const tf_state *": ["w.state", "NULL", "&w.empty_state", "&w.wrong_state", "&w.negative_state", "&w.hollow_state"],
    "tf_state *const *": ["&w.state", "NULL", "w.no_states"],
    "tf_state_size": ["w.cell->state_size", "((tf_state_size){ 0 })", "((tf_state_size){ .n = 3 })", "((tf_state_size){ .n = -3 })"],
    "tf_state_value": ["((tf_state_value){ 1, w.arrays })", "((tf_state_value){ 0 })", "((tf_state_value){ 3, NULL })",
                       "((tf_state_value){ -3, NULL })", "((tf_state_value){ -3, w.arrays })"],
    "tf_state_value *": ["&w.state_value", "NULL", "&w.wrong_state_value", "&w.negative_state_value"],
    "tf_helper *": ["w.helper", "NULL", "&w.empty_helper"],
    "tf_decoder *": ["w.decoder", "NULL"],
    "tf_attention_mechanism *": ["w.mechanism", "NULL"],
    "tf_layer *": ["w.layer", "NULL"],
    "struct tf_layer *": ["w.layer", "NULL"],
    "tf_optimizer *": ["w.optimizer", "NULL"],
    "const tf_optimizer *": ["w.optimizer", "NULL"],
    "tf_initializer": ["tf_zeros_initializer()", "((tf_initializer){ 0 })"],
    "tf_regularizer": ["w.regularizer", "((tf_regularizer){ 0 })"],
    "tf_grads_and_vars": ["w.pairs", "((tf_grads_and_vars){ 0 })", "((tf_grads_and_vars){ 3, NULL })", "((tf_grads_and_vars){ -3, NULL })",
                          "((tf_grads_and_vars){ 2, w.no_pairs })"],
    "tf_feeds": ["((tf_feeds){ 1, w.feed, 0 })", "((tf_feeds){ 0 })", "((tf_feeds){ 3, NULL, 0 })", "((tf_feeds){ -3, NULL, 0 })",
                 "((tf_feeds){ -3, w.feed, 0 })", "((tf_feeds){ 2, w.no_feeds, 0 })", "((tf_feeds){ 2, w.wrong_feeds, 0 })",
                 "((tf_feeds){ INT_MAX, NULL, 0 })"],
    "tf_feeds *": ["&w.feeds", "NULL", "&w.wrong_feed_list", "&w.negative_feed_list"],
    "tf_fetch": ["tf_fetch_tensor(w.scalar)", "((tf_fetch){ 0 })", "((tf_fetch){ .into = TF_INTO_FLOAT })",
                 "((tf_fetch){ .tensor = w.x, .op = w.x.op, .into = (tf_into)99, .out = w.buffer })"],
    "tf_fetches": ["((tf_fetches){ .n = 1, .items = w.fetch })", "((tf_fetches){ 0 })", "((tf_fetches){ .n = 3, .items = NULL })", "((tf_fetches){ .n = -3, .items = NULL })",
                   "((tf_fetches){ .n = -3, .items = w.fetch })", "((tf_fetches){ .n = 2, .items = w.no_fetches })", "((tf_fetches){ .n = 8, .items = w.wrong_fetches })",
                   "((tf_fetches){ .n = INT_MAX, .items = NULL })"],
    "tf_fetches *": ["&w.fetches", "NULL"],
    "tf_config": ["((tf_config){ .intra_op_parallelism_threads = 1 })", "((tf_config){ 0 })", "((tf_config){ .intra_op_parallelism_threads = -1, .inter_op_parallelism_threads = -1, .checkpoint_steps = -1, .passes_off = \"\" })",
                  "((tf_config){ .intra_op_parallelism_threads = INT_MAX, .inter_op_parallelism_threads = INT_MAX, .checkpoint_steps = INT64_MAX, .passes_off = \"no such pass\" })"],
    "tf_variable_scope": ["tf_get_variable_scope()", "((tf_variable_scope){ 0 })", "((tf_variable_scope){ .graph = w.graph })"],
    "tf_indexed_slices": ["((tf_indexed_slices){ .values = w.x, .indices = w.rows })", "((tf_indexed_slices){ 0 })",
                          "((tf_indexed_slices){ .indices = w.rows })", "((tf_indexed_slices){ .values = { .op = w.x.op, .index = 7 }, .indices = { .op = w.x.op, .index = -1 } })"],
    "tf_indexed_slices *": ["w.slices", "NULL"],
    "struct tf1c_cell_scope *": ["NULL"],
    "const tf_op_def *": ["&own_op", "NULL", "&empty_op"],
    "const tf_shape_ctx *": ["NULL"],
    "tf_shape_ctx *": ["NULL"],
    "const tf_error *": ["tf_last_error()", "NULL", "&w.empty_error"],
    "tf_summary_writer *": ["w.writer", "NULL"],
    "const tf_summary_writer *": ["w.writer", "NULL"],
    "tf_run_metadata *": ["NULL"],
    "const tf_run_metadata *": ["w.metadata", "NULL"],
    "tf_event_iterator *": ["NULL"],
    "tf_node_defs *": ["NULL"],
    "tf_saver *": ["w.saver", "NULL"],
    "tf_supervisor *": ["NULL"],
    "tf_training *": ["&w.training", "NULL"],
    "const tf_supervisor *": ["NULL"],
    "tf_session_run_hook *const *": ["w.hooks", "NULL"],
    "tf_hooks": ["((tf_hooks){ 1, w.hooks })", "((tf_hooks){ 0 })", "((tf_hooks){ 3, NULL })", "((tf_hooks){ -3, w.hooks })",
                 "((tf_hooks){ 2, w.no_hooks })"],
    "tf_moving_average *": ["w.average", "NULL"],
    "tf_lookup_table *": ["w.table", "NULL"],
    "const tf_normalizer_params *": ["NULL", "tf_contrib_layers_batch_norm_params()", "tf_contrib_layers_layer_norm_params()"],
    "tf_checkpoint_state *": ["NULL"],
    "tf_graph_def *": ["NULL"],
    "const tf_graph_def *": ["&one_node", "NULL", "&no_def"],
    "tf_checkpoint_reader *": ["NULL"],
    "const tf_checkpoint_reader *": ["w.reader", "NULL"],
    "const tf_saved_model *": ["NULL"],
    "np_npz *": ["w.npz", "NULL"],
    "const np_npz *": ["w.npz", "NULL"],
    "const tf_option *": ["w.options", "NULL"],
    "tf_dataset *": ["w.dataset", "NULL", "&w.empty_dataset"],
    "const tf_text *": ["&w.text", "NULL", "&w.empty_text"],
    "tf_text_batches *": ["&w.batches", "NULL", "&w.empty_batches"],
    "struct tf_with_ *": ["&w.with", "NULL"],
    "tf_from *": ["&w.from", "NULL"],
}
# What ends the process because it is asked to.
LEFT_OUT = {"tf_exit": "ends the process", "tf_options_": "ends the program, as argparse does, where it finds a mistake",
            "tf_list_given_": "passes on what it is given", "tf_gfile_delete_recursively_": "deletes what it is given",
            "tf_gfile_remove_": "deletes what it is given", "tf_gfile_rename_": "moves what it is given"}
# Results that are looked at, built on or released: use_… of test_calls.c.
CONSUMED = {"tf_tensor", "tf_list", "tf_operation *", "tf_ndarray", "char *", "tf_session *", "tf_graph *", "struct tf_with_",
            "tf_from", "tf_cell *", "tf_state *", "np_npz *", "const char *", "tf_graph_def *", "tf_checkpoint_state *",
            "tf_checkpoint_reader *", "tf_event_iterator *", "tf_node_defs *", "tf_data_dataset *", "tf_data_iterator *",
            "tf_decoder *", "tf_coordinator *", "tf_gfile *", "tf_record_writer *", "tf_summary_writer *", "tf_run_metadata *"}


def plain(text):
    """Without attributes and extensions, one space between words."""
    out, at = "", 0
    for m in re.finditer(r"__attribute__\s*\(", text):
        if m.start() < at:
            continue
        out += text[at:m.start()]
        depth, at = 1, m.end()
        while depth:
            depth += {"(": 1, ")": -1}.get(text[at], 0)
            at += 1
    return re.sub(r"\s+", " ", re.sub(r"__extension__|__inline__|\brestrict\b|__restrict", "", out + text[at:]))


def pieces(text, by=","):
    """Split where no bracket is open."""
    out, depth = [""], 0
    for c in text:
        depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(c, 0)
        if c == by and not depth:
            out.append("")
        else:
            out[-1] += c
    return [p.strip() for p in out if p.strip()]


def declared(text):
    """("const char *", "name") of a parameter or field; an array is a pointer; of a function pointer the type is None."""
    m = re.match(r"(.*?)\(\s*\*\s*(\w*)\)\s*\(", text)
    if m:
        return None, m.group(2)
    m = re.match(r"(.*?[ *])(\w+)\s*((?:\[[^\]]*\]\s*)*)$", text)
    if not m or m.group(2) in ("int", "char", "double", "float", "struct", "unsigned", "long") or text in VALUES:
        return normal(text), ""
    return normal(m.group(1) + ("*" if m.group(3) else "")), m.group(2)


def normal(t):
    t = re.sub(r"\s*\*\s*", " *", t.strip())
    t = re.sub(r"\* \*", "**", t)
    t = re.sub(r"\*const", "*const", t.replace("* const", "*const"))
    return re.sub(r"\bbool\b", "_Bool", re.sub(r"\s+", " ", t)).strip()


class Headers:
    def __init__(self, text):
        self.text = plain(text)
        self.structs, self.enums = {}, set(re.findall(r"\} (\w+);", " ".join(re.findall(r"typedef enum[^;]*;", self.text))))
        for m in re.finditer(r"(?:typedef )?struct (\w+) \{", self.text):
            depth, at = 1, m.end()
            while depth:
                depth += {"{": 1, "}": -1}.get(self.text[at], 0)
                at += 1
            self.structs[m.group(1)] = self.text[m.end():at - 1]
        self.aliases = dict(re.findall(r"typedef struct (\w+) (\w+);", self.text))
        self.callbacks = {m.group(2): (normal(m.group(1)), m.group(3))
                          for m in re.finditer(r"typedef ([\w ]+?[ *]+)(\w+)\(([^()]*)\);", self.text)}

    def functions(self):
        for m in re.finditer(r"TF1C_PUBLIC_ ([^;{(]+?[ *])\(?(\w+)\)?\s*\(([^;]*)\)\s*;", self.text):
            params = [declared(p) for p in pieces(m.group(3)) if p not in ("void", "...")]
            yield m.group(2), normal(m.group(1)), params, m.group(3).rstrip().endswith("...")

    def struct_of(self, t):
        name = t[7:] if t.startswith("struct ") else self.aliases.get(t, t)
        return self.structs.get(name)

    def fields(self, t):
        for part in pieces(self.struct_of(t), ";"):
            first, *more = pieces(part)
            if re.match(r"(struct|union|enum)?\s*\{", first):
                continue
            base, name = declared(first)
            yield base, name, first
            for other in more:
                m = re.match(r"(\**)(\w+)", other)
                yield normal(re.sub(r"[* ]+$", "", base or "") + " " + m.group(1)), m.group(2), other


class Writer:
    def __init__(self, headers):
        self.h, self.done, self.lines = headers, {}, []

    def pick(self, t):
        """Writes pick_N for the type; its number and how many values it has."""
        if t not in self.done:
            self.done[t] = None
            n = len(self.done)
            self.done[t] = (n, self.write(t, n))
        return self.done[t]

    def write(self, t, n):
        pointee = re.sub(r"^const ", "", t[:-1].strip()) if t.endswith("*") else ""
        if t in VALUES:
            return self.plain_values(t, n, VALUES[t])
        if t in self.h.enums:
            return self.plain_values(t, n, [f"({t})1", f"({t})0", f"({t})-1", f"({t})99"])
        if pointee in self.h.callbacks:
            return self.callback(t, pointee, n)
        if t.endswith("*const *") and t[:-8].strip() in self.h.callbacks:
            m, _ = self.pick(t[:-8].strip() + " *")
            self.lines.append(f"static {t[:-8].strip()} *const kept_{n}[] = {{ answer_{m}_0, answer_{m}_0 }}, *const none_{n}[2];\n")
            return self.plain_values(t, n, [f"kept_{n}", "NULL", f"none_{n}"])
        if pointee and self.h.struct_of(pointee) is not None:
            kept = f"static {pointee} kept_{n}; kept_{n} = ({pointee}){{ 0 }};"
            return self.plain_values(t, n, [f"&kept_{n}", "NULL"], kept)
        if self.h.struct_of(t) is not None:
            return self.struct(t, n)
        sys.exit(f"calls.py: no values for an argument of type '{t}'; add it to VALUES")

    def plain_values(self, t, n, values, first=""):
        cases = "".join(f"    case {i}: return {v};\n" for i, v in enumerate(values[1:], 1))
        self.lines.append(f"static {t} pick_{n}(int i)\n{{\n    {first}\n    switch (i) {{\n{cases}    default: return {values[0]};\n    }}\n}}\n")
        return len(values)

    def callback(self, t, name, n):
        """A function that answers each value of its type in turn, none, and a call too many (it nests)."""
        returns, params = self.h.callbacks[name]
        if returns == "void":
            body, count, m = "", 1, None
        else:
            m, count = self.pick(returns)
            body = f"return pick_{m}({{}});"
        unused = "".join(f"(void){declared(p)[1]}; " for p in pieces(params) if p != "void")
        for i in range(count):
            self.lines.append(f"static {returns} answer_{n}_{i}({params})\n{{\n    {unused}{body.format(i)}\n}}\n")
        return self.plain_values(t, n, [f"answer_{n}_0", "NULL"] + [f"answer_{n}_{i}" for i in range(1, count)])

    def struct(self, t, n):
        """All sound; all zero; every operand unset; then each field's values in turn, on the first and the third."""
        sound, unset, cases, places, count = "", "", "", "", 0
        for base, name, text in self.h.fields(t):
            if base is None or "[" in text or re.match(r"argument_\d+$", name):
                continue
            m, values = self.pick(base)
            if base == "tf_source":
                places += f"    a.{name} = pick_{m}(0);\n"
                continue
            sound += f"        a.{name} = pick_{m}(0);\n"
            if base in ("tf_operand", "tf_dtype"):
                unset += f"        a.{name} = {'(tf_operand)TF_UNSET_' if base == 'tf_operand' else f'pick_{m}(0)'};\n"
            elif base == "int" and name.startswith("axis"):
                unset += f"        a.{name} = TF_NO_AXIS;\n"
            cases += f"    if (at >= {count} && at < {count + values})\n        a.{name} = pick_{m}(at - {count});\n"
            count += values
        self.lines.append(f"static {t} pick_{n}(int i)\n{{\n    {t} a;\n    int at = i < 3 ? -1 : (i - 3) / 2;\n    (void)at;\n"
                          f"    memset(&a, 0, sizeof a);\n{places}    if (i == 0 || (i > 2 && i % 2)) {{\n{sound}    }} else if (i > 1) {{\n{unset}    }}\n"
                          f"{cases}    return a;\n}}\n")
        return 3 + 2 * count

    def function(self, name, returns, params, variadic):
        counted = len(params) > 1 and any(t and "*" in t and n not in ("name", "path", "format") for t, n in params)
        picks = []
        for t, p in params:
            if t is None:
                sys.exit(f"calls.py: {name} takes a function pointer without a name; give its type one")
            if (name, p) in (("np_floats_", "shape"), ("np_ints_", "shape")): # the macro's own count of what it passes
                t = "literal_dims"
            # Of an array and its length only lengths that the array has can be told from wrong ones.
            if counted and t in ("int", "int64_t") and p in ("n", "argc", "length"):
                t = "length" if t == "int" else "long_length"
            if variadic and t == "const char *" and p in ("format", "slices"): # no conversions: nothing follows
                t = "format"
            picks.append(self.pick(t))
        arguments = ", ".join(f"pick_{m}(pick[{i}])" for i, (m, _) in enumerate(picks))
        # A function that is also a macro of other arguments.
        is_value = "const tf_normalizer_params *" in [t for t, _ in params] or [p for _, p in params[-2:]] == ["scope", "context"]
        call = f"({name})({arguments})" if is_value else f"{name}({arguments})"
        if name == "np_empty": # its elements are whatever memory held
            call = f"emptied({call})"
        if returns in CONSUMED:
            call = f"use_{re.sub(r'[^a-z_]', '', returns.replace(' *', '_handle'))}({call})"
        elif returns != "void":
            call = f"(void){call}"
        self.lines.append(f"static void call_{name}(const int *pick)\n{{\n    (void)pick;\n    {call};\n}}\n")
        return f'    {{ "{name}", call_{name}, {len(picks)}, {{ {", ".join(str(v) for _, v in picks) or 0} }}, {int("tf_source" in [t for t, _ in params] or any("args" in (t or "") for t, _ in params))} }},'


def main():
    out, depfile, *compiler = sys.argv[1:]
    text = subprocess.run([*compiler, "-E", "-P", "-MD", "-MF", depfile, "-MT", out, "-DTF1C_API=TF1C_PUBLIC_", "-x", "c", "-"], input=HEADERS, text=True, check=True,
                          stdout=subprocess.PIPE).stdout
    text = re.sub(r"TF1C_PUBLIC_ extern [^;]*;", "", text) # data is no call
    headers = Headers(text)
    writer, rows, seen = Writer(headers), [], set()
    for name, returns, params, variadic in headers.functions():
        if name not in LEFT_OUT and name not in seen:
            seen.add(name)
            rows.append(writer.function(name, returns, params, variadic))
    if len(seen) + len(LEFT_OUT) != headers.text.count("TF1C_PUBLIC_ ") or len(seen) < 100:
        sys.exit("calls.py: not every public declaration was understood")
    with open(out, "w", encoding="utf-8") as f:
        f.write("/* Made by calls.py from the public headers. */\n")
        f.write("typedef int length;\ntypedef int64_t long_length;\ntypedef const char *format;\ntypedef tf_dims literal_dims;\n")
        f.write("\n".join(writer.lines))
        f.write("\nstatic const struct call calls[] = {\n" + "\n".join(rows) + "\n};\n")


if __name__ == "__main__":
    main()
