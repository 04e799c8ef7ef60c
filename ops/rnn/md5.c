/* MD5 (RFC 1321) of short texts: TF1 derives the seeds of DropoutWrapper's masks from it. */
#include <stdio.h>
#include <string.h>

#include "ops/rnn/cell.h"

static uint32_t rotate(uint32_t x, int n) { return x << n | x >> (32 - n); }

/* The constants are ⌊2³²·|sin(i + 1)|⌋. */
static const uint32_t sines[64] = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501, 0x698098d8, 0x8b44f7af,
    0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821, 0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa,
    0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8, 0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8,
    0x676f02d9, 0x8d2a4c8a, 0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665, 0xf4292244, 0x432aff97,
    0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1, 0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1,
    0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391
};
static const unsigned char shifts[4][4] = { { 7, 12, 17, 22 }, { 5, 9, 14, 20 }, { 4, 11, 16, 23 }, { 6, 10, 15, 21 } };

static uint32_t mixed(int round, uint32_t b, uint32_t c, uint32_t d)
{
    return round == 0 ? (b & c) | (~b & d) : round == 1 ? (d & b) | (~d & c) : round == 2 ? b ^ c ^ d : c ^ (b | ~d);
}

/* The first four bytes of the digest of a text of at most 55 bytes: one block. */
static uint32_t md5_head(const char *text)
{
    unsigned char block[64] = { 0 };
    size_t n = strlen(text);
    memcpy(block, text, n);
    block[n] = 0x80;
    block[56] = (unsigned char)(8 * n);
    block[57] = (unsigned char)(8 * n >> 8);
    uint32_t start[4] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476 }, a = start[0], b = start[1], c = start[2], d = start[3];
    for (int i = 0; i < 64; i++) {
        int round = i / 16, at = (round == 0 ? i : round == 1 ? 5 * i + 1 : round == 2 ? 3 * i + 5 : 7 * i) % 16;
        const unsigned char *w = block + 4 * at;
        uint32_t word = w[0] | (uint32_t)w[1] << 8 | (uint32_t)w[2] << 16 | (uint32_t)w[3] << 24;
        uint32_t next = b + rotate(a + mixed(round, b, c, d) + sines[i] + word, shifts[round][i % 4]);
        a = d;
        d = c;
        c = b;
        b = next;
    }
    a += start[0];
    return a << 24 | (a & 0xff00) << 8 | (a >> 8 & 0xff00) | a >> 24; /* the digest's bytes are little-endian words */
}

int64_t tf1c_salted_seed(int64_t seed, const char *salt, int index)
{
    char text[56];
    if (seed == TF_NO_SEED)
        return TF_NO_SEED;
    snprintf(text, sizeof text, "%lld%s_%d", (long long)seed, salt, index);
    return md5_head(text) & 0x7FFFFFFF;
}
