// The perceptron 784-256-256-10 with weights and activations of 4 bits.
#include "run.hpp"

namespace {

using namespace conversions;

const Registered entry({"mlp", 4, DataSet::fashion_mnist, [](const Settings& settings, const Parts& data) {
                            using Teacher = teachers::Mlp<4>;
                            return run<Teacher>(settings, 4, data,
                                                teachers::options<Teacher>(10, 0.003, settings.seed));
                        }});

}  // namespace
