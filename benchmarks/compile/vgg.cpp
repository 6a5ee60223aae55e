// Training and inference of the 17-layer VGG at full width.
#include <intaglio/train/lowering.hpp>
#include <intaglio/train/trainer.hpp>

using namespace intaglio;

struct Vgg
    : Network<Image<3, 32, 32>, Defaults<States<M_w{15}>, Lbn, Act<M_a{8}>>, Repeat<2, Conv<Out<64>>>,
              Repeat<2, Conv<Out<128>>>, AvgPool<2>, Repeat<4, Conv<Out<256>>>, AvgPool<2>, Repeat<4, Conv<Out<512>>>,
              AvgPool<2>, Repeat<4, Conv<Out<512>>>, Conv<Out<10>, Kernel<1>, NoActivation>, GlobalAvgPool> {};

static_assert(facts<Vgg>.weights() == 20'024'000);

int train_and_classify(Samples samples) {
    Training<Vgg> training(100, 2);
    Trainer<Vgg> trainer(training, samples, {.optimizer = {.learning_rate = 0.01}, .epochs = 1});
    trainer.fit();
    const IntegerNetwork<Vgg> network = lower(training);
    return network.predict(samples.pixels.data(), *network.make_scratch());
}
