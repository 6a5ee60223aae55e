// Where branches of codes meet: the grid of a Residual on which both scales are multiples of one unit.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "intaglio/core/codes.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/io/import/chain.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::io_detail {

class CodeJoin {
  public:
    [[gnu::cold]] CodeJoin(const ImportGrid& first, const ImportGrid& second) : grids_{first, second} {
        if (first.offset != 0 || second.offset != 0) refuse("adds codes of which none stands for 0");
        constexpr std::int64_t most = (1 << 14) - 1;  // of a grid of 15 bits
        const double ratio = first.scale / second.scale;
        if (!(ratio < 4096 && ratio > 1.0 / 4096)) refuse("adds codes whose scales are too different");
        // The smallest factors of which the ratio is exact, else those that are nearest to it.
        double best = INFINITY;
        for (std::int64_t q = 1; q * largest(1) <= most; ++q) {
            const auto p = static_cast<std::int64_t>(std::round(static_cast<double>(q) * ratio));
            if (p < 1 || p * largest(0) > most) continue;
            const double wrong = std::fabs(static_cast<double>(p) / (static_cast<double>(q) * ratio) - 1);
            if (wrong < best * 0.999) {
                best = wrong;
                factors_[0] = p;
                factors_[1] = q;
            }
            if (wrong < 1e-7) break;  // scales are floats
        }
        if (std::isinf(best)) refuse("adds codes whose scales are too different");
        is_exact_ = best < 1e-7;
    }

    [[nodiscard]] bool is_exact() const { return is_exact_; }
    [[nodiscard]] std::int64_t factor(std::size_t branch) const { return factors_[branch]; }
    struct Difference {
        std::int64_t different = 0;
        std::int64_t pairs = 0;
    };
    /// Pairs of codes of both branches for which the chain, which reads the sum, gives another code than for the sum of
    /// what they stand for; over the channels of the chain.
    [[gnu::cold]] [[nodiscard]] Difference compare(const ScalarChain& chain) const {
        Difference found;
        const double unit = sum().scale;
        for (std::size_t c = 0; c < std::min<std::size_t>(chain.channels(), 16); ++c) {
            for (std::int64_t a = grids_[0].codes.lowest; a <= grids_[0].codes.highest; a += stride(0)) {
                for (std::int64_t b = grids_[1].codes.lowest; b <= grids_[1].codes.highest; b += stride(1)) {
                    const double real =
                        grids_[0].scale * static_cast<double>(a) + grids_[1].scale * static_cast<double>(b);
                    const auto on_grid = static_cast<double>(factors_[0] * a + factors_[1] * b);
                    found.different += chain.code(c, real / unit) != chain.code(c, on_grid) ? 1 : 0;
                    ++found.pairs;
                }
            }
            if (chain.is_one_function()) break;
        }
        return found;
    }
    /// Of the grid.
    [[nodiscard]] int bits() const {
        const std::int64_t most = std::max(factors_[0] * largest(0), factors_[1] * largest(1));
        return std::max(CodeRange{-most, most}.bits(), 2);
    }
    /// What sums are, as the type has them.
    [[nodiscard]] ImportGrid sum() const {
        const std::int64_t most = (std::int64_t{1} << (bits() - 1)) - 1;
        return {.scale = grids_[0].scale / static_cast<double>(factors_[0]), .codes = {-2 * most, 2 * most}};
    }

  private:
    /// Of many codes, sums of a pool, some are compared.
    [[nodiscard]] std::int64_t stride(std::size_t branch) const { return grids_[branch].codes.states() / 512 + 1; }
    [[nodiscard]] std::int64_t largest(std::size_t branch) const {
        return std::max(std::abs(grids_[branch].codes.lowest), std::abs(grids_[branch].codes.highest));
    }

    ImportGrid grids_[2];
    std::int64_t factors_[2] = {1, 1};
    bool is_exact_ = false;
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::io_detail
