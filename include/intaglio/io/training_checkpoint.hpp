// Checkpoints of a training run: everything that is needed to go on as if it had never stopped.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "intaglio/io/checkpoint_file.hpp"
#include "intaglio/train/describe.hpp"
#include "intaglio/train/trainer.hpp"

namespace intaglio {

namespace detail {

template <class Net, class Optimizer>
std::string training_signature(const Trainer<Net, Optimizer>& trainer) {
    return model_signature(facts<Net>.view()) + trainer.description() + "\n";
}

}  // namespace detail

/// Writes parameters, optimiser, schedule, position, random state and statistics of a run. The old file stays as it is
/// unless the new one is complete. Throws std::runtime_error that names the file.
template <class Net, class Optimizer>
void save_checkpoint(Trainer<Net, Optimizer>& trainer, const std::filesystem::path& path) {
    CheckpointWriter writer(detail::training_signature(trainer));
    trainer.visit_state([&]<class T>(const std::string& name, std::span<T> values) {
        writer.add<T>(name, std::span<const T>(values));
    });
    writer.write(path);
}

/// Reads what save_checkpoint wrote into a trainer of the same network, options, seed and data. Throws
/// std::runtime_error that names the file and the first difference; the trainer then is as it was.
template <class Net, class Optimizer>
void load_checkpoint(Trainer<Net, Optimizer>& trainer, const std::filesystem::path& path) {
    const CheckpointReader reader(path);
    require_signature(reader, detail::training_signature(trainer));
    // Everything is read once before anything is changed.
    trainer.visit_state([&]<class T>(const std::string& name, std::span<T> values) {
        if constexpr (!std::is_floating_point_v<T>) {
            reader.read(name, values);  // the position: the trainer checks it before it takes it over
        } else {
            std::vector<T> read(values.size());
            reader.read(name, std::span<T>(read));
            for (std::size_t i = 0; i < read.size(); ++i) {
                if (!(read[i] - read[i] == T{0})) {
                    throw_file_error(path, name + "[" + std::to_string(i) + "] is not a finite number");
                }
            }
        }
    });
    trainer.visit_state([&]<class T>(const std::string& name, std::span<T> values) { reader.read(name, values); });
}

}  // namespace intaglio
