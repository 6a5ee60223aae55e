// The header alone is enough for what it is for.
#include <intaglio/train/program.hpp>

using namespace intaglio;

namespace {

struct Net : Network<Image<1, 8, 8>, Defaults<QInt<2>, Act<M_a{4}>>, Conv<Out<4>>, Classifier<Out<2>>> {};
[[maybe_unused]] void use(const Training<Net>::Pixel* image) {
    Training<Net> training(1);
    training.forward(image, 1, train::Statistics::batch);
    training.backward();
}

}  // namespace
