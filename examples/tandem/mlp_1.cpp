// The perceptron 784-256-256-10 with weights and activations of 1 bit.
#include "run.hpp"

namespace {

using namespace conversions;

const Registered entry({"mlp", 1, DataSet::fashion_mnist, [](const Settings& settings, const Parts& data) {
                            using Teacher = teachers::Mlp<1>;
                            return run<Teacher>(settings, 1, data,
                                                teachers::options<Teacher>(10, 0.003, settings.seed));
                        }});

}  // namespace
