/* MT19937 (Matsumoto, Nishimura 1998) as numpy.random.RandomState seeds and draws from it. */
#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <sys/random.h>
#include <time.h>

#include "kit.h"

enum { WORDS = 624, SHIFT = 397 };

void tf1c_mt_seed(tf1c_mt19937 *mt, uint32_t seed)
{
    mt->words[0] = seed;
    for (uint32_t i = 1; i < WORDS; i++)
        mt->words[i] = 1812433253u * (mt->words[i - 1] ^ mt->words[i - 1] >> 30) + i;
    mt->used = WORDS;
}

static void draw_block(tf1c_mt19937 *mt)
{
    uint32_t *w = mt->words;
    for (int i = 0; i < WORDS; i++) {
        uint32_t y = (w[i] & 0x80000000u) | (w[(i + 1) % WORDS] & 0x7fffffffu);
        w[i] = w[(i + SHIFT) % WORDS] ^ y >> 1 ^ (y & 1 ? 0x9908b0dfu : 0);
    }
    mt->used = 0;
}

uint32_t tf1c_mt_next(tf1c_mt19937 *mt)
{
    if (mt->used == WORDS)
        draw_block(mt);
    uint32_t y = mt->words[mt->used++];
    y ^= y >> 11;
    y ^= y << 7 & 0x9d2c5680u;
    y ^= y << 15 & 0xefc60000u;
    return y ^ y >> 18;
}

uint64_t tf1c_mt_interval(tf1c_mt19937 *mt, uint64_t max)
{
    if (max == 0)
        return 0; /* without a draw, as NumPy */
    uint64_t mask = ~(uint64_t)0 >> __builtin_clzll(max), value;
    do {
        value = tf1c_mt_next(mt);
        if (max > 0xffffffffu)
            value = value << 32 | tf1c_mt_next(mt);
        value &= mask;
    } while (value > max);
    return value;
}

void tf1c_mt_shuffle(tf1c_mt19937 *mt, int64_t *x, int64_t n)
{
    for (int64_t i = n > 1 ? n - 1 : 0; i > 0; i--) {
        int64_t j = (int64_t)tf1c_mt_interval(mt, (uint64_t)i), kept = x[i];
        x[i] = x[j];
        x[j] = kept;
    }
}

/* ---- the global generator --------------------------------------------------------------------------------------- */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static tf1c_mt19937 global;
static bool seeded;
static bool has_spare; /* the second of a pair of normal numbers waits */
static double spare;

/* A child that is forked while another thread draws finds the generator whole. */
static void hold(void) { pthread_mutex_lock(&lock); }
static void let_go(void) { pthread_mutex_unlock(&lock); }
__attribute__((constructor)) static void guard_forks(void) { pthread_atfork(hold, let_go, let_go); }

static tf1c_mt19937 *lock_global(void)
{
    pthread_mutex_lock(&lock);
    if (!seeded) {
        uint32_t seed;
        if (getrandom(&seed, sizeof seed, 0) != sizeof seed) {
            struct timespec now;
            clock_gettime(CLOCK_REALTIME, &now);
            seed = (uint32_t)(now.tv_nsec ^ now.tv_sec);
        }
        tf1c_mt_seed(&global, seed);
        seeded = true;
    }
    return &global;
}

void np_random_seed(uint32_t seed)
{
    pthread_mutex_lock(&lock);
    tf1c_mt_seed(&global, seed);
    seeded = true;
    has_spare = false;
    pthread_mutex_unlock(&lock);
}

int64_t np_random_randint(int64_t n)
{
    if (n < 1)
        return 0;
    int64_t drawn = (int64_t)tf1c_mt_interval(lock_global(), (uint64_t)n - 1);
    pthread_mutex_unlock(&lock);
    return drawn;
}

void np_random_shuffle(int64_t *x, int64_t n)
{
    if (!x)
        return;
    tf1c_mt_shuffle(lock_global(), x, n);
    pthread_mutex_unlock(&lock);
}

static double next_real(tf1c_mt19937 *mt)
{
    uint32_t high = tf1c_mt_next(mt) >> 5, low = tf1c_mt_next(mt) >> 6; /* 27 and 26 bits */
    return (high * 67108864.0 + low) / 9007199254740992.0;
}

double np_random_random(void)
{
    double drawn = next_real(lock_global());
    pthread_mutex_unlock(&lock);
    return drawn;
}

double np_random_uniform(double low, double high) { return low + (high - low) * np_random_random(); }

/* Marsaglia's polar method, two numbers a time: of a point (a, b) in the unit circle b's comes first. */
static double next_normal(tf1c_mt19937 *mt)
{
    double a, b, square;
    do {
        a = 2 * next_real(mt) - 1;
        b = 2 * next_real(mt) - 1;
        square = a * a + b * b;
    } while (square >= 1 || square == 0);
    double scale = sqrt(-2 * log(square) / square);
    spare = scale * a;
    return scale * b;
}

double np_random_randn(void)
{
    tf1c_mt19937 *mt = lock_global();
    double drawn = has_spare ? spare : next_normal(mt);
    has_spare = !has_spare;
    pthread_mutex_unlock(&lock);
    return drawn;
}

double np_random_normal(double loc, double scale) { return loc + scale * np_random_randn(); }
