// Windows that slide over images, of convolutions and of pools.
#pragma once

#include <cstdint>
#include <type_traits>

#include "intaglio/model/builder.hpp"
#include "intaglio/model/geometry.hpp"

namespace intaglio {

INTAGLIO_MODEL_ERROR(one_dimensional_layer_needs_a_signal)
INTAGLIO_MODEL_ERROR(option_of_a_one_dimensional_layer_takes_one_number)
INTAGLIO_MODEL_ERROR(padding_of_a_one_dimensional_layer_takes_1_or_2_numbers)
INTAGLIO_MODEL_ERROR(causal_padding_belongs_to_one_dimensional_layers)

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
    std::int64_t before = 0;  ///< pixels of padding
    std::int64_t after = 0;
    std::int32_t dilation = 1;

    /// Pixels from the first tap to the last, both included.
    [[nodiscard]] constexpr std::int64_t reach() const { return dilation * (std::int64_t{count} - 1) + 1; }
    /// Pads so that the size of the image stays at stride 1, for a reach that is odd.
    constexpr void keep_size() { before = after = (reach() - 1) / 2; }
    /// Pads so that ceil(in / stride) windows fit, the odd pixel behind.
    constexpr void keep_windows(std::int32_t in) {
        if (count < 1 || stride < 1) return;  // a mistake that is told elsewhere
        const std::int64_t last = (std::int64_t{in} - 1) / stride * stride;
        const std::int64_t total = last + reach() > in ? last + reach() - in : 0;
        before = total / 2;
        after = total - before;
    }
    [[nodiscard]] constexpr std::int64_t padded(std::int64_t in) const { return in + before + after; }
};

/// A window in both directions.
struct WindowTaps {
    Taps rows;
    Taps columns;
};

/// Sets the padding of a window whose taps are known, over an image.
template <class Pad, bool OneDimensional>
constexpr void pad(Builder& b, WindowTaps& w) {
    if constexpr (std::is_same_v<Pad, SamePadding>) {
        w.rows.keep_size();
        w.columns.keep_size();
    } else if constexpr (std::is_same_v<Pad, SameUpperPadding>) {
        w.rows.keep_windows(b.in().shape.height);
        w.columns.keep_windows(b.in().shape.width);
    } else if constexpr (std::is_same_v<Pad, CausalPadding>) {
        if (!OneDimensional) b.fail({.kind = &causal_padding_belongs_to_one_dimensional_layers});
        w.columns.before = w.columns.reach() - 1;
    } else if constexpr (OneDimensional) {
        w.columns.before = Pad::before;
        w.columns.after = Pad::after;
    } else {
        w.rows.before = Pad::top;
        w.rows.after = Pad::bottom;
        w.columns.before = Pad::left;
        w.columns.after = Pad::right;
    }
}

constexpr void check_taps(Builder& b, const Taps& taps) {
    if (taps.count < 1 || taps.stride < 1) {
        b.fail(kernel_and_stride_must_be_positive, 1, taps.count < 1 ? taps.count : taps.stride);
    }
}

/// Height or width of the output of a window over `in` pixels; 1 if there is a mistake.
constexpr std::int32_t positions(Builder& b, std::int32_t in, const Taps& taps) {
    if (b.failed()) return 1;
    const std::int64_t padded = taps.padded(in);
    const std::int64_t paddings[] = {taps.before, taps.after};
    for (const std::int64_t padding : paddings) {
        if (padding < 0) b.fail(padding_must_not_be_negative, 0, padding);
        if (padding >= taps.reach()) b.fail(padding_must_be_smaller_than_kernel, taps.reach(), padding);
    }
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

/// In a one-dimensional layer the number of Kernel and Stride means time.
template <class Option>
constexpr void check_one_number(Builder& b) {
    if constexpr (requires { Option::height; }) {
        if (Option::height != Option::width) {
            b.fail({.kind = &option_of_a_one_dimensional_layer_takes_one_number,
                    .subject = &model_error::the<Option>::type});
        }
    }
}

/// Its padding has one number for both ends, or one for each.
template <class Pad>
constexpr void check_padding_in_time(Builder& b) {
    if constexpr (requires { Pad::count; }) {
        if (Pad::count > 2) {
            b.fail({.kind = &padding_of_a_one_dimensional_layer_takes_1_or_2_numbers,
                    .subject = &model_error::the<Pad>::type});
        }
    }
}

}  // namespace detail

}  // namespace intaglio
