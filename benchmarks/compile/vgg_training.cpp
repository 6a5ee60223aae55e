#include "networks.hpp"
#include "training.hpp"

template void train_on<Vgg>(Samples samples);
