// What a run found, and how it is told: results.json, plots, the facts table and a summary.
#pragma once

#include <cstdint>
#include <filesystem>
#include <intaglio/canonical/certificate.hpp>
#include <intaglio/report/model_facts.hpp>
#include <string>
#include <vector>

// Curves over the epochs; kept in a file so that a resumed run has the whole of them.
struct History {
    std::vector<double> loss;
    std::vector<double> train_accuracy;
    std::vector<double> test_accuracy;
    std::vector<double> images_per_second;
};
void write_history(const History& history, const std::filesystem::path& path);
// The first `epochs` lines; throws std::runtime_error that names the file if there are fewer.
History read_history(const std::filesystem::path& path, std::size_t epochs);

struct Results {
    std::string model;
    std::int64_t epochs = 0;
    std::uint64_t seed = 0;
    int threads = 0;
    std::string instruction_set;
    History history;
    std::int64_t test_images = 0;
    double integer_accuracy = 0;
    double float_accuracy = 0;
    std::int64_t differing_images = 0;
    std::int64_t c_differing_images = 0;  // of the exported C program
    double c_images_per_second = 0;
    intaglio::Certificate certificate;
    std::int64_t model_bytes = 0;
    std::int64_t parameter_bytes = 0;
    std::int64_t arena_bytes = 0;
    std::int64_t training_bytes = 0;
    double inference_images_per_second = 0;
    double seconds = 0;
    std::vector<intaglio::LayerFacts> layers;
    std::vector<intaglio::LayerShares> shares;
    std::vector<std::uint64_t> training_hashes;  // of the codes of each layer over the whole test set
    std::vector<std::uint64_t> integer_hashes;
};

// Writes results.json and the plots into `folder` and prints table and summary.
void report(const Results& results, const std::filesystem::path& folder);
