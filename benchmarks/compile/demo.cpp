// The whole demo for its default network, as one file: training, lowering, proof, results and command line.
#include "../../examples/fashion_mnist/convolutional.cpp"
#include "../../examples/fashion_mnist/results.cpp"
