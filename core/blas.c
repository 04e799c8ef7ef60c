#include "core/blas.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stddef.h>
#include <sys/resource.h>

static tf1c_blas_functions functions;
static const tf1c_blas_functions *found;

#ifdef TF1C_BLAS_FILE

static bool is_limited(int resource)
{
    struct rlimit limit;
    return getrlimit(resource, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
}

static void look_up(void *library, const char *name, void *function) { *(void **)function = dlsym(library, name); }

static void load(void)
{
    void *library = is_limited(RLIMIT_AS) || is_limited(RLIMIT_DATA) ? NULL : dlopen(TF1C_BLAS_FILE, RTLD_NOW | RTLD_LOCAL);
    if (!library)
        return;
    look_up(library, "cblas_sgemm", &functions.sgemm);
    look_up(library, "cblas_dgemm", &functions.dgemm);
    look_up(library, "openblas_get_corename", &functions.corename);
    look_up(library, "openblas_get_parallel", &functions.parallel);
    look_up(library, "openblas_get_num_threads", &functions.threads);
    look_up(library, "openblas_set_num_threads", &functions.set_threads);
    if (functions.sgemm && functions.dgemm)
        found = &functions;
}

#else

static void load(void) { (void)functions; }

#endif

const tf1c_blas_functions *tf1c_blas(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    return found;
}
