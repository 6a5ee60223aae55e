// The network of examples/fashion_mnist with weights and activations of 1 bit.
#include "../run.hpp"

namespace {

using namespace conversions;

const Registered entry({"convolutional", 1, DataSet::fashion_mnist, [](const Settings& settings, const Parts& data) {
                            using Teacher = teachers::Convolutional<1>;
                            return run<Teacher>(settings, 1, data, teachers::options<Teacher>(4, 0.002, settings.seed));
                        }});

}  // namespace
