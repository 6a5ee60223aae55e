// When to stop a training, and which of its states to keep.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/finite.hpp"
#include "intaglio/host/whole_number.hpp"
#include "intaglio/train/loop/option_text.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// What early stopping looks at, of the validation samples.
enum class StoppingMetric : std::uint8_t { accuracy, loss };

/// Ends a training when the validation has not improved by more than `min_change` for `patience` epochs in a row, and
/// gives back the best parameters and statistics.
struct EarlyStopping {
    std::int64_t patience = 0;  ///< epochs; 0: no early stopping
    StoppingMetric metric = StoppingMetric::accuracy;
    double min_change = 0;

    /// Throws std::invalid_argument for a setting that is out of range.
    [[gnu::cold]] void check(bool validates) const {
        train::require_option(patience >= 0, "early stopping: patience", static_cast<double>(patience));
        train::require_option(min_change, 0, std::numeric_limits<double>::infinity(), "early stopping: min_change");
        if (patience > 0 && !validates) throw std::invalid_argument("early stopping: validation samples are missing");
    }
    /// Adds the settings.
    [[gnu::cold]] void describe(train::SettingsText& text) const {
        text.add("patience", patience);
        if (patience == 0) return;
        text.add(metric == StoppingMetric::loss ? "by loss" : "by accuracy");
        text.add("min_change", min_change);
    }
};

/// A moving average of the weights and of the norms' statistics: average <- decay average + (1 - decay) weights after
/// every update after update `start`; up to there, and after the first update, it is the weights themselves.
struct WeightAverage {
    double decay = 0;        ///< below 1; 0: no average
    std::int64_t start = 0;  ///< updates

    /// Throws std::invalid_argument for a setting that is out of range.
    [[gnu::cold]] void check() const {
        train::require_option(decay >= 0 && decay < 1, "weight average: decay", decay);
        train::require_option(start >= 0, "weight average: start", static_cast<double>(start));
    }
    /// Adds the settings.
    [[gnu::cold]] void describe(train::SettingsText& text) const {
        text.add("average decay", decay);
        if (decay > 0) text.add("average start", start);
    }
};

namespace train {

/// The history of the validation, as numbers that a checkpoint keeps.
class StoppingState {
  public:
    /// Takes the result of the validation after epoch `epoch` (from 1); true if it is the best so far. A result that
    /// is not a number is no improvement.
    [[gnu::cold]] bool add(const EarlyStopping& options, std::int64_t epoch, double loss, double accuracy) {
        const double score = options.metric == StoppingMetric::loss ? -loss : accuracy;
        numbers_[validated] = static_cast<double>(epoch);
        const bool better =
            is_finite(score) && (best_epoch() == 0 || score > numbers_[best_score] + options.min_change);
        if (better) {
            numbers_[best_score] = score;
            numbers_[best] = static_cast<double>(epoch);
            numbers_[waited] = 0;
        } else {
            numbers_[waited] += 1;
        }
        if (options.patience > 0 && numbers_[waited] >= static_cast<double>(options.patience)) numbers_[stop] = 1;
        return better;
    }
    [[nodiscard]] bool stopped() const { return numbers_[stop] != 0; }
    /// The last epoch that was validated, and the best one; 0: none.
    [[nodiscard]] std::int64_t validated_epoch() const { return whole_number(numbers_[validated]); }
    [[nodiscard]] std::int64_t best_epoch() const { return whole_number(numbers_[best]); }
    /// Whether the best state was given back.
    [[nodiscard]] bool restored() const { return numbers_[given_back] != 0; }
    void set_restored() { numbers_[given_back] = 1; }

    [[nodiscard]] std::span<double> numbers() { return numbers_; }

  private:
    enum Place : std::uint8_t { best_score, best, waited, stop, validated, given_back };
    std::array<double, 6> numbers_{};
};

}  // namespace train
}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
