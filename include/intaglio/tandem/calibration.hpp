// Fitting an integer scale: closed forms, and the refinement after quantisation (papers' digest 6.5, stage 1).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/model/facts.hpp"
#include "intaglio/tandem/grid.hpp"
#include "intaglio/train/steps/steps.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::tandem {

/// Accumulators of a student and what the teacher has in their place, [count][channels].
struct Calibration {
    std::size_t count = 0;
    std::size_t channels = 0;
    std::vector<std::int32_t> accumulators;
    std::vector<double> unit;    ///< per channel: what one accumulator stands for
    std::vector<float> targets;  ///< values in front of the activation, in units of the student's activation

    [[nodiscard]] double sum(std::size_t row, std::size_t c) const {
        return unit[c] * static_cast<double>(accumulators[row * channels + c]);
    }
    [[nodiscard]] double target(std::size_t row, std::size_t c) const {
        return static_cast<double>(targets[row * channels + c]);
    }
};

/// Multipliers and biases that were found: as many as the form has.
struct Fit {
    std::vector<double> alpha;
    std::vector<double> beta;
    double error = 0;                ///< mean squared difference of the codes' values
    std::int64_t dead_channels = 0;  ///< accumulators or targets that are all equal
    bool fell_back = false;          ///< mode L: the slope is that of mode LB
};

/// No multiplier brings the accumulators of a layer closer to the teacher's values.
struct NoScaleFits : std::runtime_error {
    using std::runtime_error::runtime_error;
};

namespace detail {

/// Sums over the rows of a calibration, per channel.
struct ChannelMoments {
    double mean_s = 0;
    double mean_y = 0;
    double variance = 0;    ///< of the accumulators
    double covariance = 0;  ///< with the targets
    bool dead = true;       ///< all accumulators are equal
    bool asleep = true;     ///< all targets are equal
};

[[gnu::cold]] inline std::vector<ChannelMoments> channel_moments(const Calibration& data) {
    std::vector<ChannelMoments> all(data.channels);
    const auto n = static_cast<double>(data.count);
    for (std::size_t row = 0; row < data.count; ++row) {
        for (std::size_t c = 0; c < data.channels; ++c) {
            all[c].mean_s += data.sum(row, c);
            all[c].mean_y += data.target(row, c);
            all[c].dead &= data.accumulators[row * data.channels + c] == data.accumulators[c];
            all[c].asleep &= data.target(row, c) == data.target(0, c);
        }
    }
    for (ChannelMoments& m : all) {
        m.mean_s /= n;
        m.mean_y /= n;
    }
    for (std::size_t row = 0; row < data.count; ++row) {
        for (std::size_t c = 0; c < data.channels; ++c) {
            const double s = data.sum(row, c) - all[c].mean_s;
            all[c].variance += s * s / n;
            all[c].covariance += s * (data.target(row, c) - all[c].mean_y) / n;
        }
    }
    for (ChannelMoments& m : all) {
        if (m.dead) m.variance = m.covariance = 0;
    }
    return all;
}

/// The multiplier that the integer scale will have.
inline double snapped(double alpha, double unit, const Grid& grid, const ScaleForm& form) {
    const double codes = unit * static_cast<double>(grid.denominator);
    return train::round_to_bits(alpha * codes, form.precision) / codes;
}

/// Mean squared error of the codes of one channel.
inline double channel_error(const Calibration& data, const Grid& grid, std::size_t c, double alpha, double beta,
                            std::size_t stride) {
    double error = 0;
    std::size_t count = 0;
    for (std::size_t row = 0; row < data.count; row += stride, ++count) {
        const double e = grid.quantized(alpha * data.sum(row, c) + beta) - grid.quantized(data.target(row, c));
        error += e * e;
    }
    return error / static_cast<double>(count);
}

/// Searches alpha and biases of one form; the sums are the calibration's.
class Search {
  public:
    [[gnu::cold]] Search(const Calibration& data, const Grid& grid, const ScaleForm& form)
        : data_(data), grid_(grid), form_(form), moments_(channel_moments(data)) {
        // About a million terms make an error.
        stride_ = std::max<std::size_t>(1, data.count * data.channels / (std::size_t{1} << 20));
    }

    [[gnu::cold]] Fit closed_form() const {
        Fit fit;
        double variance = 0;
        double covariance = 0;
        double square = 0;
        double product = 0;
        for (const ChannelMoments& m : moments_) {
            fit.dead_channels += m.dead || m.asleep ? 1 : 0;
            variance += m.variance;
            covariance += m.covariance;
            square += m.variance + m.mean_s * m.mean_s;
            product += m.covariance + m.mean_s * m.mean_y;
        }
        if (!form_.one_multiplier) {
            for (const ChannelMoments& m : moments_) fit.alpha.push_back(m.dead ? 0 : m.covariance / m.variance);
        } else if (!form_.one_addend) {
            fit.alpha.push_back(variance > 0 ? covariance / variance : 0);
        } else {
            fit.fell_back = !(product > 0);
            const double alpha = fit.fell_back ? (variance > 0 ? covariance / variance : 0) : product / square;
            if (!(alpha > 0)) {
                throw NoScaleFits(
                    "the accumulators do not rise with the teacher's values, neither with nor without their means: no "
                    "positive multiplier fits");
            }
            fit.alpha.push_back(alpha);
        }
        finish(fit);
        return fit;
    }

