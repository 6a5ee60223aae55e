// Quantisers that a user adds: weights of codes without symmetry, and weights and an activation that train a number of
// their own. docs/extending.md goes through this file.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <intaglio/intaglio.hpp>

// 1. Codes without symmetry, such as two's complement: the type says `asymmetric`. The step is 1 / 4 for all.

namespace app {

template <int Lowest, int Highest>
struct FixedPoint {
    using option = intaglio::option::weight;
    static constexpr intaglio::CodeRange codes{Lowest, Highest};
    static constexpr std::int32_t states = Highest - Lowest + 1;
    static constexpr std::int32_t denominator = 4;
    static constexpr bool asymmetric = true;
    static constexpr const char* name = "fixed point";
};

}  // namespace app

template <int Lowest, int Highest>
struct intaglio::train::WeightCode<app::FixedPoint<Lowest, Highest>> {
    template <class Float>
    static std::int8_t code(Float w) {
        INTAGLIO_STRICT_FLOATS
        const Float nearest = std::floor(4 * w + Float{0.5});
        return static_cast<std::int8_t>(nearest < Lowest ? Lowest : nearest > Highest ? Highest : nearest);
    }
    template <class Float>
    static Float gradient(Float w) {
        return Lowest < 4 * w && 4 * w < Highest ? Float{1} : Float{0};
    }
};

// 2. Weights with a trained number: a step size s = exp(p) / 8 for each output channel, where p is trained and may have
// either sign. A weight is s * code.

namespace app {

struct LogStep {
    using option = intaglio::option::weight;
    using standardization = intaglio::NoWeightStandardization;
    static constexpr intaglio::CodeRange codes{-3, 5};
    static constexpr std::int32_t states = 9;
    static constexpr std::int32_t denominator = 1;
    static constexpr bool asymmetric = true;
    static constexpr bool scaled = true;
    static constexpr intaglio::TrainedParameters trained{
        .name = "logarithm of the step", .per = intaglio::Per::channel, .initial = 0, .smallest = 0};
    static constexpr const char* name = "trained logarithm";
};

}  // namespace app

template <>
struct intaglio::train::WeightCode<app::LogStep> {
    // Once for the weights of each output unit, with the trained numbers of that unit.
    template <class Float>
    WeightCode(const Float*, std::int64_t, const float* p) : step_(std::exp(static_cast<double>(*p)) / 8) {}

    [[nodiscard]] double scale() const { return step_; }
    template <class Float>
    [[nodiscard]] std::int8_t code(Float w) const {
        INTAGLIO_STRICT_FLOATS
        return static_cast<std::int8_t>(clamped(std::floor(static_cast<double>(w) / step_ + 0.5)));
    }
    template <class Float>
    [[nodiscard]] Float gradient(Float w) const {
        return inside(static_cast<double>(w) / step_) ? Float{1} : Float{0};
    }
    // dvalue / dp = dvalue / ds * s, and s * code moves with s by code, less by what the weight itself moves.
    template <class Float>
    void add_parameter_gradient(const Float* w, const Float* dvalue, std::int64_t count, double* sums) const {
        for (std::int64_t i = 0; i < count; ++i) {
            const double u = static_cast<double>(w[i]) / step_;
            sums[0] += static_cast<double>(dvalue[i]) * step_ * (code(w[i]) - (inside(u) ? u : 0.0));
        }
    }
    // Where training begins: the largest weight of the unit has the last code.
    template <class Float>
    static void initialize(const Float* w, std::int64_t count, float* p) {
        double largest = 0;
        for (std::int64_t i = 0; i < count; ++i) largest = std::fmax(largest, std::fabs(static_cast<double>(w[i])));
        if (largest > 0) *p = static_cast<float>(std::log(8 * largest / 5));
    }

  private:
    static bool inside(double u) { return -3 < u && u < 5; }
    static double clamped(double u) { return u < -3 ? -3 : u > 5 ? 5 : u; }

    double step_;
};

// 3. An activation with a trained number: codes -4 ... 3 that stand for s * code / 4, s = exp(p).

namespace app {

struct LogRangeAct {
    using option = intaglio::option::activation;
    using surrogate = intaglio::StraightThrough;
    static constexpr intaglio::CodeRange codes{-4, 3};
    static constexpr std::int64_t denominator = 4;
    static constexpr intaglio::TrainedParameters trained{
        .name = "logarithm of the range", .initial = 0.5, .smallest = 0};
};

}  // namespace app

template <>
class intaglio::train::ActivationScale<app::LogRangeAct> {
  public:
    // The trained numbers of the layer, and how many activations an image has.
    ActivationScale(const float* p, std::int64_t) : scale_(std::exp(static_cast<double>(*p))) {}

    [[nodiscard]] double scale() const { return scale_; }
    // Input and output are the values in front of the step and behind it, over the scale.
    [[nodiscard]] std::array<float, 1> derivatives(float input, float output) const {
        const bool inside = -1 < input && input < 0.75F;
        return {static_cast<float>(scale_) * (output - (inside ? input : 0.0F))};
    }

  private:
    double scale_;
};
