// Options that give a layer its extents.
#pragma once

#include <cstdint>

#include "intaglio/model/options.hpp"

namespace intaglio {

namespace detail {

/// The number at a place, 0 beyond the last one.
template <std::int32_t... Numbers>
constexpr std::int32_t number_at(std::int32_t place) {
    std::int32_t found = 0;
    std::int32_t at = 0;
    ((found = at++ == place ? Numbers : found), ...);
    return found;
}

}  // namespace detail

/// Number of output channels, features or classes.
template <std::int32_t Channels>
struct Out {
    using option = option::out;
    static constexpr std::int32_t channels = Channels;
};
/// Number of input channels that the author expects; checked, never needed.
template <std::int32_t Channels>
struct In {
    using option = option::in;
    static constexpr std::int32_t channels = Channels;
};
/// Number of output channels of a depthwise convolution for each input channel; 1 if not given.
template <std::int32_t Factor>
struct ChannelMultiplier {
    using option = option::multiplier;
    static constexpr std::int32_t factor = Factor;
};
/// Size of the window of a convolution; 3 x 3 if not given.
template <std::int32_t Height, std::int32_t Width = Height>
struct Kernel {
    using option = option::kernel;
    static constexpr std::int32_t height = Height;
    static constexpr std::int32_t width = Width;
};
/// Distance of the taps of a convolution, in both directions; 1 if not given.
template <std::int32_t Distance>
struct Dilation {
    using option = option::dilation;
    static constexpr std::int32_t distance = Distance;
};
/// Step of the window of a convolution (1 if not given) or of a pool (its window if not given).
template <std::int32_t Height, std::int32_t Width = Height>
struct Stride {
    using option = option::stride;
    static constexpr std::int32_t height = Height;
    static constexpr std::int32_t width = Width;
};
/// Rows above and below and columns left and right: `Padding<Everywhere>`, `Padding<Rows, Columns>` or, each side by
/// itself, `Padding<Top, Bottom, Left, Right>`; of layers in one dimension `Padding<BothEnds>` or `Padding<Before,
/// After>`. In a convolution they hold the padding code of its input (0, unless an activation says otherwise), and if
/// not given half of what the kernel reaches over. In a max pool they do not take part, and there are none if not
/// given.
template <std::int32_t... Sides>
struct Padding {
    using option = option::padding;
    static constexpr std::int32_t count = sizeof...(Sides);
    static constexpr Problem problem() {
        if (count == 1 || count == 2 || count == 4) return {};
        return {.kind = &padding_takes_1_2_or_4_numbers, .subject = &model_error::the<Padding>::type};
    }
    static constexpr std::int32_t top = detail::number_at<Sides...>(0);
    static constexpr std::int32_t bottom = detail::number_at<Sides...>(count == 4 ? 1 : 0);
    static constexpr std::int32_t left = detail::number_at<Sides...>(count == 4 ? 2 : count - 1);
    static constexpr std::int32_t right = detail::number_at<Sides...>(count - 1);
    static constexpr std::int32_t before = top;  ///< in one dimension
    static constexpr std::int32_t after = right;
};
/// The padding that keeps the size of the image at stride 1; the default.
struct SamePadding {
    using option = option::padding;
};
/// Enough for ceil(size / stride) windows, and where that is odd one more below and on the right: "same" of TensorFlow
/// and Keras, SAME_UPPER of ONNX. At stride 2 on an even size a kernel of 3 gets none above and on the left.
struct SameUpperPadding {
    using option = option::padding;
};
/// Of a layer in time: before the start as much as the kernel reaches back, nothing behind the end, so that no result
/// depends on what comes later ("causal" of Keras).
struct CausalPadding {
    using option = option::padding;
};
/// Number of groups into which input and output channels are cut.
template <std::int32_t Count>
struct Groups {
    using option = option::groups;
    static constexpr std::int32_t count = Count;
};
/// Lets a dense layer read an image, pixel by pixel with channels innermost.
struct Flatten {
    using option = option::flatten;
};
/// A dense layer accepts a vector only; the default.
struct NoFlatten {
    using option = option::flatten;
};

}  // namespace intaglio
