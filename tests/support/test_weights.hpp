// Weight quantisers of the tests: real numbers, and ternary codes with a scale for each output unit.
#pragma once

#include <cmath>
#include <cstdint>

#include "intaglio/model/network.hpp"
#include "intaglio/train/weights/weight_quantization.hpp"

namespace test_weights {

/// Weights that are the latent numbers themselves.
struct Real {
    using option = intaglio::option::weight;
    static constexpr const intaglio::ErrorKind* refusal = &intaglio::float_weights_have_no_integer_program;
    static constexpr const char* name = "real (test)";
};

/// Codes -1, 0, 1 with a threshold of 0.7 times the mean magnitude of the unit, which is also the scale.
struct ScaledTernary {
    using option = intaglio::option::weight;
    static constexpr std::int32_t states = 3;
    static constexpr intaglio::CodeRange codes{-1, 1};
    static constexpr std::int32_t denominator = 1;
    static constexpr bool scaled = true;
    static constexpr const char* name = "scaled ternary (test)";
};

}  // namespace test_weights

template <>
struct intaglio::train::WeightCode<test_weights::Real> {
    template <class Number>
    static Number value(Number weight) {
        return weight;
    }
    template <class Number>
    static Number gradient(Number) {
        return Number{1};
    }
};

template <>
struct intaglio::train::WeightCode<test_weights::ScaledTernary> {
    static constexpr Per scope = Per::channel;
    template <class Number>
    WeightCode(const Number* weights, std::int64_t count) {
        for (std::int64_t i = 0; i < count; ++i) scale_ += std::fabs(static_cast<double>(weights[i]));
        scale_ /= static_cast<double>(count);
    }
    template <class Number>
    [[nodiscard]] std::int8_t code(Number weight) const {
        const double magnitude = std::fabs(static_cast<double>(weight));
        return magnitude <= 0.7 * scale_ ? std::int8_t{0} : weight < 0 ? std::int8_t{-1} : std::int8_t{1};
    }
    template <class Number>
    [[nodiscard]] Number gradient(Number) const {
        return Number{1};
    }
    [[nodiscard]] double scale() const { return scale_; }

  private:
    double scale_ = 0;
};
