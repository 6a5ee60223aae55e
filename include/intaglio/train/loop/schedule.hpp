// Learning-rate schedules: the factor of the learning rate as a function of the step.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/text.hpp"
#include "intaglio/train/loop/option_text.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// Cosine annealing from 1 to 0 over `total` steps (Loshchilov & Hutter 2017): the factor of step 0, 1, ...
inline double cosine_schedule(std::uint64_t step, std::uint64_t total) {
    if (total == 0 || step >= total) return 0.0;
    constexpr double pi = 3.14159265358979323846;
    return 0.5 * (1.0 + std::cos(pi * static_cast<double>(step) / static_cast<double>(total)));
}

/// The learning rate stays.
struct ConstantSchedule {};

/// cosine_schedule over the steps behind the warm-up.
struct CosineSchedule {};

/// The learning rate is multiplied by `factor` after so many epochs: after each of `milestones`, or after every
/// `every` epochs. One of the two is given.
struct StepSchedule {
    std::vector<std::int64_t> milestones{};  ///< rising, each at least 1
    std::int64_t every = 0;                  ///< at least 1, or 0: milestones are given
    double factor = 0.1;                     ///< above 0, at most 1
};

/// How a one-cycle schedule gets from one factor to another.
enum class Anneal : std::uint8_t { cosine, linear };

/// One cycle (Smith & Topin 2018): from `initial_factor` up to 1 over the share `rise` of the steps behind the warm-up,
/// then down to `final_factor`, which the last step has. The optimiser's learning rate is the highest one.
struct OneCycleSchedule {
    double rise = 0.3;             ///< 0 ... 1
    double initial_factor = 0.04;  ///< above 0, at most 1
    double final_factor = 4e-6;    ///< 0 ... 1
    Anneal anneal = Anneal::cosine;
};

/// A schedule of yours: the factor of step 0, 1, ... of `total`; a function of these two alone. Checkpoints compare it
/// at 17 steps from the first to the last.
struct CustomSchedule {
    std::function<double(std::uint64_t step, std::uint64_t total)> factor{};
    std::string name = "custom";  ///< tells runs apart
};

/// Where a run stands, for its schedule.
struct ScheduleStep {
    std::uint64_t step = 0;  ///< from 0
    std::uint64_t updates_per_epoch = 1;
    std::uint64_t epochs = 1;
    std::uint64_t warm_up = 0;  ///< steps
};

/// One of the schedules above.
class Schedule {
  public:
    Schedule() = default;
    Schedule(ConstantSchedule) : kind_(Kind::constant) {}
    Schedule(CosineSchedule) {}
    Schedule(StepSchedule step) : kind_(Kind::step), step_(std::move(step)) {}
    Schedule(OneCycleSchedule cycle) : kind_(Kind::one_cycle), cycle_(cycle) {}
    Schedule(CustomSchedule custom) : kind_(Kind::custom), custom_(std::move(custom)) {}

    /// The factor of the learning rate. In step s of a warm-up of n steps the schedule's own factor is multiplied by
    /// (s + 1) / (n + 1); cosine and one cycle begin behind the warm-up, the others with the run.
    [[nodiscard]] double factor(const ScheduleStep& at) const {
        const double own = own_factor(at);
        if (at.step >= at.warm_up) return own;
        return own * static_cast<double>(at.step + 1) / static_cast<double>(at.warm_up + 1);
    }

    /// Throws std::invalid_argument for a setting that is out of range.
    [[gnu::cold]] void check() const {
        if (kind_ == Kind::step) {
            train::require_option(step_.factor > 0 && step_.factor <= 1, "step schedule: factor", step_.factor);
            train::require_option(step_.every >= 0, "step schedule: every", static_cast<double>(step_.every));
            if ((step_.every > 0) == !step_.milestones.empty()) {
                throw std::invalid_argument("step schedule: expected either milestones or every");
            }
            std::int64_t last = 0;
            for (const std::int64_t milestone : step_.milestones) {
                if (milestone <= last) {
                    throw std::invalid_argument(joined({"step schedule: milestones must be positive and rising, found ",
                                                        milestone, " behind ", last}));
                }
                last = milestone;
            }
        }
        if (kind_ == Kind::one_cycle) {
            train::require_option(cycle_.rise, 0, 1, "one-cycle schedule: rise");
            train::require_option(cycle_.initial_factor > 0 && cycle_.initial_factor <= 1,
                                  "one-cycle schedule: initial factor", cycle_.initial_factor);
            train::require_option(cycle_.final_factor, 0, 1, "one-cycle schedule: final factor");
        }
        if (kind_ == Kind::custom && !custom_.factor) {
            throw std::invalid_argument("custom schedule: factor is not a function");
        }
    }

