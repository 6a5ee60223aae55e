// Only the parameters, apart from the run that trained them: for inference, a longer run, another optimiser.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "intaglio/canonical/describe.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/io/checkpoint_file.hpp"
#include "intaglio/io/named_numbers.hpp"
#include "intaglio/train/program.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

namespace io_detail {

template <class Net>
std::vector<train::NamedNumbers> parameters_and_statistics(Training<Net>& training) {
    std::vector<train::NamedNumbers> list{{"parameters", training.parameters()}};
    training.add_persistent(list);
    return list;
}

}  // namespace io_detail

/// Writes weights, gains, biases and the running statistics of the norms, in the format of checkpoints. The old file
/// stays as it is unless the new one is complete. Throws std::runtime_error that names the file.
template <class Net>
void save_parameters(Training<Net>& training, const std::filesystem::path& path) {
    CheckpointWriter writer(model_signature(facts<Net>.view()));
    io_detail::add_numbers(writer, io_detail::parameters_and_statistics(training));
    writer.write(path);
}

/// Reads what save_parameters wrote, or the same numbers from a checkpoint of a run of the same network, whatever its
/// options: its weights, not their average or the best of its epochs. A Trainer is made afterwards. Throws
/// std::runtime_error that names the file and the first difference; the training then is as it was.
template <class Net>
void load_parameters(Training<Net>& training, const std::filesystem::path& path) {
    const CheckpointReader reader(path);
    require_network(reader, model_signature(facts<Net>.view()));
    io_detail::read_numbers(reader, io_detail::parameters_and_statistics(training));
    training.parameters_changed();
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
