// The product kernel in float and double: plain convolutions of real images. Host only.
#pragma once

#include <cstddef>
#include <cstdint>

#include "intaglio/core/extents.hpp"
#include "intaglio/kernels/convolution.hpp"
#include "intaglio/simd/simd.hpp"

namespace intaglio::kernels {
inline namespace INTAGLIO_INSTRUCTION_SET {

/// Real numbers as an arithmetic of the product kernel.
template <class Tag, class Real>
struct RealArithmetic {
    using Architecture = Tag;
    using Stored = Real;
    using Weight = Real;
    using Sum = Real;

    static constexpr int codes_per_step = 1;
    static constexpr bool has_constants = false;
    static constexpr int lanes = real_lanes(Tag{}, Real{});

    static INTAGLIO_INLINE auto zero() { return zero_real(Tag{}, Real{}); }
    static INTAGLIO_INLINE auto codes(const Real* values) { return broadcast_real(Tag{}, values); }
    static INTAGLIO_INLINE auto codes_of_lanes(const Real* values) { return load_real(Tag{}, values); }
    static INTAGLIO_INLINE auto weights(const Real* values) { return load_real(Tag{}, values); }

    template <class Vector>
    static INTAGLIO_INLINE Vector multiply_add(Vector sum, Vector codes, Vector weights) {
        return simd::multiply_add(Tag{}, sum, codes, weights);
    }
    template <class Vector>
    static INTAGLIO_INLINE Vector add(Vector a, Vector b) {
        return add_real(Tag{}, a, b);
    }
    template <class Vector>
    static INTAGLIO_INLINE void store_sum(Real* values, Vector vector) {
        store_real(Tag{}, values, vector);
    }
    template <class Vector>
    static INTAGLIO_INLINE void store_first_sums(Real* values, Vector vector, int count) {
        if (count > 0) store_first_real(Tag{}, values, vector, count);
    }
};

/// Images that are convolved together: enough pixels to fill the register tiles, and to use each weight several times.
[[nodiscard]] constexpr std::int32_t images_per_block(const Shape& out, std::int32_t wanted_pixels) {
    const std::int64_t images = (wanted_pixels + out.pixels() - 1) / out.pixels();
    return static_cast<std::int32_t>(images < 1 ? 1 : images > 16 ? 16 : images);
}

/// Bytes of packed real weights.
template <class Tag, class Real>
[[nodiscard]] constexpr std::size_t packed_real_bytes(const ConvolutionExtents& extents) {
    return packed_bytes<RealArithmetic<Tag, Real>>(extents);
}

/// Packs canonical real weights [out][kernel_height][kernel_width][in / groups] for convolve_real.
template <class Tag, class Real>
void pack_real(const ConvolutionExtents& extents, const Real* weights, std::byte* packed) {
    using Arithmetic = RealArithmetic<Tag, Real>;
    auto* const to = reinterpret_cast<Real*>(packed);
    fill_zero(to, static_cast<std::int64_t>(packed_real_bytes<Tag, Real>(extents) / sizeof(Real)));
    const std::int64_t fan_in = extents.fan_in();
    for_each_packed_weight<Arithmetic>(extents,
                                       plan_convolution(extents, Arithmetic::lanes, Arithmetic::codes_per_step),
                                       [=](std::int64_t index, std::int32_t output, std::int64_t within) {
                                           to[index] = weights[output * fan_in + within];
                                       });
}

/// Bytes of workspace of convolve_real for images of codes or real numbers; a multiple of 64, possibly zero.
template <class Tag, class Real, class Code = Real>
[[nodiscard]] constexpr std::size_t real_workspace_bytes(const ConvolutionExtents& extents) {
    const std::int64_t copied = copied_codes<RealArithmetic<Tag, Real>, Code>(extents, extents.out.height);
    return memory_size(
        round_up(copied * images_per_block(extents.out, 64) * static_cast<std::int64_t>(sizeof(Real)), 64));
}

/// out = correlation of `images` consecutive images, of codes or real numbers, with packed real weights; positions of
/// the padding hold its codes; out is overwritten.
/// `workspace` holds real_workspace_bytes and is aligned to 64 bytes, as is `packed`. G is grouping_of(extents), if
/// known.
template <class Tag, class Real, Grouping G = Grouping::any, class Code = Real>
void convolve_real(const ConvolutionExtents& extents, const Code* image, std::int64_t images, const std::byte* packed,
                   Real* out, std::byte* workspace) {
    const std::int64_t block = images_per_block(extents.out, 64);
    for (std::int64_t first = 0; first < images; first += block) {
        const auto count = static_cast<std::int32_t>(images - first < block ? images - first : block);
        convolve_block<RealArithmetic<Tag, Real>, G>(extents, image + first * extents.in.size(), count, 0,
                                                     extents.out.height, reinterpret_cast<const Real*>(packed),
                                                     out + first * extents.out.size(),
                                                     reinterpret_cast<Real*>(workspace));
    }
}

}  // namespace INTAGLIO_INSTRUCTION_SET
}  // namespace intaglio::kernels
