#include "networks.hpp"
#include "training.hpp"

template void train_on<Mlp>(Samples samples);
