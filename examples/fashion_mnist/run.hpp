// The whole job for one network: train, lower, certify, evaluate, report.
#pragma once

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <intaglio/data/fashion_mnist.hpp>
#include <intaglio/io/sample_comparison.hpp>
#include <intaglio/io/training_checkpoint.hpp>
#include <intaglio/report/json.hpp>
#include <intaglio/report/model_facts.hpp>
#include <intaglio/report/plot.hpp>
#include <intaglio/report/progress.hpp>
#include <intaglio/train/lowering.hpp>
#include <intaglio/train/trainer.hpp>
#include <iostream>
#include <string>
#include <vector>

#include "options.hpp"

namespace demo {

inline std::atomic<bool> interrupted = false;
extern "C" inline void on_interrupt(int) { interrupted = true; }

// Curves over the epochs; kept in a file so that a resumed run has the whole of them.
struct History {
    std::vector<double> loss, train_accuracy, test_accuracy, images_per_second;
};
inline nlohmann::json to_json(const History& h) {
    return {{"loss", h.loss},
            {"train_accuracy", h.train_accuracy},
            {"test_accuracy", h.test_accuracy},
            {"images_per_second", h.images_per_second}};
}
inline History history_from(const nlohmann::json& j) {
    return {j.at("loss"), j.at("train_accuracy"), j.at("test_accuracy"), j.at("images_per_second")};
}

template <class Net>
struct Observer {
    intaglio::Progress progress;
    intaglio::Training<Net>& training;
    intaglio::Samples test;
    History history;
    bool fresh = true;

    static intaglio::ProgressPoint point(const intaglio::EpochMetrics& m, std::int64_t images_per_batch) {
        return {m.batch, m.batch * images_per_batch, m.loss, m.accuracy};
    }
    bool batch(const intaglio::EpochMetrics& m) {
        if (fresh) progress.begin_epoch(intaglio::steady_seconds() - m.seconds);
        fresh = false;
        progress.update(point(m, training.capacity()));
        return !interrupted;
    }
    void epoch(const intaglio::EpochMetrics& m) {
        const double accuracy = intaglio::evaluate(training, test).accuracy();
        progress.end_epoch(point(m, training.capacity()), "test " + intaglio::fixed(100 * accuracy, 2) + " %");
        history.loss.push_back(m.loss);
        history.train_accuracy.push_back(m.accuracy);
        history.test_accuracy.push_back(accuracy);
        history.images_per_second.push_back(m.images_per_second);
        fresh = true;
    }
};

inline std::vector<double> epochs_of(const std::vector<double>& values) {
    std::vector<double> x;
    for (std::size_t i = 0; i < values.size(); ++i) x.push_back(static_cast<double>(i + 1));
    return x;
}

inline void write_plots(const History& h, const std::vector<intaglio::LayerFacts>& layers,
                        const std::vector<intaglio::LayerShares>& shares, const std::filesystem::path& folder) {
    using namespace intaglio;
    const auto percent = [](std::vector<double> values) {
        for (double& value : values) value *= 100;
        return values;
    };
    write_plot({.title = "Training loss", .x_label = "epoch", .y_label = "loss", .series = {{"training", epochs_of(h.loss), h.loss}}},
               folder / "loss.svg");
    write_plot({.title = "Accuracy",
                .x_label = "epoch",
                .y_label = "%",
                .series = {{"training", epochs_of(h.train_accuracy), percent(h.train_accuracy)},
                           {"test, integer program", epochs_of(h.test_accuracy), percent(h.test_accuracy)}}},
               folder / "accuracy.svg");
    std::vector<std::string> names;
    std::vector<double> weights;
    std::vector<double> activations;
    for (std::size_t i = 0; i < layers.size(); ++i) {
        if (shares[i].nonzero_weights < 0) continue;
        names.push_back(layers[i].path);
        weights.push_back(100 * shares[i].nonzero_weights);
        activations.push_back(shares[i].nonzero_activations < 0 ? 0 : 100 * shares[i].nonzero_activations);
    }
    write_bars("Non-zero codes per layer", "%", names, std::vector<Bars>{{"weights (R_w)", weights}, {"activations (R_a)", activations}},
               folder / "nonzero.svg");
}

}  // namespace demo

