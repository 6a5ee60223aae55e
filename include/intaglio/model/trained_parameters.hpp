// Trained parameters that a weight quantiser or an activation owns, as its type declares them.
#pragma once

#include <cstdint>

#include "intaglio/model/errors.hpp"
#include "intaglio/model/granularity.hpp"

namespace intaglio {

INTAGLIO_MODEL_ERROR(trained_parameters_of_an_activation_belong_to_the_layer_not_to_channels)
INTAGLIO_MODEL_ERROR(number_of_trained_parameters_must_be_positive)
INTAGLIO_MODEL_ERROR(trained_parameters_start_below_their_smallest_value)

/// The trained parameters of a quantiser or an activation, which declares them as
/// `static constexpr TrainedParameters trained{.name = "step size"}`. They lie after the weights of a product, or
/// belong to the row of a step; they get gradients and are stepped like gains.
struct TrainedParameters {
    const char* name = "";      ///< of one of them, for facts, checkpoints and errors: "step size"
    Per per = Per::layer;       ///< those of an activation belong to the layer
    std::int32_t count = 1;     ///< for each channel, or for the layer
    double initial = 1;         ///< what each starts from, unless its arithmetic finds something better
    double smallest = 0x1p-20;  ///< the optimiser leaves no parameter below; 0: they may have either sign
    bool decays = false;        ///< whether weight decay applies to them

    [[nodiscard]] constexpr std::int64_t total(std::int32_t channels) const {
        return std::int64_t{count} * (per == Per::channel ? channels : 1);
    }
};

/// What is wrong with the declaration of a quantiser or an activation `type`, if anything.
constexpr Problem trained_parameters_problem(const TrainedParameters& trained, const char* type) {
    if (trained.count < 1) {
        return {.kind = &number_of_trained_parameters_must_be_positive,
                .expected = 1,
                .found = trained.count,
                .subject = type};
    }
    if (trained.smallest > 0 && !(trained.initial >= trained.smallest && trained.initial <= 3e38)) {
        return {.kind = &trained_parameters_start_below_their_smallest_value, .subject = type};
    }
    return {};
}

/// Those of a row that has none.
inline constexpr TrainedParameters no_trained_parameters{.count = 0};

/// Whether a quantiser or an activation owns trained parameters.
template <class Quantizer>
inline constexpr bool has_trained_parameters = requires {
    Quantizer::trained.count;
};

}  // namespace intaglio
