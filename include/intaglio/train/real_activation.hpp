// Training of activations whose results are real numbers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "intaglio/model/primitives.hpp"
#include "intaglio/model/real_activations.hpp"
#include "intaglio/train/stateless.hpp"

namespace intaglio::model_error {
template <class...>
struct function_has_no_arithmetic_specialise_train_RealFunctionOf;
}  // namespace intaglio::model_error

namespace intaglio::train {

/// A function of real numbers and its derivative; specialised for each activation with real results. Both take the
/// function's argument.
template <class Function>
struct RealFunctionOf : Missing<model_error::function_has_no_arithmetic_specialise_train_RealFunctionOf<Function>> {};

template <>
struct RealFunctionOf<Relu> {
    static float value(float x) { return x > 0 ? x : 0.0F; }
    static float derivative(float x) { return x > 0 ? 1.0F : 0.0F; }
};
template <>
struct RealFunctionOf<Linear> {
    static float value(float x) { return x; }
    static float derivative(float) { return 1.0F; }
};

/// The affine function of every channel in front of the activation.
struct RealActivationState {
    [[gnu::cold]] explicit RealActivationState(std::int64_t channels)
        : slope(static_cast<std::size_t>(channels)), offset(static_cast<std::size_t>(channels)) {}
    std::vector<float> slope;
    std::vector<float> offset;
};

template <class Function>
struct Operation<primitive::RealActivation<Function>> : Stateless {
    template <class Net, std::size_t Index>
    struct State : RealActivationState {
        explicit State(std::int64_t /*capacity*/)
            : RealActivationState(facts<Net>.value(facts<Net>.rows[Index].output).shape.channels) {}
    };

    template <class Net, std::size_t Index>
    static void forward(State<Net, Index>& state, Context& context) {
        constexpr const Row& row = facts<Net>.rows[Index];
        constexpr const Value& in = facts<Net>.value(row.input);
        const Meaning means = meaning<Net, row.input>(context);
        for (std::size_t c = 0; c < state.slope.size(); ++c) {
            const Affine affine = value_affine(in, means, static_cast<std::int64_t>(c));
            state.slope[c] = static_cast<float>(affine.slope);
            state.offset[c] = static_cast<float>(affine.offset);
        }
        each_image<Net, Index>(context, [&](const auto* from, float* to) {
            each(state, in.shape, from, [&](std::int64_t i, float x) { to[i] = RealFunctionOf<Function>::value(x); });
        });
    }

    template <class Net, std::size_t Index>
    static void backward(State<Net, Index>& state, Context& context) {
        constexpr const Row& row = facts<Net>.rows[Index];
        constexpr Shape shape = facts<Net>.value(row.input).shape;
        const auto* codes_in = codes<Net, row.input>(context);
        each_gradient<Net, Index>(context, [&](std::int64_t image, const float* dout, bool add, float* din) {
            each(state, shape, codes_in + image * shape.size(), [&](std::int64_t i, float x) {
                const float own = RealFunctionOf<Function>::derivative(x) * dout[i];
                din[i] = add ? din[i] + own : own;
            });
        });
    }

  private:
    /// Calls body(i, argument of the function) for the elements of one image.
    template <class Number, class Body>
    static void each(const RealActivationState& state, Shape shape, const Number* from, const Body& body) {
        const auto channels = static_cast<std::int64_t>(state.slope.size());
        for (std::int64_t i = 0; i < shape.size(); i += channels) {
            for (std::int64_t c = 0; c < channels; ++c) {
                const auto at_channel = static_cast<std::size_t>(c);
                body(i + c, state.slope[at_channel] * static_cast<float>(from[i + c]) + state.offset[at_channel]);
            }
        }
    }
};

}  // namespace intaglio::train
