#include "core/crc32c.h"

#include <pthread.h>
#include <string.h>

enum { POLYNOMIAL = 0x82f63b78 /* bits reversed */, STREAM = 1024 /* bytes of each of three that are read at once */ };

static uint32_t by_byte[8][256]; /* [k][b]: b followed by k zero bytes */
static uint32_t skip[4][256];    /* [k][b]: b at byte k of a CRC, STREAM zero bytes later */
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void make_tables(void)
{
    for (uint32_t b = 0; b < 256; b++) {
        uint32_t crc = b;
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? POLYNOMIAL : 0);
        by_byte[0][b] = crc;
    }
    for (int k = 1; k < 8; k++)
        for (uint32_t b = 0; b < 256; b++)
            by_byte[k][b] = by_byte[k - 1][b] >> 8 ^ by_byte[0][by_byte[k - 1][b] & 255];
    for (int k = 0; k < 4; k++)
        for (uint32_t b = 0; b < 256; b++) {
            uint32_t crc = b << 8 * k;
            for (int i = 0; i < STREAM; i++)
                crc = crc >> 8 ^ by_byte[0][crc & 255];
            skip[k][b] = crc;
        }
}

static uint32_t by_table(uint32_t crc, const uint8_t *p, size_t n)
{
    for (; n >= 8; n -= 8, p += 8) {
        const uint32_t low = crc ^ ((uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24);
        crc = by_byte[7][low & 255] ^ by_byte[6][low >> 8 & 255] ^ by_byte[5][low >> 16 & 255] ^ by_byte[4][low >> 24] ^
              by_byte[3][p[4]] ^ by_byte[2][p[5]] ^ by_byte[1][p[6]] ^ by_byte[0][p[7]];
    }
    for (; n; n--)
        crc = crc >> 8 ^ by_byte[0][(crc ^ *p++) & 255];
    return crc;
}

#if defined(__x86_64__)
#include <nmmintrin.h>

/* The CRC of what is followed by STREAM more bytes, without them. */
static uint64_t skip_stream(uint64_t crc)
{
    return skip[0][crc & 255] ^ skip[1][crc >> 8 & 255] ^ skip[2][crc >> 16 & 255] ^ skip[3][crc >> 24 & 255];
}

static uint64_t word(const uint8_t *p)
{
    uint64_t w;
    memcpy(&w, p, sizeof w);
    return w;
}

/* The instruction takes three cycles but may begin each: three streams keep it busy. */
__attribute__((target("sse4.2"))) static uint32_t by_instruction(uint32_t before, const uint8_t *p, size_t n)
{
    uint64_t crc = before;
    for (; n >= 3 * STREAM; n -= 3 * STREAM, p += 3 * STREAM) {
        uint64_t second = 0, third = 0;
        for (int i = 0; i < STREAM; i += 8) {
            crc = _mm_crc32_u64(crc, word(p + i));
            second = _mm_crc32_u64(second, word(p + STREAM + i));
            third = _mm_crc32_u64(third, word(p + 2 * STREAM + i));
        }
        crc = skip_stream(skip_stream(crc) ^ second) ^ third;
    }
    for (; n >= 8; n -= 8, p += 8)
        crc = _mm_crc32_u64(crc, word(p));
    uint32_t rest = (uint32_t)crc;
    for (; n; n--)
        rest = _mm_crc32_u8(rest, *p++);
    return rest;
}
static int has_instruction(void) { return __builtin_cpu_supports("sse4.2"); }
#else
static uint32_t by_instruction(uint32_t crc, const uint8_t *p, size_t n) { return by_table(crc, p, n); }
static int has_instruction(void) { return 0; }
#endif

uint32_t tf1c_crc32c(uint32_t crc, const void *data, size_t n)
{
    pthread_once(&once, make_tables);
    crc = ~crc;
    return ~(has_instruction() ? by_instruction(crc, data, n) : by_table(crc, data, n));
}

/* Both are polynomials over bits, the highest power first. */
static uint32_t product(uint32_t a, uint32_t b)
{
    uint32_t sum = 0;
    for (uint32_t bit = 1u << 31; bit; bit >>= 1) {
        sum ^= a & bit ? b : 0;
        b = b >> 1 ^ (b & 1 ? POLYNOMIAL : 0);
    }
    return sum;
}

uint32_t tf1c_crc32c_join(uint32_t first, uint32_t rest, uint64_t n)
{
    uint32_t shift = 1u << 31, power = 1u << 23; /* of no byte, and of one: x to the 0th and the 8th */
    for (; n; n >>= 1) {
        shift = n & 1 ? product(shift, power) : shift;
        power = product(power, power);
    }
    return product(first, shift) ^ rest;
}
