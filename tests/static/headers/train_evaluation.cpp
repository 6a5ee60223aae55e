// The header alone is enough for what it is for.
#include <intaglio/train/loop/evaluation.hpp>

using namespace intaglio;

namespace {

struct Net : Network<Image<1, 8, 8>, Defaults<QInt<2>, Act<M_a{4}>>, Conv<Out<4>>, Classifier<Out<2>>> {};
[[maybe_unused]] double use(Samples samples) {
    Training<Net> training(10);
    return evaluate(training, samples).accuracy();
}

}  // namespace
