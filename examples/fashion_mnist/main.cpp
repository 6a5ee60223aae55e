// Trains a quantised network on Fashion-MNIST, lowers it to integers, and proves that both compute the same.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <intaglio/data/fashion_mnist.hpp>
#include <thread>

#include "options.hpp"

int main(int argc, char** argv) {
    Options options;
    const unsigned cores = std::thread::hardware_concurrency();
    options.threads = cores == 0 ? 1 : static_cast<int>(cores);

    CLI::App app{"Trains a quantised network on Fashion-MNIST, lowers it to integers and proves that both agree."};
    app.add_option("--data", options.data, "Folder of the four IDX files (default: INTAGLIO_DATA, then the package)");
    app.add_option("--epochs", options.epochs, "Passes over the training images (default: 4, dense 10)")
        ->check(CLI::Range(1, 10000));
    app.add_option("--model", options.model, "Network: convolutional or dense")
        ->check(CLI::IsMember({"convolutional", "dense"}))
        ->capture_default_str();
    app.add_option("--seed", options.seed, "Seed of weights and sample order")->capture_default_str();
    app.add_option("--threads", options.threads, "Threads; the result does not depend on them")
        ->check(CLI::Range(1, 256))
        ->capture_default_str();
    app.add_option("--output", options.output, "Folder for results, plots and the checkpoint")
        ->type_name("FOLDER")
        ->capture_default_str();
    app.add_flag("--resume", options.resume, "Go on from the checkpoint in the output folder");
    CLI11_PARSE(app, argc, argv);

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
