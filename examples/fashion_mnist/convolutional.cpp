// The network of the README: 8-bit first and last layer, ternary weights between, four activation states.
#include "convolutional.hpp"

#include "run.hpp"

int run_convolutional(const Options& options, const intaglio::TrainTest& data) {
    return run<Convolutional>(options, data, 4);
}
