/* A GraphDef, in bytes or as text, or a MetaGraph: the first byte says which. What is read is written again. */
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const endings[] = { ".pb", ".pbtxt", ".meta", "saved_model.pb" };
    enum { PLAIN, TEXT, META };
    if (!size)
        return 0;
    const int form = data[0] % 4;
    tf_on_error(tf_silent);
    tf_graph *g = tf_graph_new();
    struct tf_with_ in = tf_graph_open_(g);
    if (form == META)
        tf_train_import_meta_graph(fuzz_file(endings[form], data + 1, size - 1));
    else
        tf_import_graph_def(fuzz_file(endings[form], data + 1, size - 1), .name = "");
    tf_graph_def *def = tf_graph_as_graph_def(g);
    tf_graph_def_free(def);
    tf_with_close_(&in);
    tf_graph_free(g);
    return 0;
}
