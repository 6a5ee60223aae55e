// AlexNet with weights and activations of 4 bits.
#include "alexnet.hpp"

namespace {

using namespace conversions;

const Registered entry({"alexnet", 4, DataSet::none,
                        [](const Settings& settings, const Parts&) { return run_alexnet<4>(settings); }});

}  // namespace
