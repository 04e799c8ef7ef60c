/* tf1c events: the scalars of event files, as text or as a picture. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef TF1C_TOOL_PLOTS
#include <tf1c_kit.h>
#endif

#include "tool.h"

/* A tag's values in the order of the files. */
typedef struct {
    char *tag;
    int n, room;
    double *steps, *values;
} series;
typedef struct {
    int n, room;
    series *each;
    int others; /* values that are no numbers */
    bool lost;  /* memory was out */
} table;

static void free_table(table *t)
{
    for (int i = 0; i < t->n; i++) {
        free(t->each[i].tag);
        free(t->each[i].steps);
        free(t->each[i].values);
    }
    free(t->each);
}

/* Room for one more of n items. */
static bool room_for_one(void *items, int n, int *room, size_t size)
{
    void *more;
    if (n < *room)
        return true;
    memcpy(&more, items, sizeof more);
    const int want = *room ? 2 * *room : 16;
    if (!(more = realloc(more, (size_t)want * size)))
        return false;
    memcpy(items, &more, sizeof more);
    *room = want;
    return true;
}

static series *series_of(table *t, const char *tag)
{
    for (int i = 0; i < t->n; i++)
        if (strcmp(t->each[i].tag, tag) == 0)
            return &t->each[i];
    char *copy = strdup(tag);
    if (!copy || !room_for_one(&t->each, t->n, &t->room, sizeof *t->each)) {
        free(copy);
        return NULL;
    }
    t->each[t->n] = (series){ .tag = copy };
    return &t->each[t->n++];
}

static void add_number(table *t, const char *tag, int64_t step, double value)
{
    series *s = series_of(t, tag);
    int room = s ? s->room : 0;
    if (!s || !room_for_one(&s->steps, s->n, &room, sizeof *s->steps) ||
        !room_for_one(&s->values, s->n, &s->room, sizeof *s->values)) {
        t->lost = true;
        return;
    }
    s->steps[s->n] = (double)step;
    s->values[s->n++] = value;
}

static bool is_wanted(const given *tags, const char *tag)
{
    for (int i = 0; i < tags->n; i++)
        if (strcmp(tags->values[i], tag) == 0)
            return true;
    return !tags->n;
}

static int read_events(const char *path, const given *tags, table *t)
{
    tf_clear_error();
    tf_event_iterator *events = tf_train_summary_iterator(path);
    for (tf_event e; tf_next_event(events, &e);)
        for (int i = 0; i < e.summary.n; i++) {
            const tf_summary_value *v = &e.summary.value[i];
            if (v->kind == TF_SUMMARY_SIMPLE_VALUE && is_wanted(tags, v->tag))
                add_number(t, v->tag, e.step, v->simple_value);
            t->others += v->kind != TF_SUMMARY_SIMPLE_VALUE;
        }
    tf_event_iterator_free(events);
    return tf_last_error()->code ? FAILED : DONE;
}

/* All event files of a folder, oldest first: their names begin with the time. */
static int read_folder(const char *folder, const given *tags, table *t)
{
    char path[4096];
    int code = DONE, files = 0;
    tf_ndarray names = tf_gfile_list_directory(folder);
    for (int64_t i = 0; i < np_size(names); i++) {
        const char *name = np_string(names, i).data;
        if (!strstr(name, "tfevents") || snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path)
            continue;
        files++;
        code |= read_events(path, tags, t);
    }
    np_free(&names);
    return files ? code : failed("%s holds no event files (their names contain \"tfevents\")", folder);
}

static void print_table(const table *t)
{
    for (int i = 0; i < t->n; i++)
        for (int j = 0; j < t->each[i].n; j++)
            printf("%s\t%.0f\t%.9g\n", t->each[i].tag, t->each[i].steps[j], t->each[i].values[j]);
}

static int draw(const table *t, const char *path)
{
#ifdef TF1C_TOOL_PLOTS
    const int columns = t->n < 3 ? t->n : 3, rows = (t->n + columns - 1) / columns;
    plt_figure(.width = 4.5 * columns, .height = 3.2 * rows, .dpi = 100);
    for (int i = 0; i < t->n; i++) {
        plt_subplot(rows, columns, i + 1);
        plt_plot(t->each[i].values, t->each[i].n, .x = t->each[i].steps);
        plt_title(t->each[i].tag);
        plt_xlabel("step");
    }
    if (plt_savefig(path))
        return FAILED;
    printf("%s: %d curves\n", path, t->n);
    return DONE;
#else
    (void)t, (void)path;
    return failed("built without the kit, which draws");
#endif
}

static int events(int argc, char **argv)
{
    given files = { 0 }, tags = { 0 }, plot = { 0 };
    const option options[] = { { "--tag", &tags, NULL }, { "--plot", &plot, NULL }, { 0 } };
    int code = take_arguments(&events_command, argc, argv, options, &files, MOST_GIVEN);
    table t = { 0 };
    if (code || !files.n)
        return code ? code : misused(&events_command, "there is no event file to read");
    for (int i = 0; i < files.n; i++)
        code |= tf_gfile_is_directory(files.values[i]) ? read_folder(files.values[i], &tags, &t)
                                                       : read_events(files.values[i], &tags, &t);
    if (t.lost)
        code = failed("there is not memory enough for all numbers");
    else if (!t.n && !code)
        code = failed("there are no scalars%s; %d other values", tags.n ? " of that tag" : "", t.others);
    else if (t.n && plot.n)
        code |= draw(&t, plot.values[0]);
    else
        print_table(&t);
    free_table(&t);
    return code;
}

const command events_command = {
    "events", events, "the scalars of event files, as text or drawn",
    "Usage: tf1c events FILE… [--tag TAG]… [--plot FILE.png]\n\n"
    "FILE is an event file, of this library or TensorFlow, or a folder of them. Prints a line for each number:\n"
    "tag, step and value, with tabs between.\n\n"
    "  --tag TAG        that series alone\n"
    "  --plot FILE.png  draws the curves instead (by gnuplot)\n"
};
