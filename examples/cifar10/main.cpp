// Trains the VGG of the papers on CIFAR-10 with augmentation, lowers it to integers, and proves that both agree.
#include <cstdio>
#include <exception>
#include <intaglio/data/cifar10.hpp>

#include "networks.hpp"

int main(int argc, char** argv) {
    Options options;
    const Program program{
        .purpose = "Trains the VGG of the papers on CIFAR-10, lowers it to integers and proves that both agree.",
        .data = "Folder of the six binary files, plain, .gz or .xz (default: INTAGLIO_DATA)",
        .models = {"15-8", "3-2"},
        .default_epochs = "15-8: 5, 3-2: 6",
        .output = "cifar10-output"};
    if (const auto status = read_command_line(argc, argv, program, options)) return *status;
    try {
        const std::filesystem::path folder = intaglio::find_cifar10(options.data);
        const intaglio::TrainTest data = intaglio::load_cifar10(folder);
        std::printf("CIFAR-10 from %s\n", folder.c_str());
        return options.model == "3-2" ? run_3_2(options, data) : run_15_8(options, data);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "error: %s\n", error.what());
        return 1;
    }
}
