// A depthwise-separable network of 120 convolutions: training and the integer program.
#include "intaglio/intaglio.hpp"

using namespace intaglio;

struct Net : Network<Image<3, 32, 32>, Defaults<QInt<8>, BatchNorm, Act<M_a{16}>>, Conv<Out<16>, Stride<2>>,
                     Repeat<60, DepthwiseConv<>, Conv<Out<16>, Kernel<1>>>, GlobalAvgPool, Classifier<Out<4>>> {};

double everything(BasicSamples<std::uint8_t> samples) {
    Training<Net> training(100);
    Trainer<Net> trainer(training, samples, {});
    trainer.fit();
    const IntegerNetwork<Net> network = lower(training);
    return certify(training, network).proven() ? evaluate(training, samples).accuracy() : 0;
}
