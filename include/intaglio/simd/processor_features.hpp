// Features of x86 and 64-bit ARM processors that change what a compiler generates: those that the flags of this
// translation unit let it use, and those of the running processor and its operating system. Host only.
#pragma once

#include <cstddef>
#include <cstdint>

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#elif defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#endif

#include "intaglio/core/instruction_set.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::simd {

/// A set of features, a bit for each.
using ProcessorFeatures = std::uint64_t;

namespace detail {

enum class Register : std::uint8_t { eax, ebx, ecx, edx, hwcap, hwcap2 };
/// Registers that the operating system must save.
enum class State : std::uint8_t { none, avx, avx512 };

/// Where CPUID, or the auxiliary vector of Linux on ARM, tells of a feature, and whether the compiler may use it.
struct Feature {
    const char* name;
    unsigned leaf;
    unsigned subleaf;
    Register place;
    unsigned bit;
    State state;
    bool compiled;
};

// 1 for a macro that is defined as 1, otherwise 0.
#define INTAGLIO_BEFORE_1 0,
#define INTAGLIO_SECOND(first, second, ...) second
#define INTAGLIO_SECOND_OF(arguments) INTAGLIO_SECOND(arguments 1, 0, 0)
#define INTAGLIO_IS_ONE(value) INTAGLIO_SECOND_OF(INTAGLIO_BEFORE_##value)
#define INTAGLIO_HAS(macro) (INTAGLIO_IS_ONE(macro) != 0)

inline constexpr Feature known_features[] = {
#if defined(__aarch64__)
    {"crc", 0, 0, Register::hwcap, 7, State::none, INTAGLIO_HAS(__ARM_FEATURE_CRC32)},
    {"lse", 0, 0, Register::hwcap, 8, State::none, INTAGLIO_HAS(__ARM_FEATURE_ATOMICS)},
    {"rdma", 0, 0, Register::hwcap, 12, State::none, INTAGLIO_HAS(__ARM_FEATURE_QRDMX)},
    {"dotprod", 0, 0, Register::hwcap, 20, State::none, INTAGLIO_HAS(__ARM_FEATURE_DOTPROD)},
    {"sve", 0, 0, Register::hwcap, 22, State::none, INTAGLIO_HAS(__ARM_FEATURE_SVE)},
    {"i8mm", 0, 0, Register::hwcap2, 13, State::none, INTAGLIO_HAS(__ARM_FEATURE_MATMUL_INT8)},
#else
    {"sse2", 1, 0, Register::edx, 26, State::none, INTAGLIO_HAS(__SSE2__)},
    {"sse3", 1, 0, Register::ecx, 0, State::none, INTAGLIO_HAS(__SSE3__)},
    {"ssse3", 1, 0, Register::ecx, 9, State::none, INTAGLIO_HAS(__SSSE3__)},
    {"sse4.1", 1, 0, Register::ecx, 19, State::none, INTAGLIO_HAS(__SSE4_1__)},
    {"sse4.2", 1, 0, Register::ecx, 20, State::none, INTAGLIO_HAS(__SSE4_2__)},
    {"popcnt", 1, 0, Register::ecx, 23, State::none, INTAGLIO_HAS(__POPCNT__)},
    {"movbe", 1, 0, Register::ecx, 22, State::none, INTAGLIO_HAS(__MOVBE__)},
    {"lzcnt", 0x80000001, 0, Register::ecx, 5, State::none, INTAGLIO_HAS(__LZCNT__)},
    {"bmi", 7, 0, Register::ebx, 3, State::none, INTAGLIO_HAS(__BMI__)},
    {"bmi2", 7, 0, Register::ebx, 8, State::none, INTAGLIO_HAS(__BMI2__)},
    {"adx", 7, 0, Register::ebx, 19, State::none, INTAGLIO_HAS(__ADX__)},
    {"avx", 1, 0, Register::ecx, 28, State::avx, INTAGLIO_HAS(__AVX__)},
    {"f16c", 1, 0, Register::ecx, 29, State::avx, INTAGLIO_HAS(__F16C__)},
    {"fma", 1, 0, Register::ecx, 12, State::avx, INTAGLIO_HAS(__FMA__)},
    {"fma4", 0x80000001, 0, Register::ecx, 16, State::avx, INTAGLIO_HAS(__FMA4__)},
    {"xop", 0x80000001, 0, Register::ecx, 11, State::avx, INTAGLIO_HAS(__XOP__)},
    {"avx2", 7, 0, Register::ebx, 5, State::avx, INTAGLIO_HAS(__AVX2__)},
    {"avxvnni", 7, 1, Register::eax, 4, State::avx, INTAGLIO_HAS(__AVXVNNI__)},
    {"gfni", 7, 0, Register::ecx, 8, State::none, INTAGLIO_HAS(__GFNI__)},
    {"avx512f", 7, 0, Register::ebx, 16, State::avx512, INTAGLIO_HAS(__AVX512F__)},
    {"avx512bw", 7, 0, Register::ebx, 30, State::avx512, INTAGLIO_HAS(__AVX512BW__)},
    {"avx512vl", 7, 0, Register::ebx, 31, State::avx512, INTAGLIO_HAS(__AVX512VL__)},
    {"avx512dq", 7, 0, Register::ebx, 17, State::avx512, INTAGLIO_HAS(__AVX512DQ__)},
    {"avx512cd", 7, 0, Register::ebx, 28, State::avx512, INTAGLIO_HAS(__AVX512CD__)},
    {"avx512ifma", 7, 0, Register::ebx, 21, State::avx512, INTAGLIO_HAS(__AVX512IFMA__)},
    {"avx512vbmi", 7, 0, Register::ecx, 1, State::avx512, INTAGLIO_HAS(__AVX512VBMI__)},
    {"avx512vbmi2", 7, 0, Register::ecx, 6, State::avx512, INTAGLIO_HAS(__AVX512VBMI2__)},
    {"avx512vnni", 7, 0, Register::ecx, 11, State::avx512, INTAGLIO_HAS(__AVX512VNNI__)},
    {"avx512bitalg", 7, 0, Register::ecx, 12, State::avx512, INTAGLIO_HAS(__AVX512BITALG__)},
    {"avx512vpopcntdq", 7, 0, Register::ecx, 14, State::avx512, INTAGLIO_HAS(__AVX512VPOPCNTDQ__)},
    {"avx512bf16", 7, 1, Register::eax, 5, State::avx512, INTAGLIO_HAS(__AVX512BF16__)},
    {"avx512fp16", 7, 0, Register::edx, 23, State::avx512, INTAGLIO_HAS(__AVX512FP16__)},
#endif
};

#undef INTAGLIO_HAS
#undef INTAGLIO_IS_ONE
#undef INTAGLIO_SECOND_OF
#undef INTAGLIO_SECOND
#undef INTAGLIO_BEFORE_1

inline constexpr std::size_t feature_count = sizeof(known_features) / sizeof(known_features[0]);

constexpr bool same_text(const char* a, const char* b) {
    while (*a != '\0' && *a == *b) {
        ++a;
        ++b;
    }
    return *a == *b;
}

}  // namespace detail

