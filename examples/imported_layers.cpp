// Layers that networks from other frameworks have, in one network: trained, lowered, proven.
#include <cstdio>
#include <intaglio/intaglio.hpp>

#include "lines.hpp"

using namespace intaglio;

// A function of one code that the library does not have: 1/8 of what lies below zero.
struct LeakyRelu {
    static constexpr const char* name = "leaky ReLU table";
    static constexpr CodeRange codes{-16, 127};
    static constexpr std::int64_t denominator = 32;
    // In units of 2^-30.
    static constexpr std::int64_t value(std::int64_t numerator, std::int64_t divisor) {
        return numerator * fixed_one / divisor / (numerator < 0 ? 8 : 1);
    }
};

// What accumulators land on before a table looks them up.
using Grid = GridAct<-128, 127, 32>;

// clang-format off
struct Net : Network<Image<1, 12, 12>,
    Defaults<QInt<4>, BatchNorm, Grid>,
    Conv<QInt<8>, Out<8>, Stride<2>, SameUpperPadding>,                   // "same" of TensorFlow: 12 x 12 to 6 x 6
    CodeTable<HardSwish<GridAct<-12, 127, 32>>>,                          // MobileNet v3
    AvgPool<3, Stride<1>, Padding<1>, Requantize>,                        // at the ends of 6 or 4 pixels
    Conv<Out<8>>, CodeTable<LeakyRelu>,
    Multiply<Identity,                                                    // a gate: sigmoid of the mean
             Sequence<AvgPool<whole_image, Requantize>, Dense<Out<8>>, CodeTable<Sigmoid<ActBits<8>>>>>,
    Activate<>,
    TransposedConv<Out<8>, Kernel<2>, Stride<2>>, MaxPool<2>,             // 6 x 6 to 12 x 12, and back
    Classifier<QInt<8>, Out<2>>> {};
// clang-format on

static_assert(facts<Net>.integer_only());

// A network of real numbers as Keras has it: biases instead of norms, ReLU6. A teacher for a conversion.
struct Teacher
    : Network<Image<1, 12, 12>, Defaults<FloatWeights, NoWeightStandardization, TrainedBias, Relu6>,
              Conv<Out<8>, Stride<2>, SameUpperPadding>, DepthwiseConv<>, GlobalAvgPool, Classifier<Out<2>>> {};
static_assert(!facts<Teacher>.integer_only() && facts<Teacher>.row(1).biases == 8);

int main() {
    const Lines train(240, 12);
    const Lines test(48, 12);
    Training<Net> training(48, 2);
    Trainer<Net> trainer(training, train.samples(), {.optimizer = {.learning_rate = 0.01}, .epochs = 10, .batch = 48});
    trainer.fit();
    trainer.reestimate_statistics();

    const IntegerNetwork<Net> network = lower(training);
    const Certificate certificate = certify(training, network);
    const double accuracy = evaluate(training, test.samples()).accuracy();
    std::printf("accuracy %.1f %%; certificate: %lld steps and %lld weights compared, %lld differences\n",
                100 * accuracy, static_cast<long long>(certificate.steps_compared),
                static_cast<long long>(certificate.weights_compared), static_cast<long long>(certificate.differences));
    return certificate.proven() && accuracy > 0.8 ? 0 : 1;
}
