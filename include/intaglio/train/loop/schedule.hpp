// Learning-rate schedules: the factor of the learning rate as a function of the update, and what a schedule of one's
// own has.
#pragma once

#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/text.hpp"
#include "intaglio/model/errors.hpp"
#include "intaglio/train/loop/option_text.hpp"

namespace intaglio::model_error {
template <class...>
struct schedule_needs_a_call_operator_of_a_ScheduleStep;
template <class...>
struct schedule_needs_describe_of_a_SettingsText_and_the_number_of_steps;
}  // namespace intaglio::model_error

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// Where a run stands, for its schedule.
struct SchedulePosition {
    std::uint64_t update = 0;  ///< from 0
    std::uint64_t updates_per_epoch = 1;
    std::uint64_t epochs = 1;
    std::uint64_t warm_up = 0;  ///< updates

    /// Updates of the whole run.
    [[nodiscard]] std::uint64_t total() const { return epochs * updates_per_epoch; }
    /// Updates done after the warm-up, and updates after it in all.
    [[nodiscard]] std::uint64_t after_warm_up() const { return update > warm_up ? update - warm_up : 0; }
    [[nodiscard]] std::uint64_t total_after_warm_up() const { return total() > warm_up ? total() - warm_up : 0; }
};

namespace train::detail {

template <class T>
concept GivesFactor = requires(const T& schedule, const SchedulePosition& at) {
    { schedule(at) } -> std::convertible_to<double>;
};

}  // namespace train::detail

/// A schedule: a type with
/// - `double operator()(const SchedulePosition& at) const`: what the learning rate is multiplied by, a function of `at`
/// alone,
/// - `void describe(train::SettingsText& text, std::uint64_t updates) const`: adds its name and its settings, which
///   checkpoints compare; `updates` are those of the run.
/// Optional: `void check() const` throws std::invalid_argument for a setting that is out of range.
template <class T>
concept Schedule = train::detail::GivesFactor<T> && requires(const T& schedule, train::SettingsText& text) {
    schedule.describe(text, std::uint64_t{});
};

namespace train {

/// Does not compile unless T is a Schedule: the error says what it lacks.
template <class T>
constexpr bool check_schedule_type() {
    if constexpr (!detail::GivesFactor<T>) {
        return intaglio::spell<model_error::schedule_needs_a_call_operator_of_a_ScheduleStep<T>>();
    } else if constexpr (!Schedule<T>) {
        return intaglio::spell<model_error::schedule_needs_describe_of_a_SettingsText_and_the_number_of_steps<T>>();
    } else {
        return true;
    }
}

}  // namespace train

/// Cosine annealing from 1 to 0 over `total` updates (Loshchilov & Hutter 2017): the factor of update 0, 1, ...
inline double cosine_schedule(std::uint64_t update, std::uint64_t total) {
    if (total == 0 || update >= total) return 0.0;
    constexpr double pi = 3.14159265358979323846;
    return 0.5 * (1.0 + std::cos(pi * static_cast<double>(update) / static_cast<double>(total)));
}

/// The learning rate stays.
struct ConstantSchedule {
    [[nodiscard]] double operator()(const SchedulePosition& /*at*/) const { return 1.0; }
    [[gnu::cold]] void describe(train::SettingsText& text, std::uint64_t /*updates*/) const {
        text.add("constant schedule");
    }
};

/// cosine_schedule over the updates after the warm-up.
struct CosineSchedule {
    [[nodiscard]] double operator()(const SchedulePosition& at) const {
        return cosine_schedule(at.after_warm_up(), at.total_after_warm_up());
    }
    [[gnu::cold]] void describe(train::SettingsText& text, std::uint64_t /*updates*/) const {
        text.add("cosine schedule");
    }
};

/// The learning rate is multiplied by `factor` after so many epochs: after each of `milestones`, or after every
/// `every` epochs. One of the two is given.
struct StepSchedule {
    std::vector<std::int64_t> milestones{};  ///< rising, each at least 1
    std::int64_t every = 0;                  ///< at least 1, or 0: milestones are given
    double factor = 0.1;                     ///< above 0, at most 1

    [[gnu::cold]] [[nodiscard]] double operator()(const SchedulePosition& at) const {
        const std::uint64_t epoch = at.update / at.updates_per_epoch;
        std::uint64_t passed = 0;
        if (every > 0) {
            passed = epoch / static_cast<std::uint64_t>(every);
        } else {
            for (const std::int64_t milestone : milestones) {
                passed += epoch >= static_cast<std::uint64_t>(milestone) ? 1 : 0;
            }
        }
        return std::pow(factor, static_cast<double>(passed));
    }
    [[gnu::cold]] void check() const {
        train::require_option(factor > 0 && factor <= 1, "step schedule: factor", factor);
        train::require_option(every >= 0, "step schedule: every", static_cast<double>(every));
        if ((every > 0) == !milestones.empty()) {
            throw std::invalid_argument("step schedule: expected either milestones or every");
        }
        std::int64_t last = 0;
        for (const std::int64_t milestone : milestones) {
            if (milestone <= last) {
                throw std::invalid_argument(joined(
                    {"step schedule: milestones must be positive and rising, found ", milestone, " after ", last}));
            }
            last = milestone;
        }
    }
    [[gnu::cold]] void describe(train::SettingsText& text, std::uint64_t /*updates*/) const {
        text.add("step schedule of factor", factor);
        text.add("every", every);
        for (const std::int64_t milestone : milestones) text.add("milestone", milestone);
    }
};

