// The networks of a program. Each registers itself where it is compiled, so that linking a file is all it takes.
#pragma once

#include <cstdint>
#include <intaglio/train/loop/samples.hpp>
#include <string>
#include <vector>

#include "settings.hpp"

namespace conversions {

// The parts of a data set: the validation samples are the last ones of the training set.
struct Parts {
    intaglio::Samples train;
    intaglio::Samples validation;
    intaglio::Samples test;
};

enum class DataSet : std::uint8_t { none, fashion_mnist, cifar10 };

// A network of one width. `run` returns the exit status; without a data set it gets no samples.
struct Entry {
    std::string network;
    int bits = 0;
    DataSet data = DataSet::none;
    int (*run)(const Settings& settings, const Parts& data) = nullptr;
};

std::vector<Entry>& entries();

// An object of this type in a source file adds its network to the program.
struct Registered {
    explicit Registered(const Entry& entry) { entries().push_back(entry); }
};

}  // namespace conversions
