/* Arguments by place or by keyword, as in Python; not for users. */
#ifndef TF1C_GRAPH_PLACES_H
#define TF1C_GRAPH_PLACES_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif

/* The arguments of a function are a struct's members in Python's order, TF_ARG_(1) before the first, and so on. The designator
 * before each argument of a call says whose turn it is, if the argument does not name itself: TF_PLACES_(a, .b = c) is
 * `.argument_1 = 0, a, .argument_2 = 0, .b = c`. Without it an argument would go on where the one before left off, inside of what C
 * took a part of; and an argument too many has a message that says so, that there is no member argument_5. */
#define TF_ARG_(k) char argument_##k;

#define TF_PLACES_(...) TF_PLACES_N_(__VA_ARGS__, TF_PLACES_20_, TF_PLACES_19_, TF_PLACES_18_, TF_PLACES_17_, TF_PLACES_16_, \
    TF_PLACES_15_, TF_PLACES_14_, TF_PLACES_13_, TF_PLACES_12_, TF_PLACES_11_, TF_PLACES_10_, TF_PLACES_9_, TF_PLACES_8_, \
    TF_PLACES_7_, TF_PLACES_6_, TF_PLACES_5_, TF_PLACES_4_, TF_PLACES_3_, TF_PLACES_2_, TF_PLACES_1_, )(__VA_ARGS__)
#define TF_PLACES_N_(_1, _2, _3, _4, _5, _6, _7, _8, _9, _10, _11, _12, _13, _14, _15, _16, _17, _18, _19, _20, N, ...) N
#define TF_PLACES_1_(a) .argument_1 = 0, a
#define TF_PLACES_2_(a, b) .argument_1 = 0, a, .argument_2 = 0, b
#define TF_PLACES_3_(a, b, c) .argument_1 = 0, a, .argument_2 = 0, b, .argument_3 = 0, c
#define TF_PLACES_4_(a, b, c, d) .argument_1 = 0, a, .argument_2 = 0, b, .argument_3 = 0, c, .argument_4 = 0, d
#define TF_PLACES_5_(a, b, c, d, e) .argument_1 = 0, a, .argument_2 = 0, b, .argument_3 = 0, c, .argument_4 = 0, d, \
    .argument_5 = 0, e
#define TF_PLACES_6_(a, b, c, d, e, f) .argument_1 = 0, a, .argument_2 = 0, b, .argument_3 = 0, c, .argument_4 = 0, d, \
    .argument_5 = 0, e, .argument_6 = 0, f
#define TF_PLACES_7_(a, b, c, d, e, f, g) .argument_1 = 0, a, .argument_2 = 0, b, .argument_3 = 0, c, .argument_4 = 0, d, \
    .argument_5 = 0, e, .argument_6 = 0, f, .argument_7 = 0, g
#define TF_PLACES_8_(a, b, c, d, e, f, g, h) .argument_1 = 0, a, .argument_2 = 0, b, .argument_3 = 0, c, .argument_4 = 0, d, \
    .argument_5 = 0, e, .argument_6 = 0, f, .argument_7 = 0, g, .argument_8 = 0, h
#define TF_PLACES_9_(a, b, c, d, e, f, g, h, i) .argument_1 = 0, a, .argument_2 = 0, b, .argument_3 = 0, c, .argument_4 = 0, d, \
    .argument_5 = 0, e, .argument_6 = 0, f, .argument_7 = 0, g, .argument_8 = 0, h, .argument_9 = 0, i
#define TF_PLACES_10_(a, b, c, d, e, f, g, h, i, j) .argument_1 = 0, a, .argument_2 = 0, b, .argument_3 = 0, c, \
    .argument_4 = 0, d, .argument_5 = 0, e, .argument_6 = 0, f, .argument_7 = 0, g, .argument_8 = 0, h, .argument_9 = 0, i, \
    .argument_10 = 0, j
#define TF_PLACES_11_(a, b, c, d, e, f, g, h, i, j, k) .argument_1 = 0, a, .argument_2 = 0, b, .argument_3 = 0, c, \
    .argument_4 = 0, d, .argument_5 = 0, e, .argument_6 = 0, f, .argument_7 = 0, g, .argument_8 = 0, h, .argument_9 = 0, i, \
    .argument_10 = 0, j, .argument_11 = 0, k
#define TF_PLACES_12_(a, b, c, d, e, f, g, h, i, j, k, l) .argument_1 = 0, a, .argument_2 = 0, b, .argument_3 = 0, c, \
    .argument_4 = 0, d, .argument_5 = 0, e, .argument_6 = 0, f, .argument_7 = 0, g, .argument_8 = 0, h, .argument_9 = 0, i, \
    .argument_10 = 0, j, .argument_11 = 0, k, .argument_12 = 0, l
