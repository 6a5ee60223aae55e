// Codes moved, repeated or multiplied one by one: what stands between the layers of residual and attention networks.
#pragma once

#include <cstdint>
#include <type_traits>

#include "intaglio/core/extents.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/kernels/padded_image.hpp"
#include "intaglio/kernels/planes.hpp"
#include "intaglio/simd/lanes.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels {

// Images are [height][width][channels] and do not overlap; codes are of any integer type, or real numbers.

/// Copies the codes of a pixel, converted if the types differ: few, for which calls would take longer than the copy.
template <class Set, class From, class To>
INTAGLIO_INLINE void copy_pixel(const From* from, std::int32_t count, To* to) {
    constexpr int lanes = simd::code_lanes<Set, From>;
    if constexpr (planes_of < From >> 1) {
        copy_pixel<Set>(words_in(from), count * planes_of<From>, words_in(to));
    } else if (lanes == 1 || (std::is_same_v<From, To> && count > 4 * lanes)) {
        copy_codes(from, count, to);
    } else if constexpr (lanes > 1) {
        simd::cover_twice<From, lanes>(count, [=](auto size, std::int32_t i) {
            constexpr int vector = decltype(size)::value;
            if constexpr (std::is_same_v<From, To>) {
                simd::store_lanes(to + i, simd::load_lanes<vector>(from + i));
            } else {
                for (int k = 0; k < vector; ++k) to[i + k] = static_cast<To>(from[i + k]);
            }
        });
    }
}

/// Fills the channels of a pixel with a code.
template <class Set, class Code>
INTAGLIO_INLINE void fill_pixel(Code* to, std::int32_t count, Code code) {
    simd::cover_twice<Code, simd::code_lanes<Set, Code>>(count, [=](auto size, std::int32_t i) {
        simd::store_lanes(to + i, static_cast<simd::Lanes<Code, decltype(size)::value>>(
                                      simd::Lanes<Code, decltype(size)::value>{} + code));
    });
}

/// The output shape of subsample.
[[nodiscard]] constexpr Shape subsampled_shape(Shape in, std::int32_t stride_height, std::int32_t stride_width) {
    return {(in.height - 1) / stride_height + 1, (in.width - 1) / stride_width + 1, in.channels};
}

/// out[y][x] = in[y * stride_height][x * stride_width]; out has subsampled_shape.
template <class Set, class Code>
[[gnu::hot]] void subsample(Shape in_shape, std::int32_t stride_height, std::int32_t stride_width, const Code* in,
                            Code* out) {
    const Shape shape = subsampled_shape(in_shape, stride_height, stride_width);
    const std::int32_t channels = shape.channels;
    for (std::int32_t y = 0; y < shape.height; ++y) {
        const Code* from = in + std::int64_t{y} * stride_height * in_shape.width * channels;
        for (std::int32_t x = 0; x < shape.width; ++x, out += channels) {
            copy_pixel<Set>(from + std::int64_t{x} * stride_width * channels, channels, out);
        }
    }
}

/// out[y * stride_height][x * stride_width] = in[y][x], zeros elsewhere; out has the shape that subsample makes
/// in_shape of.
template <class Set, class Code>
[[gnu::hot]] void insert_zeros(Shape in_shape, Shape out_shape, std::int32_t stride_height, std::int32_t stride_width,
                               const Code* in, Code* out) {
    const std::int32_t channels = in_shape.channels;
    const std::int64_t column = std::int64_t{stride_width} * channels;
    const std::int64_t row = std::int64_t{stride_height} * out_shape.width * channels;
    fill_zero(out, out_shape.size());
    for (std::int32_t y = 0; y < in_shape.height; ++y) {
        for (std::int32_t x = 0; x < in_shape.width; ++x, in += channels) {
            copy_pixel<Set>(in, channels, out + y * row + x * column);
        }
    }
}

/// The output shape of upsample.
[[nodiscard]] constexpr Shape upsampled_shape(Shape in, std::int32_t height_factor, std::int32_t width_factor) {
    return {in.height * height_factor, in.width * width_factor, in.channels};
}

