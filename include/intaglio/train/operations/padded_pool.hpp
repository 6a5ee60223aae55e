// Training of average pools with padding.
#pragma once

#include <cstdint>

#include "intaglio/core/inside_taps.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/kernels/padded_sum_pool.hpp"
#include "intaglio/kernels/training/rearrange_gradient.hpp"
#include "intaglio/model/padded_pool.hpp"
#include "intaglio/train/program/stateless.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train {

template <bool CountsPadding>
struct Operation<primitive::PaddedSumPool<CountsPadding>> : Stateless {
    template <class Kind>
    static void forward(NoState&, const Site& site, Context& context) {
        keep_scales(site, context);
        const auto row_multiple = static_cast<std::int32_t>(site.row->settings[0]);
        const auto column_multiple = static_cast<std::int32_t>(site.row->settings[1]);
        each_image<Kind>(site, context, [&](const auto* in, auto* out) {
            kernels::padded_sum_pool(site.row->extents, row_multiple, column_multiple, CountsPadding, in, out);
        });
    }

    /// The value is the mean: each pixel inside of the image receives an equal share.
    template <class Kind>
    static void backward(NoState&, const Site& site, Context& context) {
        each_gradient(site, site.input, context, [&](std::int64_t, const Gradient* dout, bool add, Gradient* din) {
            spread(site.row->extents, dout, add, din);
        });
    }

  private:
    static void spread(const ConvolutionExtents& e, const Gradient* dout, bool add, Gradient* din) {
        const std::int64_t channels = e.in.channels;
        if (!add) kernels::fill_zero(din, e.in.size());
        for (std::int32_t y = 0; y < e.out.height; ++y) {
            const auto rows = inside_taps(y, e.stride_height, e.padding_height, e.kernel_height, e.in.height);
            for (std::int32_t x = 0; x < e.out.width; ++x, dout += channels) {
                const auto columns = inside_taps(x, e.stride_width, e.padding_width, e.kernel_width, e.in.width);
                const std::int32_t count =
                    CountsPadding ? e.kernel_height * e.kernel_width : rows.count * columns.count;
                const Gradient share = Gradient{1} / static_cast<Gradient>(count);
                for (std::int32_t i = 0; i < rows.count; ++i) {
                    for (std::int32_t j = 0; j < columns.count; ++j) {
                        Gradient* to = din + (std::int64_t{rows.first + i} * e.in.width + columns.first + j) * channels;
                        for (std::int64_t c = 0; c < channels; ++c) to[c] += dout[c] * share;
                    }
                }
            }
        }
    }
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train
