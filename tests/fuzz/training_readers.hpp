// Readers of training runs: checkpoints and parameters.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "data_readers.hpp"
#include "intaglio/io/parameters.hpp"
#include "intaglio/io/training_checkpoint.hpp"
#include "reader.hpp"

namespace fuzz {

struct TrainedNet
    : intaglio::Network<
          intaglio::Features<4>,
          intaglio::Dense<intaglio::QInt<2>, intaglio::Out<3>, intaglio::BatchNorm, intaglio::Act<intaglio::M_a{4}>>,
          intaglio::Classifier<intaglio::QInt<8>, intaglio::Out<2>>> {};

/// A run with all that a checkpoint can hold.
struct Run {
    Bytes pixels = {0, 1, 200, 30, 4, 250, 6, 7, 80, 9, 10, 110, 12, 13, 140, 255};
    Bytes labels = {0, 1, 1, 0};
    intaglio::Training<TrainedNet> training{2};
    intaglio::Trainer<TrainedNet, intaglio::Adam> trainer{training,
                                                          intaglio::Samples{pixels, labels},
                                                          {.epochs = 2,
                                                           .batch = 2,
                                                           .average = {.decay = 0.9},
                                                           .early_stopping = {.patience = 1},
                                                           .validation = intaglio::Samples{pixels, labels}}};
};

inline void read_run(const std::filesystem::path& path) {
    static Run run;
    try_all([&] { load_parameters(run.training, path); }, [&] { load_checkpoint(run.trainer, path); });
    if (!run.trainer.finished()) (void)run.trainer.train_batch();
}
inline std::vector<Bytes> run_seeds() {
    Run run;
    (void)run.trainer.train_batch();
    return {written([&](const auto& path) { save_checkpoint(run.trainer, path); }),
            written([&](const auto& path) { save_parameters(run.training, path); })};
}

}  // namespace fuzz