#define TF_PLACES_13_(a, b, c, d, e, f, g, h, i, j, k, l, m) .argument_1 = 0, a, .argument_2 = 0, b, .argument_3 = 0, c, \
    .argument_4 = 0, d, .argument_5 = 0, e, .argument_6 = 0, f, .argument_7 = 0, g, .argument_8 = 0, h, .argument_9 = 0, i, \
    .argument_10 = 0, j, .argument_11 = 0, k, .argument_12 = 0, l, .argument_13 = 0, m
#define TF_PLACES_14_(a, b, c, d, e, f, g, h, i, j, k, l, m, n) .argument_1 = 0, a, .argument_2 = 0, b, .argument_3 = 0, c, \
    .argument_4 = 0, d, .argument_5 = 0, e, .argument_6 = 0, f, .argument_7 = 0, g, .argument_8 = 0, h, .argument_9 = 0, i, \
    .argument_10 = 0, j, .argument_11 = 0, k, .argument_12 = 0, l, .argument_13 = 0, m, .argument_14 = 0, n
#define TF_PLACES_15_(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o) .argument_1 = 0, a, .argument_2 = 0, b, .argument_3 = 0, c, \
    .argument_4 = 0, d, .argument_5 = 0, e, .argument_6 = 0, f, .argument_7 = 0, g, .argument_8 = 0, h, .argument_9 = 0, i, \
    .argument_10 = 0, j, .argument_11 = 0, k, .argument_12 = 0, l, .argument_13 = 0, m, .argument_14 = 0, n, .argument_15 = 0, o
#define TF_PLACES_16_(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p) .argument_1 = 0, a, .argument_2 = 0, b, .argument_3 = 0, c, \
    .argument_4 = 0, d, .argument_5 = 0, e, .argument_6 = 0, f, .argument_7 = 0, g, .argument_8 = 0, h, .argument_9 = 0, i, \
    .argument_10 = 0, j, .argument_11 = 0, k, .argument_12 = 0, l, .argument_13 = 0, m, .argument_14 = 0, n, .argument_15 = 0, o, \
    .argument_16 = 0, p
#define TF_PLACES_17_(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q) .argument_1 = 0, a, .argument_2 = 0, b, \
    .argument_3 = 0, c, .argument_4 = 0, d, .argument_5 = 0, e, .argument_6 = 0, f, .argument_7 = 0, g, .argument_8 = 0, h, \
    .argument_9 = 0, i, .argument_10 = 0, j, .argument_11 = 0, k, .argument_12 = 0, l, .argument_13 = 0, m, .argument_14 = 0, n, \
    .argument_15 = 0, o, .argument_16 = 0, p, .argument_17 = 0, q
#define TF_PLACES_18_(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r) .argument_1 = 0, a, .argument_2 = 0, b, \
    .argument_3 = 0, c, .argument_4 = 0, d, .argument_5 = 0, e, .argument_6 = 0, f, .argument_7 = 0, g, .argument_8 = 0, h, \
    .argument_9 = 0, i, .argument_10 = 0, j, .argument_11 = 0, k, .argument_12 = 0, l, .argument_13 = 0, m, .argument_14 = 0, n, \
    .argument_15 = 0, o, .argument_16 = 0, p, .argument_17 = 0, q, .argument_18 = 0, r
#define TF_PLACES_19_(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s) .argument_1 = 0, a, .argument_2 = 0, b, \
    .argument_3 = 0, c, .argument_4 = 0, d, .argument_5 = 0, e, .argument_6 = 0, f, .argument_7 = 0, g, .argument_8 = 0, h, \
    .argument_9 = 0, i, .argument_10 = 0, j, .argument_11 = 0, k, .argument_12 = 0, l, .argument_13 = 0, m, .argument_14 = 0, n, \
    .argument_15 = 0, o, .argument_16 = 0, p, .argument_17 = 0, q, .argument_18 = 0, r, .argument_19 = 0, s
#define TF_PLACES_20_(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t) .argument_1 = 0, a, .argument_2 = 0, b, \
    .argument_3 = 0, c, .argument_4 = 0, d, .argument_5 = 0, e, .argument_6 = 0, f, .argument_7 = 0, g, .argument_8 = 0, h, \
    .argument_9 = 0, i, .argument_10 = 0, j, .argument_11 = 0, k, .argument_12 = 0, l, .argument_13 = 0, m, .argument_14 = 0, n, \
    .argument_15 = 0, o, .argument_16 = 0, p, .argument_17 = 0, q, .argument_18 = 0, r, .argument_19 = 0, s, .argument_20 = 0, t

#endif
