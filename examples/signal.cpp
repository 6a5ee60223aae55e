// A network in time: 16-bit samples of a sensor, dilated convolutions, pools.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <intaglio/intaglio.hpp>
#include <vector>

using namespace intaglio;

// clang-format off
struct Net : Network<Signal<1, 64>,                       // 64 samples of 16 bits; the value of a code is code / 32768
    Defaults<QInt<4>, BatchNorm, Act<M_a{8}>>,
    Conv1d<QInt<8>, Out<8>, Kernel<5>, Stride<2>>,        // the numbers of a layer in time mean time
    Conv1d<Out<8>, Dilation<2>>,
    MaxPool1d<2>,
    Conv1d<Out<12>, Dilation<4>>,
    AvgPool1d<4, Requantize>,
    Dense<Flatten, Out<12>>,
    Classifier<QInt<8>, Out<3>>> {};
// clang-format on

static_assert(facts<Net>.input_shape() == Shape{1, 64, 1});

// Slow waves, fast waves, and waves that become faster, of different loudness and phase.
struct Waves {
    std::vector<std::int16_t> samples;
    std::vector<std::uint8_t> labels;

    explicit Waves(int count) {
        for (int i = 0; i < count; ++i) {
            const int kind = i % 3;
            labels.push_back(static_cast<std::uint8_t>(kind));
            for (int t = 0; t < 64; ++t) {
                const double pace = kind == 0 ? 0.2 : kind == 1 ? 0.7 : 0.2 + 0.5 * t / 128;
                const double loudness = 6000 + 2000 * (i / 3 % 10);
                const double noise = (i * 7919 + t * 104729) % 2001 - 1000;
                samples.push_back(static_cast<std::int16_t>(loudness * std::sin(pace * t + 0.37 * i) + noise));
            }
        }
    }
};

int main() {
    constexpr int count = 96;
    const Waves waves(count);
    Training<Net> training(32);
    Trainer<Net, MomentumSgd> trainer(training, {waves.samples, waves.labels},
                                      {.optimizer = {.learning_rate = 0.05}, .epochs = 60});
    trainer.fit();
    trainer.reestimate_statistics();

    const IntegerNetwork<Net> network = lower(training);
    const auto scratch = network.make_scratch();
    int correct = 0;
    for (int i = 0; i < count; ++i) {
        const std::int32_t kind = network.predict(waves.samples.data() + i * Training<Net>::pixels, *scratch);
        correct += kind == waves.labels[static_cast<std::size_t>(i)] ? 1 : 0;
    }
    const bool proven = certify(training, network).proven();
    std::printf("%d of %d waves told apart by the integer program, which is %sproven to be what was trained\n", correct,
                count, proven ? "" : "not ");
    return proven && correct > 80 ? 0 : 1;
}
