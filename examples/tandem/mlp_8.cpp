// The perceptron 784-256-256-10 with weights and activations of 8 bits.
#include "run.hpp"

namespace conversions {

int run_mlp_8(const Settings& settings, const Choice& choice, const Parts& data) {
    using Teacher = teachers::Mlp<8>;
    return run<Teacher>(settings, choice, 8, data, teachers::options<Teacher>(10, 0.003, settings.seed));
}

}  // namespace conversions
