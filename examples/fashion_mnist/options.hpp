// What the command line of the demo sets.
#pragma once

#include <cstdint>
#include <filesystem>
#include <intaglio/data/image_dataset.hpp>
#include <string>

struct Options {
    std::filesystem::path data;
    std::filesystem::path output = "demo-output";
    std::string model = "convolutional";
    std::int64_t epochs = 0;  // 0: what the model needs
    std::uint64_t seed = 1;
    int threads = 2;
    bool resume = false;
};

// One function per network, each compiled by itself. They return the exit status.
int run_convolutional(const Options& options, const intaglio::TrainTest& data);
int run_dense(const Options& options, const intaglio::TrainTest& data);
