// VGG-Small with weights and activations of 8 bits.
#include "../run.hpp"

namespace {

using namespace conversions;

const Registered entry({"vgg-small", 8, DataSet::cifar10, [](const Settings& settings, const Parts& data) {
                            using Teacher = teachers::VggSmall<8>;
                            auto recipe = teachers::options<Teacher>(8, 0.001, settings.seed);
                            recipe.augment = intaglio::Augmentation{.shape = {32, 32, 3}, .horizontal_flip = true};
                            return run<Teacher>(settings, 8, data, recipe);
                        }});

}  // namespace
