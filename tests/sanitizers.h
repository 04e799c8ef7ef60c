/* Under which of gcc's and clang's sanitizers a test is compiled, for what they cannot do: 1, or 0. */
#ifndef TF1C_TESTS_SANITIZERS_H
#define TF1C_TESTS_SANITIZERS_H

#ifdef __has_feature /* clang's */
#define HAS_FEATURE_(x) __has_feature(x)
#else
#define HAS_FEATURE_(x) 0
#endif

#ifdef __SANITIZE_ADDRESS__
#define UNDER_ASAN 1
#else
#define UNDER_ASAN HAS_FEATURE_(address_sanitizer)
#endif

#ifdef __SANITIZE_THREAD__
#define UNDER_TSAN 1
#else
#define UNDER_TSAN HAS_FEATURE_(thread_sanitizer)
#endif

#endif