/// The features of these names, as GCC's options spell them. A name that is none does not compile.
template <class... Name>
[[nodiscard]] consteval ProcessorFeatures features_named(const Name*... names) {
    ProcessorFeatures set = 0;
    const char* const list[] = {names...};
    for (const char* const name : list) {
        std::size_t i = 0;
        while (!detail::same_text(detail::known_features[i].name, name)) ++i;  // beyond the end is no constant
        set |= ProcessorFeatures{1} << i;
    }
    return set;
}

/// What the compiler's flags let it use in this translation unit; none on other processors.
[[nodiscard]] constexpr ProcessorFeatures compiled_features() {
    ProcessorFeatures set = 0;
    for (std::size_t i = 0; i < detail::feature_count; ++i) {
        if (detail::known_features[i].compiled) set |= ProcessorFeatures{1} << i;
    }
    return set;
}

/// What the running processor has, and its operating system saves the registers of; none on other processors.
[[nodiscard]] inline ProcessorFeatures running_features() {
    ProcessorFeatures set = 0;
#if defined(__x86_64__) || defined(__i386__)
    unsigned registers[4] = {};
    const auto ask = [&](unsigned leaf, unsigned subleaf) {
        return __get_cpuid_count(leaf, subleaf, &registers[0], &registers[1], &registers[2], &registers[3]) != 0;
    };
    unsigned saved = 0;
    if (ask(1, 0) && (registers[2] >> 27 & 1U) != 0) {
        unsigned high = 0;
        __asm__ volatile("xgetbv" : "=a"(saved), "=d"(high) : "c"(0));
    }
    constexpr unsigned avx_registers = 0x06;
    constexpr unsigned avx512_registers = 0xe6;
    for (std::size_t i = 0; i < detail::feature_count; ++i) {
        const detail::Feature& feature = detail::known_features[i];
        const unsigned needed = feature.state == detail::State::none  ? 0
                                : feature.state == detail::State::avx ? avx_registers
                                                                      : avx512_registers;
        if ((saved & needed) != needed || !ask(feature.leaf, feature.subleaf)) continue;
        if ((registers[static_cast<std::size_t>(feature.place)] >> feature.bit & 1U) != 0) {
            set |= ProcessorFeatures{1} << i;
        }
    }
#elif defined(__aarch64__) && defined(__linux__)
    for (std::size_t i = 0; i < detail::feature_count; ++i) {
        const detail::Feature& feature = detail::known_features[i];
        const unsigned long word = getauxval(feature.place == detail::Register::hwcap ? AT_HWCAP : AT_HWCAP2);
        if ((word >> feature.bit & 1U) != 0) set |= ProcessorFeatures{1} << i;
    }
#endif
    return set;
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::simd
