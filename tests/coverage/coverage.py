"""Which of the symbols that public TF1 programs use a port finds here.

    coverage.py INCLUDE…            counts, and what is missing, by how many programs use it
    coverage.py --index INCLUDE…    every public name, for examples/from_python.md

The names are those that a compiler sees in <tf1c.h> and the kit: macros, functions, types and constants, none in comments.
symbols.tsv: how many of 158 public tutorial programs use each symbol of tf.
"""
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
# Python's names that the rule does not give, and what stands for them.
SPELT_OTHERWISE = {
    "tf.app.flags.FLAGS": "tf_options", "tf.app.flags.DEFINE_string": "tf_options", "tf.app.flags.DEFINE_integer": "tf_options",
    "tf.app.flags.DEFINE_boolean": "tf_options", "tf.AUTO_REUSE": "tf_AUTO_REUSE",
    "tf.GraphKeys.TRAINABLE_VARIABLES": "TF_TRAINABLE_VARIABLES", "tf.GraphKeys.GLOBAL_VARIABLES": "TF_GLOBAL_VARIABLES",
    "tf.GraphKeys.UPDATE_OPS": "TF_UPDATE_OPS", "tf.TensorShape": "tf_dims", "tf.errors.OutOfRangeError": "tf_out_of_range",
    "tf.gfile.GFile": "tf_gfile_gfile", "tf.gfile.FastGFile": "tf_gfile_fast_gfile", "tf.data": "tf_data_dataset",
    "tf.train.Int64List": "tf_train_int64_list", "tf.contrib.rnn.RNNCell": "tf_cell_new", "tf.Graph": "tf_graph_new", "tf.sub": "tf_sub",
}


def preprocessed(includes, *options):
    source = "#include <tf1c.h>\n#include <tf1c_kit.h>\n"
    command = [os.environ.get("CC", "cc"), "-E", "-x", "c", *options, *("-I" + i for i in includes), "-"]
    return subprocess.run(command, input=source, capture_output=True, text=True, check=True).stdout


def public_names(includes):
    macros = re.findall(r"^#define (\w+)", preprocessed(includes, "-dM"), re.M)
    text = re.sub(r'"(?:\\.|[^"\\])*"', "", preprocessed(includes, "-P"))
    words = set(macros) | set(re.findall(r"\b(?:tf|np|plt|TF|NP)_\w+", text))
    return {w for w in words if re.match(r"(tf|np|plt)_|TF_[A-Z]|NP_[A-Z]|(LIST|SHAPE|AXES|PERM|FEED|FETCH|OPS|CELLS|BUCKETS|OPTION|SCALAR|NONE)$", w)
            and not w.endswith("_") and not re.search(r"_H$|_args$", w)}


def spelt(symbol):
    """tf.train.AdamOptimizer: tf_train_adam_optimizer."""
    if symbol in SPELT_OTHERWISE:
        return [SPELT_OTHERWISE[symbol]]
    name = symbol.replace(".", "_")
    snake = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name)).lower()
    return [snake, name.lower(), "TF_" + symbol.rsplit(".", 1)[-1]]


def report(names):
    rows = [line.rstrip("\n").split("\t") for line in open(os.path.join(HERE, "symbols.tsv")) if line.startswith("tf.")]
    found = [(s, int(n)) for s, n in rows if any(w in names for w in spelt(s))]
    missing = sorted(((int(n), s) for s, n in rows if not any(w in names for w in spelt(s))), reverse=True)
    uses = sum(int(n) for _, n in rows)
    print("symbols %d of %d, uses %.1f %%" % (len(found), len(rows), 100.0 * sum(n for _, n in found) / uses))
    print("missing: " + ", ".join("%s %d" % (s, n) for n, s in missing))


def index(names):
    line, lines = "", []
    for name in sorted(names, key=lambda n: (n.lower(), n)):
        if len(line) + len(name) + 4 > 126:
            lines.append(line)
            line = ""
        line += ("" if not line else " ") + "`" + name + "`"
    print("\n".join(lines + [line]))


if __name__ == "__main__":
    arguments = sys.argv[1:]
    wants_index = "--index" in arguments
    folders = [a for a in arguments if a != "--index"]
    (index if wants_index else report)(public_names(folders))
