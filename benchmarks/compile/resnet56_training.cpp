#include "networks.hpp"
#include "training.hpp"

template void train_on<ResNet56>(Samples samples);
