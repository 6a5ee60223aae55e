// VGG-Small with weights and activations of 4 bits.
#include "../run.hpp"

namespace {

using namespace conversions;

const Registered entry({"vgg-small", 4, DataSet::cifar10, [](const Settings& settings, const Parts& data) {
                            using Teacher = teachers::VggSmall<4>;
                            auto recipe = teachers::options<Teacher>(8, 0.001, settings.seed);
                            recipe.augment = intaglio::Augmentation{.shape = {32, 32, 3}, .horizontal_flip = true};
                            return run<Teacher>(settings, 4, data, recipe);
                        }});

}  // namespace
