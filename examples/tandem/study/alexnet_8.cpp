// AlexNet with weights and activations of 8 bits.
#include "alexnet.hpp"

namespace {

using namespace conversions;

const Registered entry({"alexnet", 8, DataSet::none,
                        [](const Settings& settings, const Parts&) { return run_alexnet<8>(settings); }});

}  // namespace
