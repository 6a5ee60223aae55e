// Weights without the scale that their quantiser would multiply them by.
#pragma once

#include "intaglio/model/parameter_text.hpp"
#include "intaglio/model/weights.hpp"

namespace intaglio {

INTAGLIO_MODEL_ERROR(weights_with_a_trained_scale_keep_it)

/// The codes of a quantiser whose values are also multiplied by a mean of the weights, without that factor: what
/// follows has a multiplier anyway. The derivative is that of the scaled value divided by the scale.
template <class Weight>
struct Unscaled : Weight {
    static constexpr bool scaled = false;
    static constexpr detail::NameParts parts = [] {
        detail::NameParts p;
        p.add(WeightTraits<Weight>::name);
        p.add("unscaled");
        return p;
    }();
    static constexpr const char* name = parts.text.data;
    static constexpr Problem problem() {
        if constexpr (requires { Weight::problem(); }) {
            constexpr Problem own = Weight::problem();
            if (own.exists()) return own;
        }
        if (!has_trained_parameters<Weight>) return {};
        return {.kind = &weights_with_a_trained_scale_keep_it, .subject = &model_error::the<Weight>::type};
    }
};

}  // namespace intaglio
