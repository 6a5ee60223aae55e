// What the command line of a training program sets.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

struct Options {
    std::filesystem::path data;
    std::filesystem::path output;
    std::string model;
    std::int64_t epochs = 0;  // 0: what the model needs
    std::int64_t limit = 0;   // training samples that are used; 0: all
    std::uint64_t seed = 1;
    int threads = 2;
    bool resume = false;
};

// What a program says of itself in its help.
struct Program {
    std::string purpose;
    std::string data;  // help of --data; empty: the program needs none
    std::vector<std::string> models;
    std::string default_epochs;
    std::string output;
};

// Reads the command line; an exit status if the program is to end at once.
std::optional<int> read_command_line(int argc, char** argv, const Program& program, Options& options);
