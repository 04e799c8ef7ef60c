/* States and lists in FEED and FETCH: each stands for its tensors, one after the other. Fetches that grow. */
#include <string.h>

#include "core/report.h"
#include "ops/rnn/rnn.h"
#include "session/run.h"

/* ---- values -------------------------------------------------------------------------------------------------------------- */

void tf_state_free(tf_state_value *value)
{
    if (!value)
        return;
    for (int i = 0; value->arrays && i < value->n; i++)
        np_free(&value->arrays[i]);
    if (value->n > 0)
        tf1c_free(value->arrays);
    *value = (tf_state_value){ 0 };
}

tf_operand tf_operand_state(tf_state_value value)
{
    tf_operand o = { .kind = TF_OPERAND_STATE };
    o.as.state.n = value.n;
    o.as.state.arrays = value.arrays;
    return o;
}

tf_feed tf_feed_tensor(tf_tensor tensor, tf_operand value) { return (tf_feed){ .tensor = tensor, .value = value }; }
tf_feed tf_feed_state(const tf_state *state, tf_operand value) { return (tf_feed){ .state = state, .value = value }; }
tf_fetch tf_fetch_state(const tf_state *state) { return (tf_fetch){ .state = state, .op = tf_op_same(NULL) }; }
tf_fetch tf_fetch_list(tf_list list) { return (tf_fetch){ .list = list, .is_list = true, .op = tf_op_same(NULL) }; }
tf_fetch tf_into_arrays(tf_fetch f, tf_ndarray *arrays, int n)
{
    f.into = arrays ? TF_INTO_ARRAY : TF_INTO_NOTHING;
    f.out = arrays;
    f.arrays = n;
    return f;
}
tf_fetch tf_into_state(tf_fetch f, tf_state_value *out)
{
    f.into = out ? TF_INTO_STATE : TF_INTO_NOTHING;
    f.out = out;
    return f;
}

tf_status tf_feed_set_state_(tf_feeds *feeds, const tf_state *state, tf_operand value, tf_source here)
{
    tf_status status = tf_feed_set_at_(feeds, (tf_tensor){ 0 }, value, here);
    if (!status && state)
        ((tf_feed *)feeds->items)[feeds->n - 1].state = state;
    return status;
}

/* ---- expanding ------------------------------------------------------------------------------------------------------------- */

enum { FEW = 64 };

static bool is_state(const tf_fetch *f) { return f->state || f->into == TF_INTO_STATE || f->is_list; }

bool tf1c_has_states(tf_fetches what, tf_feeds feeds)
{
    for (int i = 0; i < what.n; i++)
        if (is_state(&what.items[i]))
            return true;
    for (int i = 0; i < feeds.n; i++)
        if (feeds.items[i].state)
            return true;
    return false;
}

/* The state's tensors, at most `n` of them written; how many there are. */
static int leaves(const tf_state *s, tf_tensor *out, int n)
{
    int count = 0;
    if (!s)
        return 0;
    if (s->n < 1 || !s->items) {
        if (n > 0)
            *out = s->tensor;
        return 1;
    }
    for (int i = 0; i < s->n; i++)
        count += leaves(s->items[i], out ? out + count : NULL, n - count);
    return count;
}

/* As many arrays as the state has tensors; those that are there already are reused. */
static tf_status fit_value(tf_state_value *value, int n, tf_source here)
{
    if (value->n == n && value->arrays)
        return tf_ok;
    tf_state_free(value);
    value->arrays = tf1c_alloc_zero((size_t)n * sizeof *value->arrays);
    if (!value->arrays)
        return tf_fail(tf_memory_error, here, NULL, "no memory left for a fetched state");
    value->n = n;
    return tf_ok;
}

/* A list into as many arrays, or into a state's value. */
static tf_status expand_list(const tf_fetch *f, tf_fetch *out, int *n, tf_source here)
{
    tf_state_value *value = f->into == TF_INTO_STATE ? f->out : NULL;
    tf_ndarray *arrays = f->into == TF_INTO_ARRAY ? f->out : NULL;
    if (f->list.n < 0 || (f->list.n && !f->list.items))
        return tf_fail(tf_value_error, here, NULL, "a list of %d tensors has no items (NULL)", f->list.n);
    if (f->into != TF_INTO_NOTHING && !value && !arrays)
        return tf_fail(tf_type_error, here, NULL,
                       "A list of %d tensors was fetched into one number; it goes into as many tf_ndarray.", f->list.n);
    if (arrays && f->arrays != f->list.n)
        return tf_fail(tf_value_error, here, NULL,
                       "A list of %d tensors was fetched into %d arrays; FETCH_LIST takes a C array of as many tf_ndarray.",
                       f->list.n, f->arrays ? f->arrays : 1);
    tf_status status = value && f->list.n ? fit_value(value, f->list.n, here) : tf_ok;
    if (value && !f->list.n)
        tf_state_free(value);
    for (int i = 0; i < f->list.n && !status; i++) {
        const tf_fetch one = tf_fetch_tensor(f->list.items[i]);
        const bool just_runs = tf1c_is_operation(one.tensor); /* Python: None */
        if (!tf1c_has_output(one.tensor) && !just_runs)
            return tf_fail(tf_type_error, here, NULL, "Fetch argument %d of a list is None, or an output that is not there.", i);
        out[(*n)++] = just_runs ? one
                      : value   ? tf_into_array(one, &value->arrays[i])
                      : arrays  ? tf_into_array(one, &arrays[i])
                                : one;
    }
    return status;
}

