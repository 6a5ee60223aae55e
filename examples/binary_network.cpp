// A binary network without any statistics: weights and activations are signs, each channel trains a bias instead of a
// norm. Up to the logits its integer program only adds and compares.
#include <cstdio>
#include <intaglio/intaglio.hpp>
#include <intaglio/io/sample_comparison.hpp>

#include "lines.hpp"

using namespace intaglio;

// Sums of many signs are far from zero: the derivative of their sign needs a reach to match. The padding of a
// convolution is left out (Masked), which is what a convolution with zeros around the image would do.
using BinarySign = Sign<Masked, Triangle<Width{16}>>;

struct Net : Network<Image<1, 8, 8>, Defaults<QInt<1>, NoWeightStandardization, TrainedBias, BinarySign>, Conv<Out<16>>,
                     AvgPool<2>, Conv<Out<16>>, Classifier<Out<2>>> {};

static_assert(facts<Net>.multiplier_free());
static_assert(facts<Net>.row(2).codes == CodeRange{-1, 1});
static_assert(facts<Net>.weight_bytes() == (16 * 9 + 16 * 9 * 16 + 16 * 16 * 2) / 8);

int main() {
    const Lines train(200, 8);
    const Lines test(64, 8);
    Training<Net> training(50, 2);
    Trainer<Net> trainer(training, train.samples(),
                         {.optimizer = {.learning_rate = 0.03}, .epochs = 40, .batch = 50, .weight_decay = 0});
    trainer.fit();  // no statistics: nothing to re-estimate

    const IntegerNetwork<Net> network = lower(training);
    const Certificate certificate = certify(training, network);
    const SampleComparison comparison = compare_on_samples(training, network, test.samples());
    std::printf("%lld bits of weights, accumulators of %d bits\n", static_cast<long long>(facts<Net>.weights()),
                facts<Net>.accumulator_bits());
    std::printf("certificate: %lld steps and %lld weights compared, %lld differences\n",
                static_cast<long long>(certificate.steps_compared),
                static_cast<long long>(certificate.weights_compared), static_cast<long long>(certificate.differences));
    std::printf("test: %.1f %% by the integer program, %lld images differ in any code\n",
                100 * comparison.integer_accuracy(), static_cast<long long>(comparison.differing_images));
    return certificate.proven() && comparison.differing_images == 0 && comparison.integer_accuracy() > 0.8 ? 0 : 1;
}
