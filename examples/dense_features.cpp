// Dense networks on features: batch norm, binary and five-state weights, momentum SGD, another surrogate.
#include <cstdio>
#include <intaglio/intaglio.hpp>
#include <vector>

#include "lines.hpp"

using namespace intaglio;

// clang-format off
struct Net : Network<Features<16>,
    Defaults<States<M_w{5}>, BatchNorm, Act<M_a{2}, StraightThrough>>,  // weights -1, -1/2, 0, 1/2, 1; codes 0 and 1
    Dense<QInt<8>, In<16>, Out<32>>,
    Dense<QInt<1>, NoWeightStandardization, Out<32>>,                   // weights -1 and 1, by the sign alone
    Dense<Out<16>, SingleGain, Act<M_a{16}, SigmoidSum<Alpha{0.25}, SurrogateForm::printed>>>,
    Classifier<Out<2>>> {};

// The same pixels as an image: Flatten says that a dense layer reads them row by row, channels innermost.
struct Flat : Network<Image<1, 4, 4>, Defaults<QInt<4>, Act<M_a{4}>>, Dense<Flatten, Out<32>>, Classifier<Out<2>>> {};
// clang-format on

static_assert(facts<Net>.input_shape() == Shape{1, 1, 16});
static_assert(facts<Flat>.row(0).weights == 16 * 32);

// What `fit` tells while it trains; `batch` may stop it.
struct Watcher {
    static bool batch(const EpochMetrics&) { return true; }
    void epoch(const EpochMetrics& metrics) {
        last_accuracy = metrics.accuracy;
        ++epochs;
    }
    double last_accuracy = 0;
    int epochs = 0;
};

template <class Model>
bool train_and_check(const char* name, Samples samples) {
    Training<Model> training(40);
    Trainer<Model, MomentumSgd> trainer(training, samples,
                                        {.optimizer = {.learning_rate = 0.05, .momentum = 0.9},
                                         .epochs = 20,
                                         .batch = 40,
                                         .weight_decay = 1e-4,
                                         .loss = CrossEntropyAndSquares{.gamma = 0.05}});
    Watcher watcher;
    trainer.fit(watcher);
    trainer.reestimate_statistics();
    const Evaluation evaluation = evaluate(training, samples);
    const IntegerNetwork network(lower(training));
    std::printf("%s: %d epochs, accuracy %.1f %% by integer logits, %.1f %% by float logits\n", name, watcher.epochs,
                100 * evaluation.accuracy(), 100 * evaluation.float_accuracy());
    return certify(training, network).proven() && evaluation.accuracy() > 0.9;
}

int main() {
    const Lines lines(160, 4);
    const bool features = train_and_check<Net>("features", lines.samples());
    const bool image = train_and_check<Flat>("image", lines.samples());
    return features && image ? 0 : 1;
}
