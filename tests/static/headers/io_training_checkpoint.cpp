// The header alone is enough for what it is for.
#include <intaglio/io/training_checkpoint.hpp>

using namespace intaglio;

namespace {

struct Net : Network<Image<1, 8, 8>, Defaults<QInt<2>, Act<M_a{4}>>, Conv<Out<4>>, Classifier<Out<2>>> {};
[[maybe_unused]] void use(Samples samples) {
    Training<Net> training(10);
    Trainer<Net> trainer(training, samples, {.epochs = 1});
    load_checkpoint(trainer, "run.intaglio");
    trainer.fit();
    save_checkpoint(trainer, "run.intaglio");
}

}  // namespace
