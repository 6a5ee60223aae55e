// Functions of single numbers one after the other: how accumulators become codes in the source.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "intaglio/core/codes.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/io/import/constants.hpp"
#include "intaglio/io/import/graph.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::io_detail {

/// What codes stand for: scale * code + offset. Neighbouring ones lie `spacing` apart.
struct ImportGrid {
    double scale = 1;
    double offset = 0;
    CodeRange codes{0, 0};
    std::int64_t spacing = 1;
};

/// x * slope + offset, of each channel.
struct ImportAffine {
    std::vector<double> slope;
    std::vector<double> offset;
};

/// The functions between accumulators and codes. All of them rise or fall, so that their composition does.
class ScalarChain {
  public:
    /// `before` is what an accumulator stands for.
    explicit ScalarChain(ImportAffine before) : before_(std::move(before)) {}

    void add(const ScalarFunction& function) {
        if (function.kind == ScalarFunction::Kind::other) {
            ++others_;
            is_monotone_ = is_monotone_ && function.is_monotone;
        }
        functions_.push_back(&function);
        if (function.has_codes()) quantizer_ = functions_.size();
        has_norm_ = has_norm_ || function.kind == ScalarFunction::Kind::batch_norm;
    }
    [[nodiscard]] bool has_codes() const { return quantizer_ > 0; }
    [[nodiscard]] bool ends_with_thresholds() const {
        return has_codes() && functions_[quantizer_ - 1]->kind == ScalarFunction::Kind::thresholds;
    }
    /// Whether all channels have the same function.
    [[nodiscard]] bool is_one_function() const {
        for (const ScalarFunction* const f : functions_) {
            if (f->a.size() > 1 || f->b.size() > 1 || f->thresholds.size() > f->levels) return false;
        }
        return true;
    }
    [[nodiscard]] bool has_norm() const { return has_norm_; }
    /// Functions that are neither affine nor made of steps.
    [[nodiscard]] int other_functions() const { return others_; }
    [[nodiscard]] bool is_monotone() const { return is_monotone_; }
    [[nodiscard]] std::size_t channels() const { return before_.slope.size(); }

    /// The codes that the last quantiser gives, after what follows it.
    [[gnu::cold]] [[nodiscard]] ImportGrid grid() const {
        ImportGrid grid = quantizer_grid();
        // What clips in front of the quantiser keeps codes away.
        for (std::size_t i = quantizer_ - 1; i-- > 0 && functions_[i]->kind == ScalarFunction::Kind::clip;) {
            const ScalarFunction& clip = *functions_[i];
            grid.codes.lowest = std::max(grid.codes.lowest, code_of(0, clip.lowest));
            grid.codes.highest = std::min(grid.codes.highest, code_of(0, clip.highest));
        }
        for (std::size_t i = quantizer_; i < functions_.size(); ++i) follow(*functions_[i], grid);
        if (grid.codes.lowest >= grid.codes.highest) refuse("gives one code only");
        if (grid.codes.states() > 256) {
            refuse(joined({"has ", grid.codes.states(), " codes, activations have at most 256"}));
        }
        return grid;
    }

    /// The codes of the last quantiser itself.
    [[gnu::cold]] [[nodiscard]] ImportGrid quantizer_grid() const {
        const ScalarFunction& f = *functions_[quantizer_ - 1];
        if (f.kind == ScalarFunction::Kind::quantize) {
            if (f.zero != std::floor(f.zero) || std::fabs(f.zero) > 65536) refuse("has a zero point that is no code");
            return {
                .scale = f.scale,
                .codes = {static_cast<std::int64_t>(f.lowest - f.zero), static_cast<std::int64_t>(f.highest - f.zero)}};
        }
        if (is_sign(f)) {
            const double scale = f.kind == ScalarFunction::Kind::sign ? f.scale : f.a[0] / 2;
            return {.scale = scale, .codes = {-1, 1}, .spacing = 2};
        }
        const std::int64_t first = first_code(f);
        return {.scale = f.a[0],
                .offset = f.b[0] - static_cast<double>(first) * f.a[0],
                .codes = {first, first + static_cast<std::int64_t>(f.levels)}};
    }

    /// The source's code of an accumulator, not yet clamped to those of the grid.
    [[nodiscard]] std::int64_t code(std::size_t channel, double accumulator) const {
        double x = before_.slope[channel] * accumulator + before_.offset[channel];
        for (std::size_t i = 0; i + 1 < quantizer_; ++i) x = applied(*functions_[i], channel, x);
        return code_of(channel, x);
    }

    /// The affine functions of the chain as one; quantisers and clips are left out.
    [[gnu::cold]] [[nodiscard]] ImportAffine affine() const {
        ImportAffine all = before_;
        for (std::size_t i = 0; i < (has_codes() ? quantizer_ : functions_.size()); ++i) {
            const ScalarFunction& f = *functions_[i];
            if (f.kind != ScalarFunction::Kind::affine && f.kind != ScalarFunction::Kind::batch_norm) continue;
            for (std::size_t c = 0; c < channels(); ++c) {
                all.offset[c] = applied(f, c, all.offset[c]);
                all.slope[c] *= applied(f, c, 1) - applied(f, c, 0);
            }
        }
        return all;
    }

