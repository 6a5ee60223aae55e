// Training of a teacher, with a checkpoint behind each epoch from which a later call goes on.
#pragma once

#include <cstdio>
#include <filesystem>
#include <intaglio/data/augmentation.hpp>
#include <intaglio/io/training_checkpoint.hpp>
#include <intaglio/train/loop/evaluation.hpp>
#include <intaglio/train/trainer.hpp>

namespace teachers {

// Trains with Adam on a cosine, or loads what an earlier call with the same settings has trained. Ends with the norms'
// statistics averaged over the training images.
template <class Net>
[[gnu::cold]] void train(intaglio::Training<Net>& teacher, intaglio::Samples samples, intaglio::Samples test,
                         typename intaglio::Trainer<Net>::Options options, const std::filesystem::path& checkpoint) {
    using namespace intaglio;
    Trainer<Net> trainer(teacher, samples, options);
    if (std::filesystem::exists(checkpoint)) load_checkpoint(trainer, checkpoint);
    while (!trainer.finished()) {
        EpochMetrics metrics;
        do {
            metrics = trainer.train_batch();
        } while (metrics.batch < metrics.batches);
        save_checkpoint(trainer, checkpoint);
        std::printf("teacher epoch %lld/%lld: loss %.4f, train %.2f %%, test %.2f %%, %.0f images/s\n",
                    static_cast<long long>(metrics.epoch), static_cast<long long>(metrics.epochs), metrics.loss,
                    100 * metrics.accuracy, 100 * evaluate(teacher, test).accuracy(), metrics.images_per_second);
        std::fflush(stdout);
    }
    trainer.reestimate_statistics();
}

template <class Net>
typename intaglio::Trainer<Net>::Options options(std::int64_t epochs, double rate, std::uint64_t seed) {
    typename intaglio::Trainer<Net>::Options options;
    options.optimizer.learning_rate = rate;
    options.epochs = epochs;
    options.weight_decay = 1e-5;
    options.loss = CrossEntropyAndSquares{.gamma = 0};
    options.seed = seed;
    options.warm_up = 0.5;
    return options;
}

}  // namespace teachers
