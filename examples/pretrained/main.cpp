// Evaluates a float ResNet-20 that another framework has trained on the test images of CIFAR-10, and shows what it
// costs to pad bytes with the code nearest to the mean.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <intaglio/data/cifar10.hpp>
#include <intaglio/intaglio.hpp>
#include <intaglio/io/load_weights.hpp>
#include <intaglio/io/weight_names.hpp>
#include <intaglio/zoo/resnet.hpp>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace intaglio;

template <class Input>
using FloatResNet20 = zoo::ResNet20<Input, 10, zoo::WidthMultiplier<1>,
                                    Defaults<FloatWeights, NoWeightStandardization, BatchNorm, Relu, FloatBranchGrid>,
                                    zoo::LastOptions<TrainedBias>>;

// What the file's network was trained on: (x - mean) / deviation of pixels x in 0 ... 1, padded with 0.
const InputNormalization normalization{.mean = {0.485, 0.456, 0.406}, .deviation = {0.229, 0.224, 0.225}};

// The pixels as they are; the normalisation moves into the first layer, and the padding is the mean, rounded.
struct Bytes : FloatResNet20<Image<3, 32, 32, UInt8, PaddingValue<124, 116, 104>>> {};

// Normalised pixels as multiples of 1 / 8192, in codes of 1 / 32768: the network reads a quarter of them, padded with
// 0.
struct Words : FloatResNet20<Image<3, 32, 32, Int16>> {};
constexpr double words_scale = 8192;
const InputNormalization words_normalization{.mean = {0, 0, 0}, .deviation = {0.25, 0.25, 0.25}};

template <class Net>
void report(const char* input, const SafetensorsFile& file, const InputNormalization& folded,
            BasicSamples<typename Training<Net>::Pixel> test, int threads) {
    Training<Net> network(100, threads);
    load_weights(network, file, resnet_names(3), {.normalization = folded});
    const auto start = std::chrono::steady_clock::now();
    const Evaluation result = evaluate(network, test);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    std::printf("%-28s %lld of %lld right, %.2f %%, loss %.4f, %.0f images/s\n", input,
                static_cast<long long>(result.float_correct), static_cast<long long>(result.images),
                100 * result.float_accuracy(), result.loss, static_cast<double>(result.images) / seconds);
}

std::vector<std::int16_t> normalized_codes(const ImageDataset& data) {
    std::vector<std::int16_t> codes(data.pixels.size());
    for (std::size_t i = 0; i < codes.size(); ++i) {
        const std::size_t channel = i % 3;
        const double x = (data.pixels[i] / 255.0 - normalization.mean[channel]) / normalization.deviation[channel];
        codes[i] = static_cast<std::int16_t>(std::lround(words_scale * x));
    }
    return codes;
}

}  // namespace

int main(int argc, char** argv) {
    std::filesystem::path model = "../shared/data/models/resnet20-cifar10.safetensors";
    std::filesystem::path data;
    int threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    std::size_t limit = 10000;
    CLI::App app{"Evaluates a float ResNet-20 from a safetensors file on the test images of CIFAR-10."};
    app.add_option("--model", model, "The safetensors file")->type_name("FILE")->capture_default_str();
    app.add_option("--data", data, "Folder of the six binary files, plain, .gz or .xz (default: INTAGLIO_DATA)")
        ->type_name("FOLDER");
    app.add_option("--limit", limit, "Use only the first N test images")->check(CLI::Range(1, 10000));
    app.add_option("--threads", threads, "Threads")->check(CLI::Range(1, 256))->capture_default_str();
    CLI11_PARSE(app, argc, argv);
    try {
        const SafetensorsFile file(model);
        const ImageDataset test = load_cifar10(find_cifar10(data)).test.take(limit);
        report<Bytes>("bytes, padding rounded:", file, normalization, {test.pixels, test.labels}, threads);
        const std::vector<std::int16_t> codes = normalized_codes(test);
        report<Words>("16 bits, padding exact:", file, words_normalization, {codes, test.labels}, threads);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "error: %s\n", error.what());
        return 1;
    }
    return 0;
}
