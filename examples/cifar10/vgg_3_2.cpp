// The VGG of Sawada et al. 2024 with 3 weight states and 2 activation states.
#include "../job/run.hpp"
#include "../job/write_exports.hpp"
#include "networks.hpp"

namespace {

using namespace intaglio;

struct Vgg_3_2 : zoo::Vgg<Image<3, 32, 32>, 10, ChosenWidth, Defaults<States<M_w{3}>, Lbn, Act<M_a{2}>>> {};

}  // namespace

int run_3_2(const Options& options, const TrainTest& data) {
    auto settings = cifar10_settings<Trainer<Vgg_3_2>::Options>();
    // Two activation states stop learning at a rate of 0.003.
    settings.optimizer.learning_rate = 0.001;
    settings.epochs = 6;
    settings.warm_up = 1;
    return run<Vgg_3_2>(options, data.train, data.test, settings, {"Vgg_3_2", ""});
}
