// A multi-layer perceptron 784-256-256-10 with ternary weights and eight activation states.
#include "../job/run.hpp"
#include "../job/write_exports.hpp"
#include "networks.hpp"

namespace {

using namespace intaglio;

struct Perceptron : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{8}>>, Dense<Flatten, Out<256>>,
                            Dense<Out<256>>, Classifier<Out<10>>> {};

}  // namespace

int run_dense(const Options& options, const TrainTest& data) {
    return run<Perceptron>(options, data.train, data.test,
                           {.optimizer = {.learning_rate = 0.003}, .epochs = 10, .weight_decay = 1e-4},
                           {"Perceptron", ""});
}
