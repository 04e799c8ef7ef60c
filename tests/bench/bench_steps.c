/* Times a training step of each workload at 1 and 2 threads, in turns with the same matrix products alone; then the first run,
 * and how a step grows with sequence and batch. Prints tables and writes JSON; `--help` lists the options. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/gemm.h"
#include "core/team.h"
#include "core/vecmath.h"
#include "gemms.h"
#include "models.h"
#include "peak.h"
#include "session/session_private.h"

enum { MOST_SAMPLES = 20000, THREAD_COUNTS = 2 };
static const int thread_counts[THREAD_COUNTS] = { 1, 2 };

static struct {
    const char *only, *json, *memory;
    double seconds; /* for each workload */
    bool sweeps;
} options = { .json = "bench_steps.json", .seconds = 3, .sweeps = true };
static const char *program;
static double peaks[THREAD_COUNTS]; /* multiply-adds at the level in use, 1e9 operations a second */
static FILE *json;

/* ---- samples ------------------------------------------------------------------------------------------------------- */
typedef struct {
    int n;
    double t[MOST_SAMPLES];
} samples;

static void keep(samples *s, double t)
{
    if (s->n < MOST_SAMPLES)
        s->t[s->n++] = t;
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double best(samples *s)
{
    qsort(s->t, (size_t)s->n, sizeof *s->t, by_size);
    return s->n ? s->t[0] : NAN;
}

static double median(samples *s)
{
    qsort(s->t, (size_t)s->n, sizeof *s->t, by_size);
    return s->n ? s->t[s->n / 2] : NAN;
}

/* ---- a step --------------------------------------------------------------------------------------------------------- */
typedef struct {
    tf_session *session;
    model *m;
    double first; /* seconds of the first run: compiling included */
    float value;
} runner;

static bool run_once(runner *r)
{
    if (r->m->run)
        return r->m->run(r->session, r->m) == tf_ok;
    if (r->m->step)
        return tf_run(r->session, r->m->step, r->m->feeds) == tf_ok;
    return tf_run(r->session, FETCH(r->m->value, &r->value), r->m->feeds) == tf_ok;
}

/* Variables set, one step done. */
static bool start(runner *r, model *m, int threads)
{
    double t;
    *r = (runner){ .m = m };
    tf_with_graph(m->graph) {
        r->session = tf_session(.config = tf_config_proto(.intra_op_parallelism_threads = threads));
        if (m->step || m->run)
            tf_run(r->session, tf_global_variables_initializer());
    }
    t = seconds_now();
    if (!run_once(r))
        return false;
    r->first = seconds_now() - t;
    return true;
}

/* The best of a few first runs, each in a session of its own, on a machine that is awake. */
static double first_run(model *m, int threads)
{
    enum { MOST = 8 };
    const double begin = seconds_now();
    double shortest = INFINITY;
    for (int i = 0; i < MOST && (i < 2 || seconds_now() - begin < 1); i++) {
        runner r;
        if (start(&r, m, threads))
            shortest = fmin(shortest, r.first);
        tf_close(r.session);
    }
    return shortest;
}

/* Steps for `seconds`, at least one. Short ones are timed together, that the clock does not count. */
static void sample(runner *r, double seconds, samples *s)
{
    const double begin = seconds_now();
    int together = 1;

    run_once(r);
    do {
        double t = seconds_now();
        for (int i = 0; i < together; i++)
            run_once(r);
        t = seconds_now() - t;
        if (t < 50e-6 && together < 10000)
            together *= 2;
        else
            keep(s, t / together);
    } while (seconds_now() - begin < seconds);
}

/* ---- memory: in a process of its own ------------------------------------------------------------------------------------ */
static long peak_kb(void)
{
    char line[256];
    long kb = 0;
    FILE *f = fopen("/proc/self/status", "r");
    while (f && fgets(line, sizeof line, f))
        if (sscanf(line, "VmHWM: %ld", &kb) == 1)
            break;
    if (f)
        fclose(f);
    return kb;
}

static int print_memory(const char *name)
{
    const workload *w = find_workload(name);
    runner r;
    model m;
    if (!w)
        return 1;
    m = make_model(w, NULL);
    if (!start(&r, &m, 2))
        return 1;
    for (int i = 0; i < (strcmp(name, "char") == 0 ? 3 : 100); i++)
        run_once(&r);
    printf("%ld %zu\n", peak_kb(), r.session->planner.largest_arena);
    tf_close(r.session);
    free_model(&m);
    return 0;
}

static void ask_memory(const char *name, double *peak_mb, double *arena_mb)
{
    char command[4200];
    double kb = NAN, bytes = NAN;
    snprintf(command, sizeof command, "'%s' --memory %s", program, name);
    FILE *f = popen(command, "r");
    if (!f || fscanf(f, "%lf %lf", &kb, &bytes) != 2)
        kb = bytes = NAN;
    if (f)
        pclose(f);
    *peak_mb = kb / 1024;
    *arena_mb = bytes / (1 << 20);
}

/* Of its products' kind in the plan of the training step: the rule goes by dtype, and the workloads are of one. */
static double share_of_blas(tf_session *session)
{
    bool blas = false;

    for (const tf1c_plan *p = session->planner.plans; p; p = p->next)
        for (int i = 0; i < p->n_bindings; i++)
            blas |= p->bindings[i].blas;
    return blas ? 1 : 0;
}

/* ---- one workload ----------------------------------------------------------------------------------------------------------- */
static void print_products(const gemms *g)
{
    printf("\n  %-24s %-22s", "products alone, ms", "m n k x times");
    for (way way = OWN_ONE; way < WAYS; way++)
        printf(" %14s", way_names[way]);
    printf("\n");
    for (int i = 0; i < g->n; i++) {
        const product *p = &g->p[i];
        char dims[64];
        snprintf(dims, sizeof dims, "%d %d %d x %d", p->m, p->n, p->k, p->times);
        printf("  %-24s %-22s", p->what, dims);
        for (way way = OWN_ONE; way < WAYS; way++)
            if (g->best[i][way] > 0)
                printf(" %14.4f", g->best[i][way] * 1e3);
            else
                printf(" %14s", "-");
        printf("\n");
    }
}

static void write_products(const gemms *g)
{
    fprintf(json, ", \"products\": [");
    for (int i = 0; i < g->n; i++) {
        const product *p = &g->p[i];
        fprintf(json, "%s\n      {\"what\": \"%s\", \"m\": %d, \"n\": %d, \"k\": %d, \"times\": %d, \"ms\": {", i ? "," : "",
                p->what, p->m, p->n, p->k, p->times);
        for (way way = OWN_ONE, comma = 0; way < WAYS; way++)
            if (g->best[i][way] > 0)
                fprintf(json, "%s\"%s\": %.5f", comma++ ? ", " : "", way_names[way], g->best[i][way] * 1e3);
        fprintf(json, "}}");
    }
    fprintf(json, "]");
}

static void bench(const workload *w, bool first)
{
    enum { LEAST_TURNS = 10 };
    static samples taken[THREAD_COUNTS];
    runner r[THREAD_COUNTS];
    model m = make_model(w, NULL);
    gemms g;
    double peak_mb, arena_mb, end, flop, blas;

    ask_memory(w->name, &peak_mb, &arena_mb);
    gemms_make(&g, w, &w->s);
    for (int i = 0; i < THREAD_COUNTS; i++) {
        taken[i].n = 0;
        if (!start(&r[i], &m, thread_counts[i])) {
            printf("%-10s does not run\n", w->name);
            return;
        }
    }
    end = seconds_now() + options.seconds;
    for (int turn = 0; turn < LEAST_TURNS || seconds_now() < end; turn++) { /* a machine's speed comes and goes */
        for (int i = 0; i < THREAD_COUNTS; i++)
            sample(&r[i], 0.05, &taken[i]);
        gemms_measure(&g, turn < 2);
    }
    for (int i = 0; i < THREAD_COUNTS; i++)
        r[i].first = first_run(&m, thread_counts[i]);

    printf("\n%s: %s\n", w->name, w->what);
    flop = gemms_flop(&g);
    blas = share_of_blas(r[0].session);
    printf("  %-8s %10s %10s %14s %8s %14s %14s %12s %10s\n", "threads", "best ms", "median ms", "GEMMs alone ms", "ratio",
           "share of peak", "first run ms", "peak RSS MB", "arena MB");
    fprintf(json, "%s\n    {\"name\": \"%s\", \"what\": \"%s\", \"peak_rss_mb\": %.2f, \"arena_mb\": %.2f, \"runs\": [",
            first ? "" : ",", w->name, w->what, peak_mb, arena_mb);
    for (int i = 0; i < THREAD_COUNTS; i++) {
        const double alone = gemms_best(&g, thread_counts[i]), shortest = best(&taken[i]), middle = median(&taken[i]);
        printf("  %-8d %10.4f %10.4f ", thread_counts[i], shortest * 1e3, middle * 1e3);
        if (g.n > 0)
            printf("%14.4f %8.2f %14.2f ", alone * 1e3, shortest / alone, flop / shortest * 1e-9 / peaks[i]);
        else
            printf("%14s %8s %14s ", "-", "-", "-");
        printf("%14.2f %12.1f %10.2f\n", r[i].first * 1e3, peak_mb, arena_mb);
        fprintf(
            json,
            "%s\n      {\"threads\": %d, \"best_ms\": %.6f, \"median_ms\": %.6f, \"gemms_ms\": %.6f, \"first_ms\": %.3f, \"peak_share\": %.4f}",
            i ? "," : "", thread_counts[i], shortest * 1e3, middle * 1e3, alone * 1e3, r[i].first * 1e3,
            flop / shortest * 1e-9 / peaks[i]);
    }
    fprintf(json, "], \"flop\": %.0f, \"blas_share\": %.3f", flop, blas);
    if (g.n > 0)
        printf("  products: %.3g GFLOP a step, by BLAS (core %s): %.0f %%\n", flop * 1e-9, tf1c_gemm_core(), 100 * blas);
    printf("  1 thread / 2 threads: %.2f\n", best(&taken[0]) / best(&taken[1]));
    if (g.n > 0)
        print_products(&g);
    write_products(&g);
    fprintf(json, "}");
    fflush(stdout);
    for (int i = 0; i < THREAD_COUNTS; i++)
        tf_close(r[i].session);
    gemms_free(&g);
    free_model(&m);
}

/* ---- growth --------------------------------------------------------------------------------------------------------------------- */
static void grow(const char *name, sizes s, double seconds, bool last)
{
    static samples taken;
    const double begin = seconds_now();
    model m = make_model(find_workload(name), &s);
    const double built = seconds_now() - begin;
    runner r;

    taken.n = 0;
    if (!start(&r, &m, 2)) {
        printf("  %-8s %6d %6d  does not run\n", name, s.B, s.T);
    } else {
        sample(&r, seconds, &taken);
        const double shortest = best(&taken);
        const double arena = (double)r.session->planner.largest_arena / (1 << 20);
        printf("  %-8s %6d %6d %10.2f %13.2f %13.2f %12.3f %16.3f %10.1f\n", name, s.B, s.T, built * 1e3, m.gradients * 1e3,
               r.first * 1e3, shortest * 1e3, shortest * 1e6 / s.T / s.B, arena);
        fprintf(json,
                "\n    {\"name\": \"%s\", \"B\": %d, \"T\": %d, \"build_ms\": %.3f, \"gradients_ms\": %.3f, \"first_ms\": %.3f, "
                "\"best_ms\": %.4f, \"arena_mb\": %.2f}%s",
                name, s.B, s.T, built * 1e3, m.gradients * 1e3, r.first * 1e3, shortest * 1e3, arena, last ? "" : ",");
    }
    fflush(stdout);
    tf_close(r.session);
    free_model(&m);
}

static void sweeps(void)
{
    static const int lengths[] = { 28, 280, 2800 }, batches[] = { 64, 128, 256, 512 }, firsts[] = { 28, 280, 1000 };

    printf("\nGrowth at 2 threads, 28 inputs a step, 128 units\n");
    printf("  %-8s %6s %6s %10s %13s %13s %12s %16s %10s\n", "", "batch", "steps", "graph ms", "gradients ms", "first run ms",
           "best ms", "us/(step*row)", "arena MB");
    fprintf(json, ",\n  \"growth\": [");
    for (int i = 0; i < 3; i++)
        grow("dynamic", (sizes){ 16, lengths[i], 28, 128, 10 }, 0.5, false);
    for (int i = 0; i < 4; i++)
        grow("dynamic", (sizes){ batches[i], 28, 28, 128, 10 }, 0.5, false);
    for (int i = 0; i < 3; i++)
        grow("static", (sizes){ 16, firsts[i], 28, 128, 10 }, 0.5, i == 2);
    fprintf(json, "]");
}

/* ---- the whole ------------------------------------------------------------------------------------------------------------------ */
static void usage(FILE *f)
{
    fprintf(f, "Usage: bench_steps [--only NAME] [--seconds S] [--no-sweeps] [--json FILE]\n"
               "Times training steps against the same matrix products alone. Workloads:\n");
    for (int i = 0; i < n_workloads; i++)
        fprintf(f, "  %-10s %s\n", workloads[i].name, workloads[i].what);
}

static void read_options(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : NULL;
        if (strcmp(argv[i], "--no-sweeps") == 0) {
            options.sweeps = false;
        } else if (strcmp(argv[i], "--help") == 0) {
            usage(stdout);
            exit(0);
        } else if (value && strcmp(argv[i], "--only") == 0 && find_workload(value)) {
            options.only = argv[++i];
        } else if (value && strcmp(argv[i], "--seconds") == 0 && atof(value) > 0) {
            options.seconds = atof(argv[++i]);
        } else if (value && strcmp(argv[i], "--json") == 0) {
            options.json = argv[++i];
        } else if (value && strcmp(argv[i], "--memory") == 0) {
            options.memory = argv[++i];
        } else {
            usage(stderr);
            exit(2);
        }
    }
}

