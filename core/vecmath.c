#include "core/vecmath.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "core/vecmath_kernels.h"

static int always(void) { return 1; }

#ifdef TF1C_VEC_X86
static int has_avx2(void)
{
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

static int has_avx512(void)
{
#ifdef TF1C_EMULATE_AVX512
    return has_avx2();
#endif
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vl") && has_avx2();
}
#endif

/* Widest first. */
static const struct {
    const tf1c_vecmath *table;
    int (*supported)(void);
} levels[] = {
#ifdef TF1C_VEC_X86
    { &tf1c_vecmath_avx512, has_avx512 },
    { &tf1c_vecmath_avx2, has_avx2 },
#endif
    { &tf1c_vecmath_baseline, always },
};
enum { LEVELS = sizeof levels / sizeof *levels };

const tf1c_vecmath *tf1c_vec_level(const char *isa)
{
    for (int i = 0; i < LEVELS; i++)
        if (strcmp(levels[i].table->isa, isa) == 0 && levels[i].supported())
            return levels[i].table;
    return NULL;
}

static const tf1c_vecmath *choose(void)
{
    const char *wanted = getenv("TF1C_ISA");
    const tf1c_vecmath *table = wanted ? tf1c_vec_level(wanted) : NULL;

    for (int i = 0; !table; i++) /* ends at baseline */
        if (levels[i].supported())
            table = levels[i].table;
    return table;
}

const tf1c_vecmath *tf1c_vec(void)
{
    static _Atomic(const tf1c_vecmath *) chosen; /* threads that race here choose the same */
    const tf1c_vecmath *table = atomic_load_explicit(&chosen, memory_order_acquire);

    if (!table) {
        table = choose();
        atomic_store_explicit(&chosen, table, memory_order_release);
    }
    return table;
}
