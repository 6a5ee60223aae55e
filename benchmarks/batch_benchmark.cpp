// Batches and threads: images per second, and how many times that is of the same images one by one on one thread, which
// take turns with them.
#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "intaglio/canonical/network.hpp"
#include "intaglio/host/thread_pool.hpp"
#include "intaglio/zoo/mlp.hpp"
#include "intaglio/zoo/vgg.hpp"

namespace {

using namespace intaglio;

template <class Options>
struct Mlp : zoo::Mlp<Image<1, 28, 28>, 10, Options, 256, 256> {};
template <class Options>
struct Vgg : zoo::Vgg<Image<3, 32, 32>, 10, zoo::WidthMultiplier<1>, Options> {};

using EightBits = Defaults<QInt<8>, Lbn, ActBits<8>>;
using FewStates = Defaults<QInt<2>, Lbn, Act<M_a{4}>>;

/// Some numbers that fit the network: no time depends on them.
template <class Net>
Model<Net> any_model() {
    Model<Net> model;
    for (const Row& row : facts<Net>.rows) {
        const std::int64_t channels = facts<Net>.value(row.output).shape.channels;
        const auto count = [](std::int64_t n) { return static_cast<std::size_t>(n); };
        RowNumbers numbers;
        numbers.weights.assign(count(row.weights), static_cast<std::int8_t>(row.weight_codes.highest));
        const bool thresholds = row.steps > 0 && row.has_thresholds();
        if (thresholds) {
            numbers.thresholds.assign(count(row.steps * channels), 0);
            numbers.falling.assign(count(channels), 0);
        } else if (row.steps > 0) {
            numbers.shifts.assign(count(row.scale.multipliers(channels)), 8);
        }
        if ((row.steps > 0 && !thresholds) || model.rows.size() + 1 == facts<Net>.row_count()) {
            numbers.multipliers.assign(count(row.scale.multipliers(channels)), 1);
            numbers.addends.assign(count(row.scale.addends(channels)), 0);
        }
        model.rows.push_back(numbers);
    }
    return model;
}

template <class Net, std::int32_t Batch, std::int32_t Threads>
void against_single(benchmark::State& state) {
    using Clock = std::chrono::steady_clock;
    const IntegerNetwork<Net> network(any_model<Net>());
    const auto single = network.make_scratch();
    const auto scratch = network.template make_scratch<Batch, Threads>();
    ThreadPool pool(Threads);
    constexpr auto pixels = static_cast<std::size_t>(facts<Net>.input_shape().size());
    const std::vector<std::uint8_t> images(pixels * Batch, 1);
    std::vector<std::int32_t> classes(Batch);
    Clock::duration one_by_one{};
    Clock::duration together{};
    for (auto _ : state) {
        const auto start = Clock::now();
        for (std::size_t i = 0; i < Batch; ++i) {
            benchmark::DoNotOptimize(network.predict(images.data() + i * pixels, *single));
        }
        const auto middle = Clock::now();
        network.predict_batch(images.data(), Batch, *scratch, classes.data(), pool);
        const auto end = Clock::now();
        one_by_one += middle - start;
        together += end - middle;
        state.SetIterationTime(std::chrono::duration<double>(end - middle).count());
    }
    state.counters["images/s"] = benchmark::Counter(static_cast<double>(Batch * state.iterations()) /
                                                    std::chrono::duration<double>(together).count());
    state.counters["of_single"] = benchmark::Counter(std::chrono::duration<double>(one_by_one).count() /
                                                     std::chrono::duration<double>(together).count());
}

template <class Net>
void add(const std::string& name) {
    const auto row = [&](const char* what, auto function) {
        benchmark::RegisterBenchmark(("batch/" + name + what).c_str(), function)
            ->UseManualTime()
            ->Unit(benchmark::kMicrosecond);
    };
    row("/16_images", against_single<Net, 16, 1>);
    row("/16_images_2_threads", against_single<Net, 16, 2>);
    row("/1_image_2_threads", against_single<Net, 1, 2>);
}

const int added = [] {
    add<Mlp<EightBits>>("mlp_8_bits");
    add<Mlp<FewStates>>("mlp_3_4_states");
    add<Vgg<EightBits>>("vgg_8_bits");
    add<Vgg<FewStates>>("vgg_3_4_states");
    return 0;
}();

}  // namespace
