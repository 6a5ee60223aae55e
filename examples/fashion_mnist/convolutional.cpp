// The network of the README: 8-bit first and last layer, ternary weights between, four activation states.
#include "convolutional.hpp"

#include "../job/run.hpp"
#include "networks.hpp"

int run_convolutional(const Options& options, const intaglio::TrainTest& data) {
    // Four epochs hardly overfit.
    return run<Convolutional>(options, data.train, data.test,
                              {.optimizer = {.learning_rate = 0.003}, .epochs = 4, .weight_decay = 1e-4},
                              {"Convolutional", "convolutional.hpp"});
}
