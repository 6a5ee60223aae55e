// The demo's network: training, lowering, proof, comparison, checkpoints and display. The files of the demo that know
// no network (results.cpp, main.cpp) compile beside it.
#include "../../examples/fashion_mnist/convolutional.cpp"
