// Pre-activation residual blocks: trained for a few steps, lowered, certified, compared layer by layer.
#include <cstdio>
#include <intaglio/intaglio.hpp>
#include <intaglio/io/sample_comparison.hpp>

#include "lines.hpp"

using namespace intaglio;

// A norm and an activation come first in each branch, a norm last; then both branches land on the grid of the addition:
// 10-bit codes of which the largest stands for 8. Behind the addition the sum is again one integer.
// clang-format off
template <int Channels>
using Block = Residual<
    Sequence<Normalize<>, Activate<>, Conv<Out<Channels>>, Conv<Out<Channels>, NoActivation>>,
    Sequence<Normalize<>, Activate<>, Conv<Out<Channels>, Kernel<1>, NoActivation>>,
    BranchGrid<QInt<10>, Range{8}>>;

struct Net : Network<Image<1, 8, 8>,
    Defaults<QInt<2>, Lbn, Act<M_a{4}, SigmoidSum<Alpha{0.25}>>>,
    Conv<QInt<8>, Out<8>, NoNorm, NoActivation>,  // the first block brings the norm and the activation
    Block<8>, AvgPool<2>,
    Block<16>, Normalize<>, Activate<>,
    Classifier<QInt<8>, Out<2>>> {};
// clang-format on

int main() {
    const Lines train(200, 8);
    const Lines test(64, 8);
    Training<Net> training(50, 2);  // batches of up to 50 images on two threads
    Trainer<Net> trainer(training, train.samples(), {.optimizer = {.learning_rate = 0.01}, .epochs = 8, .batch = 50});
    while (!trainer.finished()) {
        const EpochMetrics& metrics = trainer.train_batch();
        if (metrics.batch == metrics.batches) {
            std::printf("epoch %lld: loss %.3f, accuracy %.1f %%\n", static_cast<long long>(metrics.epoch),
                        metrics.loss, 100 * metrics.accuracy);
        }
    }
    trainer.reestimate_statistics();

    const IntegerNetwork<Net> network = lower(training);
    const Certificate certificate = certify(training, network);
    std::printf("certificate: %lld accumulator values, %lld steps and %lld weights compared, %lld differences\n",
                static_cast<long long>(certificate.range_values), static_cast<long long>(certificate.steps_compared),
                static_cast<long long>(certificate.weights_compared), static_cast<long long>(certificate.differences));

    const SampleComparison comparison = compare_on_samples(training, network, test.samples());
    std::printf("test: %.1f %% by the integer program, %lld images differ in any code\n",
                100 * comparison.integer_accuracy(), static_cast<long long>(comparison.differing_images));
    return certificate.proven() && comparison.differing_images == 0 && comparison.integer_accuracy() > 0.8 ? 0 : 1;
}
