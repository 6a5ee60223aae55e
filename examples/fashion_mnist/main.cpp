// Trains a quantised network on Fashion-MNIST, lowers it to integers, and proves that both compute the same.
#include <cstdio>
#include <exception>
#include <intaglio/data/fashion_mnist.hpp>

#include "networks.hpp"

int main(int argc, char** argv) {
    Options options;
    const Program program{
        .purpose = "Trains a quantised network on Fashion-MNIST, lowers it to integers and proves that both agree.",
        .data = "Folder of the four IDX files (default: INTAGLIO_DATA, then the package)",
        .models = {"convolutional", "dense"},
        .default_epochs = "4, dense 10",
        .output = "demo-output"};
    if (const auto status = read_command_line(argc, argv, program, options)) return *status;
    try {
        const std::filesystem::path folder = intaglio::find_fashion_mnist(options.data);
        const intaglio::TrainTest data = intaglio::load_fashion_mnist(folder);
        std::printf("Fashion-MNIST from %s\n", folder.c_str());
        return options.model == "dense" ? run_dense(options, data) : run_convolutional(options, data);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "error: %s\n", error.what());
        return 1;
    }
}
