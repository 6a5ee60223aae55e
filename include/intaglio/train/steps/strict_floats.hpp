// Floating-point arithmetic that decides codes: the same bits from every compiler, instruction set and flag.
//
// What may change a result is refused here, or taken away from the compiler: contraction into fused multiply-adds by
// `fence`, what Clang's flags assume by INTAGLIO_STRICT_FLOATS. Nothing here concerns the integer program.
#pragma once

#include "intaglio/core/instruction_set.hpp"

// Clang says __FAST_MATH__ for all flags together and nothing for most of them alone: INTAGLIO_STRICT_FLOATS takes
// back those.
#if defined(__FAST_MATH__) || (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__ > 0) || \
    defined(__ASSOCIATIVE_MATH__) || defined(__RECIPROCAL_MATH__)
#error "intaglio: -ffast-math and its parts change weight codes and steps: compile what includes training without them"
#endif
#if defined(__FLT_EVAL_METHOD__) && (__FLT_EVAL_METHOD__ == 1 || __FLT_EVAL_METHOD__ == 2)
#error "intaglio: floats wider than their type change weight codes and steps: add -msse2 -mfpmath=sse"
#endif

/// First statement of a function whose floats decide codes: no flag may rewrite its operations. (Clang before 18 cannot
/// take back -freciprocal-math on processors other than x86, PowerPC and s390x.)
#if !defined(__clang__)
#define INTAGLIO_STRICT_FLOATS
#elif defined(__x86_64__) || defined(__i386__) || defined(__powerpc__) || defined(__s390x__)
#define INTAGLIO_STRICT_FLOATS _Pragma("float_control(precise, on)") _Pragma("clang fp contract(off)")
#elif __clang_major__ >= 18
#define INTAGLIO_STRICT_FLOATS _Pragma("clang fp contract(off) reassociate(off) reciprocal(off)")
#else
#define INTAGLIO_STRICT_FLOATS _Pragma("clang fp contract(off) reassociate(off)")
#endif

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train::detail {

/// The same number, of which the compiler does not know where it came from: no operation merges with the next.
inline double fence(double x) {
    // The letter of a register for doubles, in GCC's language of constraints.
#if defined(__SSE2__)
    __asm__("" : "+x"(x));
    return x;
#elif defined(__aarch64__) || (defined(__ARM_FP) && (__ARM_FP & 8))
    __asm__("" : "+w"(x));
    return x;
#elif defined(__s390x__) || (defined(__riscv_flen) && __riscv_flen >= 64)
    __asm__("" : "+f"(x));
    return x;
#elif defined(__powerpc64__)
    __asm__("" : "+d"(x));
    return x;
#else
    const volatile double stored = x;
    return stored;
#endif
}

inline double product(double a, double b) {
    INTAGLIO_STRICT_FLOATS
    return fence(a * b);
}
inline double quotient(double a, double b) {
    INTAGLIO_STRICT_FLOATS
    return fence(a / b);
}
inline double sum(double a, double b) {
    INTAGLIO_STRICT_FLOATS
    return fence(a + b);
}
inline double difference(double a, double b) {
    INTAGLIO_STRICT_FLOATS
    return fence(a - b);
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train::detail
