// The states of a training that are kept beside the present one: the weight average and the best so far.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <utility>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/train/loop/early_stopping.hpp"
#include "intaglio/train/loop/snapshot.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train {

/// Weight average, best state and early stopping of one run.
class KeptStates {
  public:
    /// `live`: the parameters and statistics of the training. All memory is allocated here.
    [[gnu::cold]] KeptStates(const WeightAverage& average, const EarlyStopping& stopping,
                             std::vector<NamedNumbers> live)
        : average_options_(average), stopping_options_(stopping), live_(std::move(live)) {
        if (averages()) average_.take(live_);
        if (stops_early()) best_.take(live_);
    }

    [[nodiscard]] bool averages() const { return average_options_.decay > 0; }
    [[nodiscard]] bool stops_early() const { return stopping_options_.patience > 0; }
    /// Whether the average is in the training at the moment, and the weights here.
    [[nodiscard]] bool average_in_use() const { return exchanged_; }
    [[nodiscard]] const StoppingState& stopping() const { return stopping_; }

    /// Averages, after update `update` (from 1).
    [[gnu::cold]] void follow(std::uint64_t update, ThreadPool& pool) {
        if (!averages()) return;
        if (update <= static_cast<std::uint64_t>(std::max<std::int64_t>(average_options_.start, 1))) {
            average_.take(live_);
        } else {
            average_.follow(live_, average_options_.decay, pool);
        }
    }
    /// Exchanges the average with the training's numbers. Throws std::logic_error if there is none.
    [[gnu::cold]] void swap_average() {
        if (!averages()) throw std::logic_error("no weight average is kept: its decay is 0");
        average_.swap(live_);
        exchanged_ = !exchanged_;
    }

    /// Takes the validation after epoch `epoch` (from 1) of what is in the training now; true if it is the best so
    /// far.
    [[gnu::cold]] bool add_validation(std::int64_t epoch, double loss, double accuracy) {
        const bool better = stopping_.add(stopping_options_, epoch, loss, accuracy);
        if (better && stops_early()) best_.take(live_);
        return better;
    }
    /// Writes the best state into the training, and into the average; false if there is none or it was done before.
    [[gnu::cold]] bool restore_best() {
        if (!stops_early() || stopping_.best_epoch() == 0 || stopping_.restored()) return false;
        best_.put(live_);
        if (averages()) average_.take(live_);
        exchanged_ = false;
        stopping_.set_restored();
        return true;
    }

    /// Adds everything to what a checkpoint keeps. Names say what the numbers are, not where they lie at the moment.
    [[gnu::cold]] void add_to(std::vector<NamedNumbers>& state) {
        const auto first = static_cast<std::ptrdiff_t>(state.size());
        state.insert(state.end(), live_.begin(), live_.end());
        if (averages()) {
            average_.add_to(state, live_, "average ");
            const auto weights = state.begin() + first;
            const auto count = static_cast<std::ptrdiff_t>(exchanged_ ? live_.size() : 0);
            for (std::ptrdiff_t i = 0; i < count; ++i) std::swap(weights[i].values, weights[count + i].values);
        }
        if (stops_early()) {
            best_.add_to(state, live_, "best ");
            state.push_back({"early stopping", stopping_.numbers()});
        }
    }

  private:
    WeightAverage average_options_;
    EarlyStopping stopping_options_;
    std::vector<NamedNumbers> live_;
    Snapshot average_;  ///< the weights while the average is in use
    Snapshot best_;
    StoppingState stopping_;
    bool exchanged_ = false;
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train