/// How a one-cycle schedule gets from one factor to another.
enum class Anneal : std::uint8_t { cosine, linear };

/// One cycle (Smith & Topin 2018): from `initial_factor` up to 1 over the share `rise` of the updates after the
/// warm-up, then down to `final_factor`, which the last update has. The optimiser's learning rate is the highest one.
struct OneCycleSchedule {
    double rise = 0.3;             ///< 0 ... 1
    double initial_factor = 0.04;  ///< above 0, at most 1
    double final_factor = 4e-6;    ///< 0 ... 1
    Anneal anneal = Anneal::cosine;

    [[gnu::cold]] [[nodiscard]] double operator()(const SchedulePosition& at) const {
        const auto update = static_cast<double>(at.after_warm_up());
        const std::uint64_t updates = at.total_after_warm_up();
        const double last = updates > 1 ? static_cast<double>(updates - 1) : 0.0;
        const double top = rise * last;
        if (update < top) return between(initial_factor, 1.0, update / top);
        if (update >= last) return last > top ? final_factor : 1.0;
        return between(1.0, final_factor, (update - top) / (last - top));
    }
    [[gnu::cold]] void check() const {
        train::require_option(rise, 0, 1, "one-cycle schedule: rise");
        train::require_option(initial_factor > 0 && initial_factor <= 1, "one-cycle schedule: initial factor",
                              initial_factor);
        train::require_option(final_factor, 0, 1, "one-cycle schedule: final factor");
    }
    [[gnu::cold]] void describe(train::SettingsText& text, std::uint64_t /*updates*/) const {
        text.add(anneal == Anneal::cosine ? "one-cycle schedule by cosine" : "one-cycle schedule, linear");
        text.add("rise", rise);
        text.add("initial factor", initial_factor);
        text.add("final factor", final_factor);
    }

  private:
    /// From `a` at place 0 to `b` at place 1.
    [[nodiscard]] double between(double a, double b, double place) const {
        constexpr double pi = 3.14159265358979323846;
        const double share = anneal == Anneal::cosine ? 0.5 * (1.0 - std::cos(pi * place)) : place;
        return a + (b - a) * share;
    }
};

/// A schedule as a function: the factor of update 0, 1, ... of `total`; a function of these two alone. Checkpoints
/// compare it at 17 updates from the first to the last.
struct CustomSchedule {
    std::function<double(std::uint64_t update, std::uint64_t total)> factor{};
    std::string name = "custom";  ///< tells runs apart

    [[gnu::cold]] [[nodiscard]] double operator()(const SchedulePosition& at) const {
        return factor(at.update, at.total());
    }
    [[gnu::cold]] void check() const {
        if (!factor) throw std::invalid_argument("custom schedule: factor is not a function");
    }
    [[gnu::cold]] void describe(train::SettingsText& text, std::uint64_t updates) const {
        text.add(joined({"schedule ", name}));
        for (std::uint64_t part = 0; part <= 16; ++part) {
            const std::uint64_t last = updates > 0 ? updates - 1 : 0;
            const std::uint64_t update = last / 16 * part + last % 16 * part / 16;
            text.add(joined({"factor of update ", update, ": ", rounded_text(factor(update, updates))}));
        }
    }
};

/// Any schedule, after a warm-up. It holds a copy, which does not change.
class AnySchedule {
  public:
    AnySchedule() : AnySchedule(CosineSchedule{}) {}
    template <class T>
    AnySchedule(T schedule) : schedule_(new Held<T>(std::move(schedule))) {}

    /// The factor of the learning rate. In update s of a warm-up of n updates the schedule's own factor is multiplied
    /// by (s + 1) / (n + 1); cosine and one cycle begin after the warm-up, the others with the run.
    [[nodiscard]] double factor(const SchedulePosition& at) const {
        const double own = schedule_->factor(at);
        if (at.update >= at.warm_up) return own;
        return own * static_cast<double>(at.update + 1) / static_cast<double>(at.warm_up + 1);
    }
    /// Throws std::invalid_argument for a setting that is out of range.
    [[gnu::cold]] void check() const { schedule_->check(); }
    /// Adds name and settings for a run of so many updates.
    [[gnu::cold]] void describe(train::SettingsText& text, std::uint64_t updates) const {
        schedule_->describe(text, updates);
    }

  private:
    struct Interface {
        virtual ~Interface() = default;
        [[nodiscard]] virtual double factor(const SchedulePosition& at) const = 0;
        virtual void check() const = 0;
        virtual void describe(train::SettingsText& text, std::uint64_t updates) const = 0;
    };
    template <class T>
    struct Held final : Interface {
        static_assert(train::check_schedule_type<T>());
        explicit Held(T held) : schedule(std::move(held)) {}

        [[nodiscard]] double factor(const SchedulePosition& at) const override { return schedule(at); }
        void check() const override {
            if constexpr (requires { schedule.check(); }) schedule.check();
        }
        void describe(train::SettingsText& text, std::uint64_t updates) const override {
            schedule.describe(text, updates);
        }

        T schedule;
    };

    std::shared_ptr<const Interface> schedule_;
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
