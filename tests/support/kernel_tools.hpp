// What the tests of kernels share: guarded memory, random extents, the products of a convolution one by one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <random>
#include <string>
#include <vector>

#include "intaglio/core/extents.hpp"
#include "intaglio/simd/simd.hpp"

#if defined(__SANITIZE_ADDRESS__)
#define KERNELS_TEST_GUARD 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define KERNELS_TEST_GUARD 0
#endif
#endif
#ifndef KERNELS_TEST_GUARD
#define KERNELS_TEST_GUARD 64
#endif

// The sets whose kernels a build tests: its best one, and below AVX2 those in xsimd and plain C++, too. The preset
// `sets` is builds for the others.
#if INTAGLIO_HAS_VECTORS && !INTAGLIO_HAS_AVX2
#define KERNELS_TEST_TAGS intaglio::simd::Portable, intaglio::simd::Generic, intaglio::simd::Native
#else
#define KERNELS_TEST_TAGS intaglio::simd::Native
#endif

namespace tools {

using intaglio::ConvolutionExtents;
using intaglio::Shape;

/// n elements aligned to 64 bytes, filled with a pattern, with guard bytes behind them.
template <class T>
class Guarded {
  public:
    explicit Guarded(std::size_t n)
        : bytes_(n * sizeof(T)),
          data_(static_cast<unsigned char*>(::operator new (bytes_ + KERNELS_TEST_GUARD, std::align_val_t{64}))) {
        std::memset(data_, 0xa5, bytes_ + KERNELS_TEST_GUARD);
    }
    explicit Guarded(std::int64_t n) : Guarded(static_cast<std::size_t>(n)) {}
    Guarded(const Guarded&) = delete;
    Guarded& operator=(const Guarded&) = delete;
    ~Guarded() { ::operator delete (data_, std::align_val_t{64}); }

    [[nodiscard]] T* get() { return reinterpret_cast<T*>(data_); }
    [[nodiscard]] const T* get() const { return reinterpret_cast<const T*>(data_); }
    [[nodiscard]] std::size_t size() const { return bytes_ / sizeof(T); }
    T& operator[](std::int64_t i) { return get()[i]; }
    const T& operator[](std::int64_t i) const { return get()[i]; }
    [[nodiscard]] bool intact() const {
        for (std::size_t i = 0; i != KERNELS_TEST_GUARD; ++i) {
            if (data_[bytes_ + i] != 0xa5) return false;
        }
        return true;
    }

