// Trains two small networks and runs a third one on parameters of plain fractions; prints hashes of what came out, one
// line for each. Runs on every processor of the tests; check.sh says which lines must be equal.
//
//   program train FOLDER    trains, and leaves FOLDER/NAME.checkpoint of the middle of each training
//   program resume FOLDER   loads these checkpoints, and trains on from there
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <intaglio/canonical/bytes.hpp>
#include <intaglio/core/random.hpp>
#include <intaglio/host/checksum.hpp>
#include <intaglio/intaglio.hpp>
#include <intaglio/io/training_checkpoint.hpp>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

using namespace intaglio;

namespace {

// The network of the README, on fewer images.
struct Lines : Network<Image<1, 8, 8>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Conv<QInt<8>, Out<8>>, AvgPool<2>,
                       Conv<Out<16>>, AvgPool<2>, Classifier<QInt<8>, Out<2>>> {};

// Steps with a multiplier, dropout, a join, statistics per channel and per layer.
struct Steps : Network<Image<1, 8, 8>, Defaults<QInt<3>, BatchNorm, Act<M_a{200}>>, Conv<Out<6>, Stride<2>>,
                       Residual<Conv<Out<6>, Lbn, NoActivation>>, Activate<>, Dropout<Rate{0.1}>, Conv<Out<8>>,
                       AvgPool<2>, Classifier<QInt<8>, Out<2>>> {};

// Every kernel of products, and 16-bit input.
struct Kernels
    : Network<Image<3, 16, 16, Int16>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Conv<QInt<8>, Out<8>>,
              Residual<Sequence<Conv<Out<8>>, Conv<Out<8>, NoActivation>>, Identity>, Activate<>,
              Residual<Sequence<Normalize<>, Activate<>, Conv<Out<16>, Stride<2>, NoActivation>>,
                       Conv<Out<16>, Kernel<1>, Stride<2>, NoActivation>>,
              Normalize<BatchNorm>, Activate<Act<M_a{200}>>, AvgPool<2>, Conv<States<M_w{15}>, Out<12>, Groups<4>>,
              Conv<QInt<1>, Out<16>, Act<M_a{2}>>, Conv<QInt<1>, Out<16>, Sign<>>, Conv<QInt<1>, Out<16>>,
              Conv<QInt<1>, Out<10>, Kernel<1>, NoActivation>, GlobalAvgPool> {};

void print(const std::string& name, std::uint64_t hash) {
    std::printf("%s %016llx\n", name.c_str(), static_cast<unsigned long long>(hash));
}

void require(bool good, const std::string& what) {
    if (!good) throw std::runtime_error(what);
}

struct Data {
    Data() {
        for (unsigned i = 0; i < 60; ++i) {
            labels.push_back(static_cast<std::uint8_t>(i % 2));
            for (unsigned p = 0; p < 64; ++p) {
                const bool bright = (i % 2 != 0 ? p % 8 : p / 8) == i / 2 % 8;
                pixels.push_back(static_cast<std::uint8_t>(bright ? 200 : i % 32));
            }
        }
    }
    std::vector<std::uint8_t> pixels, labels;
};

template <class Numbers>
std::uint64_t hash_of(const Numbers& numbers) {
    using Number = std::remove_cvref_t<decltype(numbers[0])>;
    return checksum(std::span<const Number>(numbers.data(), numbers.size()));
}

/// Of everything that a checkpoint keeps.
template <class Net>
std::uint64_t hash_of_state(Trainer<Net>& trainer) {
    Checksum sum;
    for (const train::NamedNumbers& numbers : trainer.state()) {
        std::visit([&]<class T>(std::span<T> values) { sum.add(std::span<const T>(values)); }, numbers.values);
    }
    const auto position = trainer.position();
    sum.add(std::span<const std::int64_t>(position));
    return sum.value();
}

/// Of the integers that decide about the forward pass.
template <class Net>
std::uint64_t hash_of_integers(const Training<Net>& training) {
    const std::vector<std::byte> bytes = canonical_bytes(lower(training));
    return checksum_bytes({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

/// The integer program, proven, and image by image equal to the training's evaluation. Returns the integer logits.
template <class Net>
std::vector<std::int64_t> proven_logits(Training<Net>& training,
                                        const std::vector<typename Training<Net>::Pixel>& pixels) {
    const IntegerNetwork<Net> network(lower(training));
    require(certify(training, network).proven(), "the integer program is not proven");
    const auto scratch = network.make_scratch();
    std::vector<std::int64_t> logits;
    const auto count = static_cast<std::int64_t>(pixels.size()) / Training<Net>::pixels;
    for (std::int64_t begin = 0; begin < count; begin += training.capacity()) {
        const std::int64_t batch = std::min(training.capacity(), count - begin);
        training.forward(pixels.data() + begin * Training<Net>::pixels, batch, train::Statistics::running);
        for (std::int64_t i = 0; i < batch; ++i) {
            const std::int64_t* const found =
                network.program().logits(pixels.data() + (begin + i) * Training<Net>::pixels, *scratch);
            const auto expected =
                training.logits().subspan(static_cast<std::size_t>(i) * Training<Net>::classes, Training<Net>::classes);
            require(std::equal(expected.begin(), expected.end(), found), "the programs compute different logits");
            logits.insert(logits.end(), expected.begin(), expected.end());
        }
    }
    return logits;
}

template <class Net>
void print_run(const std::string& name, Trainer<Net>& trainer, const Data& data) {
    print(name + " state", hash_of_state(trainer));
    const std::vector<std::int64_t> logits = proven_logits(trainer.training(), data.pixels);
    print(name + " integers", hash_of_integers(trainer.training()));
    print(name + " logits", hash_of(logits));
}

/// One training: the first half, or its checkpoint; then the second half.
template <class Net>
void run(const std::string& name, bool resume, const std::filesystem::path& folder, std::int64_t epochs) {
    const Data data;
    Training<Net> training(20, 2);
    if (resume) training.initialize(99);  // all comes from the file
    if (!resume) print(name + " initial", hash_of(training.parameters()));
    Trainer<Net> trainer(training, {data.pixels, data.labels}, {.epochs = epochs, .seed = 3});
    const std::filesystem::path checkpoint = folder / (name + ".checkpoint");
    if (resume) {
        load_checkpoint(trainer, checkpoint);
    } else {
        for (std::int64_t step = 0; step < epochs * 3 / 2; ++step) trainer.train_batch();
        save_checkpoint(trainer, checkpoint);
    }
    print_run(name + " middle", trainer, data);
    trainer.fit();
    trainer.reestimate_statistics();
    print_run(name + " end", trainer, data);
    const Evaluation evaluation = evaluate(training, {data.pixels, data.labels});
    std::printf("%s accuracy %g\n", name.c_str(), evaluation.accuracy());
    require(evaluation.accuracy() > 0.9, name + " has learnt nothing");
}

/// A network whose parameters and statistics are fractions that every float holds.
void run_fixed() {
    constexpr std::int64_t images = 6;
    Training<Kernels> training(4, 2);
    for (const ParameterRange& range : Training<Kernels>::ranges()) {
        for (std::int64_t i = 0; i < range.count; ++i) {
            const auto number = static_cast<float>((i * 37 + range.row * 11) % 61 - 30) / 32;
            training.parameters()[static_cast<std::size_t>(range.begin + i)] =
                range.kind == ParameterKind::weight ? number
                : range.kind == ParameterKind::gain ? 1.25F + number
                                                    : number / 4;
        }
    }
    training.parameters_changed();
    std::vector<train::NamedNumbers> list;
    training.add_persistent(list);
    for (const train::NamedNumbers& numbers : list) {
        const auto values = std::get<std::span<double>>(numbers.values);
        const bool mean = numbers.name.ends_with("mean");
        for (std::size_t i = 0; i < values.size(); ++i) {
            values[i] = mean ? static_cast<double>(i % 5) / 16 - 0.125 : 0.25 + static_cast<double>(i % 3) / 8;
        }
    }
    Random random(7);
    std::vector<std::int16_t> pixels(static_cast<std::size_t>(images * Training<Kernels>::pixels));
    for (std::int16_t& pixel : pixels) pixel = static_cast<std::int16_t>(random() & 0xffffU);
    const std::vector<std::int64_t> logits = proven_logits(training, pixels);
    require(!std::equal(logits.begin(), logits.begin() + Training<Kernels>::classes,
                        logits.begin() + Training<Kernels>::classes),
            "two images have the same logits");
    print("fixed integers", hash_of_integers(training));
    print("fixed logits", hash_of(logits));
}

/// Mean and variance of exact sums, whose conversions must round as everywhere.
void run_statistics() {
    Random random(11);
    std::vector<double> results;
    for (int repetition = 0; repetition < 300; ++repetition) {
        train::IntegerStatistics all;
        for (int i = 0; i < 40; ++i) {
            const std::int64_t value = static_cast<std::int32_t>(random()) >> (repetition % 32);
            const std::int64_t count = 1 + random.below(1U << 20);
            const auto square = static_cast<std::uint64_t>(value * value);
            all.merge({count, count * value, kernels::wide_product(square, static_cast<std::uint64_t>(count))});
        }
        results.push_back(all.mean());
        results.push_back(all.variance());
    }
    print("fixed statistics", hash_of(results));
}

/// What cannot be addressed is refused before memory is taken.
void run_limits(const std::filesystem::path& folder) {
    const auto refuses = [](const char* words, const auto& action) {
        try {
            action();
        } catch (const std::exception& error) {
            require(std::string_view(error.what()).find(words) != std::string_view::npos, error.what());
            return;
        }
        throw std::runtime_error(std::string("accepted, but for ") + words);
    };
    refuses("batch size", [] { Training<Lines>(PTRDIFF_MAX / 64); });
    const std::vector<std::uint8_t> labels(std::size_t{1} << 20);
    refuses("expected 4294967296 pixels", [&] { train::check_samples(0, labels, 4096, 2, "samples"); });
    if constexpr (sizeof(void*) < 8) {
        const std::filesystem::path file = folder / "large";
        write_file_atomically(file, std::string_view("holes"));
        std::filesystem::resize_file(file, std::uint64_t{5} << 30);
        refuses("more than this processor can address", [&] { (void)read_bytes(file, std::uint64_t{1} << 34); });
        std::filesystem::remove(file);
    }
}

}  // namespace

int main(int argc, char** argv) {
    try {
        const std::string_view action = argc == 3 ? argv[1] : "";
        require(action == "train" || action == "resume", "program train FOLDER, or program resume FOLDER");
        const bool resume = action == "resume";
        if (!resume) {
            run_limits(argv[2]);
            run_statistics();
            run_fixed();
        }
        run<Lines>("lines", resume, argv[2], 8);
        run<Steps>("steps", resume, argv[2], 12);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