    /// What a function that is no quantiser makes of x; of quantisers the number that the code stands for.
    [[nodiscard]] static double applied(const ScalarFunction& f, std::size_t channel, double x) {
        const auto of = [&](const std::vector<double>& all) { return all[all.size() == 1 ? 0 : channel]; };
        switch (f.kind) {
            case ScalarFunction::Kind::affine:
                return x * of(f.a) + of(f.b);
            case ScalarFunction::Kind::batch_norm:
                return (x - of(f.mean)) / std::sqrt(of(f.variance) + f.epsilon) * of(f.a) + of(f.b);
            case ScalarFunction::Kind::clip:
                return std::min(std::max(x, f.lowest), f.highest);
            case ScalarFunction::Kind::sign:
                return x >= 0 ? f.scale : -f.scale;
            case ScalarFunction::Kind::quantize:
                return f.scale * (quantize_code(f, x) - f.zero);
            case ScalarFunction::Kind::thresholds:
                return f.a[0] * reached(f, channel, x) + f.b[0];
            case ScalarFunction::Kind::other:
                return f.other(x, f.a[0], f.b[0]);
        }
        return x;
    }

  private:
    [[nodiscard]] static double quantize_code(const ScalarFunction& f, double x) {
        const double code = f.rounds_before_zero ? rounded(x / f.scale, f.rounding) + f.zero
                                                 : rounded(x / f.scale + f.zero, f.rounding);
        return std::clamp(code, f.lowest, f.highest);
    }
    [[nodiscard]] static double reached(const ScalarFunction& f, std::size_t channel, double x) {
        const std::size_t row = f.thresholds.size() == f.levels ? 0 : channel;
        const auto begin = f.thresholds.begin() + static_cast<std::ptrdiff_t>(row * f.levels);
        return static_cast<double>(std::upper_bound(begin, begin + static_cast<std::ptrdiff_t>(f.levels), x) - begin);
    }

    /// The lowest code of thresholds: their numbers are multiples of their scale, or have an offset.
    [[nodiscard]] static std::int64_t first_code(const ScalarFunction& f) {
        const double first = f.b[0] / f.a[0];
        const bool is_whole = first == std::floor(first) && std::fabs(first) < 1e6;
        return is_whole ? static_cast<std::int64_t>(first) : 0;
    }
    [[nodiscard]] static bool is_sign(const ScalarFunction& f) {
        return f.kind == ScalarFunction::Kind::sign || (f.levels == 1 && 2 * f.b[0] == -f.a[0]);
    }

    /// The code that the last quantiser gives for its input.
    [[nodiscard]] std::int64_t code_of(std::size_t channel, double x) const {
        if (std::isnan(x)) refuse("computes what is no number");
        const ScalarFunction& f = *functions_[quantizer_ - 1];
        if (f.kind == ScalarFunction::Kind::quantize) {
            return static_cast<std::int64_t>(quantize_code(f, x) - f.zero);
        }
        if (f.kind == ScalarFunction::Kind::sign) return x >= 0 ? 1 : -1;
        const auto count = static_cast<std::int64_t>(reached(f, channel, x));
        return is_sign(f) ? 2 * count - 1 : first_code(f) + count;
    }

    /// A function after the quantiser changes what codes stand for, or clips them.
    static void follow(const ScalarFunction& f, ImportGrid& grid) {
        if (f.kind == ScalarFunction::Kind::affine && f.a.size() == 1 && f.b.size() == 1 && f.a[0] > 0) {
            grid.scale *= f.a[0];
            grid.offset = grid.offset * f.a[0] + f.b[0];
            return;
        }
        if (f.kind != ScalarFunction::Kind::clip || grid.offset != 0) {
            refuse("changes codes in a way for which there is no layer");
        }
        constexpr double most = 1e9;
        const auto bound = [&](double x) { return std::clamp(x / grid.scale, -most, most); };
        grid.codes.lowest = std::max(grid.codes.lowest, static_cast<std::int64_t>(std::ceil(bound(f.lowest) - 1e-9)));
        grid.codes.highest =
            std::min(grid.codes.highest, static_cast<std::int64_t>(std::floor(bound(f.highest) + 1e-9)));
    }

    ImportAffine before_;
    std::vector<const ScalarFunction*> functions_;
    std::size_t quantizer_ = 0;  ///< the place after the last function with codes
    bool has_norm_ = false;
    int others_ = 0;
    bool is_monotone_ = true;
};

/// Codes of the input that the source's quantiser leaves as they are.
[[nodiscard]] [[gnu::cold]] inline bool is_identity(const ScalarChain& chain, const ImportGrid& grid, CodeRange codes) {
    if (!(grid.codes == codes)) return false;
    for (std::size_t c = 0; c < chain.channels(); ++c) {
        for (std::int64_t code = codes.lowest; code <= codes.highest; ++code) {
            if (chain.code(c, static_cast<double>(code)) != code) return false;
        }
    }
    return true;
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::io_detail
