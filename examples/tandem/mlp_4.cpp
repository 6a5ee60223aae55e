// The perceptron 784-256-256-10 with weights and activations of 4 bits.
#include "run.hpp"

namespace conversions {

int run_mlp_4(const Settings& settings, const Choice& choice, const Parts& data) {
    using Teacher = teachers::Mlp<4>;
    return run<Teacher>(settings, choice, 4, data, teachers::options<Teacher>(10, 0.003, settings.seed));
}

}  // namespace conversions
