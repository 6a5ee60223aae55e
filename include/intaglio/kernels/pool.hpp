// Pooling by sums of codes: the divisor belongs to the step that follows.
#pragma once

#include <cstddef>
#include <cstdint>

#include "intaglio/core/extents.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/kernels/code_sums.hpp"
#include "intaglio/kernels/planes.hpp"
#include "intaglio/kernels/pool_taps.hpp"
#include "intaglio/simd/lanes.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels {

/// The output shape of a pool without padding; the window fits the image.
[[nodiscard]] constexpr Shape pooled_shape(Shape in, std::int32_t window_height, std::int32_t window_width,
                                           std::int32_t stride_height, std::int32_t stride_width) {
    return {(in.height - window_height) / stride_height + 1, (in.width - window_width) / stride_width + 1, in.channels};
}

/// The sum of the codes of one window, in `Count` channels.
template <int Count, class Rows, class Columns, class In, class Out>
INTAGLIO_INLINE void sum_window(const In* codes, const PoolTaps<Rows, Columns>& taps, Out* out) {
    CodeSums<In, Out, Count> sums;
    taps.visit(
        codes, [&](const In* tap) __attribute__((always_inline)) { sums.add(simd::load_lanes<Count>(tap)); });
    sums.store(out);
}

/// out[y][x][c] = sum of the codes of each window, without padding. Images are [height][width][channels]; out has
/// pooled_shape and does not overlap with in. Codes are of any integer type, or real numbers, which are added in the
/// order of the rows. The caller has proven that the sums fit Out.
// Hot, since GCC otherwise makes the copy that serves a cold caller small and slow.
template <class Set, class In, class Out>
[[gnu::hot]] void sum_pool(Shape in_shape, std::int32_t window_height, std::int32_t window_width,
                           std::int32_t stride_height, std::int32_t stride_width, const In* in, Out* out) {
    const Shape shape = pooled_shape(in_shape, window_height, window_width, stride_height, stride_width);
    const std::int32_t channels = in_shape.channels;
    const std::ptrdiff_t row = std::ptrdiff_t{in_shape.width} * channels;
    const auto pool = [&](const auto& taps) {
        for (std::int32_t y = 0; y < shape.height; ++y) {
            const In* window = in + y * stride_height * row;
            for (std::int32_t x = 0; x < shape.width; ++x, window += stride_width * channels, out += channels) {
                simd::cover_twice<In, simd::code_lanes<Set, In>>(channels, [&](auto count, std::int32_t c) {
                    sum_window<decltype(count)::value>(window + c, taps, out + c);
                });
            }
        }
    };
    for_window(window_height, window_width, row, channels, pool);
}

/// sum += the states of `word`, plane by plane.
template <int InPlanes, int OutPlanes>
void add_states(const BitWord* word, BitWord (&sum)[OutPlanes]) {
    BitWord carry = 0;
    for (int p = 0; p < OutPlanes; ++p) {
        const BitWord before = sum[p];
        if (p < InPlanes) {
            const BitWord half = before ^ word[p];
            sum[p] = half ^ carry;
            carry = (before & word[p]) | (half & carry);
        } else {
            sum[p] = before ^ carry;
            carry &= before;
        }
    }
}

/// The same of states in planes: their sums, which must fit OutPlanes. Shapes count channels, images are
/// [height][width][channels / 32, rounded up][plane].
template <class Set, int InPlanes, int OutPlanes>
[[gnu::hot]] void sum_pool_of_planes(Shape in_shape, std::int32_t window_height, std::int32_t window_width,
                                     std::int32_t stride_height, std::int32_t stride_width, const BitWord* in,
                                     BitWord* out) {
    const Shape shape = pooled_shape(in_shape, window_height, window_width, stride_height, stride_width);
    const std::int32_t words = words_of(in_shape.channels);
    const std::int64_t in_pixel = std::int64_t{words} * InPlanes;
    const std::int64_t in_row = in_pixel * in_shape.width;
    for (std::int32_t y = 0; y < shape.height; ++y) {
        const BitWord* first = in + in_row * stride_height * y;
        for (std::int32_t x = 0; x < shape.width; ++x, first += in_pixel * stride_width) {
            for (std::int32_t w = 0; w < words; ++w, out += OutPlanes) {
                BitWord sum[OutPlanes] = {};
                for (std::int32_t i = 0; i < window_height; ++i) {
                    const BitWord* word = first + in_row * i + std::int64_t{w} * InPlanes;
                    for (std::int32_t j = 0; j < window_width; ++j, word += in_pixel) {
                        add_states<InPlanes>(word, sum);
                    }
                }
                for (int p = 0; p < OutPlanes; ++p) out[p] = sum[p];
            }
        }
    }
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels
