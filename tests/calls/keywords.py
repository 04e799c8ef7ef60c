#!/usr/bin/env python3
"""Whether every public call takes its arguments by keyword, as examples/from_python.md says: calls each with one keyword at a time and
with all of them from the last to the first, and compiles that. A call that names a parameter in its macro takes it by place alone, and
must stand in BY_PLACE, with the reason.

keywords.py COMPILER… (with its include flags)"""
import fnmatch
import re
import subprocess
import sys
import tempfile

HEADERS = "#include <tf1c.h>\n#include <tf1c_kit.h>\n"

# By place alone: by the names of the first arguments, or of the calls.
OPERATORS = r"x|x,y|y,x|a,x|x,q|scalar,x"  # and functions of numbers, whose C type says whether 2 or 2.0 is meant
OBJECTS = (r"(optimizer|saver|session|distribution|supervisor|writer|iterator|queue|reader|cell|object|state|coord|file|graph|model|ta|initializer|"
           r"regularizer|dataset|table|variable|scope|list|run_metadata|feeds|fetches|progress|training|text|def|graph_or_def|def_or_path|example|t|op)\b.*")
BY_PLACE = {
    "by their C type, too": """tf_constant tf_convert_to_tensor tf_variable tf_getitem tf_getitem_tensor tf_getitem_tensors tf_state_new tf_where
        tf_where_v2 tf_placeholder_with_default tf_fill""",
    "the function decides what the call returns": """tf_scan tf_map_fn tf_foldl tf_foldr tf_py_func tf_numpy_function tf_custom_gradient tf_case
        tf_make_template tf_call_template tf_sparse_add""",
    "the function's name is a scope's": "tf_contrib_layers_stack",
    "C strings are operands, and files": """tf_as_string tf_read_file tf_write_file tf_matching_files tf_string_* tf_strings_* tf_substr
        tf_decode_csv tf_decode_raw tf_parse_* tf_image_decode_* tf_train_match_filenames_once tf_data_text_line_dataset
        tf_data_tf_record_dataset tf_data_fixed_length_record_dataset tf_train_string_input_producer tf_io_* tf_gfile_* tf_*_read
        tf_train_load_variable tf_train_new_checkpoint_reader tf_train_summary_iterator tf_python_io_tf_record_writer tf_maybe_download
        tf_data_path tf_mnist_read_data_sets tf_summary_file_writer_cache_get tf_train_import_meta_graph tf_*_maybe_download""",
    "draws": "tf_*_candidate_sampler tf_nn_compute_accidental_hits",
    "of parts of other calls": """tf_nn_atrous_* tf_nn_conv2d_backprop_* tf_nn_depthwise_conv2d tf_nn_separable_conv2d tf_nn_batch_normalization
        tf_matrix_inverse tf_matrix_solve tf_linalg_inv tf_linalg_solve tf_scatter_* tf_sparse_to_dense
        tf_losses_compute_weighted_loss tf_train_*_input_producer tf_train_piecewise_constant tf_train_*_hook tf_train_example
        tf_fifo_queue tf_padding_fifo_queue tf_random_shuffle_queue tf_fixed_len_feature tf_var_len_feature tf_contrib_crf_* tf_*_lstm_state_tuple
        tf_contrib_rnn_static_bidirectional_rnn tf_data_dataset_from_generator tf_data_iterator_from_* tf_add_to_collection tf_add_to_collections tf_get_collection tf_zip
        tf_with_device tf_with_control_dependencies tf_device tf_control_dependencies tf_random_set_random_seed tf_options tf_train_test_split tf_dataset_of tf_text_of""",
}
LIBRARY = r"(np|plt)_|tf_(op|shape|kernel|view|grad|body|options?|register|in|out)_"


def preprocess(compiler, text, *options):
    return subprocess.run([*compiler, "-E", "-P", *options, "-x", "c", "-"], input=text, text=True, check=True,
                          stdout=subprocess.PIPE).stdout


