// Converts teachers with batch norm into students without, of integers alone, and proves that both programs of each
// student agree.
#include <algorithm>
#include <cstdio>
#include <exception>
#include <intaglio/data/cifar10.hpp>
#include <intaglio/data/fashion_mnist.hpp>
#include <stdexcept>

#include "results.hpp"
#include "runs.hpp"

namespace {

using namespace intaglio;
using namespace conversions;

struct Entry {
    const char* network;
    int bits;
    int (*run)(const Settings&, const Choice&, const Parts&);
};
constexpr Entry entries[] = {
    {"mlp", 8, run_mlp_8},
    {"mlp", 4, run_mlp_4},
    {"mlp", 1, run_mlp_1},
    {"convolutional", 8, run_convolutional_8},
    {"convolutional", 4, run_convolutional_4},
    {"convolutional", 1, run_convolutional_1},
    {"vgg-small", 8, run_vgg_small_8},
    {"vgg-small", 4, run_vgg_small_4},
    {"vgg-small", 1, run_vgg_small_1},
};

constexpr std::size_t validation_images = 5000;

TrainTest load(const Choice& choice, const std::filesystem::path& folder) {
    const bool colours = choice.network == "vgg-small";
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
    const Choice& choice = settings.choice;
    const TrainTest data = load(choice, settings.data);
    const Parts parts = split(data, settings.limit);
    for (const int bits : choice.bits) {
        for (const Entry& entry : entries) {
            if (choice.network != entry.network || bits != entry.bits) continue;
            const int result = entry.run(settings, choice, parts);
            if (result == 130) return result;
            status = std::max(status, result);
        }
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
