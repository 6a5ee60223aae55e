// Layers that pool, move, join and drop codes, in one network: trained, lowered, proven, its facts printed.
#include <cstdio>
#include <intaglio/intaglio.hpp>
#include <intaglio/report/model_facts.hpp>
#include <iostream>

#include "lines.hpp"

using namespace intaglio;

// A shortcut without weights, behind a main branch that halves the image and doubles the channels.
template <int Channels>
using Halve = Residual<Sequence<Conv<Out<2 * Channels>, Stride<2>>, Conv<Out<2 * Channels>, NoActivation>>,
                       Sequence<Subsample<2>, PadChannels<Channels / 2, Channels / 2>>>;

// Squeeze and excitation: one number for each channel, made from the mean of all of them.
template <int Channels>
using Excite =
    Multiply<Identity,
             Sequence<AvgPool<whole_image, Requantize>, Dense<Out<Channels / 2>>, Dense<Out<Channels>, Act<M_a{8}>>>>;

// clang-format off
struct Net : Network<Image<1, 12, 12>,
    Defaults<QInt<3>, Lbn, Act<M_a{4}>>,
    Conv<QInt<8>, Out<8>>,
    MaxPool<3, Stride<2>, Padding<1>>,                    // overlapping windows: 12 x 12 to 6 x 6
    Concat<Conv<Out<4>, Kernel<1>>,                       // branches side by side: 4 + 4 + 8 channels
           Sequence<DepthwiseConv<>, Conv<Out<4>, Kernel<1>>>,
           Conv<Out<8>, Dilation<2>>>,
    Excite<16>, Activate<>,
    Halve<16>, Activate<>,                                // 6 x 6 x 16 to 3 x 3 x 32
    Upsample<2>, AvgPool<2, Stride<1>, Requantize>,       // the rounded mean is a code: a product may follow
    Conv<Out<8>>, MaxPool<whole_image>,
    Dropout<Rate{0.25}>,                                  // training alone knows of it
    Classifier<QInt<8>, Out<2>>> {};
// clang-format on

static_assert(facts<Net>.integer_only());

int main() {
    facts_table(layer_facts<Net>()).print(std::cout);

    const Lines train(240, 12);
    const Lines test(48, 12);
    Training<Net> training(48, 2);
    Trainer<Net> trainer(training, train.samples(), {.optimizer = {.learning_rate = 0.01}, .epochs = 10, .batch = 48});
    trainer.fit();
    trainer.reestimate_statistics();

    const IntegerNetwork<Net> network = lower(training);
    const Certificate certificate = certify(training, network);
    const double accuracy = evaluate(training, test.samples()).accuracy();
    std::printf("\naccuracy %.1f %%; certificate: %lld steps and %lld weights compared, %lld differences\n",
                100 * accuracy, static_cast<long long>(certificate.steps_compared),
                static_cast<long long>(certificate.weights_compared), static_cast<long long>(certificate.differences));
    return certificate.proven() && accuracy > 0.8 ? 0 : 1;
}
