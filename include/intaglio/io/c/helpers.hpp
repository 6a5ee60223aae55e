// What the functions of generated C call, and the macros that are left to its user.
#pragma once

#include <string>
#include <string_view>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/text.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::io_detail {

/// The helpers that `functions` uses, before them; `@` stands for the prefix.
[[nodiscard]] [[gnu::cold]] inline std::string c_helpers(const std::string& prefix, const std::string& functions) {
    const auto uses = [&](std::string_view function) {
        return functions.find(joined({prefix, function, "("})) != std::string::npos;
    };
    std::string text;
    const auto add = [&](std::string_view part) {
        for (const char c : part) c == '@' ? text += prefix : text += c;
    };
    add(R"(/* Define it as an attribute, of a section of flash, say. */
#ifndef @_CONST
#define @_CONST
#endif
/* Define it to see every value: @_TRACE(number, layer, codes, count). */
#ifndef @_TRACE
#define @_TRACE(number, layer, codes, count) (void)0
#endif
/* Numbers in an arena of any declared type. */
#if defined(__GNUC__)
typedef int16_t __attribute__((__may_alias__)) @_int16;
typedef int32_t __attribute__((__may_alias__)) @_int32;
typedef uint32_t __attribute__((__may_alias__)) @_uint32;
#else
typedef int16_t @_int16;
typedef int32_t @_int32;
typedef uint32_t @_uint32;
#endif

)");
    if (uses("_shifted")) {
        add(R"(/* sum / 2^shift, rounded down. */
static inline int64_t @_shifted(int64_t sum, int shift) {
    return sum >= 0 ? sum >> shift : ~(~sum >> shift);
}

)");
    }
    if (uses("_ones")) {
        add(R"(/* The number of ones, without a product. */
static inline int32_t @_ones(uint32_t bits) {
#if defined(__GNUC__) && (defined(__POPCNT__) || defined(__aarch64__))
    return __builtin_popcount(bits);
#else
    bits -= bits >> 1 & 0x55555555U;
    bits = (bits & 0x33333333U) + (bits >> 2 & 0x33333333U);
    bits = (bits + (bits >> 4)) & 0x0f0f0f0fU;
    bits += bits >> 8;
    return (int32_t)((bits + (bits >> 16)) & 63U);
#endif
}

)");
    }
    if (uses("_dot")) {
        add(R"(/* acc + the products of count codes and weights. */
static inline int32_t @_dot(const uint8_t *p, const int8_t *w, int32_t count, int32_t acc) {
#if defined(__ARM_FEATURE_DSP) && defined(__ARM_FEATURE_UNALIGNED) && defined(__GNUC__)
    typedef uint32_t __attribute__((__may_alias__, __aligned__(1))) word;
    for (; count >= 4; count -= 4, p += 4, w += 4) {
        const uint32_t codes = *(const word *)(const void *)p;
        const uint32_t weights = *(const word *)(const void *)w;
        acc = __smlad((int16x2_t)__uxtb16(codes), __sxtb16((int8x4_t)weights), acc);
        acc = __smlad((int16x2_t)__uxtb16(codes >> 8), __sxtb16((int8x4_t)(weights >> 8)), acc);
    }
#endif
    for (; count > 0; --count) acc += (int32_t)*p++ * *w++;
    return acc;
}

)");
    }
    return text;
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::io_detail