    /// Multiplier, then biases, each by the error after quantisation; no worse than `fit`.
    [[gnu::cold]] void refine(Fit& fit) const {
        if (form_.one_multiplier && fit.alpha[0] > 0) {
            Fit best = fit;
            const double start = std::log2(fit.alpha[0]);
            for (const double offset : {-1.0, -0.5, 0.0, 0.5, 1.0}) golden_section(start + offset, fit, best);
            fit = best;
        }
        if (form_.one_addend || !grid_.rounds) return;
        for (std::size_t c = 0; c < data_.channels; ++c) refine_bias(fit, c);
        fit.error = error(fit);
    }

    /// Rounds the multipliers to those of the integer scale and gives the biases that belong to them.
    [[gnu::cold]] void finish(Fit& fit) const {
        for (std::size_t c = 0; c < fit.alpha.size(); ++c) {
            fit.alpha[c] = snapped(fit.alpha[c], data_.unit[c], grid_, form_);
        }
        fit.beta.clear();
        for (std::size_t c = 0; c < data_.channels && !form_.one_addend; ++c) {
            fit.beta.push_back(moments_[c].mean_y - alpha_of(fit, c) * moments_[c].mean_s);
        }
        fit.error = error(fit);
    }

    [[nodiscard]] double error(const Fit& fit) const {
        double total = 0;
        for (std::size_t c = 0; c < data_.channels; ++c) {
            total += channel_error(data_, grid_, c, alpha_of(fit, c), beta_of(fit, c), stride_);
        }
        return total / static_cast<double>(data_.channels);
    }

  private:
    static double alpha_of(const Fit& fit, std::size_t c) { return fit.alpha[fit.alpha.size() == 1 ? 0 : c]; }
    static double beta_of(const Fit& fit, std::size_t c) { return fit.beta.empty() ? 0.0 : fit.beta[c]; }

    /// Golden section on log2 alpha within a quarter around `middle`.
    void golden_section(double middle, const Fit& start, Fit& best) const {
        constexpr double ratio = 0.6180339887498949;
        double low = middle - 0.25;
        double high = middle + 0.25;
        const auto at = [&](double log_alpha) {
            Fit fit = start;
            fit.alpha[0] = std::exp2(log_alpha);
            finish(fit);
            if (fit.error < best.error) best = fit;
            return fit.error;
        };
        double left = high - ratio * (high - low);
        double right = low + ratio * (high - low);
        double at_left = at(left);
        double at_right = at(right);
        for (int i = 0; i < 8; ++i) {
            if (at_left <= at_right) {
                high = right;
                right = left;
                at_right = at_left;
                left = high - ratio * (high - low);
                at_left = at(left);
            } else {
                low = left;
                left = right;
                at_left = at_right;
                right = low + ratio * (high - low);
                at_right = at(right);
            }
        }
    }

    /// Moves a bias by up to a quarter of the range of the codes, in ever smaller steps.
    void refine_bias(Fit& fit, std::size_t c) const {
        const double alpha = alpha_of(fit, c);
        double best = channel_error(data_, grid_, c, alpha, fit.beta[c], stride_);
        const double range =
            static_cast<double>(grid_.codes.highest - grid_.codes.lowest) / static_cast<double>(grid_.denominator);
        for (double step = range / 16; step > range / 2000; step /= 3) {
            const double middle = fit.beta[c];
            for (const int i : {-3, -2, -1, 1, 2, 3}) {
                const double beta = middle + i * step;
                const double found = channel_error(data_, grid_, c, alpha, beta, stride_);
                if (found < best) {
                    best = found;
                    fit.beta[c] = beta;
                }
            }
        }
    }

    const Calibration& data_;
    Grid grid_;
    ScaleForm form_;
    std::vector<ChannelMoments> moments_;
    std::size_t stride_ = 1;
};

}  // namespace detail

/// The scale of this form that brings accumulators closest to the targets: by the closed forms alpha = <S,Y>/<S,S>
/// (mode L), alpha = sum cov / sum var with beta_i = mean(Y_i) - alpha mean(S_i) (LB), the regression of each channel
/// (CB); with `refine` then by the error after quantisation, which is not convex (golden section on log alpha from
/// five starts). Multipliers are rounded to their integers' precision. Where <S,Y> <= 0, mode L takes the slope of LB;
/// throws NoScaleFits if that is not positive either.
[[gnu::cold]] inline Fit fit_scale(const Calibration& data, const Grid& grid, const ScaleForm& form, bool refine) {
    const detail::Search search(data, grid, form);
    Fit fit = search.closed_form();
    if (refine && grid.rounds) search.refine(fit);
    return fit;
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::tandem
