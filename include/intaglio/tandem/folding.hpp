// Latent weights of a student from those of its teacher: copied, or with the gains of the teacher's norm in them.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/model/vocabulary.hpp"
#include "intaglio/model/weights/unscaled.hpp"
#include "intaglio/tandem/calibration.hpp"
#include "intaglio/train/weights/weight_quantization.hpp"

namespace intaglio::model_error {
template <class...>
struct weights_of_a_student_do_not_say_their_latent_range;
}  // namespace intaglio::model_error

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::tandem {

/// How latent weights relate to the values that a quantiser gives them after a standardisation. By default a quantiser
/// sees only what is no common factor of a unit, so that gains change nothing but signs, and no range has to be met.
template <class Weight, class Standardization = NoWeightStandardization>
struct Latent {
    static constexpr bool holds_gains = false;
};
template <class Weight, class Standardization>
requires(!requires { Weight::latent_range; }) struct Latent<Unscaled<Weight>, Standardization>
    : Latent<Weight, Standardization> {
};
/// Values are proportional to latent weights, up to those of the outermost codes.
template <class Weight>
requires requires {
    Weight::latent_range;
}
struct Latent<Weight, NoWeightStandardization> {
    static constexpr bool holds_gains = true;
    static constexpr bool is_linear = true;
    static constexpr double range = Weight::latent_range;
    static double linear(double latent) { return std::clamp(latent, -range, range); }
    static double latent(double linear) { return linear; }
    /// What linear weights, of which the largest is 1, are multiplied by: rounding and clipping then lose least.
    static double scale(const std::vector<float>& linear) {
        using Traits = WeightTraits<Weight>;
        const Grid grid{.codes = {std::int64_t{Traits::spacing} * Weight::codes.lowest + Traits::offset,
                                  std::int64_t{Traits::spacing} * Weight::codes.highest + Traits::offset},
                        .denominator = Weight::denominator,
                        .code_spacing = Traits::spacing};
        return range * Weight::denominator / static_cast<double>(grid.codes.highest) / fit_range(linear, grid);
    }
};
/// Values are proportional to tanh of the latent weight.
template <int Bits, Maximum Divisor, class Standardization>
requires(Bits > 1) struct Latent<DoReFa<Bits, Divisor>, Standardization> {
    static constexpr bool holds_gains = true;
    static constexpr bool is_linear = false;
    static double linear(double latent) { return std::tanh(latent); }
    static double latent(double linear) { return std::atanh(linear); }
    static constexpr double range = 0.75;  ///< far enough from 1 for tanh to have a slope
    static double scale(const std::vector<float>&) { return range; }
};
template <class Standardization>
struct Latent<FloatWeights, Standardization> {
    static constexpr bool holds_gains = true;
    static constexpr bool is_linear = true;
    static double linear(double latent) { return latent; }
    static double latent(double linear) { return linear; }
    static constexpr double range = 1;
    static double scale(const std::vector<float>&) { return range; }
};

namespace detail {

/// Whether latent weights of one quantiser are those of the other.
template <class Student, class Teacher>
constexpr bool same_latents() {
    if constexpr (Student::holds_gains && Teacher::holds_gains) {
        return Student::is_linear == Teacher::is_linear && Student::range == Teacher::range;
    }
    return !Student::holds_gains;
}

/// Whether a quantiser that looks at each weight alone has more than two codes and does not say where they end.
template <class Weight>
constexpr bool lacks_range() {
    if constexpr (WeightTraits<Weight>::real || requires { Weight::latent_range; }) {
        return false;
    } else {
        return Weight::states > 2 && train::weight_scope<Weight> == Per::element;
    }
}

}  // namespace detail

/// Copies the latent weights of a layer, [units][fan-in], times the powers `exponent` of the magnitudes of the units'
/// gains, and the signs of the gains. The gains of all units are positive and the exponent is 0: a plain copy, unless
/// student and teacher make values of latent weights in another way (real numbers, DoReFa, codes of a range); then the
/// student's are such that their values are proportional to the teacher's and use all codes.
template <class StudentWeight, class TeacherWeight, class Standardization = NoWeightStandardization>
[[gnu::cold]] void fold_latents(std::span<const float> teacher, std::span<const double> gains, double exponent,
                                std::span<float> student) {
    using OfStudent = Latent<StudentWeight, Standardization>;
    using OfTeacher = Latent<TeacherWeight, Standardization>;
    if constexpr (std::is_same_v<Standardization, NoWeightStandardization> &&
                  !std::is_base_of_v<TeacherWeight, StudentWeight> && detail::lacks_range<StudentWeight>()) {
        static_assert(
            intaglio::spell<model_error::weights_of_a_student_do_not_say_their_latent_range<StudentWeight>>());
    }
    const std::size_t fan_in = teacher.size() / gains.size();
    const auto sign = [&](std::size_t i) { return gains[i / fan_in] < 0 ? -1.0F : 1.0F; };
    for (std::size_t i = 0; i < teacher.size(); ++i) student[i] = sign(i) * teacher[i];
    if constexpr (OfStudent::holds_gains) {
        if (exponent == 0 && detail::same_latents<OfStudent, OfTeacher>()) return;
        const auto linear = [&](std::size_t i) {
            auto value = static_cast<double>(student[i]);
            if constexpr (OfTeacher::holds_gains) value = OfTeacher::linear(value);
            return value * std::pow(std::fabs(gains[i / fan_in]), exponent);
        };
        double largest = 0;
        for (std::size_t i = 0; i < teacher.size(); ++i) largest = std::max(largest, std::fabs(linear(i)));
        if (!(largest > 0)) return;
        std::vector<float> shares;
        for (std::size_t i = 0; i < teacher.size(); ++i) shares.push_back(static_cast<float>(linear(i) / largest));
        const double scale = OfStudent::scale(shares) / largest;
        for (std::size_t i = 0; i < teacher.size(); ++i) {
            student[i] = static_cast<float>(OfStudent::latent(linear(i) * scale));
        }
    }
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::tandem
