// The whole job for one network: train, lower, certify, compare, report.
#pragma once

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <intaglio/io/sample_comparison.hpp>
#include <intaglio/io/training_checkpoint.hpp>
#include <intaglio/report/progress.hpp>
#include <intaglio/train/loop/evaluation.hpp>
#include <intaglio/train/lowering.hpp>
#include <intaglio/train/trainer.hpp>

#include "exports.hpp"
#include "options.hpp"
#include "results.hpp"

inline std::atomic<bool> interrupted = false;
extern "C" inline void on_interrupt(int) {
    interrupted = true;
}

// Trains to the end, or to an interrupt; false if it was interrupted.
template <class Net>
[[gnu::cold]] bool train_with_display(intaglio::Trainer<Net>& trainer,
                                      intaglio::BasicSamples<typename intaglio::Training<Net>::Pixel> test,
                                      History& history, const std::filesystem::path& checkpoint,
                                      const std::filesystem::path& history_file) {
    using namespace intaglio;
    Progress progress(
        stdout, {.epochs = trainer.options().epochs, .batches = trainer.batches(), .finished_epochs = trainer.epoch()});
    interrupted = false;
    std::signal(SIGINT, on_interrupt);
    std::int64_t epoch = -1;
    while (!trainer.finished()) {
        if (epoch != trainer.epoch()) progress.begin_epoch();
        epoch = trainer.epoch();
        const EpochMetrics& metrics = trainer.train_batch();
        const ProgressPoint point{metrics.batch, metrics.batch * trainer.options().batch, metrics.loss,
                                  metrics.accuracy};
        progress.update(point);
        if (metrics.batch == metrics.batches) {
            const double accuracy = evaluate(trainer.training(), test).accuracy();
            progress.end_epoch(point, "test " + fixed(100 * accuracy, 2) + " %");
            history.loss.push_back(metrics.loss);
            history.train_accuracy.push_back(metrics.accuracy);
            history.test_accuracy.push_back(accuracy);
            history.images_per_second.push_back(metrics.images_per_second);
            write_history(history, history_file);
            save_checkpoint(trainer, checkpoint);
        }
        if (interrupted) {
            save_checkpoint(trainer, checkpoint);
            return false;
        }
    }
    std::signal(SIGINT, SIG_DFL);
    return true;
}

// `settings` are those of the trainer, apart from what the command line sets. Whoever calls it includes
// write_exports.hpp, or another source does.
template <class Net, class Dataset>
[[gnu::cold]] int run(const Options& options, const Dataset& train_data, const Dataset& test_data,
                      typename intaglio::Trainer<Net>::Options settings, const NetworkSource& source) {
    using namespace intaglio;
    using Set = simd::Native;
    using Sampled = BasicSamples<typename Training<Net>::Pixel>;
    const auto start = std::chrono::steady_clock::now();

    Sampled train{train_data.pixels, train_data.labels};
    if (options.limit > 0 && options.limit < train.count()) {
        train.pixels = train.pixels.first(static_cast<std::size_t>(options.limit * Training<Net>::pixels));
        train.labels = train.labels.first(static_cast<std::size_t>(options.limit));
    }
    const Sampled test{test_data.pixels, test_data.labels};
    std::filesystem::create_directories(options.output);
    const std::filesystem::path checkpoint = options.output / "checkpoint.intaglio";
    const std::filesystem::path history_file = options.output / "history.txt";

    if (options.epochs > 0) settings.epochs = options.epochs;
    if (settings.batch == 0) settings.batch = 100;
    settings.seed = options.seed;
    Training<Net> training(settings.batch, options.threads, options.seed);
    Trainer<Net> trainer(training, train, settings);
    Results results;
    if (options.resume) {
        load_checkpoint(trainer, checkpoint);
        results.history = read_history(history_file, static_cast<std::size_t>(trainer.epoch()));
    }
    std::printf("%s network: %lld weights, %lld multiply-accumulates per image\n%lld training images, %d threads, %s\n",
                options.model.c_str(), static_cast<long long>(facts<Net>.weights()),
                static_cast<long long>(facts<Net>.macs()), static_cast<long long>(train.count()), options.threads,
                simd::name(Set{}));
    if (!train_with_display(trainer, test, results.history, checkpoint, history_file)) {
        std::printf("\ninterrupted: %s is written; --resume goes on from there\n", checkpoint.c_str());
        return 130;
    }

    std::printf("averaging the norms' statistics over the training images, lowering, comparing ...\n");
    std::fflush(stdout);
    trainer.reestimate_statistics();
    const Model<Net> model = lower(training);
    const IntegerNetwork<Net> network = model;
    results.certificate = certify(training, network);
    const SampleComparison comparison = compare_on_samples(training, network, test);
    std::printf("exporting, compiling the C program, running it on all test images ...\n");
    std::fflush(stdout);
    write_exports(model, options.output, source,
                  {{"model", options.model}, {"test accuracy", fixed(100 * comparison.integer_accuracy(), 2) + " %"}});
    const CRun c_run = run_c_program(options.output, images_and_logits(network, test));
    results.c_differing_images = c_run.differing_images;
    results.c_images_per_second = static_cast<double>(test.count()) / c_run.seconds;

    results.model = options.model;
    results.epochs = trainer.options().epochs;
    results.seed = options.seed;
    results.threads = options.threads;
    results.instruction_set = simd::name(Set{});
    results.test_images = test.count();
    results.integer_accuracy = comparison.integer_accuracy();
    results.float_accuracy = comparison.evaluation.float_accuracy();
    results.differing_images = comparison.differing_images;
    results.model_bytes = facts<Net>.weight_bytes();
    results.parameter_bytes = static_cast<std::int64_t>(parameter_bytes<Net, Set>);
    results.arena_bytes = static_cast<std::int64_t>(arena_bytes<Net, Set>);
    results.training_bytes = static_cast<std::int64_t>(training.memory_bytes());
    results.inference_images_per_second = static_cast<double>(test.count()) / comparison.integer_seconds;
    results.layers = layer_facts<Net>();
    for (const LayerFacts& layer : results.layers) {
        const auto value = static_cast<std::size_t>(layer.value);
        LayerShares share;
        if (layer.weights > 0) share.nonzero_weights = training.weight_density(static_cast<std::size_t>(layer.row));
        if (!facts<Net>.values[value].pending) share.nonzero_activations = comparison.evaluation.activity[value];
        results.shares.push_back(share);
        results.training_hashes.push_back(comparison.training_hashes[value]);
        results.integer_hashes.push_back(comparison.integer_hashes[value]);
    }
    results.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    report(results, options.output);
    const bool equal = results.differing_images == 0 && results.c_differing_images == 0;
    return results.certificate.proven() && equal ? 0 : 2;
}
