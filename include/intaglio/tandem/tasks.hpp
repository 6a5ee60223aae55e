// What a conversion does, one task after the other, and what came of each.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/whole_number.hpp"
#include "intaglio/tandem/options.hpp"
#include "intaglio/tandem/stages.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::tandem {

/// Kinds of tasks, in the order in which a schedule has them.
enum class TaskKind : std::uint8_t {
    ranges,       ///< stage 1: the unit of each activation, where the teacher's are real numbers
    calibrate,    ///< stage 1: weights and scale of one stage
    recalibrate,  ///< stage 2: the scale of one stage again, with the inputs that it has now
    distil,       ///< stage 2: weights and biases of one layer, towards the teacher's values
    adapt,        ///< stage 2: everything after one layer, on the task
    joint,        ///< stage 3: all weights and biases, on the task
};

/// One task. Those of stage 2 are accepted or undone by their validation.
struct Task {
    TaskKind kind = TaskKind::ranges;
    std::size_t stage = 0;    ///< of the stage list; the last one for ranges and joint
    std::int64_t epochs = 0;  ///< at most; 0 of tasks that fit

    [[nodiscard]] bool trains() const { return epochs > 0; }
};

/// What a task decided, for a report.
enum class Decision : std::uint8_t {
    none,      ///< not done yet
    done,      ///< stage 1
    accepted,  ///< the validation improved, or there is no guard
    kept,      ///< the validation did not improve: everything is as it was before
};

/// What came of a task. Numbers alone, so that a checkpoint can keep them.
struct Record {
    enum Place : std::uint8_t {
        decision,
        loss,           ///< mean squared error of the activation, against the teacher's; of trained tasks the last loss
        accuracy,       ///< of the assembled student on the validation samples, after the task; below 0: not measured
        alpha,          ///< the multiplier as a real number; the largest one in mode Channel
        fold,           ///< exponent of the teacher's gains that went into the weights
        dead_channels,  ///< whose accumulators or targets never change: their part of the multiplier says nothing
        fell_back,      ///< 1: <S,Y> was not positive in mode Layer; the slope is that of mode LayerBias
        flipped,        ///< channels whose weights changed their sign, because the teacher's gain is negative
        places
    };
    std::array<double, places> numbers{};

    [[nodiscard]] double operator[](Place place) const { return numbers[place]; }
    double& operator[](Place place) { return numbers[place]; }
    [[nodiscard]] Decision decided() const {
        const std::int64_t number = whole_number(numbers[decision]);
        return number <= static_cast<std::int64_t>(Decision::kept) ? static_cast<Decision>(number) : Decision::none;
    }
};

/// The tasks of a conversion over `stages`, in order.
[[gnu::cold]] inline std::vector<Task> make_tasks(std::span<const Stage> stages, const Options& options) {
    std::vector<Task> tasks{{TaskKind::ranges, stages.size() - 1, 0}};
    for (std::size_t i = 0; i < stages.size(); ++i) tasks.push_back({TaskKind::calibrate, i, 0});
    const Stage2& stage2 = options.stage2;
    for (std::size_t i = 0; stage2.epochs > 0 && i < stages.size(); ++i) {
        if (stage2.recalibrate && i > 0) tasks.push_back({TaskKind::recalibrate, i, 0});
        if (stages[i].product == none) continue;
        const bool last = i + 1 == stages.size();
        if (last || stage2.adaptation != Adaptation::downstream) {
            tasks.push_back({TaskKind::distil, i, stage2.epochs});
        }
        if (!last && stage2.adaptation != Adaptation::local) tasks.push_back({TaskKind::adapt, i, stage2.epochs});
    }
    if (options.joint.epochs > 0) tasks.push_back({TaskKind::joint, stages.size() - 1, options.joint.epochs});
    return tasks;
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::tandem
