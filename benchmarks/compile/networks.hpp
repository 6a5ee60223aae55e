// The networks whose compile time is measured.
#pragma once

#include <intaglio/zoo/networks.hpp>

using namespace intaglio;

struct Mlp : Network<Image<1, 28, 28>, Defaults<QInt<3>, BatchNorm, Act<M_a{4}>>, Dense<Flatten, Out<256>>,
                     Dense<Out<256>>, Classifier<Out<10>>> {};

struct Vgg
    : Network<Image<3, 32, 32>, Defaults<States<M_w{15}>, Lbn, Act<M_a{8}>>, Repeat<2, Conv<Out<64>>>,
              Repeat<2, Conv<Out<128>>>, AvgPool<2>, Repeat<4, Conv<Out<256>>>, AvgPool<2>, Repeat<4, Conv<Out<512>>>,
              AvgPool<2>, Repeat<4, Conv<Out<512>>>, Conv<Out<10>, Kernel<1>, NoActivation>, GlobalAvgPool> {};
static_assert(facts<Vgg>.weights() == 20'024'000);

/// ResNet-20, -56, -110 of He et al. have 3, 9 and 18 blocks per stage.
template <std::int32_t Blocks>
struct ResNet
    : zoo::ResNet<Image<3, 32, 32>, 10, zoo::WidthMultiplier<1>, Defaults<QInt<4>, BatchNorm, Act<M_a{16}>>, Blocks> {};
struct ResNet20 : ResNet<3> {};
struct ResNet56 : ResNet<9> {};
struct ResNet110 : ResNet<18> {};
