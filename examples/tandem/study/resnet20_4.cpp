// ResNet-20 with weights and activations of 4 bits.
#include "resnet20.hpp"

namespace {

using namespace conversions;

const Registered entry({"resnet20", 4, DataSet::cifar10,
                        [](const Settings& settings, const Parts& data) { return run_resnet20<4>(settings, data); }});

}  // namespace
