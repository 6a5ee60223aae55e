// Checkpoints of a training run: everything that is needed to continue as if it had never stopped.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "intaglio/canonical/describe.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/text.hpp"
#include "intaglio/io/checkpoint_file.hpp"
#include "intaglio/io/named_numbers.hpp"
#include "intaglio/io/run_identity.hpp"
#include "intaglio/train/trainer.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

namespace io_detail {

inline constexpr const char* position_name = "position";
inline constexpr const char* seed_name = "seed of the passes";
inline constexpr const char* teacher_name = "logits of the teacher";

/// The network, the options, and what they and the samples do, as far as a checksum can tell.
template <class Net, class Optimizer>
[[gnu::cold]] std::string training_signature(const Trainer<Net, Optimizer>& trainer) {
    constexpr auto pixels = static_cast<std::size_t>(Training<Net>::pixels);
    const auto& options = trainer.options();
    train::SettingsText text;
    text.add(joined({"checksum of the samples ", checksum_text(samples_checksum(trainer.samples()))}));
    if (options.early_stopping.patience > 0) {
        text.add(joined({"checksum of the validation samples ", checksum_text(samples_checksum(options.validation))}));
    }
    if (options.augment) {
        text.add(
            joined({"checksum of the augmentation of the first samples ",
                    checksum_text(augmentation_checksum(options.augment, trainer.samples(), pixels, options.seed))}));
    }
    return model_signature(facts<Net>.view()) + option_lines(trainer.description() + text.text());
}

/// The teacher's logits for the first samples; nothing without a teacher.
template <class Net, class Optimizer>
[[gnu::cold]] std::vector<float> probe_teacher(const Trainer<Net, Optimizer>& trainer) {
    const auto& teacher = trainer.options().distillation.teacher;
    if (!teacher) return {};
    const std::int64_t count = std::min({probes, trainer.options().batch, trainer.samples().count()});
    std::vector<float> all;
    for (std::int64_t first = 0; first < count; first += trainer.own_batch()) {
        const auto* images = trainer.samples().pixels.data() + first * Training<Net>::pixels;
        const std::span<const float> logits = teacher(images, std::min(trainer.own_batch(), count - first));
        all.insert(all.end(), logits.begin(), logits.end());
    }
    return all;
}

/// Throws if the teacher gives other logits than that of the checkpoint, except for the rounding of other processors.
template <class Net, class Optimizer>
[[gnu::cold]] void require_teacher(const CheckpointReader& reader, const Trainer<Net, Optimizer>& trainer) {
    const std::vector<float> expected = probe_teacher(trainer);
    if (expected.empty()) return;
    std::vector<float> found(expected.size());
    reader.read(teacher_name, std::span<float>(found));
    for (std::size_t i = 0; i < found.size(); ++i) {
        const double distance = std::fabs(static_cast<double>(expected[i]) - static_cast<double>(found[i]));
        if (distance <= 1e-3 * (1 + std::fabs(static_cast<double>(expected[i])))) continue;
        throw_file_error(reader.path(),
                         joined({"belongs to a run with another teacher: its logits of the first images: expected ",
                                 number_text(static_cast<double>(expected[i])), ", found ",
                                 number_text(static_cast<double>(found[i]))}));
    }
}

}  // namespace io_detail

/// Writes parameters, optimiser, schedule, position, random state and statistics of a run. The old file stays as it is
/// unless the new one is complete. Throws std::runtime_error that names the file.
template <class Net, class Optimizer>
void save_checkpoint(Trainer<Net, Optimizer>& trainer, const std::filesystem::path& path) {
    CheckpointWriter writer(io_detail::training_signature(trainer));
    io_detail::add_numbers(writer, trainer.state());
    writer.add<std::int64_t>(io_detail::position_name, trainer.position());
    writer.add_value<std::uint64_t>(io_detail::seed_name, trainer.training().seed());
    const std::vector<float> teacher = io_detail::probe_teacher(trainer);
    if (!teacher.empty()) writer.add<float>(io_detail::teacher_name, std::span<const float>(teacher));
    writer.write(path);
}

/// Reads what save_checkpoint wrote into a trainer of the same network, options and data; what passes draw at random
/// goes on from the file. Throws std::runtime_error that names the file and the first difference; the trainer then is
/// as it was.
template <class Net, class Optimizer>
void load_checkpoint(Trainer<Net, Optimizer>& trainer, const std::filesystem::path& path) {
    const CheckpointReader reader(path);
    require_signature(reader, io_detail::training_signature(trainer));
    std::array<std::int64_t, 4> position{};
    reader.read(io_detail::position_name, std::span<std::int64_t>(position));
    const auto seed = reader.value<std::uint64_t>(io_detail::seed_name);
    try {
        trainer.check_position(position);
    } catch (const std::runtime_error& error) {
        throw_file_error(path, error.what());
    }
    io_detail::require_teacher(reader, trainer);
    io_detail::read_numbers(reader, trainer.state());
    trainer.set_position(position);
    trainer.training().set_seed(seed);
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
