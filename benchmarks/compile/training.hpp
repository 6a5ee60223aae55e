// What a user compiles who trains a network.
#pragma once

#include <intaglio/train/trainer.hpp>

template <class Net>
void train_on(intaglio::Samples samples) {
    intaglio::Training<Net> training(100);
    intaglio::Trainer<Net> trainer(training, samples, {});
    trainer.fit();
}