template <class Net>
int run(const Options& options, std::int64_t default_epochs) {
    using namespace intaglio;
    using demo::History;
    const auto start = std::chrono::steady_clock::now();
    constexpr std::int64_t batch = 100;
    const std::int64_t epochs = options.epochs > 0 ? options.epochs : default_epochs;

    const std::filesystem::path folder = find_fashion_mnist(options.data);
    const TrainTest data = load_fashion_mnist(folder);
    const Samples train{data.train.pixels, data.train.labels};
    const Samples test{data.test.pixels, data.test.labels};
    std::filesystem::create_directories(options.output);
    const std::filesystem::path checkpoint = options.output / "checkpoint.intaglio";
    const std::filesystem::path history_file = options.output / "history.json";

    Training<Net> training(batch, options.threads, options.seed);
    Trainer<Net> trainer(training, train, {.optimizer = Adam{.learning_rate = 0.003}, .epochs = epochs, .batch = batch, .seed = options.seed});
    History history;
    if (options.resume) {
        load_checkpoint(trainer, checkpoint);
        if (std::filesystem::exists(history_file)) history = demo::history_from(read_json(history_file));
    }
    std::printf("%s: %lld weights, %lld multiply-accumulates per image; %lld training images from %s; %d threads, %s\n",
                options.model.c_str(), static_cast<long long>(facts<Net>.weights()),
                static_cast<long long>(facts<Net>.macs()), static_cast<long long>(train.count()), folder.c_str(),
                options.threads, simd::name(simd::Native{}));

    demo::interrupted = false;
    std::signal(SIGINT, demo::on_interrupt);
    demo::Observer<Net> observer{Progress(stdout, {.epochs = epochs, .batches = trainer.batches(), .finished_epochs = trainer.epoch()}),
                                 training, test, history};
    while (!trainer.finished()) {
        const EpochMetrics& metrics = trainer.step();
        const bool go_on = observer.batch(metrics);
        if (metrics.batch == metrics.batches) {
            observer.epoch(metrics);
            save_checkpoint(trainer, checkpoint);
            write_json(history_file, demo::to_json(observer.history));
        }
        if (!go_on) {
            save_checkpoint(trainer, checkpoint);
            std::printf("\ninterrupted: %s is written, --resume goes on from there\n", checkpoint.c_str());
            return 130;
        }
    }
    std::signal(SIGINT, SIG_DFL);

    std::printf("statistics of the norms are averaged over the training images ...\n");
    trainer.reestimate_statistics();
    const auto network = lower(training);
    const train::Certificate certificate = certify(training, network);
    const SampleComparison comparison = compare_on_samples(training, network, test);

    const std::vector<LayerFacts> layers = layer_facts<Net>();
    std::vector<LayerShares> shares;
    nlohmann::json json_layers = nlohmann::json::array();
    for (const LayerFacts& layer : layers) {
        LayerShares share;
        if (layer.weights > 0) share.nonzero_weights = training.weight_density(static_cast<std::size_t>(layer.row));
        const auto value = static_cast<std::size_t>(layer.value);
        if (!facts<Net>.value(layer.value).pending) share.nonzero_activations = comparison.evaluation.activity[value];
        shares.push_back(share);
        const auto shape = [](Shape s) { return nlohmann::json{s.height, s.width, s.channels}; };
        const auto range = [](CodeRange r) { return nlohmann::json{r.lowest, r.highest}; };
        const auto ratio = [](double r) { return r < 0 ? nlohmann::json() : nlohmann::json(r); };
        char hash[17];
        std::snprintf(hash, sizeof hash, "%016llx", static_cast<unsigned long long>(comparison.integer_hashes[value]));
        json_layers.push_back({{"layer", layer.path},
                               {"kind", layer.kind},
                               {"kernel", layer.kernel},
                               {"in", shape(layer.in)},
                               {"out", shape(layer.out)},
                               {"weights", layer.weights},
                               {"weight_codes", range(layer.weight_codes)},
                               {"accumulators", range(layer.accumulators)},
                               {"accumulator_bits", layer.accumulator_bits},
                               {"out_codes", range(layer.out_codes)},
                               {"bytes", layer.weight_bytes},
                               {"macs", layer.macs},
                               {"R_w", ratio(share.nonzero_weights)},
                               {"R_a", ratio(share.nonzero_activations)},
                               {"codes_hash", hash},
                               {"codes_equal", comparison.integer_hashes[value] == comparison.training_hashes[value]}});
    }
    std::printf("\n");
    facts_table<Net>(shares).print(std::cout);
    std::cout.flush();

    const History& curves = observer.history;
    double images_per_second = 0;
    for (const double rate : curves.images_per_second) images_per_second += rate / static_cast<double>(curves.images_per_second.size());
    const double inference = static_cast<double>(test.count()) / comparison.integer_seconds;
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    using Tag = simd::Native;
    write_json(options.output / "results.json",
               {{"model", options.model},
                {"epochs", epochs},
                {"seed", options.seed},
                {"threads", options.threads},
                {"integer_accuracy", comparison.integer_accuracy()},
                {"float_accuracy", comparison.evaluation.float_accuracy()},
                {"differing_images", comparison.differing_images},
                {"certificate",
                 {{"range_values", certificate.range_values},
                  {"steps_compared", certificate.steps_compared},
                  {"weights_compared", certificate.weights_compared},
                  {"differences", certificate.differences},
                  {"largest_distance", certificate.largest_distance}}},
                {"model_bytes", facts<Net>.weight_bytes()},
                {"parameter_bytes", parameter_bytes<Net, Tag>},
                {"arena_bytes", arena_bytes<Net, Tag>},
                {"training_bytes", training.memory_bytes()},
                {"images_per_second", images_per_second},
                {"inference_images_per_second", inference},
                {"seconds", seconds},
                {"instruction_set", simd::name(Tag{})},
                {"history", demo::to_json(curves)},
                {"layers", json_layers}});
    demo::write_plots(curves, layers, shares, options.output);

    std::printf("\ncertificate   %s accumulator values, %s steps and %s weights compared: %lld differences\n",
                grouped(certificate.range_values).c_str(), grouped(certificate.steps_compared).c_str(),
                grouped(certificate.weights_compared).c_str(), static_cast<long long>(certificate.differences));
    if (!certificate.proven()) std::printf("              first: %s\n", certificate.first_difference.c_str());
    std::printf("test set      %s images: integer program %.2f %%, float logits %.2f %%, %lld images differ\n",
                grouped(test.count()).c_str(), 100 * comparison.integer_accuracy(),
                100 * comparison.evaluation.float_accuracy(), static_cast<long long>(comparison.differing_images));
    std::printf("memory        weights %s bytes (packed with steps: %s), arena %s bytes, training %s bytes\n",
                grouped(facts<Net>.weight_bytes()).c_str(), grouped(static_cast<std::int64_t>(parameter_bytes<Net, Tag>)).c_str(),
                grouped(static_cast<std::int64_t>(arena_bytes<Net, Tag>)).c_str(),
                grouped(static_cast<std::int64_t>(training.memory_bytes())).c_str());
    std::printf("speed         training %.0f images/s, inference %.0f images/s, %.0f s in all\n", images_per_second, inference, seconds);
    std::printf("written       %s: results.json, loss.svg, accuracy.svg, nonzero.svg, checkpoint.intaglio\n", options.output.c_str());
    return certificate.proven() && comparison.differing_images == 0 ? 0 : 2;
}
