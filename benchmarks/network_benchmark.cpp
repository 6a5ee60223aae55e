// Whole networks: a training step and an inference, in images per second. The share of peak compares with the time that
// the multiply-accumulates alone would take at the peak of their kind.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "intaglio/core/random.hpp"
#include "intaglio/model/network.hpp"
#include "intaglio/train/lowering.hpp"
#include "intaglio/train/trainer.hpp"
#include "intaglio/zoo/mobilenet.hpp"
#include "peaks.hpp"

namespace {

using namespace intaglio;

struct FashionNet
    : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Conv<QInt<8>, Out<32>>, Conv<Out<32>>, AvgPool<2>,
              Repeat<2, Conv<Out<64>>>, AvgPool<2>, Classifier<QInt<8>, Out<10>>> {};

// The 17-layer VGG of Sawada et al. 2024 with a quarter of its channels, 15 weight and 8 activation states.
struct QuarterVgg
    : Network<Image<3, 32, 32>, Defaults<States<M_w{15}>, Lbn, Act<M_a{8}>>, Repeat<2, Conv<Out<16>>>,
              Repeat<2, Conv<Out<32>>>, AvgPool<2>, Repeat<4, Conv<Out<64>>>, AvgPool<2>, Repeat<4, Conv<Out<128>>>,
              AvgPool<2>, Repeat<4, Conv<Out<128>>>, Conv<Out<10>, Kernel<1>, NoActivation>, GlobalAvgPool> {};

// The person detector of MLPerf Tiny in 8 bits.
struct PersonDetector
    : zoo::MobileNet<Image<3, 96, 96>, 2, zoo::WidthMultiplier<1, 4>, Defaults<QInt<8>, Lbn, ActBits<8>>> {};

// Random images and labels; one batch.
template <class Net>
struct Batch {
    explicit Batch(std::int64_t count)
        : pixels(static_cast<std::size_t>(count * Training<Net>::pixels)), labels(static_cast<std::size_t>(count)) {
        Random random(7);
        for (std::uint8_t& pixel : pixels) pixel = static_cast<std::uint8_t>(random.below(256));
        for (std::uint8_t& label : labels) label = static_cast<std::uint8_t>(random.below(10));
    }
    [[nodiscard]] Samples samples() const { return {pixels, labels}; }

    std::vector<std::uint8_t> pixels;
    std::vector<std::uint8_t> labels;
};

double byte_peak() {
    return benchmarks::multiply_add_peak<kernels::ByteArithmetic<simd::Native>>();
}
double float_peak() {
    return benchmarks::multiply_add_peak<kernels::FloatArithmetic<simd::Native, float>>();
}

void report(benchmark::State& state, std::int64_t images, double shortest_seconds) {
    const auto done = static_cast<double>(images * state.iterations());
    state.counters["images/s"] = benchmark::Counter(done, benchmark::Counter::kIsRate);
    state.counters["share_of_peak"] = benchmark::Counter(done * shortest_seconds, benchmark::Counter::kIsRate);
}

template <class Net>
void training_step(benchmark::State& state) {
    constexpr std::int64_t images = 100;
    const Batch<Net> batch(images);
    auto training = std::make_unique<Training<Net>>(images, static_cast<int>(state.range(0)));
    // The learning rate of the schedule stays high enough for the number of steps that are measured.
    Trainer<Net> trainer(*training, batch.samples(), {.optimizer = {.learning_rate = 1e-3}, .epochs = 1000000});
    trainer.train_batch();
    for (auto _ : state) trainer.train_batch();
    const auto macs = static_cast<double>(facts<Net>.macs());
    report(state, images, (macs / byte_peak() + 2 * macs / float_peak()) / static_cast<double>(state.range(0)));
}

template <class Net>
void inference(benchmark::State& state) {
    const Batch<Net> batch(16);
    Training<Net> training(16);
    training.forward(batch.pixels.data(), 16, train::Statistics::reestimation);
    const IntegerNetwork network(lower(training));
    const auto scratch = network.make_scratch();
    std::size_t image = 0;
    for (auto _ : state) {
        benchmark::DoNotOptimize(network.predict(
            batch.pixels.data() + image % 16 * static_cast<std::size_t>(Training<Net>::pixels), *scratch));
        ++image;
    }
    report(state, 1, static_cast<double>(facts<Net>.macs()) / byte_peak());
}

// Wall time: with several threads the processor time of one says nothing.
BENCHMARK(training_step<FashionNet>)
    ->Name("network/training_step/fashion")
    ->Arg(1)
    ->Arg(2)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK(training_step<QuarterVgg>)
    ->Name("network/training_step/vgg_quarter")
    ->Arg(1)
    ->Arg(2)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK(inference<FashionNet>)->Name("network/inference/fashion")->Unit(benchmark::kMicrosecond);
BENCHMARK(inference<QuarterVgg>)->Name("network/inference/vgg_quarter")->Unit(benchmark::kMicrosecond);
BENCHMARK(inference<PersonDetector>)->Name("network/inference/mobilenet_025_96")->Unit(benchmark::kMicrosecond);

}  // namespace
