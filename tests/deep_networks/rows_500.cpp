// More than 500 operations, one layer after the other: everything that is made from one network.
#include "intaglio/intaglio.hpp"

using namespace intaglio;

struct Net : Network<Features<16>, Defaults<QInt<2>, BatchNorm, Act<M_a{4}>>, Repeat<170, Dense<Out<16>>>,
                     Classifier<Out<4>>> {};
static_assert(facts<Net>.row_count() > 500 && arena_bytes<Net> == 64 + 64 + 64);

double everything(BasicSamples<std::uint8_t> samples) {
    Training<Net> training(100);
    Trainer<Net> trainer(training, samples, {});
    trainer.fit();
    const IntegerNetwork<Net> network = lower(training);
    return certify(training, network).proven() ? evaluate(training, samples).accuracy() : 0;
}