static tf_status expand_fetch(const tf_fetch *f, tf_tensor *tensors, tf_fetch *out, int *n, tf_source here)
{
    if (!is_state(f)) {
        out[(*n)++] = *f;
        return tf_ok;
    }
    if (f->is_list)
        return expand_list(f, out, n, here);
    if (!f->state) /* a tensor into a state of one array */
        tensors[0] = f->tensor;
    int count = f->state ? leaves(f->state, tensors, FEW) : 1;
    if (count > FEW || (!f->state && !f->tensor.op))
        return tf_fail(tf_value_error, here, NULL, "A state of %d tensors cannot be fetched at once (at most %d).", count, FEW);
    if (f->into != TF_INTO_STATE && f->into != TF_INTO_NOTHING && (count != 1 || !f->state))
        return tf_fail(tf_type_error, here, NULL, "A state of %d tensors was fetched into one value; a tf_state_value takes it.",
                       count);
    tf_state_value *value = f->into == TF_INTO_STATE ? f->out : NULL;
    tf_status status = value ? fit_value(value, count, here) : tf_ok;
    for (int i = 0; i < count && !status; i++) {
        tf_fetch one = tf_fetch_tensor(tensors[i]);
        if (!value) {
            one.into = f->into;
            one.out = f->out;
        }
        out[(*n)++] = value ? tf_into_array(one, &value->arrays[i]) : one;
    }
    return status;
}

static tf_status expand_feed(const tf_feed *f, tf_tensor *tensors, tf_feed *out, int *n, tf_source here)
{
    if (!f->state) {
        out[(*n)++] = *f;
        return tf_ok;
    }
    int count = leaves(f->state, tensors, FEW), given = f->value.kind == TF_OPERAND_STATE ? f->value.as.state.n : 1;
    if (count > FEW || count != given || (f->value.kind == TF_OPERAND_STATE && !f->value.as.state.arrays))
        return tf_fail(tf_value_error, here, NULL, "Cannot feed a value of %d arrays for a state of %d tensors.", given, count);
    for (int i = 0; i < count; i++)
        out[(*n)++] = tf_feed_tensor(tensors[i],
                                     f->value.kind == TF_OPERAND_STATE ? tf_operand_array(f->value.as.state.arrays[i]) : f->value);
    return tf_ok;
}

static int expanded(tf_fetches what, tf_feeds feeds, int *n_feeds)
{
    int n = 0;
    for (int i = 0; i < what.n; i++)
        n += what.items[i].is_list ? (what.items[i].list.n > 0 ? what.items[i].list.n : 0)
             : what.items[i].state ? leaves(what.items[i].state, NULL, 0)
                                   : 1;
    *n_feeds = 0;
    for (int i = 0; i < feeds.n; i++)
        *n_feeds += feeds.items[i].state ? leaves(feeds.items[i].state, NULL, 0) : 1;
    return n;
}

tf_status tf1c_with_states(tf_session *s, tf_fetches what, tf_feeds feeds, tf_source here, tf1c_expanded_fn *fn, void *arg)
{
    TF1C_HOLD_REPORTS;
    tf_fetch few_fetches[FEW], *fetches = few_fetches;
    tf_feed few_feeds[FEW], *given = few_feeds;
    tf_tensor tensors[FEW];
    int most_feeds, most = expanded(what, feeds, &most_feeds), n = 0, n_given = 0;
    void *memory = NULL;
    if (most > FEW || most_feeds > FEW) {
        memory = tf1c_alloc((size_t)most * sizeof *fetches + (size_t)most_feeds * sizeof *given);
        if (!memory)
            return tf_fail(tf_memory_error, here, NULL, "no memory left for a run");
        fetches = memory;
        given = (tf_feed *)(fetches + most);
    }
    tf_status status = tf_ok;
    for (int i = 0; i < what.n && !status; i++)
        status = expand_fetch(&what.items[i], tensors, fetches, &n, here);
    for (int i = 0; i < feeds.n && !status; i++)
        status = expand_feed(&feeds.items[i], tensors, given, &n_given, here);
    if (!status)
        status = fn(s, (tf_fetches){ .n = n, .items = fetches }, (tf_feeds){ .n = n_given, .items = given }, here, arg);
    tf1c_free(memory);
    return status;
}

/* ---- fetches that grow --------------------------------------------------------------------------------------------------------- */

tf_status tf_fetch_add_(tf_fetches *fetches, tf_fetch fetch)
{
    if (!fetches || fetches->n < 0 || fetches->capacity < 0 || (fetches->n && !fetches->items))
        return tf_fail(tf_value_error, (tf_source){ 0 }, NULL, "The fetches are NULL, or have no items.");
    if (fetches->n >= fetches->capacity) {
        const int capacity = fetches->n < 8 ? 16 : 2 * fetches->n;
        tf_fetch *items = tf1c_alloc((size_t)capacity * sizeof *items);
        if (!items)
            return tf_fail(tf_memory_error, (tf_source){ 0 }, NULL, "no memory left for the fetches");
        if (fetches->n)
            memcpy(items, fetches->items, (size_t)fetches->n * sizeof *items);
        if (fetches->capacity)
            tf1c_free((void *)fetches->items);
        *fetches = (tf_fetches){ fetches->n, items, capacity };
    }
    ((tf_fetch *)fetches->items)[fetches->n++] = fetch;
    return tf_ok;
}

void tf_fetches_free(tf_fetches *fetches)
{
    if (!fetches)
        return;
    if (fetches->capacity > 0)
        tf1c_free((void *)fetches->items);
    *fetches = (tf_fetches){ 0 };
}
