// Training of activations that own trained parameters: the scale that these stand for, and their gradients.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/train/program/context.hpp"
#include "intaglio/train/program/ranks.hpp"
#include "intaglio/train/program/trained_parameters.hpp"

namespace intaglio::model_error {
template <class...>
struct activation_with_trained_parameters_has_no_arithmetic_specialise_train_ActivationScale;
}  // namespace intaglio::model_error

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train {

/// The arithmetic of an activation with trained parameters: its value is scale * code / denominator, and its step looks
/// at value / scale. Specialised for each such activation. A specialisation has
/// - a constructor from the parameters and the number of activations of one image,
/// - `scale()`, a positive number,
/// - `derivatives(input, output)`: a std::array of the derivatives of the value with respect to each parameter; input
/// is
///   the value in front of the step and output the value after it, both over the scale,
/// - where parameters can start from a first batch: `static void initialize(each, count, parameters)`; each(body) calls
///   body(value) for the `count` values in front of the step.
template <class Activation>
struct ActivationScale
    : Missing<model_error::activation_with_trained_parameters_has_no_arithmetic_specialise_train_ActivationScale<
          Activation>> {};

/// What the step of an activation keeps of its trained parameters; nothing of one without.
template <class Activation, bool = has_trained_parameters<Activation>>
struct ScaleState {
    explicit ScaleState(const Site& /*site*/) {}
};
template <class Activation>
struct ScaleState<Activation, true> {
    [[gnu::cold]] explicit ScaleState(const Site& site)
        : scales(static_cast<std::size_t>(site.channels())),
          sums(static_cast<std::size_t>(sample_groups * site.row->trained_parameters)) {}

    std::vector<double> scales;  ///< of the result, which the operations after read
    std::vector<double> sums;    ///< per group of the batch: gradients of the parameters
};

namespace detail {

template <class Activation>
ActivationScale<Activation> scale_of(const Site& site, const Context& context) {
    return {context.parameters + site.parameters, site.output.size()};
}

/// Takes over the scale of the trained parameters, which is also that of the result.
template <class Activation, class StepState>
[[gnu::cold]] void use_scale(StepState& state, const Site& site, Context& context, std::vector<double>& scales) {
    require_trained_parameters(*site.row, context.parameters + site.parameters);
    state.scale = scale_of<Activation>(site, context).scale();
    std::fill(scales.begin(), scales.end(), state.scale);
    context.scales[site.output.index] = scales.data();
}

/// The gradients of the trained parameters, summed in the fixed groups of the batch, so that they do not depend on the
/// number of threads.
template <class Activation, class Kind, class State>
void scale_gradients(State& state, const Site& site, Context& context) {
    constexpr auto count = static_cast<std::size_t>(Activation::trained.count);
    constexpr std::size_t lanes = 8;  // independent sums, which a processor adds side by side
    const ActivationScale<Activation> scale = scale_of<Activation>(site, context);
    const auto* in = codes<typename Kind::input>(context, site.input);
    const auto* out = codes<typename Kind::output>(context, site.output);
    const Gradient* dvalue = gradient(context, site.output);
    const float unit = 1.0F / static_cast<float>(site.output.value->denominator);
    const std::size_t channels = state.slope.size();
    const std::int64_t size = site.output.size();
    context.for_groups([&](std::int64_t begin, std::int64_t images, std::int64_t group, int) {
        double lane[count][lanes]{};
        for (std::int64_t i = begin * size; i < (begin + images) * size;) {
            for (std::size_t c = 0; c < channels; ++c) {
                const float input = state.slope[c] * static_cast<float>(in[i]) + state.offset[c];
                const std::array<float, count> derivative = scale.derivatives(input, unit * static_cast<float>(out[i]));
                for (std::size_t k = 0; k < count; ++k) {
                    lane[k][c % lanes] += static_cast<double>(dvalue[i] * derivative[k]);
                }
                ++i;
            }
        }
        for (std::size_t k = 0; k < count; ++k) {
            state.sums[static_cast<std::size_t>(group) * count + k] =
                tree_sum([&](std::size_t l) { return lane[k][l]; });
        }
    });
    context.ranks.gather_groups(state.sums.data(), site.row->trained_parameters);
    for (std::size_t k = 0; k < count; ++k) {
        context.gradients[site.parameters + static_cast<std::int64_t>(k)] =
            static_cast<Gradient>(tree_sum([&](std::size_t group) { return state.sums[group * count + k]; }));
    }
}

/// Where the trained parameters of an activation start, by the batch in front of its step.
template <class Activation, class Kind>
[[gnu::cold]] void initialize_scale(const Site& site, Context& context, float* parameters) {
    using Input = typename Kind::input;
    const std::int64_t size = site.input.size();
    const std::int64_t count = context.batch * size;
    WholeBatch<Input> whole(context.ranks, context.batch, size);
    const std::span<const Input> own(codes<Input>(context, site.input),
                                     static_cast<std::size_t>(context.images * size));
    const std::span<const Input> from = whole.gather(own, {context.first_image, context.images, context.batch});
    const auto each = [&](const auto& body) {
        const Meaning means = meaning(context, site.input);
        std::vector<Affine> affine;
        for (std::int64_t c = 0; c < site.channels(); ++c) {
            affine.push_back(value_affine(*site.input.value, means, c));
        }
        for (std::size_t i = 0; i < from.size(); ++i) {
            const Affine& of = affine[i % affine.size()];
            body(of.slope * static_cast<double>(from[i]) + of.offset);
        }
    };
    if constexpr (requires { ActivationScale<Activation>::initialize(each, count, parameters); }) {
        ActivationScale<Activation>::initialize(each, count, parameters);
        bound_trained_parameters(*site.row, parameters);
    }
}

}  // namespace detail

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train
