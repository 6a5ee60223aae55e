// The sign of a sum of products, without any rounding.
#pragma once

#include <cmath>
#include <cstdint>
#include <initializer_list>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/train/steps/strict_floats.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train::detail {

/// A sum of at most 4 products of a double and two integers below 2^62, as numbers that do not overlap (Shewchuk 1997).
/// Exact, since multiples of a double never fall below its last place, as long as no product reaches 2^1000.
class ExactSum {
  public:
    void add(double x, std::int64_t factor, std::int64_t second_factor) {
        multiply(x, factor, [&](double part) { multiply(part, second_factor, [&](double p) { add(p); }); });
    }

    /// -1, 0 or 1.
    [[nodiscard]] int sign() const {
        // The last part is the largest.
        return count_ == 0 ? 0 : part_[count_ - 1] < 0 ? -1 : 1;
    }

  private:
    /// Passes on the parts of x * factor.
    template <class Next>
    static void multiply(double x, std::int64_t factor, const Next& next) {
        constexpr std::int64_t half = std::int64_t{1} << 31;
        const std::int64_t low = factor % half;
        const std::int64_t parts[] = {factor - low, low};  // 31 bits each
        for (const std::int64_t integer : parts) {
            const auto y = static_cast<double>(integer);
            const double rounded = product(x, y);
            if (rounded == 0) continue;
            next(rounded);
            const double rest = std::fma(x, y, -rounded);
            if (rest != 0) next(rest);
        }
    }

    void add(double x) {
        int kept = 0;
        for (int i = 0; i < count_; ++i) {
            const double total = sum(x, part_[i]);
            const double shift = difference(total, x);
            const double rest = sum(difference(x, difference(total, shift)), difference(part_[i], shift));
            if (rest != 0) part_[kept++] = rest;
            x = total;
        }
        if (x != 0) part_[kept++] = x;
        count_ = kept;
    }

    double part_[64];
    int count_ = 0;
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train::detail
