// VGG-Small with weights and activations of 1 bit.
#include "run.hpp"

namespace conversions {

int run_vgg_small_1(const Settings& settings, const Choice& choice, const Parts& data) {
    using Teacher = teachers::VggSmall<1>;
    auto recipe = teachers::options<Teacher>(8, 0.001, settings.seed);
    recipe.augment = intaglio::Augmentation{.shape = {32, 32, 3}, .horizontal_flip = true};
    return run<Teacher>(settings, choice, 1, data, recipe);
}

}  // namespace conversions
