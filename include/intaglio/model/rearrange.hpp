// Layers that move codes: shortcuts without weights, and larger images.
#pragma once

#include "intaglio/model/layer.hpp"

namespace intaglio {

INTAGLIO_MODEL_ERROR(factor_must_be_positive)
INTAGLIO_MODEL_ERROR(number_of_channels_must_not_be_negative)
INTAGLIO_MODEL_ERROR(channels_cannot_be_padded_between_a_norm_and_its_activation)

namespace primitive {

/// Every so many pixels.
struct Subsample {
    static constexpr void describe(Builder& b, std::int32_t stride_height, std::int32_t stride_width) {
        Value out = b.in();
        out.shape = {(out.shape.height - 1) / stride_height + 1, (out.shape.width - 1) / stride_width + 1,
                     out.shape.channels};
        const ConvolutionExtents extents{
            .in = b.in().shape, .out = out.shape, .stride_height = stride_height, .stride_width = stride_width};
        b.append(Row{.kind = "subsample", .picks_codes = true, .keeps_affine = true, .extents = extents}, out);
    }
};

/// Channels of code 0 before all others and after them.
struct PadChannels {
    static constexpr void describe(Builder& b, std::int32_t before, std::int32_t after) {
        Value out = b.in();
        out.shape.channels += before + after;
        out.codes.lowest = out.codes.lowest > 0 ? 0 : out.codes.lowest;
        out.codes.highest = out.codes.highest < 0 ? 0 : out.codes.highest;
        b.append(Row{.kind = "pad channels", .channels_before = before}, out);
    }
};

/// Every pixel several times.
struct Upsample {
    static constexpr void describe(Builder& b, std::int32_t height_factor, std::int32_t width_factor) {
        Value out = b.in();
        out.shape.height *= height_factor;
        out.shape.width *= width_factor;
        b.append(Row{.kind = "upsample", .picks_codes = true, .keeps_affine = true}, out);
    }
};

}  // namespace primitive

/// Every Height-th row and every Width-th column, beginning with the first.
template <std::int32_t Height, std::int32_t Width = Height>
struct Subsample {
    template <class Defaults>
    struct resolved {
        using primitives = detail::mp_list<primitive::Subsample>;
        static constexpr void describe(Builder& b) {
            if (Height < 1 || Width < 1) b.fail(factor_must_be_positive, 1, Height < Width ? Height : Width);
            if (!b.failed()) primitive::Subsample::describe(b, Height, Width);
        }
    };
};

/// `Before` channels of value 0 before the others and `After` after them. Residual<..., Sequence<Subsample<2>,
/// PadChannels<8, 8>>> has a shortcut without weights (He et al. 2016, option A).
template <std::int32_t Before, std::int32_t After>
struct PadChannels {
    template <class Defaults>
    struct resolved {
        using primitives = detail::mp_list<primitive::PadChannels>;
        static constexpr void describe(Builder& b) {
            if (Before < 0 || After < 0) {
                b.fail(number_of_channels_must_not_be_negative, 0, Before < After ? Before : After);
            }
            if (b.in().norm_row != none) b.fail(channels_cannot_be_padded_between_a_norm_and_its_activation, 0, 0);
            const std::int64_t channels = b.in().shape.channels + std::int64_t{Before} + After;
            if (channels > INT32_MAX) b.fail(tensor_has_too_many_values, INT32_MAX, channels);
            if (!b.failed()) primitive::PadChannels::describe(b, Before, After);
        }
    };
};

/// Every pixel Height times below each other and Width times side by side (the nearest neighbour).
template <std::int32_t Height, std::int32_t Width = Height>
struct Upsample {
    template <class Defaults>
    struct resolved {
        using primitives = detail::mp_list<primitive::Upsample>;
        static constexpr void describe(Builder& b) {
            if (Height < 1 || Width < 1) b.fail(factor_must_be_positive, 1, Height < Width ? Height : Width);
            const Shape in = b.in().shape;
            const std::int64_t height = std::int64_t{in.height} * Height;
            const std::int64_t width = std::int64_t{in.width} * Width;
            const std::int64_t larger = height > width ? height : width;
            if (larger > INT32_MAX) b.fail(tensor_has_too_many_values, INT32_MAX, larger);
            if (!b.failed()) primitive::Upsample::describe(b, Height, Width);
        }
    };
};

}  // namespace intaglio
