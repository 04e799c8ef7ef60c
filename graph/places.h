/* Arguments by place or by keyword, as in Python; not for users. */
#ifndef TF1C_GRAPH_PLACES_H
#define TF1C_GRAPH_PLACES_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif

/* The arguments of a function are a struct's members in Python's order, TF_ARG_(1) before the first, and so on. The designator
 * before each argument of a call says whose turn it is, if the argument does not name itself: TF_PLACES_(a, .b = c) is
 * `.argument_1 = 0, a, .argument_2 = 0, .b = c`. Without it an argument would go on where the one before left off, inside of what C
 * took a part of. The name is what compilers say is not there: of an argument too many, or where a list in braces was cut at its
 * comma. */
#define TF_ARG_(k) char argument_##k##_too_many_or_braces_for_SHAPE_or_LIST;
#define TF_TURN_(k) .argument_##k##_too_many_or_braces_for_SHAPE_or_LIST = 0

#define TF_PLACES_(...) TF_PLACES_N_(__VA_ARGS__, TF_PLACES_24_, TF_PLACES_23_, TF_PLACES_22_, TF_PLACES_21_, \
    TF_PLACES_20_, TF_PLACES_19_, TF_PLACES_18_, TF_PLACES_17_, TF_PLACES_16_, \
    TF_PLACES_15_, TF_PLACES_14_, TF_PLACES_13_, TF_PLACES_12_, TF_PLACES_11_, TF_PLACES_10_, TF_PLACES_9_, TF_PLACES_8_, \
    TF_PLACES_7_, TF_PLACES_6_, TF_PLACES_5_, TF_PLACES_4_, TF_PLACES_3_, TF_PLACES_2_, TF_PLACES_1_, )(__VA_ARGS__)
#define TF_PLACES_N_(_1, _2, _3, _4, _5, _6, _7, _8, _9, _10, _11, _12, _13, _14, _15, _16, _17, _18, _19, _20, _21, _22, _23, _24, N, ...) N
#define TF_PLACES_1_(a) TF_TURN_(1), a
#define TF_PLACES_2_(a, b) TF_TURN_(1), a, TF_TURN_(2), b
#define TF_PLACES_3_(a, b, c) TF_TURN_(1), a, TF_TURN_(2), b, TF_TURN_(3), c
#define TF_PLACES_4_(a, b, c, d) TF_TURN_(1), a, TF_TURN_(2), b, TF_TURN_(3), c, TF_TURN_(4), d
#define TF_PLACES_5_(a, b, c, d, e) TF_TURN_(1), a, TF_TURN_(2), b, TF_TURN_(3), c, TF_TURN_(4), d, \
    TF_TURN_(5), e
#define TF_PLACES_6_(a, b, c, d, e, f) TF_TURN_(1), a, TF_TURN_(2), b, TF_TURN_(3), c, TF_TURN_(4), d, \
    TF_TURN_(5), e, TF_TURN_(6), f
#define TF_PLACES_7_(a, b, c, d, e, f, g) TF_TURN_(1), a, TF_TURN_(2), b, TF_TURN_(3), c, TF_TURN_(4), d, \
    TF_TURN_(5), e, TF_TURN_(6), f, TF_TURN_(7), g
#define TF_PLACES_8_(a, b, c, d, e, f, g, h) TF_TURN_(1), a, TF_TURN_(2), b, TF_TURN_(3), c, TF_TURN_(4), d, \
    TF_TURN_(5), e, TF_TURN_(6), f, TF_TURN_(7), g, TF_TURN_(8), h
#define TF_PLACES_9_(a, b, c, d, e, f, g, h, i) TF_TURN_(1), a, TF_TURN_(2), b, TF_TURN_(3), c, TF_TURN_(4), d, \
    TF_TURN_(5), e, TF_TURN_(6), f, TF_TURN_(7), g, TF_TURN_(8), h, TF_TURN_(9), i
#define TF_PLACES_10_(a, b, c, d, e, f, g, h, i, j) TF_TURN_(1), a, TF_TURN_(2), b, TF_TURN_(3), c, \
    TF_TURN_(4), d, TF_TURN_(5), e, TF_TURN_(6), f, TF_TURN_(7), g, TF_TURN_(8), h, TF_TURN_(9), i, \
    TF_TURN_(10), j
