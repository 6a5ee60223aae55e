// How a training is steered: schedule and warm-up, decoupled weight decay, clipped gradients, smoothed labels, changed
// images, validation with early stopping, a moving average of the weights; and which classes are confused in the end.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <intaglio/intaglio.hpp>
#include <intaglio/report/confusion_table.hpp>
#include <intaglio/train/loop/metrics.hpp>
#include <iostream>
#include <span>
#include <string>
#include <vector>

#include "lines.hpp"

using namespace intaglio;

struct Net : Network<Image<1, 8, 8>, Defaults<QInt<2>, Act<M_a{4}>>, Conv<QInt<8>, Out<8>>, AvgPool<2>, Conv<Out<16>>,
                     Classifier<QInt<8>, Out<2>>> {};

// Changes an image in place: a few pixels are lost. All randomness comes from `random`, which depends on the seed, the
// epoch and the sample alone; so results do not depend on batches, threads or interruptions.
void lose_pixels(std::span<std::uint8_t> image, Random& random) {
    for (int i = 0; i < 3; ++i) image[random.below(static_cast<std::uint32_t>(image.size()))] = 0;
}

struct Display {
    static bool batch(const EpochMetrics&) { return true; }  // false would stop the training
    static void epoch(const EpochMetrics& metrics) {
        std::printf("epoch %2d: loss %.3f, gradient %.2f, validation %.3f, %5.1f %%%s\n",
                    static_cast<int>(metrics.epoch), metrics.loss, metrics.gradient_norm, metrics.validation_loss,
                    100 * metrics.validation_accuracy, metrics.best ? " (best)" : "");
    }
};

int main() {
    const Lines train(300, 8);
    const Lines validation(100, 8);
    Training<Net> training(50, 2);
    Trainer<Net, AdamW> trainer(training, train.samples(),
                                {.optimizer = {.learning_rate = 0.01},
                                 .epochs = 30,
                                 .batch = 50,
                                 .weight_decay = 0.01,
                                 .schedule = OneCycleSchedule{.rise = 0.2},
                                 .warm_up = 0.5,
                                 .clip_norm = 1.0,
                                 .loss = CrossEntropyAndSquares{.label_smoothing = 0.1},
                                 .average = {.decay = 0.9},
                                 .early_stopping = {.patience = 3, .metric = StoppingMetric::loss},
                                 .validation = validation.samples(),
                                 .augment = lose_pixels});
    Display display;
    trainer.fit(display);
    // The training now holds the state of the best epoch: here, of the weight average at its end.
    std::printf("best: epoch %d, ended after epoch %d of %d\n", static_cast<int>(trainer.best_epoch()),
                static_cast<int>(trainer.epoch()), static_cast<int>(trainer.options().epochs));

    const Evaluation result = evaluate(training, validation.samples());
    const ConfusionMatrix confusion(2, validation.labels, result.predictions);
    const std::vector<std::string> names{"lies", "stands"};
    confusion_table(confusion, names).print(std::cout);

    const IntegerNetwork network(lower(training));
    const auto scratch = network.make_scratch();
    ConfusionMatrix of_integers(2);
    for (std::size_t i = 0; i < validation.labels.size(); ++i) {
        of_integers.add(validation.labels[i], network.predict(validation.pixels.data() + 64 * i, *scratch));
    }
    bool same = true;
    for (const std::int32_t label : {0, 1}) {
        for (const std::int32_t c : {0, 1}) same = same && of_integers.count(label, c) == confusion.count(label, c);
    }
    return same && certify(training, network).proven() && confusion.accuracy() > 0.9 ? 0 : 1;
}
