// The training loss.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>

namespace intaglio::train {

/// (1 - gamma) cross-entropy + gamma mean squared error between logits and one-hot labels (P2.9): the cross-entropy is
/// averaged over the batch, the squared error over batch and classes. Writes the gradient with respect to the logits,
/// [images][classes], and returns the loss. Throws std::invalid_argument for a label that is no class and
/// std::runtime_error for logits that are not finite.
template <class Real>
double cross_entropy_and_squares(std::span<const Real> logits, const std::uint8_t* labels, std::int32_t classes,
                                 double gamma, std::span<Real> gradient) {
    const auto n = static_cast<std::size_t>(classes);
    const std::size_t images = logits.size() / n;
    double entropy = 0;
    double squares = 0;
    for (std::size_t image = 0; image < images; ++image) {
        if (labels[image] >= classes) {
            throw std::invalid_argument("label of image " + std::to_string(image) + " of the batch: expected 0 to " +
                                        std::to_string(classes - 1) + ", found " + std::to_string(labels[image]));
        }
        const Real* z = logits.data() + image * n;
        double largest = static_cast<double>(z[0]);
        for (std::size_t c = 1; c < n; ++c) largest = std::fmax(largest, static_cast<double>(z[c]));
        double sum = 0;
        for (std::size_t c = 0; c < n; ++c) sum += std::exp(static_cast<double>(z[c]) - largest);
        const double log_sum = std::log(sum) + largest;
        entropy += log_sum - static_cast<double>(z[labels[image]]);
        for (std::size_t c = 0; c < n; ++c) {
            const double target = c == labels[image] ? 1.0 : 0.0;
            const double logit = static_cast<double>(z[c]);
            squares += (logit - target) * (logit - target);
            gradient[image * n + c] =
                static_cast<Real>((1.0 - gamma) * (std::exp(logit - log_sum) - target) / static_cast<double>(images) +
                                  gamma * 2.0 * (logit - target) / static_cast<double>(images * n));
        }
    }
    const double loss =
        (1.0 - gamma) * entropy / static_cast<double>(images) + gamma * squares / static_cast<double>(images * n);
    if (!std::isfinite(loss)) throw std::runtime_error("the loss is not finite: the training has diverged");
    return loss;
}

}  // namespace intaglio::train