#define TF_PLACES_11_(a, b, c, d, e, f, g, h, i, j, k) TF_TURN_(1), a, TF_TURN_(2), b, TF_TURN_(3), c, \
    TF_TURN_(4), d, TF_TURN_(5), e, TF_TURN_(6), f, TF_TURN_(7), g, TF_TURN_(8), h, TF_TURN_(9), i, \
    TF_TURN_(10), j, TF_TURN_(11), k
#define TF_PLACES_12_(a, b, c, d, e, f, g, h, i, j, k, l) TF_TURN_(1), a, TF_TURN_(2), b, TF_TURN_(3), c, \
    TF_TURN_(4), d, TF_TURN_(5), e, TF_TURN_(6), f, TF_TURN_(7), g, TF_TURN_(8), h, TF_TURN_(9), i, \
    TF_TURN_(10), j, TF_TURN_(11), k, TF_TURN_(12), l
#define TF_PLACES_13_(a, b, c, d, e, f, g, h, i, j, k, l, m) TF_TURN_(1), a, TF_TURN_(2), b, TF_TURN_(3), c, \
    TF_TURN_(4), d, TF_TURN_(5), e, TF_TURN_(6), f, TF_TURN_(7), g, TF_TURN_(8), h, TF_TURN_(9), i, \
    TF_TURN_(10), j, TF_TURN_(11), k, TF_TURN_(12), l, TF_TURN_(13), m
#define TF_PLACES_14_(a, b, c, d, e, f, g, h, i, j, k, l, m, n) TF_TURN_(1), a, TF_TURN_(2), b, TF_TURN_(3), c, \
    TF_TURN_(4), d, TF_TURN_(5), e, TF_TURN_(6), f, TF_TURN_(7), g, TF_TURN_(8), h, TF_TURN_(9), i, \
    TF_TURN_(10), j, TF_TURN_(11), k, TF_TURN_(12), l, TF_TURN_(13), m, TF_TURN_(14), n
#define TF_PLACES_15_(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o) TF_TURN_(1), a, TF_TURN_(2), b, TF_TURN_(3), c, \
    TF_TURN_(4), d, TF_TURN_(5), e, TF_TURN_(6), f, TF_TURN_(7), g, TF_TURN_(8), h, TF_TURN_(9), i, \
    TF_TURN_(10), j, TF_TURN_(11), k, TF_TURN_(12), l, TF_TURN_(13), m, TF_TURN_(14), n, TF_TURN_(15), o
#define TF_PLACES_16_(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p) TF_TURN_(1), a, TF_TURN_(2), b, TF_TURN_(3), c, \
    TF_TURN_(4), d, TF_TURN_(5), e, TF_TURN_(6), f, TF_TURN_(7), g, TF_TURN_(8), h, TF_TURN_(9), i, \
    TF_TURN_(10), j, TF_TURN_(11), k, TF_TURN_(12), l, TF_TURN_(13), m, TF_TURN_(14), n, TF_TURN_(15), o, \
    TF_TURN_(16), p
#define TF_PLACES_17_(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q) TF_TURN_(1), a, TF_TURN_(2), b, \
    TF_TURN_(3), c, TF_TURN_(4), d, TF_TURN_(5), e, TF_TURN_(6), f, TF_TURN_(7), g, TF_TURN_(8), h, \
    TF_TURN_(9), i, TF_TURN_(10), j, TF_TURN_(11), k, TF_TURN_(12), l, TF_TURN_(13), m, TF_TURN_(14), n, \
    TF_TURN_(15), o, TF_TURN_(16), p, TF_TURN_(17), q
#define TF_PLACES_18_(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r) TF_TURN_(1), a, TF_TURN_(2), b, \
    TF_TURN_(3), c, TF_TURN_(4), d, TF_TURN_(5), e, TF_TURN_(6), f, TF_TURN_(7), g, TF_TURN_(8), h, \
    TF_TURN_(9), i, TF_TURN_(10), j, TF_TURN_(11), k, TF_TURN_(12), l, TF_TURN_(13), m, TF_TURN_(14), n, \
    TF_TURN_(15), o, TF_TURN_(16), p, TF_TURN_(17), q, TF_TURN_(18), r
