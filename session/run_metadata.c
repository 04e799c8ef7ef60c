/* Handles of traced runs, and their text for Chrome. TF1: python/client/timeline.py */
#include "session/run_metadata.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/bytes.h"
#include "core/map.h"
#include "core/report.h"
#include "session/exec/step_stats.h"

tf_run_metadata *tf_run_metadata_(tf_source here)
{
    tf_run_metadata *m = tf1c_alloc_zero(sizeof *m);
    if (!m)
        tf_fail(tf_memory_error, here, NULL, "no memory left for run metadata");
    return m;
}

void tf1c_run_metadata_clear(tf_run_metadata *m)
{
    struct timespec now;
    tf1c_arena_free(&m->memory);
    m->n = 0;
    m->failed = false;
    clock_gettime(CLOCK_REALTIME, &now);
    m->epoch = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec - tf1c_trace_now();
}

void tf_run_metadata_free(tf_run_metadata *m)
{
    if (!m)
        return;
    tf1c_arena_free(&m->memory);
    tf1c_free(m->nodes);
    tf1c_free(m);
}

tf_step_stats tf_run_metadata_step_stats(const tf_run_metadata *m)
{
    return (tf_step_stats){ "/job:localhost/replica:0/task:0/device:CPU:0", m ? m->n : 0, m ? m->nodes : NULL };
}

/* ---- traced runs ------------------------------------------------------------------------------------------------------------------- */

tf_asked tf_asked_fetches_(tf_fetches what) { return (tf_asked){ .kind = TF_ASKED_FETCHES, .fetches = what }; }
tf_asked tf_asked_op_(tf_operation *op) { return (tf_asked){ .kind = TF_ASKED_OP, .op = op }; }
tf_asked tf_asked_ops_(tf_ops ops) { return (tf_asked){ .kind = TF_ASKED_OPS, .ops = ops }; }
tf_asked tf_asked_tensor_(tf_tensor tensor) { return (tf_asked){ .kind = TF_ASKED_TENSOR, .tensor = tensor }; }
tf_asked tf_asked_list_(tf_list list) { return (tf_asked){ .kind = TF_ASKED_LIST, .list = list }; }

static tf_status run_asked(tf_session *s, const tf_asked *what, tf_feeds feeds, tf_source here)
{
    switch (what->kind) {
    case TF_ASKED_OP: return tf_run_op(s, what->op, feeds, here);
    case TF_ASKED_OPS: return tf_run_ops(s, what->ops, feeds, here);
    case TF_ASKED_TENSOR: return tf_run_tensor(s, what->tensor, feeds, here);
    case TF_ASKED_LIST: return tf_run_list(s, what->list, feeds, here);
    default: return tf_run_fetches(s, what->fetches, feeds, here);
    }
}

tf_status tf_run_asked_(tf_session *s, tf_asked what, struct tf_run_args a)
{
    TF1C_HOLD_REPORTS;
    tf_run_metadata *m = a.run_metadata, *outer = tf1c_traced_run;
    if (m)
        tf1c_run_metadata_clear(m);
    tf1c_traced_run = a.options.trace_level > TF_RUN_OPTIONS_NO_TRACE ? m : NULL;
    tf_status status = run_asked(s, &what, a.feeds, a.here);
    tf1c_traced_run = outer;
    if (m && status)
        m->n = 0;
    else if (m && m->failed)
        status = tf_fail(tf_memory_error, a.here, NULL, "no memory left for run metadata");
    return status;
}

/* ---- Chrome's text: json.dumps(…, indent=4) ------------------------------------------------------------------------------------------ */

typedef struct {
    int64_t ts;
    int lane;
} origin;

typedef struct {
    tf1c_buffer out;
    tf1c_map made; /* tensor's name -> origin */
    tf1c_arena memory;
    bool failed, any, show_dataflow;
    int flows;
    int *lanes;
} timeline;
enum { COMPUTE_PID = 1 };