static void print_machine(void)
{
    static const char *const asked[] = { "OPENBLAS_CORETYPE", "OPENBLAS_NUM_THREADS", "OPENBLAS_VERBOSE", "OMP_NUM_THREADS",
                                         "TF1C_ISA" };
    char line[256], cpu[256] = "unknown";
    FILE *f = fopen("/proc/cpuinfo", "r");
    while (f && fgets(line, sizeof line, f))
        if (sscanf(line, "model name : %255[^\n]", cpu) == 1)
            break;
    if (f)
        fclose(f);
    printf("%s, %d cores; OpenBLAS core %s, with threads of its own: %s\n", cpu, tf1c_team_cores(), tf1c_gemm_core(),
           threaded_blas() ? threaded_blas() : "not found, left out");
    fprintf(json,
            "{\n  \"cpu\": \"%s\", \"cores\": %d, \"openblas_core\": \"%s\", \"openblas_threaded\": \"%s\", \"environment\": {",
            cpu, tf1c_team_cores(), tf1c_gemm_core(), threaded_blas() ? threaded_blas() : "");
    for (int i = 0, comma = 0; i < 5; i++) {
        const char *value = getenv(asked[i]);
        if (!value)
            continue;
        printf("%s=%s\n", asked[i], value);
        fprintf(json, "%s\"%s\": \"%s\"", comma++ ? ", " : "", asked[i], value);
    }
    fprintf(json, "}, \"isa\": \"%s\", \"peak_gflops\": [", tf1c_vec()->isa);
    printf("multiply-adds at %s:", tf1c_vec()->isa);
    for (int i = 0; i < THREAD_COUNTS; i++) {
        peaks[i] = peak_of(tf1c_vec()->isa, thread_counts[i]);
        printf(" %.0f GF/s on %d thread%s", peaks[i], thread_counts[i], i + 1 < THREAD_COUNTS ? "," : "s;");
        fprintf(json, "%s%.1f", i ? ", " : "", peaks[i]);
    }
    const double cache = read_rate(tf1c_vec()->isa, 8 << 20), memory = read_rate(tf1c_vec()->isa, 256 << 20);
    printf(" reading 8 MB at %.0f GB/s, 256 MB at %.0f\n", cache, memory);
    fprintf(json, "], \"read_gbs\": {\"8MB\": %.1f, \"256MB\": %.1f}", cache, memory);
}

int main(int argc, char **argv)
{
    static char self[4096];
    bool first = true;

    read_options(argc, argv);
    if (options.memory)
        return print_memory(options.memory);
    program = readlink("/proc/self/exe", self, sizeof self - 1) > 0 ? self : argv[0];
    json = fopen(options.json, "w");
    if (!json) {
        fprintf(stderr, "%s cannot be written\n", options.json);
        return 1;
    }
    print_machine();
    fprintf(json, ",\n  \"workloads\": [");
    for (int i = 0; i < n_workloads; i++) {
        if (options.only && strcmp(options.only, workloads[i].name) != 0)
            continue;
        bench(&workloads[i], first);
        first = false;
    }
    fprintf(json, "]");
    if (options.sweeps && !options.only)
        sweeps();
    fprintf(json, "\n}\n");
    fclose(json);
    printf("\nWritten: %s\n", options.json);
    return 0;
}
