// Gradients of what rearrange.hpp does to one image. Each overwrites din, or adds to it if `add`.
#pragma once

#include <cstdint>

#include "intaglio/core/extents.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/kernels/padded_image.hpp"
#include "intaglio/kernels/rearrange.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels {

/// to[i] = from[i], or to[i] += from[i] if `add`.
template <class Float>
void pass_gradient(const Float* from, std::int64_t count, bool add, Float* to) {
    if (add) {
        for (std::int64_t i = 0; i < count; ++i) to[i] += from[i];
    } else {
        copy_codes(from, count, to);
    }
}

/// The gradient of subsample; pixels that it leaves out receive zero.
template <class Float>
void subsample_gradient(Shape in_shape, std::int32_t stride_height, std::int32_t stride_width, const Float* dout,
                        bool add, Float* din) {
    const Shape shape = subsampled_shape(in_shape, stride_height, stride_width);
    const std::int32_t channels = shape.channels;
    if (!add) fill_zero(din, in_shape.size());
    for (std::int32_t y = 0; y < shape.height; ++y) {
        Float* const to = din + std::int64_t{y} * stride_height * in_shape.width * channels;
        for (std::int32_t x = 0; x < shape.width; ++x, dout += channels) {
            pass_gradient(dout, channels, true, to + std::int64_t{x} * stride_width * channels);
        }
    }
}

/// The gradient of insert_zeros: that of the pixels that are no zeros.
template <class Float>
void insert_zeros_gradient(Shape in_shape, Shape out_shape, std::int32_t stride_height, std::int32_t stride_width,
                           const Float* dout, bool add, Float* din) {
    const std::int32_t channels = in_shape.channels;
    for (std::int32_t y = 0; y < in_shape.height; ++y) {
        const Float* const from = dout + std::int64_t{y} * stride_height * out_shape.width * channels;
        for (std::int32_t x = 0; x < in_shape.width; ++x, din += channels) {
            pass_gradient(from + std::int64_t{x} * stride_width * channels, channels, add, din);
        }
    }
}

/// The gradient of upsample: the sum over the copies of each pixel, row by row.
template <class Float>
void upsample_gradient(Shape in_shape, std::int32_t height_factor, std::int32_t width_factor, const Float* dout,
                       bool add, Float* din) {
    const std::int32_t channels = in_shape.channels;
    const std::int64_t row = std::int64_t{in_shape.width} * channels;
    for (std::int32_t y = 0; y < in_shape.height; ++y, din += row) {
        for (std::int32_t i = 0; i < height_factor; ++i) {
            for (std::int32_t x = 0; x < in_shape.width; ++x) {
                for (std::int32_t j = 0; j < width_factor; ++j, dout += channels) {
                    pass_gradient(dout, channels, add || i != 0 || j != 0, din + std::int64_t{x} * channels);
                }
            }
        }
    }
}

/// din[pixel] = the `channels` channels of dout[pixel] from `first` on, of `all`: the gradient of pad_channels (first
/// is `before`) and of each image of concat_channels.
template <class Float>
void channel_range_gradient(std::int64_t pixels, std::int32_t all, std::int32_t first, std::int32_t channels,
                            const Float* dout, bool add, Float* din) {
    for (std::int64_t pixel = 0; pixel < pixels; ++pixel, dout += all, din += channels) {
        pass_gradient(dout + first, channels, add, din);
    }
}

/// The gradient of multiply for one factor: dout times the other factor's value, which is scale * code. `one_pixel`:
/// the other factor is one pixel for all.
template <class Code, class Float>
void multiply_gradient(Shape shape, const Float* dout, const Code* other, bool one_pixel, Float scale, bool add,
                       Float* din) {
    const std::int64_t run = one_pixel ? shape.channels : shape.size();
    for (const Float* const end = dout + shape.size(); dout != end; dout += run, din += run) {
        for (std::int64_t i = 0; i < run; ++i) {
            const Float gradient = dout[i] * (scale * static_cast<Float>(other[i]));
            din[i] = add ? din[i] + gradient : gradient;
        }
    }
}

/// The gradient of multiply for a factor that is one pixel for all: the sum over the pixels, in their order.
template <class Code, class Float>
void multiply_pixel_gradient(Shape shape, const Float* dout, const Code* other, Float scale, bool add, Float* din) {
    if (!add) fill_zero(din, shape.channels);
    for (std::int64_t pixel = 0; pixel < shape.pixels(); ++pixel) {
        for (std::int32_t c = 0; c < shape.channels; ++c) {
            const std::int64_t i = pixel * shape.channels + c;
            din[c] += dout[i] * (scale * static_cast<Float>(other[i]));
        }
    }
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels
