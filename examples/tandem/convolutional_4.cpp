// The network of examples/fashion_mnist with weights and activations of 4 bits.
#include "run.hpp"

namespace conversions {

int run_convolutional_4(const Settings& settings, const Choice& choice, const Parts& data) {
    using Teacher = teachers::Convolutional<4>;
    return run<Teacher>(settings, choice, 4, data, teachers::options<Teacher>(4, 0.002, settings.seed));
}

}  // namespace conversions
