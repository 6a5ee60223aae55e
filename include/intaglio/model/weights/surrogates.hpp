// Surrogates of weight quantisers as types: what stands for the derivative of a weight's code in the backward pass.
#pragma once

#include <type_traits>

#include "intaglio/model/surrogates.hpp"

namespace intaglio {

/// Factor on a derivative.
struct Slope {
    double value;
};

/// The gain where |w / 3| < 1, the range that (P2.7) does not clip, 0 elsewhere (P2.10). The exact derivative has the
/// gain 1/3; after a standardisation that only changes the learning rate of SGD, and nothing for Adam.
template <Slope Factor = Slope{1.0}>
struct Indicator {
    static constexpr double gain = Factor.value;
    static constexpr auto text = detail::name_with_parameter("indicator", "gain", gain, 1);
    static constexpr const char* name = text.data;
    static constexpr Problem problem() {
        return detail::surrogate_parameter_problem(gain, &model_error::the<Indicator>::type);
    }
};

/// The gain where |w| <= 1, 0 elsewhere ("hard tanh").
template <Slope Factor = Slope{1.0}>
struct ClippedIdentity {
    static constexpr double gain = Factor.value;
    static constexpr auto text = detail::name_with_parameter("clipped identity", "gain", gain, 1);
    static constexpr const char* name = text.data;
    static constexpr Problem problem() {
        return detail::surrogate_parameter_problem(gain, &model_error::the<ClippedIdentity>::type);
    }
};

/// The gain everywhere. Under it binary weights are kept within -1 ... 1, where their sign can still change.
template <Slope Factor = Slope{1.0}>
struct PlainIdentity {
    static constexpr bool unbounded = true;
    static constexpr double gain = Factor.value;
    static constexpr auto text = detail::name_with_parameter("identity", "gain", gain, 1);
    static constexpr const char* name = text.data;
    static constexpr Problem problem() {
        return detail::surrogate_parameter_problem(gain, &model_error::the<PlainIdentity>::type);
    }
};

namespace detail {

/// Adds the surrogate to a quantiser's name, unless it is the default.
template <class Surrogate, class Usual>
constexpr void add_surrogate(NameParts& parts) {
    if constexpr (!std::is_same_v<Surrogate, Usual>) parts.add(Surrogate::name);
}

}  // namespace detail

}  // namespace intaglio
