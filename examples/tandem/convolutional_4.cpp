// The network of examples/fashion_mnist with weights and activations of 4 bits.
#include "run.hpp"

namespace {

using namespace conversions;

const Registered entry({"convolutional", 4, DataSet::fashion_mnist, [](const Settings& settings, const Parts& data) {
                            using Teacher = teachers::Convolutional<4>;
                            return run<Teacher>(settings, 4, data, teachers::options<Teacher>(4, 0.002, settings.seed));
                        }});

}  // namespace