#define TF_PLACES_19_(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s) TF_TURN_(1), a, TF_TURN_(2), b, \
    TF_TURN_(3), c, TF_TURN_(4), d, TF_TURN_(5), e, TF_TURN_(6), f, TF_TURN_(7), g, TF_TURN_(8), h, \
    TF_TURN_(9), i, TF_TURN_(10), j, TF_TURN_(11), k, TF_TURN_(12), l, TF_TURN_(13), m, TF_TURN_(14), n, \
    TF_TURN_(15), o, TF_TURN_(16), p, TF_TURN_(17), q, TF_TURN_(18), r, TF_TURN_(19), s
#define TF_PLACES_20_(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t) TF_TURN_(1), a, TF_TURN_(2), b, \
    TF_TURN_(3), c, TF_TURN_(4), d, TF_TURN_(5), e, TF_TURN_(6), f, TF_TURN_(7), g, TF_TURN_(8), h, \
    TF_TURN_(9), i, TF_TURN_(10), j, TF_TURN_(11), k, TF_TURN_(12), l, TF_TURN_(13), m, TF_TURN_(14), n, \
    TF_TURN_(15), o, TF_TURN_(16), p, TF_TURN_(17), q, TF_TURN_(18), r, TF_TURN_(19), s, TF_TURN_(20), t
#define TF_PLACES_21_(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u) \
    TF_TURN_(1), a, TF_TURN_(2), b, TF_TURN_(3), c, TF_TURN_(4), d, TF_TURN_(5), e, TF_TURN_(6), f, \
    TF_TURN_(7), g, TF_TURN_(8), h, TF_TURN_(9), i, TF_TURN_(10), j, TF_TURN_(11), k, TF_TURN_(12), l, \
    TF_TURN_(13), m, TF_TURN_(14), n, TF_TURN_(15), o, TF_TURN_(16), p, TF_TURN_(17), q, TF_TURN_(18), r, \
    TF_TURN_(19), s, TF_TURN_(20), t, TF_TURN_(21), u
#define TF_PLACES_22_(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v) \
    TF_TURN_(1), a, TF_TURN_(2), b, TF_TURN_(3), c, TF_TURN_(4), d, TF_TURN_(5), e, TF_TURN_(6), f, \
    TF_TURN_(7), g, TF_TURN_(8), h, TF_TURN_(9), i, TF_TURN_(10), j, TF_TURN_(11), k, TF_TURN_(12), l, \
    TF_TURN_(13), m, TF_TURN_(14), n, TF_TURN_(15), o, TF_TURN_(16), p, TF_TURN_(17), q, TF_TURN_(18), r, \
    TF_TURN_(19), s, TF_TURN_(20), t, TF_TURN_(21), u, TF_TURN_(22), v
#define TF_PLACES_23_(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w) \
    TF_TURN_(1), a, TF_TURN_(2), b, TF_TURN_(3), c, TF_TURN_(4), d, TF_TURN_(5), e, TF_TURN_(6), f, \
    TF_TURN_(7), g, TF_TURN_(8), h, TF_TURN_(9), i, TF_TURN_(10), j, TF_TURN_(11), k, TF_TURN_(12), l, \
    TF_TURN_(13), m, TF_TURN_(14), n, TF_TURN_(15), o, TF_TURN_(16), p, TF_TURN_(17), q, TF_TURN_(18), r, \
    TF_TURN_(19), s, TF_TURN_(20), t, TF_TURN_(21), u, TF_TURN_(22), v, TF_TURN_(23), w
#define TF_PLACES_24_(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x) \
    TF_TURN_(1), a, TF_TURN_(2), b, TF_TURN_(3), c, TF_TURN_(4), d, TF_TURN_(5), e, TF_TURN_(6), f, \
    TF_TURN_(7), g, TF_TURN_(8), h, TF_TURN_(9), i, TF_TURN_(10), j, TF_TURN_(11), k, TF_TURN_(12), l, \
    TF_TURN_(13), m, TF_TURN_(14), n, TF_TURN_(15), o, TF_TURN_(16), p, TF_TURN_(17), q, TF_TURN_(18), r, \
    TF_TURN_(19), s, TF_TURN_(20), t, TF_TURN_(21), u, TF_TURN_(22), v, TF_TURN_(23), w, TF_TURN_(24), x

#endif
