#include "session/graph_text.h"

#include <string.h>

#include "core/pbtext.h"
#include "core/proto/graph.pb-c.h"
#include "core/protobuf.h"
#include "fixture.h"

void import_text(const char *text)
{
    tf1c_buffer to = { 0 };
    must(tf1c_pbtext_parse(text, strlen(text), &tf1c__graph_def__descriptor, &to, TF_SOURCE));
    const tf_graph_def def = { to.n, to.data };
    tf_import_graph_def(&def);
    tf1c_buffer_free(&to);
}

void must_be_mistakes(int n, const graph_mistake *mistakes)
{
    for (int i = 0; i < n; i++) {
        import_text(mistakes[i].text);
        must_have_reported(mistakes[i].code, mistakes[i].message);
        tf_reset_default_graph();
    }
}
