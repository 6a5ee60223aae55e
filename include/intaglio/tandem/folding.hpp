// Latent weights of a student from those of its teacher: copied, or with the gains of the teacher's norm in them.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

#include "intaglio/model/vocabulary.hpp"
#include "intaglio/model/weights/unscaled.hpp"

namespace intaglio::tandem {

/// How latent weights relate to the values that a quantiser gives them. By default a quantiser sees only what is no
/// common factor of a unit, so that gains change nothing but signs.
template <class Weight>
struct Latent {
    static constexpr bool holds_gains = false;
};
template <class Weight>
struct Latent<Unscaled<Weight>> : Latent<Weight> {};
/// Values are proportional to tanh of the latent weight.
template <int Bits, Maximum Divisor>
requires(Bits > 1) struct Latent<DoReFa<Bits, Divisor>> {
    static constexpr bool holds_gains = true;
    static constexpr bool is_linear = false;
    static double linear(double latent) { return std::tanh(latent); }
    static double latent(double linear) { return std::atanh(linear); }
    /// The largest linear weight of a layer: far enough from 1 for tanh to have a slope.
    static constexpr double largest = 0.75;
};
template <>
struct Latent<FloatWeights> {
    static constexpr bool holds_gains = true;
    static constexpr bool is_linear = true;
    static double linear(double latent) { return latent; }
    static double latent(double linear) { return linear; }
    static constexpr double largest = 1;
};

/// Copies the latent weights of a layer, [units][fan-in], times the powers `exponent` of the magnitudes of the units'
/// gains, and the signs of the gains. The gains of all units are positive and the exponent is 0: a plain copy, unless
/// student and teacher make values of latent weights in another way (real numbers, DoReFa); then the student's are such
/// that their values are proportional to the teacher's.
template <class StudentWeight, class TeacherWeight>
[[gnu::cold]] void fold_latents(std::span<const float> teacher, std::span<const double> gains, double exponent,
                                std::span<float> student) {
    const std::size_t fan_in = teacher.size() / gains.size();
    const auto sign = [&](std::size_t i) { return gains[i / fan_in] < 0 ? -1.0F : 1.0F; };
    for (std::size_t i = 0; i < teacher.size(); ++i) student[i] = sign(i) * teacher[i];
    if constexpr (Latent<StudentWeight>::holds_gains && Latent<TeacherWeight>::holds_gains) {
        if (exponent == 0 && Latent<StudentWeight>::is_linear == Latent<TeacherWeight>::is_linear) return;
        const auto linear = [&](std::size_t i) {
            return Latent<TeacherWeight>::linear(static_cast<double>(student[i])) *
                   std::pow(std::fabs(gains[i / fan_in]), exponent);
        };
        double largest = 0;
        for (std::size_t i = 0; i < teacher.size(); ++i) largest = std::max(largest, std::fabs(linear(i)));
        if (!(largest > 0)) return;
        const double scale = Latent<StudentWeight>::largest / largest;
        for (std::size_t i = 0; i < teacher.size(); ++i) {
            student[i] = static_cast<float>(Latent<StudentWeight>::latent(linear(i) * scale));
        }
    }
}

}  // namespace intaglio::tandem
