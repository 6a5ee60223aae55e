// The end of a training program: integer logits for predictions, float logits for the loss.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "intaglio/integer/step_parameters.hpp"
#include "intaglio/model/primitives.hpp"
#include "intaglio/train/certificate.hpp"
#include "intaglio/train/context.hpp"

namespace intaglio::train {

/// Logits of a batch. Networks of real numbers have no integer logits: theirs stay 0.
struct LogitState {
    LogitState(std::int64_t classes, std::int64_t capacity)
        : affine(static_cast<std::size_t>(classes)),
          multiplier(static_cast<std::size_t>(classes)),
          addend(static_cast<std::size_t>(classes)),
          integers(static_cast<std::size_t>(classes * capacity)),
          floats(static_cast<std::size_t>(classes * capacity)) {}

    std::vector<Affine> affine;
    std::vector<std::int32_t> multiplier;
    std::vector<std::int64_t> addend;
    int exponent = 0;                    ///< value = integer logit * 2^-exponent
    std::vector<std::int64_t> integers;  ///< [images][classes]
    std::vector<float> floats;           ///< [images][classes]
};

template <>
struct Operation<primitive::Logits> {
    template <class Net, std::size_t Index>
    struct State : LogitState {
        explicit State(std::int64_t capacity) : LogitState(facts<Net>.classes(), capacity) {}
    };
    template <class Net, std::size_t Index>
    static std::int64_t workspace_bytes(std::int64_t) {
        return 0;
    }

    template <class Net, std::size_t Index>
    static void forward(State<Net, Index>& state, Context& context) {
        constexpr const Row& row = facts<Net>.rows[Index];
        constexpr const Value& in = facts<Net>.value(row.input);
        const std::size_t classes = state.affine.size();
        for (std::size_t c = 0; c < classes; ++c) {
            state.affine[c] = value_affine(in, meaning<Net, row.input>(context), static_cast<std::int64_t>(c));
        }
        const auto* accumulators = codes<Net, row.input>(context);
        if constexpr (in.storage != Storage::real) {
            if constexpr (row.scale.given) {
                for (Affine& a : state.affine) a.slope = round_to_bits(a.slope, row.scale.precision);
            }
            constexpr int bits = row.scale.given ? 15 : row.scale.precision;
            state.exponent = make_logits(state.affine, state.multiplier, state.addend, bits);
            for (std::size_t i = 0; i < static_cast<std::size_t>(context.images) * classes; ++i) {
                const std::size_t c = i % classes;
                state.integers[i] = std::int64_t{accumulators[i]} * state.multiplier[c] + state.addend[c];
            }
        }
        for (std::size_t i = 0; i < static_cast<std::size_t>(context.images) * classes; ++i) {
            const std::size_t c = i % classes;
            state.floats[i] = static_cast<float>(state.affine[c].slope * static_cast<double>(accumulators[i]) +
                                                 state.affine[c].offset);
        }
    }

    /// The loss writes the gradient of the output value by itself.
    template <class Net, std::size_t Index>
    static void backward(State<Net, Index>&, Context&) {}

    template <class Tag, class Net, std::size_t Index>
    static void lower(const State<Net, Index>& state, std::byte* parameters) {
        constexpr const ScaleForm& form = facts<Net>.rows[Index].scale;
        const integer::LogitLayout layout = integer::logit_layout(facts<Net>.classes(), form);
        for (std::size_t c = 0; c < state.affine.size(); ++c) {
            reinterpret_cast<std::int32_t*>(parameters + layout.multiplier)[form.one_multiplier ? 0 : c] =
                state.multiplier[c];
            reinterpret_cast<std::int64_t*>(parameters + layout.addend)[form.one_addend ? 0 : c] = state.addend[c];
        }
    }

    template <class Tag, class Net, std::size_t Index>
    static void certify(const State<Net, Index>& state, const std::byte* parameters, const std::string& where,
                        Certificate& certificate) {
        constexpr const ScaleForm& form = facts<Net>.rows[Index].scale;
        const integer::LogitLayout layout = integer::logit_layout(facts<Net>.classes(), form);
        for (std::size_t c = 0; c < state.affine.size(); ++c) {
            certificate.logits_compared += 2;
            if (reinterpret_cast<const std::int32_t*>(parameters + layout.multiplier)[form.one_multiplier ? 0 : c] !=
                    state.multiplier[c] ||
                reinterpret_cast<const std::int64_t*>(parameters + layout.addend)[form.one_addend ? 0 : c] !=
                    state.addend[c]) {
                certificate.difference(where + ", class " + std::to_string(c));
            }
        }
    }
};

}  // namespace intaglio::train
