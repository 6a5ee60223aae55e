#include "networks.hpp"
#include "training.hpp"

template void train_on<ResNet20>(Samples samples);
