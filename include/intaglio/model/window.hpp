// Windows that slide over images, of convolutions and of pools.
#pragma once

#include <cstdint>

#include "intaglio/model/builder.hpp"
#include "intaglio/model/geometry.hpp"

namespace intaglio {

INTAGLIO_MODEL_ERROR(one_dimensional_layer_needs_a_signal)
INTAGLIO_MODEL_ERROR(option_of_a_one_dimensional_layer_takes_one_number)

/// Height and width of the window of a pool; one number stands for both.
struct Window {
    std::int32_t height;
    std::int32_t width;
    bool is_whole = false;

    constexpr Window(std::int32_t size) : height(size), width(size) {}  // implicit: AvgPool<2>
    constexpr Window(std::int32_t window_height, std::int32_t window_width)
        : height(window_height), width(window_width) {}
    constexpr bool operator==(const Window&) const = default;
};

/// The window that covers the whole image.
inline constexpr Window whole_image = [] {
    Window window = 1;
    window.is_whole = true;
    return window;
}();

namespace detail {

/// A window in one direction.
struct Taps {
    std::int32_t count = 1;
    std::int32_t stride = 1;
    std::int64_t padding = 0;
    std::int32_t dilation = 1;

    /// Pixels from the first tap to the last, both included.
    [[nodiscard]] constexpr std::int64_t reach() const { return dilation * (std::int64_t{count} - 1) + 1; }
    /// The padding that keeps the size of the image at stride 1, for a reach that is odd.
    [[nodiscard]] constexpr std::int64_t same_padding() const { return (reach() - 1) / 2; }
};

/// A window in both directions.
struct WindowTaps {
    Taps rows;
    Taps columns;
};

constexpr void check_taps(Builder& b, const Taps& taps) {
    if (taps.count < 1 || taps.stride < 1) {
        b.fail(kernel_and_stride_must_be_positive, 1, taps.count < 1 ? taps.count : taps.stride);
    }
}

/// Height or width of the output of a window over `in` pixels; 1 if there is a mistake.
constexpr std::int32_t positions(Builder& b, std::int32_t in, const Taps& taps) {
    if (b.failed()) return 1;
    const std::int64_t padded = in + 2 * taps.padding;
    if (taps.padding < 0) b.fail(padding_must_not_be_negative, 0, taps.padding);
    if (taps.padding >= taps.reach()) b.fail(padding_must_be_smaller_than_kernel, taps.reach(), taps.padding);
    if (taps.reach() > padded) b.fail(kernel_is_larger_than_padded_input, padded, taps.reach());
    if (taps.reach() > INT32_MAX) b.fail(kernel_is_larger_than_padded_input, INT32_MAX, taps.reach());
    const std::int64_t size = (padded - taps.reach()) / taps.stride + 1;
    if (size > INT32_MAX) b.fail(tensor_has_too_many_values, INT32_MAX, size);
    return b.failed() ? 1 : static_cast<std::int32_t>(size);
}

/// A signal is an image of one row.
constexpr void check_signal(Builder& b) {
    if (b.in().shape.height != 1) b.fail(one_dimensional_layer_needs_a_signal, 1, b.in().shape.height);
}

/// In a one-dimensional layer the number of Kernel, Stride and Padding means time.
template <class Option>
constexpr void check_one_number(Builder& b) {
    if constexpr (requires { Option::height; }) {
        if (Option::height != Option::width) {
            b.fail({.kind = &option_of_a_one_dimensional_layer_takes_one_number,
                    .subject = &model_error::the<Option>::type});
        }
    }
}

}  // namespace detail

}  // namespace intaglio
