// A schedule of your own. docs/extending.md goes through this file.
#pragma once

#include <cmath>
#include <cstdint>
#include <intaglio/train/loop/schedule.hpp>

namespace app {

// The learning rate falls with the root of the time: 1 / sqrt(1 + epochs since the warm-up / scale).
struct InverseRoot {
    double scale = 1;  // epochs

    // What the learning rate is multiplied by. The warm-up is multiplied to it afterwards.
    double operator()(const intaglio::SchedulePosition& at) const {
        const double epochs = static_cast<double>(at.after_warm_up()) / static_cast<double>(at.updates_per_epoch);
        return 1 / std::sqrt(1 + epochs / scale);
    }
    // Throws std::invalid_argument. Optional.
    void check() const { intaglio::train::require_option(scale > 0, "scale", scale); }
    // Checkpoints compare it. `steps` are those of the whole run.
    void describe(intaglio::train::SettingsText& text, std::uint64_t /*steps*/) const {
        text.add("inverse root schedule", scale);
    }
};

}  // namespace app
