// The whole demo for its default network.
#include "../../examples/fashion_mnist/convolutional.cpp"
