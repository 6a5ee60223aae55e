// A loss of your own. docs/extending.md goes through this file.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <intaglio/train/loop/loss.hpp>
#include <span>

namespace app {

// Focal loss (Lin et al. 2017): -(1 - p)^focus log p for the probability p of the label, so that images that are told
// apart already count little. The mean over the batch.
struct FocalLoss {
    double focus = 2;  // 0: cross-entropy

    // `logits` and `gradient` are [images][classes].
    double operator()(std::span<const float> logits, const intaglio::Labels& labels, std::int32_t classes,
                      std::span<intaglio::train::Gradient> gradient) const {
        const auto n = static_cast<std::size_t>(classes);
        const std::size_t images = logits.size() / n;
        double sum = 0;
        for (std::size_t image = 0; image < images; ++image) {
            const float* z = logits.data() + image * n;
            const auto label = static_cast<std::size_t>(labels[image]);
            const double log_sum = intaglio::train::log_sum_exp(z, n);
            const double log_p = static_cast<double>(z[label]) - log_sum;
            const double p = std::exp(log_p);
            const double rest = std::fmax(1 - p, 1e-12);
            sum -= std::pow(rest, focus) * log_p;
            const double slope = focus * p * std::pow(rest, focus - 1) * log_p - std::pow(rest, focus);
            for (std::size_t c = 0; c < n; ++c) {
                const double q = std::exp(static_cast<double>(z[c]) - log_sum);
                gradient[image * n + c] = static_cast<intaglio::train::Gradient>(
                    slope * ((c == label ? 1.0 : 0.0) - q) / static_cast<double>(images));
            }
        }
        return sum / static_cast<double>(images);
    }
    // Throws std::invalid_argument. Optional.
    void check(std::int32_t /*classes*/) const { intaglio::train::require_option(focus, 0, 10, "focus"); }
    // Checkpoints compare it, so that a run does not go on with another loss.
    void describe(intaglio::train::SettingsText& text) const { text.add("focal loss", focus); }
};

}  // namespace app
