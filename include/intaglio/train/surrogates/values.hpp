// What the surrogate gradients need of the numbers and vectors that they are called with.
#pragma once

#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <string>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/text.hpp"
#include "intaglio/train/steps/staircase.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train::detail {

float scalar_of(float);
double scalar_of(double);
template <class Vector>
typename Vector::value_type scalar_of(Vector);

/// The type of one number of a Value.
template <class Value>
using ScalarOf = decltype(scalar_of(Value(0)));

inline float inverse(float x) {
    return 1.0F / x;
}
inline double inverse(double x) {
    return 1.0 / x;
}
/// An estimate and one step of Newton's method: several times faster than a division of vectors.
template <class Vector>
Vector inverse(Vector x) {
    using Scalar = typename Vector::value_type;
    const Vector estimate = reciprocal(x);
    return estimate * (Vector(Scalar{2}) - x * estimate);
}

/// `value` held between two numbers; an infinite one becomes finite.
template <class Value, class Scalar>
Value clamp(Value value, Scalar lowest, Scalar highest) {
    using std::fmax;
    using std::fmin;
    return fmin(fmax(value, Value(lowest)), Value(highest));
}

/// Most thresholds of an activation whose surrogate is summed threshold by threshold.
inline constexpr int most_levels = 255;

/// The number of levels, if a sum over them has room for them. Errors: std::invalid_argument.
inline int summed_levels(const Staircase& staircase) {
    const std::int64_t levels = staircase.levels();
    if (levels < 1 || levels > most_levels) {
        throw std::invalid_argument(
            joined({"surrogate gradient: the staircase has ", levels, " levels, expected 1 to ", most_levels}));
    }
    return static_cast<int>(levels);
}

/// One number for each threshold in both precisions, so that no conversion stands in the loops over them.
class PerThreshold {
  public:
    void set(int m, double value) {
        double_[m] = value;
        float_[m] = static_cast<float>(value);
    }
    template <class Scalar>
    [[nodiscard]] const Scalar* as() const {
        return pointer(Scalar{});
    }

  private:
    [[nodiscard]] const double* pointer(double) const { return double_; }
    [[nodiscard]] const float* pointer(float) const { return float_; }

    double double_[most_levels]{};
    float float_[most_levels]{};
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train::detail
