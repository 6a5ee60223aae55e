// The network of examples/fashion_mnist with weights and activations of 8 bits.
#include "../run.hpp"

namespace {

using namespace conversions;

const Registered entry({"convolutional", 8, DataSet::fashion_mnist, [](const Settings& settings, const Parts& data) {
                            using Teacher = teachers::Convolutional<8>;
                            return run<Teacher>(settings, 8, data, teachers::options<Teacher>(4, 0.002, settings.seed));
                        }});

}  // namespace
