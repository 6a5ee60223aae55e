#include "results.hpp"

#include <cstdio>
#include <fstream>
#include <intaglio/io/atomic_file.hpp>
#include <intaglio/report/json.hpp>
#include <intaglio/report/plot.hpp>
#include <iostream>
#include <numeric>
#include <stdexcept>

using namespace intaglio;

namespace {

nlohmann::json to_json(const History& history) {
    nlohmann::json json;
    json["loss"] = history.loss;
    json["train_accuracy"] = history.train_accuracy;
    json["test_accuracy"] = history.test_accuracy;
    json["images_per_second"] = history.images_per_second;
    return json;
}

nlohmann::json to_json(Shape shape) {
    return nlohmann::json::array({shape.height, shape.width, shape.channels});
}
nlohmann::json to_json(CodeRange range) {
    return nlohmann::json::array({range.lowest, range.highest});
}
nlohmann::json share_json(double share) {
    return share < 0 ? nlohmann::json() : nlohmann::json(share);
}

nlohmann::json layers_json(const Results& results) {
    nlohmann::json list = nlohmann::json::array();
    for (std::size_t i = 0; i < results.layers.size(); ++i) {
        const LayerFacts& layer = results.layers[i];
        char hash[17];
        std::snprintf(hash, sizeof hash, "%016llx", static_cast<unsigned long long>(results.integer_hashes[i]));
        nlohmann::json entry;
        entry["layer"] = layer.path;
        entry["kind"] = layer.kind;
        entry["kernel"] = layer.kernel;
        entry["in"] = to_json(layer.in);
        entry["out"] = to_json(layer.out);
        entry["weights"] = layer.weights;
        entry["weight_codes"] = to_json(layer.weight_codes);
        entry["accumulators"] = to_json(layer.accumulators);
        entry["accumulator_bits"] = layer.accumulator_bits;
        entry["out_codes"] = to_json(layer.out_codes);
        entry["bytes"] = layer.weight_bytes;
        entry["macs"] = layer.macs;
        entry["R_w"] = share_json(results.shares[i].nonzero_weights);
        entry["R_a"] = share_json(results.shares[i].nonzero_activations);
        entry["codes_hash"] = hash;
        entry["codes_equal"] = results.integer_hashes[i] == results.training_hashes[i];
        list.push_back(entry);
    }
    return list;
}

double mean(const std::vector<double>& values) {
    return values.empty() ? 0 : std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

void write_json_file(const Results& results, const std::filesystem::path& path) {
    nlohmann::json json;
    json["model"] = results.model;
    json["epochs"] = results.epochs;
    json["seed"] = results.seed;
    json["threads"] = results.threads;
    json["instruction_set"] = results.instruction_set;
    json["integer_accuracy"] = results.integer_accuracy;
    json["float_accuracy"] = results.float_accuracy;
    json["differing_images"] = results.differing_images;
    json["c_differing_images"] = results.c_differing_images;
    json["certificate"]["range_values"] = results.certificate.range_values;
    json["certificate"]["steps_compared"] = results.certificate.steps_compared;
    json["certificate"]["weights_compared"] = results.certificate.weights_compared;
    json["certificate"]["logits_compared"] = results.certificate.logits_compared;
    json["certificate"]["differences"] = results.certificate.differences;
    json["certificate"]["largest_distance"] = results.certificate.largest_distance;
    json["model_bytes"] = results.model_bytes;
    json["parameter_bytes"] = results.parameter_bytes;
    json["arena_bytes"] = results.arena_bytes;
    json["training_bytes"] = results.training_bytes;
    json["images_per_second"] = mean(results.history.images_per_second);
    json["inference_images_per_second"] = results.inference_images_per_second;
    json["seconds"] = results.seconds;
    json["history"] = to_json(results.history);
    json["layers"] = layers_json(results);
    write_json(path, json);
}

void write_plots(const Results& results, const std::filesystem::path& folder) {
    const History& history = results.history;
    std::vector<double> epochs(history.loss.size());
    std::iota(epochs.begin(), epochs.end(), 1.0);
    const auto percent = [](std::vector<double> values) {
        for (double& value : values) value *= 100;
        return values;
    };
    write_plot(
        {.title = "Training loss", .x_label = "epoch", .y_label = "loss", .series = {{"", epochs, history.loss}}},
        folder / "loss.svg");
    write_plot({.title = "Accuracy",
                .x_label = "epoch",
                .y_label = "%",
                .series = {{"training", epochs, percent(history.train_accuracy)},
                           {"test, integer logits", epochs, percent(history.test_accuracy)}}},
               folder / "accuracy.svg");
    std::vector<std::string> names;
    Bars weights{"weights (R_w)", {}};
    Bars activations{"activations (R_a)", {}};
    for (std::size_t i = 0; i < results.layers.size(); ++i) {
        const LayerShares& share = results.shares[i];
        // The last layer hands on accumulators, which have no share of activations.
        if (share.nonzero_weights < 0 || share.nonzero_activations < 0) continue;
        names.push_back(results.layers[i].path);
        weights.values.push_back(100 * share.nonzero_weights);
        activations.values.push_back(100 * share.nonzero_activations);
    }
    write_bars("Non-zero codes per layer", "%", names, std::vector<Bars>{weights, activations}, folder / "nonzero.svg");
}

}  // namespace

// One line per epoch.
void write_history(const History& history, const std::filesystem::path& path) {
    std::string text;
    for (std::size_t i = 0; i < history.loss.size(); ++i) {
        char line[128];
        std::snprintf(line, sizeof line, "%.17g %.17g %.17g %.17g\n", history.loss[i], history.train_accuracy[i],
                      history.test_accuracy[i], history.images_per_second[i]);
        text += line;
    }
    write_file_atomically(path, text);
}

History read_history(const std::filesystem::path& path, std::size_t epochs) {
    std::ifstream file(path);
    History history;
    for (std::size_t i = 0; i < epochs; ++i) {
        double loss = 0;
        double train = 0;
        double test = 0;
        double rate = 0;
        if (!(file >> loss >> train >> test >> rate)) {
            throw std::runtime_error(path.string() + ": expected four numbers in line " + std::to_string(i + 1));
        }
        history.loss.push_back(loss);
        history.train_accuracy.push_back(train);
        history.test_accuracy.push_back(test);
        history.images_per_second.push_back(rate);
    }
    return history;
}

void report(const Results& results, const std::filesystem::path& folder) {
    write_json_file(results, folder / "results.json");
    write_plots(results, folder);

    std::cout << '\n';
    facts_table(results.layers, results.shares).print(std::cout);
    std::cout << "\ncertificate   " << grouped(results.certificate.range_values) << " accumulator values, "
              << grouped(results.certificate.steps_compared) << " steps and "
              << grouped(results.certificate.weights_compared)
              << " weights compared: " << results.certificate.differences << " differences\n"
              << "              codes lie at most " << fixed(results.certificate.largest_distance, 6)
              << " codes from the real value at a step; 0.5 is rounding\n";
    if (!results.certificate.proven())
        std::cout << "              first: " << results.certificate.first_difference << '\n';
    std::cout << "test set      " << grouped(results.test_images) << " images: integer program "
              << fixed(100 * results.integer_accuracy, 2) << " %, float logits "
              << fixed(100 * results.float_accuracy, 2) << " %, " << results.differing_images << " images differ\n"
              << "C program     " << grouped(results.test_images) << " images: the logits of "
              << results.c_differing_images << " differ; " << fixed(results.c_images_per_second, 0) << " images/s\n"
              << "memory        weights " << grouped(results.model_bytes) << " bytes (packed with steps "
              << grouped(results.parameter_bytes) << "), arena " << grouped(results.arena_bytes) << " bytes, training "
              << grouped(results.training_bytes) << " bytes\n"
              << "speed         training " << fixed(mean(results.history.images_per_second), 0)
              << " images/s, inference " << fixed(results.inference_images_per_second, 0) << " images/s, "
              << fixed(results.seconds, 0) << " s in all\n"
              << "written       " << folder.string()
              << ": results.json, loss.svg, accuracy.svg, nonzero.svg, checkpoint.intaglio,\n"
              << "              model.safetensors, network.h, network_main.c, network.hpp, network*.onnx\n";
}
