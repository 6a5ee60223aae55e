// Trains a network on a 1-D signal, synthetic keywords of 16-bit audio, lowers it to integers and proves that both
// agree.
#include <cstdio>
#include <exception>
#include <intaglio/data/synthetic_keywords.hpp>

#include "networks.hpp"

int main(int argc, char** argv) {
    Options options;
    const Program program{
        .purpose = "Trains a network on synthetic keywords, lowers it to integers and proves that both agree.",
        .data = "",
        .models = {"dilated", "separable"},
        .default_epochs = "10",
        .output = "keyword-output"};
    if (const auto status = read_command_line(argc, argv, program, options)) return *status;
    try {
        const auto train = intaglio::synthetic_keywords(8000, 1);
        const auto test = intaglio::synthetic_keywords(2000, 2);
        std::printf("synthetic keywords: 8 words, 1024 codes of 16 bits each\n");
        return options.model == "separable" ? run_separable(options, train, test) : run_dilated(options, train, test);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "error: %s\n", error.what());
        return 1;
    }
}
