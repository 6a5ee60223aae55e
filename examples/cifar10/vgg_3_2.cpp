// The VGG of Sawada et al. 2024 with 3 weight states and 2 activation states.
#include "../job/run.hpp"
#include "networks.hpp"

namespace {

using namespace intaglio;

struct Vgg_3_2 : zoo::Vgg<Image<3, 32, 32>, 10, ChosenWidth, Defaults<States<M_w{3}>, Lbn, Act<M_a{2}>>> {};

}  // namespace

int run_3_2(const Options& options, const TrainTest& data) {
    return run<Vgg_3_2>(options, data.train, data.test, cifar10_settings<Trainer<Vgg_3_2>::Options>());
}
