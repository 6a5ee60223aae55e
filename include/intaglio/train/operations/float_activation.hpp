// Training of activations whose results are real numbers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/model/float_activations.hpp"
#include "intaglio/model/primitives.hpp"
#include "intaglio/train/program/stateless.hpp"

namespace intaglio::model_error {
template <class...>
struct function_has_no_arithmetic_specialise_train_FloatFunctionOf;
}  // namespace intaglio::model_error

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train {

/// A function of real numbers and its derivative; specialised for each activation with real results. Both take the
/// function's argument.
template <class Function>
struct FloatFunctionOf : Missing<model_error::function_has_no_arithmetic_specialise_train_FloatFunctionOf<Function>> {};

template <>
struct FloatFunctionOf<Relu> {
    static float value(float x) { return x > 0 ? x : 0.0F; }
    static float derivative(float x) { return x > 0 ? 1.0F : 0.0F; }
};
template <Ceiling Largest>
struct FloatFunctionOf<ClippedRelu<Largest>> {
    static constexpr auto ceiling = static_cast<float>(Largest.value);
    static float value(float x) { return x > 0 ? (x < ceiling ? x : ceiling) : 0.0F; }
    static float derivative(float x) { return x > 0 && x < ceiling ? 1.0F : 0.0F; }
};
template <>
struct FloatFunctionOf<Linear> {
    static float value(float x) { return x; }
    static float derivative(float) { return 1.0F; }
};

/// The affine function of every channel in front of the activation.
struct FloatActivationState {
    [[gnu::cold]] FloatActivationState(const Site& site, std::int64_t /*capacity*/)
        : slope(static_cast<std::size_t>(site.channels())), offset(slope.size()) {}
    std::vector<float> slope;
    std::vector<float> offset;
};

template <class Function>
struct Operation<primitive::FloatActivation<Function>> : Stateless {
    template <class Kind>
    using State = FloatActivationState;

    template <class Kind>
    static void forward(FloatActivationState& state, const Site& site, Context& context) {
        const Value& in = *site.input.value;
        const Meaning means = meaning(context, site.input);
        for (std::size_t c = 0; c < state.slope.size(); ++c) {
            const Affine affine = value_affine(in, means, static_cast<std::int64_t>(c));
            state.slope[c] = static_cast<float>(affine.slope);
            state.offset[c] = static_cast<float>(affine.offset);
        }
        each_image<Kind>(site, context, [&](const auto* from, float* to) {
            each(state, in.shape, from, [&](std::int64_t i, float x) { to[i] = FloatFunctionOf<Function>::value(x); });
        });
    }

    template <class Kind>
    static void backward(FloatActivationState& state, const Site& site, Context& context) {
        const Shape shape = site.input.shape();
        const auto* codes_in = codes<typename Kind::input>(context, site.input);
        each_gradient(site, site.input, context,
                      [&](std::int64_t image, const Gradient* dout, bool add, Gradient* din) {
                          each(state, shape, codes_in + image * shape.size(), [&](std::int64_t i, float x) {
                              const Gradient own = FloatFunctionOf<Function>::derivative(x) * dout[i];
                              din[i] = add ? din[i] + own : own;
                          });
                      });
    }

  private:
    /// Calls body(i, argument of the function) for the elements of one image.
    template <class Number, class Body>
    static void each(const FloatActivationState& state, Shape shape, const Number* from, const Body& body) {
        const auto channels = static_cast<std::int64_t>(state.slope.size());
        for (std::int64_t i = 0; i < shape.size(); i += channels) {
            for (std::int64_t c = 0; c < channels; ++c) {
                const auto at_channel = static_cast<std::size_t>(c);
                body(i + c, state.slope[at_channel] * static_cast<float>(from[i + c]) + state.offset[at_channel]);
            }
        }
    }
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train