static void put_json(tf1c_buffer *b, const char *s, size_t n)
{
    tf1c_buffer_byte(b, '"');
    for (size_t i = 0; i < n; i++) {
        const unsigned char c = (unsigned char)s[i];
        if (c < ' ' || c >= 0x7f)
            tf1c_buffer_printf(b, "\\u%04x", c);
        else
            tf1c_buffer_printf(b, c == '"' || c == '\\' ? "\\%c" : "%c", c);
    }
    tf1c_buffer_byte(b, '"');
}

static void begin(timeline *t) { tf1c_buffer_printf(&t->out, "%s        {\n", t->any ? ",\n" : ""), t->any = true; }
static void end(timeline *t) { tf1c_buffer_printf(&t->out, "\n        }"); }
static void key(timeline *t, const char *name, bool first)
{
    tf1c_buffer_printf(&t->out, "%s            \"%s\": ", first ? "" : ",\n", name);
}
static void put_text(timeline *t, const char *name, bool first, const char *s, size_t n)
{
    key(t, name, first);
    put_json(&t->out, s, n);
}
static void put_number(timeline *t, const char *name, int64_t x)
{
    key(t, name, false);
    tf1c_buffer_printf(&t->out, "%lld", (long long)x);
}

static void put_process(timeline *t, const char *device, const char *kind, int pid)
{
    begin(t);
    tf1c_buffer_printf(&t->out,
                       "            \"name\": \"process_name\",\n            \"ph\": \"M\",\n            \"pid\": %d,\n"
                       "            \"args\": {\n                \"name\": \"%s%s\"\n            }",
                       pid, device, kind);
    end(t);
}

static void put_head(timeline *t, const char *ph, const char *cat, const char *name, size_t n, int lane, int64_t ts)
{
    begin(t);
    put_text(t, "ph", true, ph, strlen(ph));
    put_text(t, "cat", false, cat, strlen(cat));
    put_text(t, "name", false, name, n);
    put_number(t, "pid", COMPUTE_PID);
    put_number(t, "tid", lane);
    put_number(t, "ts", ts);
}

/* "name = op(a, b)" */
typedef struct {
    const char *op, *inputs;
    size_t n_op, n_inputs;
} label_parts;

static label_parts parse_label(const char *label)
{
    const char *equals = strstr(label, " = "), *open = equals ? strchr(equals, '(') : NULL, *close = strrchr(label, ')');
    if (!open || !close || close < open)
        return (label_parts){ "unknown", "", 7, 0 };
    return (label_parts){ equals + 3, open + 1, (size_t)(open - equals - 3), (size_t)(close - open - 1) };
}

/* The next of "a, b"; false at the end. */
static bool next_input(const char **at, size_t *left, size_t *n)
{
    *at += *n;
    *left -= *n;
    if (*n && *left >= 2) {
        *at += 2;
        *left -= 2;
    }
    *n = 0;
    while (*n < *left && (*at)[*n] != ',')
        ++*n;
    return *n;
}

static void put_region(timeline *t, const tf_node_exec_stats *e, const label_parts *l, int lane)
{
    const char *at = l->inputs;
    size_t left = l->n_inputs, n = 0;
    put_head(t, "X", "Op", l->op, l->n_op, lane, e->all_start_micros);
    put_number(t, "dur", e->all_end_rel_micros);
    key(t, "args", false);
    tf1c_buffer_printf(&t->out, "{\n                \"name\": ");
    put_json(&t->out, e->node_name, strlen(e->node_name));
    tf1c_buffer_printf(&t->out, ",\n                \"op\": ");
    put_json(&t->out, l->op, l->n_op);
    for (int i = 0; next_input(&at, &left, &n); i++) {
        tf1c_buffer_printf(&t->out, ",\n                \"input%d\": ", i);
        put_json(&t->out, at, n);
    }
    tf1c_buffer_printf(&t->out, "\n            }");
    end(t);
}

static void put_flow(timeline *t, const char *ph, const char *name, int lane, int64_t ts)
{
    put_head(t, ph, "DataFlow", name, strlen(name), lane, ts);
    put_number(t, "id", t->flows);
    end(t);
}

