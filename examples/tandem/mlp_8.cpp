// The perceptron 784-256-256-10 with weights and activations of 8 bits.
#include "run.hpp"

namespace {

using namespace conversions;

const Registered entry({"mlp", 8, DataSet::fashion_mnist, [](const Settings& settings, const Parts& data) {
                            using Teacher = teachers::Mlp<8>;
                            return run<Teacher>(settings, 8, data,
                                                teachers::options<Teacher>(10, 0.003, settings.seed));
                        }});

}  // namespace
