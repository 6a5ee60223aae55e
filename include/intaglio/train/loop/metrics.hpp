// What a classifier confuses: counts of labels and predictions, recall and precision of each class.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/labels.hpp"
#include "intaglio/host/text.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// How often samples of each class were taken for each class.
class ConfusionMatrix {
  public:
    /// Nothing counted yet, in classes^2 numbers of 8 bytes. Throws std::invalid_argument unless there is a class.
    explicit ConfusionMatrix(std::int32_t classes) : classes_(classes) {
        if (classes < 1) {
            throw std::invalid_argument(joined({"confusion matrix: expected at least 1 class, found ", classes}));
        }
        counts_.resize(static_cast<std::size_t>(classes) * static_cast<std::size_t>(classes));
    }
    /// Of labels and their predictions, as evaluate gives them. Throws std::invalid_argument for another number of
    /// predictions, and for labels and predictions that are no class.
    ConfusionMatrix(std::int32_t classes, const Labels& labels, std::span<const std::int32_t> predictions)
        : ConfusionMatrix(classes) {
        if (labels.size() != predictions.size()) {
            throw std::invalid_argument(
                joined({"confusion matrix: ", labels.size(), " labels for ", predictions.size(), " predictions"}));
        }
        labels.check(classes, "confusion matrix");
        for (std::size_t i = 0; i < labels.size(); ++i) add(labels[i], predictions[i]);
    }

    /// Counts one sample. Throws std::invalid_argument if one of the two is no class.
    void add(std::int64_t label, std::int64_t prediction) { ++counts_[place(label, prediction)]; }

    [[nodiscard]] std::int32_t classes() const { return classes_; }
    /// Samples of class `label` that were taken for `prediction`. Throws as `add`.
    [[nodiscard]] std::int64_t count(std::int32_t label, std::int32_t prediction) const {
        return counts_[place(label, prediction)];
    }
    /// Samples of a class; samples that were taken for it.
    [[nodiscard]] std::int64_t labelled(std::int32_t label) const {
        std::int64_t sum = 0;
        for (std::int32_t c = 0; c < classes_; ++c) sum += count(label, c);
        return sum;
    }
    [[nodiscard]] std::int64_t predicted(std::int32_t prediction) const {
        std::int64_t sum = 0;
        for (std::int32_t c = 0; c < classes_; ++c) sum += count(c, prediction);
        return sum;
    }
    [[nodiscard]] std::int64_t total() const {
        std::int64_t sum = 0;
        for (const std::int64_t count : counts_) sum += count;
        return sum;
    }
    [[nodiscard]] std::int64_t correct() const {
        std::int64_t sum = 0;
        for (std::int32_t c = 0; c < classes_; ++c) sum += count(c, c);
        return sum;
    }

    /// Share of all samples that were recognised; NaN without samples.
    [[nodiscard]] double accuracy() const { return share(correct(), total()); }
    /// Accuracy on the samples of a class; NaN if there are none.
    [[nodiscard]] double recall(std::int32_t label) const { return share(count(label, label), labelled(label)); }
    /// Share of the samples taken for a class that belong to it; NaN if none was.
    [[nodiscard]] double precision(std::int32_t prediction) const {
        return share(count(prediction, prediction), predicted(prediction));
    }
    /// Mean recall of the classes that have samples: the accuracy if all were equally frequent. NaN without samples.
    [[nodiscard]] double balanced_accuracy() const {
        double sum = 0;
        std::int64_t present = 0;
        for (std::int32_t c = 0; c < classes_; ++c) {
            if (labelled(c) == 0) continue;
            sum += recall(c);
            ++present;
        }
        return present == 0 ? share(0, 0) : sum / static_cast<double>(present);
    }

  private:
    [[nodiscard]] static double share(std::int64_t part, std::int64_t whole) {
        if (whole == 0) return std::numeric_limits<double>::quiet_NaN();
        return static_cast<double>(part) / static_cast<double>(whole);
    }
    [[nodiscard]] std::size_t place(std::int64_t label, std::int64_t prediction) const {
        for (const std::int64_t c : {label, prediction}) {
            if (c < 0 || c >= classes_) {
                throw std::invalid_argument(
                    joined({"confusion matrix: expected classes 0 to ", classes_ - 1, ", found ", c}));
            }
        }
        return static_cast<std::size_t>(label) * static_cast<std::size_t>(classes_) +
               static_cast<std::size_t>(prediction);
    }

    std::int32_t classes_;
    std::vector<std::int64_t> counts_;  ///< [label][prediction]
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