  private:
    std::size_t bytes_;
    unsigned char* data_;
};

using Random = std::mt19937;

inline std::int32_t between(Random& random, std::int32_t low, std::int32_t high) {
    return std::uniform_int_distribution<std::int32_t>(low, high)(random);
}

inline std::string describe(const ConvolutionExtents& e) {
    const auto number = [](std::int32_t n) { return std::to_string(n); };
    return number(e.in.height) + "x" + number(e.in.width) + "x" + number(e.in.channels) + "->" + number(e.out.height) +
           "x" + number(e.out.width) + "x" + number(e.out.channels) + " kernel " + number(e.kernel_height) + "x" +
           number(e.kernel_width) + " stride " + number(e.stride_height) + "x" + number(e.stride_width) + " padding " +
           number(e.padding_height) + "x" + number(e.padding_width) + " and " + number(e.padding_below()) + "x" +
           number(e.padding_right()) + " dilation " + number(e.dilation) + " groups " + number(e.groups) +
           " padding code " + number(e.padding_code) +
           (e.padding_codes.count > 0 ? " for each of " + number(e.padding_codes.count) + " channels" : "");
}

/// Fills in the output's height and width, with a padding of its own below and on the right.
inline ConvolutionExtents complete(ConvolutionExtents e, std::int32_t below, std::int32_t right) {
    const auto extent = [&](std::int32_t padded, std::int32_t kernel, std::int32_t stride) {
        return (padded - e.dilation * (kernel - 1) - 1) / stride + 1;
    };
    e.out.height = extent(e.in.height + e.padding_height + below, e.kernel_height, e.stride_height);
    e.out.width = extent(e.in.width + e.padding_width + right, e.kernel_width, e.stride_width);
    return e;
}
inline ConvolutionExtents complete(const ConvolutionExtents& e) {
    return complete(e, e.padding_height, e.padding_width);
}

inline ConvolutionExtents random_extents(Random& random) {
    static constexpr std::int32_t channel_choices[] = {1, 1, 2, 3, 3, 4, 5, 8, 10, 15, 16, 17, 24, 31, 32, 33, 40, 64};
    static constexpr std::int32_t size_choices[] = {1, 1, 2, 3, 4, 5, 7, 8, 9, 12, 14, 17};
    const auto channels = [&] { return channel_choices[between(random, 0, 17)]; };
    ConvolutionExtents e;
    for (;;) {
        e = {};
        e.groups = between(random, 0, 3) == 0 ? between(random, 1, 5) : 1;
        e.in = {size_choices[between(random, 0, 11)], size_choices[between(random, 0, 11)], channels() * e.groups};
        e.out.channels = channels() * e.groups;
        if (between(random, 0, 5) == 0) e.groups = e.out.channels = e.in.channels;  // depthwise
        e.kernel_height = between(random, 1, 5);
        e.kernel_width = between(random, 1, 5);
        e.stride_height = between(random, 0, 2) == 0 ? between(random, 1, 4) : 1;
        e.stride_width = between(random, 0, 2) == 0 ? between(random, 1, 4) : e.stride_height;
        e.dilation = between(random, 0, 3) == 0 ? between(random, 1, 3) : 1;
        e.padding_height = between(random, 0, 3);
        e.padding_width = between(random, 0, 3);
        const bool one_sided = between(random, 0, 1) == 0;
        const std::int32_t below = one_sided ? between(random, 0, 3) : e.padding_height;
        const std::int32_t right = one_sided ? between(random, 0, 3) : e.padding_width;
        const bool fits = e.in.height + e.padding_height + below > e.dilation * (e.kernel_height - 1) &&
                          e.in.width + e.padding_width + right > e.dilation * (e.kernel_width - 1);
        if (!fits) continue;
        e = complete(e, below, right);
        // A code of every product.
        if (between(random, 0, 1) == 0) e.padding_code = between(random, 1, 127);
        if (between(random, 0, 2) == 0) {
            e.padding_codes.count = between(random, 1, intaglio::PaddingCodes::capacity);
            for (std::int32_t& code : e.padding_codes.code.data) code = between(random, 0, 127);
        }
        if (e.macs() <= 2'000'000) return e;
    }
}

/// Shapes that random draws miss.
inline std::vector<ConvolutionExtents> special_extents() {
    std::vector<ConvolutionExtents> all;
    const auto add = [&](Shape in, std::int32_t out, std::int32_t kernel, std::int32_t padding,
                         std::int32_t groups = 1) {
        all.push_back(complete({.in = in,
                                .out = {1, 1, out},
                                .kernel_height = kernel,
                                .kernel_width = kernel,
                                .padding_height = padding,
                                .padding_width = padding,
                                .groups = groups}));
    };
    add({1, 1, 1}, 1, 1, 0);
    add({1, 1, 784}, 10, 1, 0);
    add({1, 1, 129}, 130, 1, 0);
    add({28, 28, 1}, 32, 3, 1);
    add({32, 32, 3}, 16, 3, 1);
    add({4, 4, 128}, 128, 3, 1);
    add({7, 7, 16}, 10, 7, 0);  // the window is the image
    add({2, 2, 64}, 48, 3, 1);
    add({3, 3, 20}, 20, 3, 1, 20);  // depthwise
    add({9, 9, 32}, 32, 3, 1, 32);
    add({6, 6, 48}, 48, 5, 2, 48);
    add({5, 3, 70}, 70, 3, 1, 70);
    add({6, 6, 33}, 33, 1, 0, 33);
    add({8, 8, 64}, 64, 1, 0);
    add({20, 150, 4}, 17, 3, 1);  // rows longer than a strip
    // Padding behind the image alone; the window is the image; one window per pixel is copied.
    for (const Shape in : {Shape{6, 7, 40}, Shape{3, 3, 8}, Shape{9, 3, 33}}) {
        for (const std::int32_t groups : {1, in.channels}) {
            const ConvolutionExtents e{
                .in = in, .out = {1, 1, in.channels}, .kernel_height = 3, .kernel_width = 3, .groups = groups};
            for (const std::int32_t stride : {1, 2}) {
                ConvolutionExtents strided = e;
                strided.stride_height = strided.stride_width = stride;
                all.push_back(complete(strided, 1, 0));
                all.push_back(complete(strided, 0, 2));
                all.push_back(complete(strided, 2, 1));
            }
        }
    }
    return all;
}

inline std::vector<ConvolutionExtents> swept_extents(Random& random, int count) {
    std::vector<ConvolutionExtents> all = special_extents();
    for (int i = 0; i < count; ++i) all.push_back(random_extents(random));
    return all;
}

/// Calls visit(input index, weight index, output index) for each product of one image; the input index of padding is
/// -1 - channel.
template <class Visit>
void for_each_product(const ConvolutionExtents& e, const Visit& visit) {
    const std::int32_t out_per_group = e.out.channels / e.groups;
    const std::int32_t in_per_group = e.in.channels / e.groups;
    for (std::int32_t y = 0; y < e.out.height; ++y) {
        for (std::int32_t x = 0; x < e.out.width; ++x) {
            for (std::int32_t o = 0; o < e.out.channels; ++o) {
                for (std::int32_t i = 0; i < e.kernel_height; ++i) {
                    for (std::int32_t j = 0; j < e.kernel_width; ++j) {
                        const std::int32_t from_y = y * e.stride_height - e.padding_height + i * e.dilation;
                        const std::int32_t from_x = x * e.stride_width - e.padding_width + j * e.dilation;
                        const bool inside = from_y >= 0 && from_x >= 0 && from_y < e.in.height && from_x < e.in.width;
                        const std::int32_t pixel = (from_y * e.in.width + from_x) * e.in.channels;
                        for (std::int32_t c = 0; c < in_per_group; ++c) {
                            const std::int32_t channel = o / out_per_group * in_per_group + c;
                            visit(inside ? pixel + channel : -1 - channel,
                                  ((o * e.kernel_height + i) * e.kernel_width + j) * in_per_group + c,
                                  (y * e.out.width + x) * e.out.channels + o);
                        }
                    }
                }
            }
        }
    }
}

}  // namespace tools
