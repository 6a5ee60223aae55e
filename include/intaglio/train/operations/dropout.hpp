// Training of dropout: codes become 0 by random numbers that follow from seed, row, pass and image alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/core/random.hpp"
#include "intaglio/kernels/padded_image.hpp"
#include "intaglio/model/dropout.hpp"
#include "intaglio/train/program/stateless.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train {

/// What was dropped in the last pass, and the scales of what was kept.
struct DropoutState {
    [[gnu::cold]] DropoutState(const Site& site, std::int64_t /*capacity*/)
        : scales(static_cast<std::size_t>(site.channels()), 1.0) {}

    std::vector<double> scales;
    std::uint64_t seed = 0;
    std::uint64_t pass = 0;
    std::int64_t first_image = 0;  ///< of this rank, in the batch
    double scale = 1;              ///< 1 / (1 - rate) if the pass dropped codes
    bool drops = false;
};

namespace detail {

/// Calls body(i, whether element i stays) for the elements of one image.
template <class Body>
void each_kept(std::uint64_t seed, std::size_t row, std::uint64_t pass, std::int64_t image, std::int64_t size,
               std::int64_t threshold, const Body& body) {
    // The highest bit tells these streams from all others of a training, which count rows, epochs or samples.
    const std::uint64_t stream = (std::uint64_t{1} << 63) | (static_cast<std::uint64_t>(row) << 44) | pass;
    Random random(seed, stream, static_cast<std::uint64_t>(image) * static_cast<std::uint64_t>((size + 3) / 4 * 4));
    for (std::int64_t i = 0; i < size; ++i) body(i, std::int64_t{random()} >= threshold);
}

}  // namespace detail

namespace detail {

/// The scales of what dropout gives: those of the input, times `scale`.
inline void dropout_scales(const double* in, double scale, std::vector<double>& scales) {
    for (std::size_t c = 0; c < scales.size(); ++c) scales[c] = scale * (in == nullptr ? 1.0 : in[c]);
}

}  // namespace detail

template <Rate Drop>
struct Operation<primitive::Dropout<Drop>> : Stateless {
    static constexpr std::int64_t threshold = primitive::Dropout<Drop>::threshold;

    template <class Kind>
    using State = DropoutState;

    template <class Kind>
    static void forward(DropoutState& state, const Site& site, Context& context) {
        const std::int64_t size = site.input.size();
        const auto row = static_cast<std::size_t>(site.index);
        state.seed = context.seed;
        state.pass = context.pass;
        state.first_image = context.first_image;
        state.drops = context.statistics == Statistics::batch && threshold > 0;
        state.scale = state.drops ? 1.0 / (1.0 - Drop.value) : 1.0;
        detail::dropout_scales(meaning(context, site.input).scales, state.scale, state.scales);
        context.scales[site.output.index] = state.scales.data();
        const auto* from = codes<typename Kind::input>(context, site.input);
        auto* to = result<typename Kind::output>(context, site);
        context.for_images([&](std::int64_t image, int) {
            const auto* codes_in = from + image * size;
            auto* codes_out = to + image * size;
            if (!state.drops) {
                kernels::copy_codes(codes_in, size, codes_out);
                return;
            }
            const std::int64_t of_batch = state.first_image + image;
            detail::each_kept(state.seed, row, state.pass, of_batch, size, threshold, [=](std::int64_t i, bool kept) {
                codes_out[i] = codes_in[i];
                if (!kept) codes_out[i] = 0;
            });
        });
    }

    template <class Kind>
    static void backward(DropoutState& state, const Site& site, Context& context) {
        const std::int64_t size = site.input.size();
        const auto row = static_cast<std::size_t>(site.index);
        const auto scale = static_cast<Gradient>(state.scale);
        each_gradient(site, site.input, context,
                      [&](std::int64_t image, const Gradient* dout, bool add, Gradient* din) {
                          const auto pass_on = [=](std::int64_t i, bool kept) {
                              const Gradient own = kept ? scale * dout[i] : Gradient{0};
                              din[i] = add ? din[i] + own : own;
                          };
                          if (state.drops) {
                              const std::int64_t of_batch = state.first_image + image;
                              detail::each_kept(state.seed, row, state.pass, of_batch, size, threshold, pass_on);
                          } else {
                              for (std::int64_t i = 0; i < size; ++i) pass_on(i, true);
                          }
                      });
    }

    template <class Kind>
    [[gnu::cold]] static void lower(const DropoutState& state, const Site& site, Lowering& lowering, RowNumbers&) {
        const double* in = meaning(lowering.context, site.input).scales;
        detail::dropout_scales(in, 1.0, lowering.own_scales(site, state.scales.size()));
    }
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train
