// A loss, an optimiser and a schedule of your own, each one file, in one training.
#include <cstdio>
#include <intaglio/train/loop/evaluation.hpp>
#include <intaglio/train/trainer.hpp>

#include "lines.hpp"
#include "own_loss.hpp"
#include "own_optimizer.hpp"
#include "own_schedule.hpp"

using namespace intaglio;

// What the library asks of them. A trainer checks it, too, and says what is missing.
static_assert(Loss<app::FocalLoss> && Optimizer<app::Lion> && Schedule<app::InverseRoot>);

struct Net : Network<Image<1, 8, 8>, Defaults<QInt<4>, Act<M_a{8}>>, Conv<Out<16>>, Conv<Out<16>, Stride<2>>,
                     AvgPool<4>, Classifier<Out<2>>> {};

int main() {
    const Lines lines(200, 8);
    Training<Net> training(20);
    Trainer<Net, app::Lion> trainer(training, lines.samples(),
                                    {.optimizer = {.learning_rate = 0.005},
                                     .epochs = 20,
                                     .batch = 20,
                                     .schedule = app::InverseRoot{.scale = 4},
                                     .warm_up = 1,
                                     .loss = app::FocalLoss{.focus = 1.5}});
    trainer.fit();
    trainer.reestimate_statistics();
    const double accuracy = evaluate(training, lines.samples()).accuracy();
    std::printf("%s\naccuracy %.1f %%\n", trainer.description().c_str(), 100 * accuracy);
    return accuracy > 0.9 ? 0 : 1;
}