def split(text):
    """At the semicolons outside of braces."""
    depth, part = 0, ""
    for c in text:
        depth += (c == "{") - (c == "}")
        if c == ";" and depth == 0:
            yield part.strip()
            part = ""
        else:
            part += c


def body(text, at):
    """What is in the braces that open at or after `at`."""
    at = text.index("{", at)
    depth, end = 0, at
    for end in range(at, len(text)):
        depth += (text[end] == "{") - (text[end] == "}")
        if depth == 0:
            break
    return text[at + 1:end]


def value(declaration, kind):
    if "*" in declaration:
        return "NULL"
    if kind in ("tf_operand", "tf_tensor", "tf_initializer"):
        return "x"
    if re.match(r"(u?int\d*(_t)?|bool|_Bool|double|float|size_t|unsigned|char)$", kind):
        return "0"
    return f"({kind}){{ 0 }}"


def keywords(members):
    """(name, value, whether it has a place) of each; the rest are other names of the same."""
    placed = "char argument_1_" not in members
    everywhere = placed
    for declaration in split(members):
        if declaration.startswith("char argument_"):
            placed = True
            continue
        m = re.match(r"(?:const )?((?:struct )?\w+)\b(?:[\s*]|const\b)*(?:\(\*(\w+)\)|(\w+))", declaration)
        name = m and (m.group(2) or m.group(3))
        if name and name not in ("here", "text", "none"):
            yield name, value(declaration, m.group(1)), placed
        placed = everywhere


def main():
    compiler = sys.argv[1:]
    macros = dict(re.findall(r"^#define ((?:tf|TF)_\w*[a-z]\w*[^_\W])\(([^)]*)\)", preprocess(compiler, HEADERS, "-dM"), re.M))
    structs = preprocess(compiler, HEADERS)
    wrong, calls, listed = [], [], " ".join(BY_PLACE.values()).split()
    by_place = re.compile("|".join([LIBRARY, *map(fnmatch.translate, listed)]))
    probes = [name for name, parameters in sorted(macros.items()) if parameters == "..." and not by_place.match(name)]
    for name, parameters in sorted(macros.items()):
        first = re.sub(r",? ?\.\.\.$", "", parameters)
        if first and not by_place.match(name) and not re.fullmatch(OPERATORS + "|" + OBJECTS, first):
            wrong.append(f"{name}({parameters})")
    expanded = preprocess(compiler, HEADERS + "".join(f"\ntf_probe_begins {name}(.tf_probe_ = 0) tf_probe_ends\n" for name in probes))
    for name, text in zip(probes, re.findall(r"tf_probe_begins(.*?)tf_probe_ends", expanded, re.S)):
        named = re.search(r"struct (\w+_args)\)? ?(?:tf_args_ = )?\{", text)
        inline = re.search(r"const struct \{", text)
        if named and (not inline or named.start() < inline.start()):
            found = list(keywords(body(structs, structs.index(f"struct {named.group(1)} {{"))))
        elif inline:
            found = list(keywords(body(text, inline.start())))
        else:
            continue
        rest = " { }" if "struct tf_with_ " in text else ";"
        for keyword, given, _ in found:
            calls.append(f"    {name}(.{keyword} = {given}){rest}\n")
        calls.append(f"    {name}({', '.join(f'.{keyword} = {given}' for keyword, given, placed in reversed(found) if placed)}){rest}\n")
    if wrong:
        sys.exit("by place alone, and not in BY_PLACE: " + ", ".join(wrong))
    if len(calls) < 1000:
        sys.exit(f"keywords.py: {len(calls)} calls alone were found")
    with tempfile.NamedTemporaryFile("w", suffix=".c") as f:
        f.write(HEADERS + "void calls(tf_tensor x);\nvoid calls(tf_tensor x)\n{\n" + "".join(calls) + "}\n")
        f.flush()
        compiled = subprocess.run([*compiler, "-fsyntax-only", "-w", f.name], check=False).returncode == 0
    print(f"{100 if compiled else 0}%: Checks: {len(calls)}, Failures: {0 if compiled else 1}, Errors: 0")
    sys.exit(not compiled)


if __name__ == "__main__":
    main()