/* Arrows within a lane would clutter it. */
static void put_flows(timeline *t, const tf_node_exec_stats *e, const label_parts *l, int lane)
{
    const char *at = l->inputs;
    size_t left = l->n_inputs, n = 0;
    while (next_input(&at, &left, &n)) {
        char *name = tf1c_arena_alloc(&t->memory, n + 1);
        t->failed |= !name;
        if (!name)
            return;
        memcpy(name, at, n);
        name[n] = '\0';
        const origin *from = tf1c_map_get(&t->made, name);
        if (!from || from->lane == lane)
            continue;
        put_flow(t, "s", name, from->lane, from->ts);
        put_flow(t, "t", name, lane, e->all_start_micros);
        t->flows++;
    }
}

static void note_outputs(timeline *t, const tf_node_exec_stats *e, int lane)
{
    for (int i = 0; i < e->n_output; i++) {
        tf1c_buffer b = { 0 };
        tf1c_buffer_printf(&b, "%s", e->node_name);
        if (i)
            tf1c_buffer_printf(&b, ":%d", i);
        const char *name = b.failed ? NULL : tf1c_arena_strdup(&t->memory, b.data);
        origin *from = tf1c_arena_alloc(&t->memory, sizeof *from);
        tf1c_buffer_free(&b);
        if (!name || !from || !tf1c_map_set(&t->made, name, from)) {
            t->failed = true;
            return;
        }
        *from = (origin){ e->all_start_micros + e->all_end_rel_micros, lane };
    }
}

/* The first lane that is free before it starts; lanes[i] of n. */
static void assign_lanes(timeline *t, const tf_step_stats *s)
{
    int64_t *busy = tf1c_alloc_zero(((size_t)s->n + 1) * sizeof *busy);
    t->lanes = tf1c_alloc(((size_t)s->n + 1) * sizeof *t->lanes);
    t->failed |= !busy || !t->lanes;
    for (int i = 0, n = 1; i < s->n && !t->failed; i++) {
        const tf_node_exec_stats *e = &s->node_stats[i];
        int lane = 0;
        while (lane < n && e->all_start_micros <= busy[lane])
            lane++;
        n += lane == n;
        busy[lane] = e->all_start_micros + e->all_end_rel_micros;
        t->lanes[i] = lane;
    }
    tf1c_free(busy);
}

static void put_all(timeline *t, const tf_step_stats *s)
{
    tf1c_buffer_printf(&t->out, "{\n    \"traceEvents\": [\n");
    put_process(t, "Allocators", "", 0);
    put_process(t, s->device, " Compute", COMPUTE_PID);
    put_process(t, s->device, " Tensors", 2);
    assign_lanes(t, s);
    for (int i = 0; i < s->n && !t->failed; i++)
        note_outputs(t, &s->node_stats[i], t->lanes[i]);
    for (int i = 0; i < s->n && !t->failed; i++) {
        const label_parts l = parse_label(s->node_stats[i].timeline_label);
        put_region(t, &s->node_stats[i], &l, t->lanes[i]);
        if (t->show_dataflow)
            put_flows(t, &s->node_stats[i], &l, t->lanes[i]);
    }
    tf1c_buffer_printf(&t->out, "\n    ]\n}");
}

char *tf_timeline_generate_chrome_trace_format_(const tf_run_metadata *m, struct tf_chrome_trace_args a)
{
    TF1C_HOLD_REPORTS;
    const tf_step_stats s = tf_run_metadata_step_stats(m);
    timeline t = { .show_dataflow = a.show_dataflow };
    if (!m)
        return NULL;
    put_all(&t, &s);
    char *text = t.failed || t.out.failed ? NULL : strndup(t.out.data, t.out.n);
    if (!text)
        tf_fail(tf_memory_error, a.here, NULL, "no memory left for a timeline");
    tf1c_free(t.lanes);
    tf1c_map_free(&t.made);
    tf1c_arena_free(&t.memory);
    tf1c_buffer_free(&t.out);
    return text;
}
