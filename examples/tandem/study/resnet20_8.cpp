// ResNet-20 with weights and activations of 8 bits.
#include "resnet20.hpp"

namespace {

using namespace conversions;

const Registered entry({"resnet20", 8, DataSet::cifar10,
                        [](const Settings& settings, const Parts& data) { return run_resnet20<8>(settings, data); }});

}  // namespace
