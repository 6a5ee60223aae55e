// The VGG of Sawada et al. 2024 with 15 weight states and 8 activation states.
#include "../job/run.hpp"
#include "../job/write_exports.hpp"
#include "networks.hpp"

namespace {

using namespace intaglio;

struct Vgg_15_8 : zoo::Vgg<Image<3, 32, 32>, 10, ChosenWidth, Defaults<States<M_w{15}>, Lbn, Act<M_a{8}>>> {};

}  // namespace

int run_15_8(const Options& options, const TrainTest& data) {
    auto settings = cifar10_settings<Trainer<Vgg_15_8>::Options>();
    settings.optimizer.learning_rate = 0.003;
    settings.epochs = 5;
    settings.warm_up = 0.2;
    return run<Vgg_15_8>(options, data.train, data.test, settings, {"Vgg_15_8", ""});
}
