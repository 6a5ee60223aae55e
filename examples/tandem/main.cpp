// Converts teachers with batch norm into students without, of integers alone, and proves that both programs of each
// student agree.
#include <algorithm>
#include <cstdio>
#include <exception>
#include <intaglio/data/cifar10.hpp>
#include <intaglio/data/fashion_mnist.hpp>
#include <stdexcept>

#include "entries.hpp"
#include "results.hpp"

namespace {

using namespace intaglio;
using namespace conversions;

constexpr std::size_t validation_images = 5000;

// The entries that the command line asks for.
std::vector<Entry> chosen(const Choice& choice) {
    std::vector<Entry> list;
    for (const int bits : choice.bits) {
        for (const Entry& entry : entries()) {
            if (entry.network == choice.network && entry.bits == bits) list.push_back(entry);
        }
    }
    if (!list.empty()) return list;
    throw std::runtime_error(choice.network + " is not in this program with these bits; tandem_study has every " +
                             "network: cmake --build BUILD --target tandem_study");
}

TrainTest load(DataSet data, const std::filesystem::path& folder) {
    if (data == DataSet::none) return {};
    const bool colours = data == DataSet::cifar10;
    const std::filesystem::path found = colours ? find_cifar10(folder) : find_fashion_mnist(folder);
    std::printf("%s from %s\n", colours ? "CIFAR-10" : "Fashion-MNIST", found.c_str());
    return colours ? load_cifar10(found) : load_fashion_mnist(found);
}

Samples part(const ImageDataset& data, std::size_t begin, std::size_t count) {
    const auto size = static_cast<std::size_t>(data.shape.size());
    return {std::span(data.pixels).subspan(begin * size, count * size), std::span(data.labels).subspan(begin, count)};
}

Parts split(const TrainTest& data, std::int64_t limit) {
    if (data.train.size() <= validation_images) throw std::runtime_error(data.train.name + ": too few samples");
    const std::size_t left = data.train.size() - validation_images;
    const std::size_t used = limit > 0 ? std::min(left, static_cast<std::size_t>(limit)) : left;
    return {.train = part(data.train, 0, used),
            .validation = part(data.train, left, validation_images),
            .test = part(data.test, 0, data.test.size())};
}

int run_all(const Settings& settings) {
    int status = 0;
    const std::vector<Entry> list = chosen(settings.choice);
    const DataSet kind = list.front().data;
    const TrainTest data = load(kind, settings.data);
    const Parts parts = kind == DataSet::none ? Parts{} : split(data, settings.limit);
    for (const Entry& entry : list) {
        const int result = entry.run(settings, parts);
        if (result == 130) return result;
        status = std::max(status, result);
    }
    std::printf("\n");
    return print_summary(settings.output) ? status : 2;
}

}  // namespace

int main(int argc, char** argv) {
    conversions::Settings settings;
    if (const auto status = conversions::read_settings(argc, argv, settings)) return *status;
    try {
        if (settings.summary.empty()) return run_all(settings);
        return conversions::print_summary(settings.summary) ? 0 : 2;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "error: %s\n", error.what());
        return 1;
    }
}
