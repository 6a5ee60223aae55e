// The end of a training program: integer logits for predictions, float logits for the loss.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/model/primitives.hpp"
#include "intaglio/train/program/context.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train {

/// Logits of a batch. Networks of real numbers have no integer logits: theirs stay 0.
struct LogitState {
    [[gnu::cold]] LogitState(const Site& site, std::int64_t capacity)
        : affine(static_cast<std::size_t>(site.channels())),
          multiplier(affine.size()),
          addend(affine.size()),
          integers(affine.size() * static_cast<std::size_t>(capacity)),
          floats(integers.size()) {}

    std::vector<Affine> affine;
    std::vector<std::int32_t> multiplier;
    std::vector<std::int64_t> addend;
    int exponent = 0;                    ///< value = integer logit * 2^-exponent
    std::vector<std::int64_t> integers;  ///< [images][classes]
    std::vector<float> floats;           ///< [images][classes]
};

namespace detail {

/// The integer logits' multipliers and addends; none of a network of real numbers.
inline void prepare_logits(LogitState& state, const Site& site, const Context& context) {
    const Row& row = *site.row;
    const Meaning means = meaning(context, site.input);
    for (std::size_t c = 0; c < state.affine.size(); ++c) {
        state.affine[c] = value_affine(*site.input.value, means, static_cast<std::int64_t>(c));
    }
    if (site.input.value->storage == Storage::float32) return;
    if (row.scale.given) {
        for (Affine& a : state.affine) a.slope = round_to_bits(a.slope, row.scale.precision);
    }
    state.exponent =
        make_logits(state.affine, state.multiplier, state.addend, row.scale.given ? 15 : row.scale.precision);
}

}  // namespace detail

template <>
struct Operation<primitive::Logits> {
    template <class Kind>
    using State = LogitState;
    template <class Kind>
    static std::int64_t workspace_bytes(const Site&, std::int64_t) {
        return 0;
    }

    template <class Kind>
    static void forward(LogitState& state, const Site& site, Context& context) {
        detail::prepare_logits(state, site, context);
        const std::size_t classes = state.affine.size();
        const auto* accumulators = codes<typename Kind::input>(context, site.input);
        for (std::size_t i = 0; i < static_cast<std::size_t>(context.images) * classes; ++i) {
            const std::size_t c = i % classes;
            if constexpr (!std::is_same_v<typename Kind::input, float>) {
                state.integers[i] = std::int64_t{accumulators[i]} * state.multiplier[c] + state.addend[c];
            }
            state.floats[i] = static_cast<float>(state.affine[c].slope * static_cast<double>(accumulators[i]) +
                                                 state.affine[c].offset);
        }
    }

    /// The loss writes the gradient of the output value by itself.
    template <class Kind>
    static void backward(LogitState&, const Site&, Context&) {}

    template <class Kind>
    [[gnu::cold]] static void lower(const LogitState&, const Site& site, Lowering& lowering, RowNumbers& numbers) {
        LogitState own(site, 0);
        detail::prepare_logits(own, site, lowering.context);
        const ScaleForm& form = site.row->scale;
        own.multiplier.resize(static_cast<std::size_t>(form.multipliers(site.channels())));
        own.addend.resize(static_cast<std::size_t>(form.addends(site.channels())));
        numbers.multipliers = own.multiplier;
        numbers.addends = own.addend;
        lowering.logit_exponent = own.exponent;
    }
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train
