// The network of examples/fashion_mnist with weights and activations of 1 bit.
#include "run.hpp"

namespace conversions {

int run_convolutional_1(const Settings& settings, const Choice& choice, const Parts& data) {
    using Teacher = teachers::Convolutional<1>;
    return run<Teacher>(settings, choice, 1, data, teachers::options<Teacher>(4, 0.002, settings.seed));
}

}  // namespace conversions