    /// Adds name and settings; of a function of yours its factors at some of `total` steps.
    [[gnu::cold]] void describe(train::SettingsText& text, std::uint64_t total) const {
        switch (kind_) {
            case Kind::constant:
                return text.add("constant schedule");
            case Kind::cosine:
                return text.add("cosine schedule");
            case Kind::custom:
                text.add(joined({"schedule ", custom_.name}));
                for (std::uint64_t part = 0; part <= 16; ++part) {
                    const std::uint64_t last = total > 0 ? total - 1 : 0;
                    const std::uint64_t step = last / 16 * part + last % 16 * part / 16;
                    text.add(joined({"factor of step ", step, ": ", train::rounded_text(custom_.factor(step, total))}));
                }
                return;
            case Kind::step:
                text.add("step schedule of factor", step_.factor);
                text.add("every", step_.every);
                for (const std::int64_t milestone : step_.milestones) text.add("milestone", milestone);
                return;
            case Kind::one_cycle:
                text.add(cycle_.anneal == Anneal::cosine ? "one-cycle schedule by cosine"
                                                         : "one-cycle schedule, linear");
                text.add("rise", cycle_.rise);
                text.add("initial factor", cycle_.initial_factor);
                text.add("final factor", cycle_.final_factor);
        }
    }

  private:
    enum class Kind : std::uint8_t { cosine, constant, step, one_cycle, custom };

    [[gnu::cold]] [[nodiscard]] double own_factor(const ScheduleStep& at) const {
        const std::uint64_t total = at.epochs * at.updates_per_epoch;
        const std::uint64_t behind = at.step > at.warm_up ? at.step - at.warm_up : 0;
        const std::uint64_t left = total > at.warm_up ? total - at.warm_up : 0;
        switch (kind_) {
            case Kind::constant:
                return 1.0;
            case Kind::cosine:
                return cosine_schedule(behind, left);
            case Kind::step:
                return step_factor(at.step / at.updates_per_epoch);
            case Kind::one_cycle:
                return cycle_factor(static_cast<double>(behind), left > 1 ? static_cast<double>(left - 1) : 0.0);
            case Kind::custom:
                return custom_.factor(at.step, total);
        }
        return 1.0;
    }
    [[nodiscard]] double step_factor(std::uint64_t epoch) const {
        std::uint64_t passed = 0;
        if (step_.every > 0) {
            passed = epoch / static_cast<std::uint64_t>(step_.every);
        } else {
            for (const std::int64_t milestone : step_.milestones) {
                passed += epoch >= static_cast<std::uint64_t>(milestone) ? 1 : 0;
            }
        }
        return std::pow(step_.factor, static_cast<double>(passed));
    }
    [[nodiscard]] double cycle_factor(double step, double last) const {
        const double top = cycle_.rise * last;
        if (step < top) return between(cycle_.initial_factor, 1.0, step / top);
        if (step >= last) return last > top ? cycle_.final_factor : 1.0;
        return between(1.0, cycle_.final_factor, (step - top) / (last - top));
    }
    /// From `a` at place 0 to `b` at place 1.
    [[nodiscard]] double between(double a, double b, double place) const {
        constexpr double pi = 3.14159265358979323846;
        const double share = cycle_.anneal == Anneal::cosine ? 0.5 * (1.0 - std::cos(pi * place)) : place;
        return a + (b - a) * share;
    }

    Kind kind_ = Kind::cosine;
    StepSchedule step_{};
    OneCycleSchedule cycle_{};
    CustomSchedule custom_{};
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
