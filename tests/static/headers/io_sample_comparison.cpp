// The header alone is enough for what it is for.
#include <intaglio/io/sample_comparison.hpp>

using namespace intaglio;

namespace {

struct Net : Network<Image<1, 8, 8>, Defaults<QInt<2>, Act<M_a{4}>>, Conv<Out<4>>, Classifier<Out<2>>> {};
[[maybe_unused]] std::int64_t use(Samples samples) {
    Training<Net> training(10);
    const IntegerNetwork<Net> network = lower(training);
    return compare_on_samples(training, network, samples).differing_images;
}

}  // namespace
