// What a program is made for: an instruction set, and a profile of costs by which kernels are chosen.
#pragma once

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/simd/cost_profile.hpp"
#include "intaglio/simd/tags.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::simd {

namespace detail {

template <class Target>
struct SetOf {
    using type = Target;
};
template <class Target>
requires requires {
    typename Target::instruction_set;
}
struct SetOf<Target> {
    using type = typename Target::instruction_set;
};

#define INTAGLIO_NEEDS(number) static_assert(profile.number > 0, "a cost profile needs a positive " #number)

/// Compiles if the profile has all numbers; otherwise the first error says which one it lacks.
template <class Target>
struct CheckedProfile {
    static constexpr CostProfile find() {
        if constexpr (requires { Target::profile; }) {
            return Target::profile;
        } else {
            return cost_profile(typename SetOf<Target>::type{});
        }
    }
    static constexpr CostProfile profile = find();
    INTAGLIO_NEEDS(byte_product);
    INTAGLIO_NEEDS(small_byte_product);
    INTAGLIO_NEEDS(short_product);
    INTAGLIO_NEEDS(word_product);
    INTAGLIO_NEEDS(bit_product);
    INTAGLIO_NEEDS(plane_product);
    INTAGLIO_NEEDS(looked_up_byte);
    INTAGLIO_NEEDS(packed_code);
    INTAGLIO_NEEDS(near_weight_byte);
    INTAGLIO_NEEDS(far_weight_byte);
    INTAGLIO_NEEDS(near_bytes);
};

#undef INTAGLIO_NEEDS

}  // namespace detail

/// A target is an instruction set, or an empty type with
/// - `instruction_set`: what it computes on,
/// - `profile`, a constant CostProfile: what work takes there; without it, that of the set.
/// Targets of one set share all code. A profile never changes a result.
template <class Target>
using set_of = typename detail::SetOf<Target>::type;
template <class Target>
inline constexpr CostProfile profile_of = detail::CheckedProfile<Target>::profile;

/// A processor.
struct Zen3 {
    using instruction_set = Avx2;
    static constexpr CostProfile profile = zen3_profile;
};
struct Zen4 {
    using instruction_set = Avx512Vnni;
    static constexpr CostProfile profile = zen4_profile;
};
struct Zen5 {
    using instruction_set = Avx512Vnni;
    static constexpr CostProfile profile = zen5_profile;
};
struct SapphireRapids {
    using instruction_set = Avx512Vnni;
    static constexpr CostProfile profile = sapphire_rapids_profile;
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::simd

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// Targets by name: instruction sets, and processors of which the profile is known.
struct Target {
    using portable = simd::Portable;
    using generic = simd::Generic;
    using sse2 = simd::Sse2;
    using ssse3 = simd::Ssse3;
    using neon = simd::Neon;
    using neon_dotprod = simd::NeonDot;
    using avx2 = simd::Avx2;
    using avx2vnni = simd::Avx2Vnni;
    using avx512 = simd::Avx512;
    using avx512vnni = simd::Avx512Vnni;
    using zen3 = simd::Zen3;
    using zen4 = simd::Zen4;
    using zen5 = simd::Zen5;
    using sapphire_rapids = simd::SapphireRapids;
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