/// out[y][x] = in[y / height_factor][x / width_factor]; out has upsampled_shape.
template <class Set, class Code>
[[gnu::hot]] void upsample(Shape in_shape, std::int32_t height_factor, std::int32_t width_factor, const Code* in,
                           Code* out) {
    const std::int32_t channels = in_shape.channels;
    const std::int64_t row = std::int64_t{in_shape.width} * width_factor * channels;
    for (std::int32_t y = 0; y < in_shape.height; ++y) {
        const Code* const first = out;
        for (std::int32_t x = 0; x < in_shape.width; ++x, in += channels) {
            for (std::int32_t j = 0; j < width_factor; ++j, out += channels) copy_pixel<Set>(in, channels, out);
        }
        for (std::int32_t i = 1; i < height_factor; ++i, out += row) copy_codes(first, row, out);
    }
}

/// out[pixel] = `before` channels of `code`, the channels of in[pixel], `after` channels of `code`.
template <class Set, class Code>
[[gnu::hot]] void pad_channels(Shape in_shape, std::int32_t before, std::int32_t after, std::int32_t code,
                               const Code* in, Code* out) {
    const std::int32_t channels = in_shape.channels;
    for (std::int64_t pixel = 0; pixel < in_shape.pixels(); ++pixel, in += channels) {
        fill_pixel<Set>(out, before, static_cast<Code>(code));
        copy_pixel<Set>(in, channels, out + before);
        fill_pixel<Set>(out + before + channels, after, static_cast<Code>(code));
        out += before + channels + after;
    }
}

/// out[pixel] = the channels of a[pixel], then those of b[pixel]. The codes of both must fit Out.
template <class Set, class A, class B, class Out>
[[gnu::hot]] void concat_channels(std::int64_t pixels, std::int32_t a_channels, const A* a, std::int32_t b_channels,
                                  const B* b, Out* out) {
    for (std::int64_t pixel = 0; pixel < pixels; ++pixel, a += a_channels, b += b_channels) {
        copy_pixel<Set>(a, a_channels, out);
        copy_pixel<Set>(b, b_channels, out + a_channels);
        out += a_channels + b_channels;
    }
}

/// The same of states in planes: a, b and out are [pixels][channels / 32, rounded up][plane].
template <class Set, int Planes>
[[gnu::hot]] void concat_planes(std::int64_t pixels, std::int32_t a_channels, const BitWord* a, std::int32_t b_channels,
                                const BitWord* b, BitWord* out) {
    const std::int32_t whole = a_channels / bits_per_word * Planes;
    const std::int32_t shift = a_channels % bits_per_word;
    const std::int32_t a_words = words_of(a_channels) * Planes;
    const std::int32_t b_words = words_of(b_channels) * Planes;
    const std::int32_t out_words = words_of(a_channels + b_channels) * Planes;
    for (std::int64_t pixel = 0; pixel < pixels; ++pixel, a += a_words, b += b_words, out += out_words) {
        copy_codes(a, a_words, out);
        if (shift == 0) {
            copy_codes(b, b_words, out + whole);
            continue;
        }
        // The low bits of a word of b fill the word that is begun, the high ones begin the next, if there is one.
        for (std::int32_t i = 0; i < b_words; ++i) {
            const std::int32_t to = whole + i;
            out[to] |= b[i] << shift;
            if (to + Planes < out_words) out[to + Planes] = b[i] >> (bits_per_word - shift);
        }
    }
}

/// products[pixel][c] = a[pixel][c] * b[pixel][c], or a[pixel][c] * b[c] if b is one pixel for all. The caller has
/// proven that the products fit Out.
template <class Set, class A, class B, class Out>
[[gnu::hot]] void multiply(Shape shape, const A* a, const B* b, bool one_pixel, Out* products) {
    // Where nothing repeats, the whole image is one run.
    const std::int64_t run = one_pixel ? shape.channels : shape.size();
    for (const A* const end = a + shape.size(); a != end; a += run, products += run) {
        Out* __restrict const to = products;
        for (std::int64_t i = 0; i < run; ++i)
            to[i] = static_cast<Out>(static_cast<Out>(a[i]) * static_cast<Out>(b[i]));
    }
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels
