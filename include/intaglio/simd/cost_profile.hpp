// What the work of product kernels takes on a machine: plain numbers, by which kernels are chosen.
#pragma once

#include <cstdint>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/simd/tags.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::simd {

/// The time that one core takes for one of each, in femtoseconds, where whole vectors are in use: 10^6 over the rate in
/// 10^9 per second. Only ratios decide. `./bench --calibrate` measures the machine at hand and prints this struct. All
/// numbers are positive.
struct CostProfile {
    std::int32_t byte_product = 0;        ///< unsigned times signed byte, exact: by a dot product, or widened to words
    std::int32_t small_byte_product = 0;  ///< unsigned times signed byte where the sum of two fits 16 bits
    std::int32_t short_product = 0;       ///< the same, with sums that stay in 16 bits for a while
    std::int32_t word_product = 0;        ///< of numbers of 16 bits
    std::int32_t bit_product = 0;         ///< exclusive or, count, addition: of one bit each
    std::int32_t plane_product = 0;       ///< of one pair of planes: activation and sign, magnitude, count, addition
    std::int32_t looked_up_byte = 0;      ///< a byte from a table of 16, and its addition
    std::int32_t packed_code = 0;         ///< a byte of the image into one plane of bits
    std::int32_t near_weight_byte = 0;    ///< read from the second cache
    std::int32_t far_weight_byte = 0;     ///< read from beyond it
    std::int32_t near_bytes = 0;          ///< up to so many bytes of weights lie near

    constexpr bool operator==(const CostProfile&) const = default;
};

// Profiles of processors.
// ----------------------

/// AMD Zen 3 with AVX2, measured; short sums, planes and tables are estimates.
inline constexpr CostProfile zen3_profile{.byte_product = 20500,
                                          .small_byte_product = 12400,
                                          .short_product = 8400,
                                          .word_product = 20500,
                                          .bit_product = 4700,
                                          .plane_product = 5200,
                                          .looked_up_byte = 9600,
                                          .packed_code = 30000,
                                          .near_weight_byte = 11100,
                                          .far_weight_byte = 15400,
                                          .near_bytes = 393216};
/// AMD Zen 4 with AVX-512, a server core at 3.6 GHz, measured.
inline constexpr CostProfile zen4_profile{.byte_product = 4300,
                                          .small_byte_product = 4300,
                                          .short_product = 5140,
                                          .word_product = 8590,
                                          .bit_product = 890,
                                          .plane_product = 1080,
                                          .looked_up_byte = 7630,
                                          .packed_code = 10800,
                                          .near_weight_byte = 8840,
                                          .far_weight_byte = 11100,
                                          .near_bytes = 786432};
/// AMD Zen 5 with AVX-512: from the peaks of a server core at 4.0 GHz.
inline constexpr CostProfile zen5_profile{.byte_product = 1960,
                                          .small_byte_product = 3880,
                                          .short_product = 2250,
                                          .word_product = 3970,
                                          .bit_product = 360,
                                          .plane_product = 362,
                                          .looked_up_byte = 2200,
                                          .packed_code = 8000,
                                          .near_weight_byte = 4000,
                                          .far_weight_byte = 10000,
                                          .near_bytes = 800000};
/// Intel Sapphire Rapids with AVX-512: from the peaks of a server core at 2.8 GHz.
inline constexpr CostProfile sapphire_rapids_profile{.byte_product = 2740,
                                                     .small_byte_product = 8200,
                                                     .short_product = 5480,
                                                     .word_product = 5950,
                                                     .bit_product = 1053,
                                                     .plane_product = 1044,
                                                     .looked_up_byte = 5580,
                                                     .packed_code = 12000,
                                                     .near_weight_byte = 13700,
                                                     .far_weight_byte = 37000,
                                                     .near_bytes = 1600000};

// The profile of a set, where a target has none of its own. A set of yours has that of the set it derives from.
// --------------------------------------------------------------------------------------------------------------

[[nodiscard]] constexpr CostProfile cost_profile(Portable) {
    return {.byte_product = 300000,
            .small_byte_product = 300000,
            .short_product = 300000,
            .word_product = 400000,
            .bit_product = 37000,
            .plane_product = 42000,
            .looked_up_byte = 600000,
            .packed_code = 400000,
            .near_weight_byte = 30000,
            .far_weight_byte = 60000,
            .near_bytes = 400000};
}
template <int Bytes>
[[nodiscard]] constexpr CostProfile cost_profile(GenericVectors<Bytes>) {
    return {.byte_product = 30000,
            .small_byte_product = 22500,
            .short_product = 15000,
            .word_product = 30000,
            .bit_product = 4000,
            .plane_product = 4400,
            .looked_up_byte = 200000,
            .packed_code = 60000,
            .near_weight_byte = 20000,
            .far_weight_byte = 40000,
            .near_bytes = 400000};
}
[[nodiscard]] constexpr CostProfile cost_profile(Sse2) {
    CostProfile profile = cost_profile(Generic{});
    profile.byte_product = 18000;
    profile.small_byte_product = 18000;
    profile.short_product = 18000;
    profile.word_product = 18100;
    return profile;
}
/// A quarter of what widening, two products and two sums of neighbours take.
[[nodiscard]] constexpr CostProfile cost_profile(NeonDot) {
    CostProfile profile = cost_profile(Generic{});
    profile.byte_product = 7500;
    profile.small_byte_product = 7500;
    profile.word_product = 30000;
    return profile;
}
[[nodiscard]] constexpr CostProfile cost_profile(Ssse3) {
    CostProfile profile = cost_profile(Sse2{});
    profile.small_byte_product = 13600;
    profile.short_product = 9200;
    profile.looked_up_byte = 11200;
    return profile;
}
[[nodiscard]] constexpr CostProfile cost_profile(Neon) {
    CostProfile profile = cost_profile(Generic{});
    profile.looked_up_byte = 14000;
    return profile;
}
[[nodiscard]] constexpr CostProfile cost_profile(Avx2) {
    return zen3_profile;
}
[[nodiscard]] constexpr CostProfile cost_profile(Avx2Vnni) {
    CostProfile profile = zen3_profile;
    profile.byte_product = 8000;
    profile.looked_up_byte = 18000;
    return profile;
}
/// Without a byte dot product, bytes are widened.
[[nodiscard]] constexpr CostProfile cost_profile(Avx512) {
    CostProfile profile = sapphire_rapids_profile;
    profile.byte_product = 10900;
    profile.word_product = 10900;
    profile.bit_product = 2200;
    profile.plane_product = 2400;
    return profile;
}
[[nodiscard]] constexpr CostProfile cost_profile(Avx512Vnni) {
    return sapphire_rapids_profile;
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::simd
