// The product kernel in float and double: plain convolutions of real images.
#pragma once

#include <cstddef>
#include <cstdint>

#include "intaglio/core/extents.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/kernels/arithmetic.hpp"
#include "intaglio/kernels/convolution.hpp"
#include "intaglio/kernels/pack_weights.hpp"
#include "intaglio/simd/simd.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels {

/// Float numbers as an arithmetic of the product kernel.
template <class Set, class Float>
struct FloatArithmetic {
    using Architecture = Set;
    using Stored = Float;
    using Weight = Float;
    using Sum = Float;

    static constexpr int codes_per_chunk = 1;
    static constexpr bool has_constants = false;
    static constexpr int lanes = vector_lanes(Set{}, Float{});

    static INTAGLIO_INLINE auto zero() { return zero_float(Set{}, Float{}); }
    static INTAGLIO_INLINE auto codes(const Float* values) { return broadcast_float(Set{}, values); }
    static INTAGLIO_INLINE auto codes_of_lanes(const Float* values) { return load_float(Set{}, values); }
    static INTAGLIO_INLINE auto weights(const Float* values) { return load_float(Set{}, values); }

    template <class Vector>
    static INTAGLIO_INLINE Vector multiply_add(Vector sum, Vector codes, Vector weights) {
        return multiply_add_real(Set{}, sum, codes, weights);
    }
    template <class Vector>
    static INTAGLIO_INLINE Vector add(Vector a, Vector b) {
        return add_float(Set{}, a, b);
    }
    template <class Vector>
    static INTAGLIO_INLINE void store_sum(Float* values, Vector vector) {
        store_float(Set{}, values, vector);
    }
    template <class Vector>
    static INTAGLIO_INLINE void store_first_sums(Float* values, Vector vector, int count) {
        if (count > 0) store_first_float(Set{}, values, vector, count);
    }
};

/// Images that are convolved together: enough pixels to fill the register tiles, and to use each weight several times.
[[nodiscard]] constexpr std::int32_t images_per_block(const Shape& out, std::int32_t wanted_pixels) {
    const std::int64_t images = (wanted_pixels + out.pixels() - 1) / out.pixels();
    return static_cast<std::int32_t>(images < 1 ? 1 : images > 16 ? 16 : images);
}

/// Bytes of packed real weights.
template <class Set, class Float>
[[nodiscard]] constexpr std::size_t packed_float_bytes(const ConvolutionExtents& extents) {
    return packed_bytes<FloatArithmetic<Set, Float>>(extents);
}

/// Packs canonical real weights [out][kernel_height][kernel_width][in / groups] for convolve_float.
template <class Set, class Float>
void pack_float(const ConvolutionExtents& extents, const Float* weights, std::byte* packed) {
    using Arithmetic = FloatArithmetic<Set, Float>;
    auto* const to = reinterpret_cast<Float*>(packed);
    fill_zero(to, static_cast<std::int64_t>(packed_float_bytes<Set, Float>(extents) / sizeof(Float)));
    const std::int64_t fan_in = extents.fan_in();
    for_each_packed_weight<Arithmetic>(extents, [=](std::int64_t index, std::int32_t output, std::int64_t within) {
        to[index] = weights[output * fan_in + within];
    });
}

/// Bytes of workspace of convolve_float for images of codes or real numbers; a multiple of 64, possibly zero.
template <class Set, class Float, class Code = Float>
[[nodiscard]] constexpr std::size_t float_workspace_bytes(const ConvolutionExtents& extents) {
    const std::int64_t copied = copied_codes<FloatArithmetic<Set, Float>, Code>(extents, extents.out.height);
    return memory_size(
        round_up(copied * images_per_block(extents.out, 64) * static_cast<std::int64_t>(sizeof(Float)), 64));
}

/// out = correlation of `images` consecutive images, of codes or real numbers, with packed real weights; positions of
/// the padding hold its codes; out is overwritten.
/// `workspace` holds float_workspace_bytes and is aligned to 64 bytes, as is `packed`. G is grouping_of(extents), if
/// known.
template <class Set, class Float, Grouping G = Grouping::any, class Code = Float>
void convolve_float(const ConvolutionExtents& extents, const Code* image, std::int64_t images, const std::byte* packed,
                    Float* out, std::byte* workspace) {
    const std::int64_t block = images_per_block(extents.out, 64);
    for (std::int64_t first = 0; first < images; first += block) {
        const auto count = static_cast<std::int32_t>(images - first < block ? images - first : block);
        convolve_block<FloatArithmetic<Set, Float>, G>(extents, image + first * extents.in.size(), count, 0,
                                                       extents.out.height, reinterpret_cast<const Float*>(packed),
                                                       out + first * extents.out.size(),
                                                       reinterpret_cast<Float*>(workspace));
    }
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels
