// What the command line sets.
#pragma once

#include <cstdint>
#include <filesystem>
#include <intaglio/tandem/options.hpp>
#include <optional>
#include <string>
#include <vector>

namespace conversions {

// The teachers that are converted, and into what.
struct Choice {
    std::string network;
    std::vector<int> bits;
    std::vector<std::string> modes;
};

struct Settings {
    Choice choice;
    std::filesystem::path data;
    std::filesystem::path output = "tandem-output";
    std::filesystem::path teacher;  // file of a trained one; empty: trained here
    std::filesystem::path summary;  // folder whose results are to be told; empty: convert
    std::int64_t epochs = 0;        // of the teacher; 0: what the network needs
    std::int64_t limit = 0;         // training samples that are used; 0: all
    std::uint64_t seed = 1;
    // What the command line gives, for networks that want something else than the others if it gives nothing.
    std::optional<std::int64_t> stage2_epochs;
    std::optional<std::int64_t> joint_epochs;
    std::optional<double> joint_rate;
    intaglio::tandem::Options tandem{};
    bool resume = false;
};

// The words of --network and --mode. A program has some of the networks, see entries.hpp.
inline const std::vector<std::string> network_names{"mlp", "convolutional", "vgg-small", "resnet20", "alexnet"};
inline const std::vector<std::string> mode_names{"L", "LB", "CB", "P2"};

// Reads the command line; an exit status if the program is to end at once.
std::optional<int> read_settings(int argc, char** argv, Settings& settings);

}  // namespace conversions
