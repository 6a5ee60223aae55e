// Training with gradients of double precision. CMakeLists.txt puts a header in front that names the type.
#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <type_traits>

#include "support/run_bits.hpp"

namespace gradient_type_test {

using namespace intaglio;

static_assert(std::is_same_v<train::Gradient, double>);

/// A quantiser whose scale has a derivative of its own, and a max pool.
struct ScaledNet
    : Network<Image<2, 8, 8>, Defaults<SignWeights<WeightScale::differentiated_mean>, BatchNorm, Act<M_a{4}>>,
              Conv<QInt<8>, Out<8>>, MaxPool<2>, Conv<Out<6>>, Classifier<QInt<8>, Out<3>>> {};

TEST_CASE_TEMPLATE("gradients are computed in the type that one header names", Net, tools::IntegerNet, tools::RealNet,
                   tools::SampleNet, ScaledNet) {
    const tools::Stripes data(100, 8, 8, 2, 3);
    Training<Net> training(20, 2, 5);
    Trainer<Net, MomentumSgd> trainer(training, data.samples(), {.epochs = 10, .batch = 20});
    const double first = trainer.train_batch().loss;
    // What was rounded to a float anywhere at the end of the way would be one.
    std::size_t wider = 0;
    for (const double g : training.gradients()) wider += static_cast<double>(static_cast<float>(g)) != g ? 1 : 0;
    CHECK(wider > training.gradients().size() / 2);
    double last = first;
    while (!trainer.finished()) last = trainer.train_batch().loss;
    CHECK(last < first);
}

}  // namespace gradient_type_test
