#include "networks.hpp"
#include "training.hpp"

template void train_on<ResNet110>(Samples samples);
