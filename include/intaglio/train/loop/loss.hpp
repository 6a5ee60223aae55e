// The training loss.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/finite.hpp"
#include "intaglio/host/labels.hpp"
#include "intaglio/host/text.hpp"
#include "intaglio/train/loop/option_text.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// What the squared error of the loss compares with the one-hot label (P2.9 can be read either way).
enum class SquaredError : std::uint8_t { logits, probabilities };

/// What the loss is made of beside gamma.
struct LossOptions {
    double label_smoothing = 0;           ///< share of the label that is spread over all classes (cross-entropy only)
    std::vector<double> class_weights{};  ///< one per class; empty: all count the same
    SquaredError squared_error = SquaredError::logits;

    /// Throws std::invalid_argument for a setting that is out of range.
    [[gnu::cold]] void check(std::int32_t classes) const {
        train::require_option(label_smoothing, 0, 1, "label smoothing");
        if (!class_weights.empty() && class_weights.size() != static_cast<std::size_t>(classes)) {
            throw std::invalid_argument(
                joined({"class weights: expected ", classes, ", found ", class_weights.size()}));
        }
        for (std::size_t c = 0; c < class_weights.size(); ++c) {
            train::require_option(class_weights[c] > 0, joined({"class weight ", c}), class_weights[c]);
        }
    }
    /// Adds the settings.
    [[gnu::cold]] void describe(train::SettingsText& text) const {
        text.add("label smoothing", label_smoothing);
        text.add(squared_error == SquaredError::logits ? "squared error of logits" : "squared error of probabilities");
        for (std::size_t c = 0; c < class_weights.size(); ++c) {
            text.add(joined({"weight of class ", c}), class_weights[c]);
        }
    }
};

namespace train {

/// log(sum(exp(z / temperature))) over the classes of one image.
template <class Float>
[[gnu::cold]] double log_sum_exp(const Float* z, std::size_t classes, double temperature = 1.0) {
    double largest = static_cast<double>(z[0]);
    for (std::size_t c = 1; c < classes; ++c) largest = std::fmax(largest, static_cast<double>(z[c]));
    double sum = 0;
    for (std::size_t c = 0; c < classes; ++c) sum += std::exp((static_cast<double>(z[c]) - largest) / temperature);
    return std::log(sum) + largest / temperature;
}

[[gnu::cold]] inline void check_batch_labels(const Labels& labels, std::size_t images, std::int32_t classes) {
    if (labels.size() != images) {
        throw std::invalid_argument(joined({"labels of the batch: expected ", images, ", found ", labels.size()}));
    }
    labels.check(classes, "labels of the batch");
}
[[gnu::cold]] inline void check_loss(double loss) {
    if (!is_finite(loss)) throw std::runtime_error("the loss is not finite: the training has diverged");
}

/// (1 - gamma) cross-entropy + gamma mean squared error (P2.9). The cross-entropy is taken with the one-hot label, or
/// with (1 - e) one-hot + e / classes under label smoothing e; the squared error is that of the logits or of the
/// probabilities with the one-hot label, averaged over the classes. The mean over the images is weighted by the class
/// weight of each image's label. Writes the gradient with respect to the logits, [images][classes], and returns the
/// loss. Throws std::invalid_argument for a label that is no class and std::runtime_error for logits that are not
/// finite.
template <class Float>
[[gnu::cold]] double training_loss(std::span<const Float> logits, const Labels& labels, std::int32_t classes,
                                   double gamma, const LossOptions& options, std::span<Float> gradient) {
    const auto n = static_cast<std::size_t>(classes);
    const std::size_t images = logits.size() / n;
    const auto label_of = [&](std::size_t image) { return static_cast<std::size_t>(labels[image]); };
    const auto weight_of = [&](std::size_t image) {
        return options.class_weights.empty() ? 1.0 : options.class_weights[label_of(image)];
    };
    check_batch_labels(labels, images, classes);
    double total = 0;
    for (std::size_t image = 0; image < images; ++image) total += weight_of(image);
    const double smoothing = options.label_smoothing;
    const double even = smoothing / static_cast<double>(n);
    const bool probabilities = options.squared_error == SquaredError::probabilities;
    double entropy = 0;
    double squares = 0;
    for (std::size_t image = 0; image < images; ++image) {
        const Float* z = logits.data() + image * n;
        const double weight = weight_of(image);
        const std::size_t label = label_of(image);
        const double log_sum = log_sum_exp(z, n);
        double mean = 0;   // of the logits
        double slope = 0;  // sum of p (p - target): what all probabilities share in the gradient of their squares
        for (std::size_t c = 0; c < n; ++c) {
            const double logit = static_cast<double>(z[c]);
            mean += logit / static_cast<double>(n);
            if (probabilities) {
                const double p = std::exp(logit - log_sum);
                slope += p * (p - (c == label ? 1.0 : 0.0));
            }
        }
        entropy +=
            weight * ((1.0 - smoothing) * (log_sum - static_cast<double>(z[label])) + smoothing * (log_sum - mean));
        for (std::size_t c = 0; c < n; ++c) {
            const double hot = c == label ? 1.0 : 0.0;
            const double target = (1.0 - smoothing) * hot + even;
            const double logit = static_cast<double>(z[c]);
            const double p = std::exp(logit - log_sum);
            const double error = (probabilities ? p : logit) - hot;
            const double square_slope = probabilities ? p * (error - slope) : error;
            squares += weight * error * error;
            gradient[image * n + c] =
                static_cast<Float>((1.0 - gamma) * (p - target) * weight / total +
                                   gamma * 2.0 * square_slope * weight / (total * static_cast<double>(n)));
        }
    }
    const double loss = (1.0 - gamma) * entropy / total + gamma * squares / (total * static_cast<double>(n));
    check_loss(loss);
    return loss;
}

/// The same without smoothing and class weights, with the squared error of the logits.
template <class Float>
double cross_entropy_and_squares(std::span<const Float> logits, const Labels& labels, std::int32_t classes,
                                 double gamma, std::span<Float> gradient) {
    return training_loss<Float>(logits, labels, classes, gamma, LossOptions{}, gradient);
}

/// Sum of the images' cross-entropies with their labels, added to `sum` image by image. Errors as those of
/// training_loss.
[[gnu::cold]] inline double add_cross_entropy(std::span<const float> logits, const Labels& labels, std::int32_t classes,
                                              double sum) {
    const auto n = static_cast<std::size_t>(classes);
    check_batch_labels(labels, logits.size() / n, classes);
    for (std::size_t image = 0; image * n < logits.size(); ++image) {
        const float* z = logits.data() + image * n;
        sum += log_sum_exp(z, n) - static_cast<double>(z[static_cast<std::size_t>(labels[image])]);
    }
    check_loss(sum);
    return sum;
}

}  // namespace train
}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
