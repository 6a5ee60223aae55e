// Checkpoints of a training run: everything that is needed to go on as if it had never stopped.
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
#include <utility>
#include <variant>
#include <vector>

#include "intaglio/canonical/describe.hpp"
#include "intaglio/io/checkpoint_file.hpp"
#include "intaglio/train/trainer.hpp"

namespace intaglio {

namespace detail {

inline constexpr const char* position_name = "position";

template <class Net, class Optimizer>
std::string training_signature(const Trainer<Net, Optimizer>& trainer) {
    return model_signature(facts<Net>.view()) + trainer.description() + "\n";
}

[[gnu::cold]] inline void write_training_state(const std::filesystem::path& path, const std::string& signature,
                                               const std::vector<train::NamedNumbers>& state,
                                               std::span<const std::int64_t> position) {
    CheckpointWriter writer(signature);
    for (const train::NamedNumbers& numbers : state) {
        std::visit([&]<class T>(std::span<T> values) { writer.add<T>(numbers.name, std::span<const T>(values)); },
                   numbers.values);
    }
    writer.add<std::int64_t>(position_name, position);
    writer.write(path);
}

/// Everything is read and checked before anything is changed.
[[gnu::cold]] inline void read_training_state(const CheckpointReader& reader,
                                              const std::vector<train::NamedNumbers>& state) {
    std::vector<std::variant<std::vector<float>, std::vector<double>>> all;
    for (const train::NamedNumbers& numbers : state) {
        std::visit(
            [&]<class T>(std::span<T> values) {
                std::vector<T> read(values.size());
                reader.read(numbers.name, std::span<T>(read));
                for (std::size_t i = 0; i < read.size(); ++i) {
                    if (!std::isfinite(read[i])) {
                        throw_file_error(reader.path(),
                                         numbers.name + "[" + std::to_string(i) + "] is not a finite number");
                    }
                }
                all.emplace_back(std::move(read));
            },
            numbers.values);
    }
    for (std::size_t i = 0; i < state.size(); ++i) {
        std::visit(
            [&]<class T>(std::span<T> values) {
                const auto& read = std::get<std::vector<T>>(all[i]);
                std::copy(read.begin(), read.end(), values.begin());
            },
            state[i].values);
    }
}

}  // namespace detail

/// Writes parameters, optimiser, schedule, position, random state and statistics of a run. The old file stays as it is
/// unless the new one is complete. Throws std::runtime_error that names the file.
template <class Net, class Optimizer>
void save_checkpoint(Trainer<Net, Optimizer>& trainer, const std::filesystem::path& path) {
    detail::write_training_state(path, detail::training_signature(trainer), trainer.state(), trainer.position());
}

/// Reads what save_checkpoint wrote into a trainer of the same network, options, seed and data. Throws
/// std::runtime_error that names the file and the first difference; the trainer then is as it was.
template <class Net, class Optimizer>
void load_checkpoint(Trainer<Net, Optimizer>& trainer, const std::filesystem::path& path) {
    const CheckpointReader reader(path);
    require_signature(reader, detail::training_signature(trainer));
    std::array<std::int64_t, 4> position{};
    reader.read(detail::position_name, std::span<std::int64_t>(position));
    try {
        trainer.check_position(position);
    } catch (const std::runtime_error& error) {
        throw_file_error(path, error.what());
    }
    detail::read_training_state(reader, trainer.state());
    trainer.set_position(position);
}

}  // namespace intaglio
