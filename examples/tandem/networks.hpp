// The teachers: DoReFa weights and activations of Bits bits, batch norm behind every product.
#pragma once

#include <cstdint>
#include <intaglio/model/network.hpp>
#include <intaglio/zoo/vgg_small.hpp>

namespace teachers {

using namespace intaglio;

template <int Bits>
using DoReFaNet = Defaults<DoReFa<Bits>, BatchNorm, DoReFaAct<Bits>>;

// 784-256-256-10, all weights of Bits bits (papers' digest 9.2, setting B).
template <int Bits>
struct Mlp
    : Network<Image<1, 28, 28>, DoReFaNet<Bits>, Dense<Flatten, Out<256>>, Dense<Out<256>>, Classifier<Out<10>>> {};

// The network of examples/fashion_mnist; its first and last weights have 8 bits.
template <int Bits>
struct Convolutional : Network<Image<1, 28, 28>, DoReFaNet<Bits>, Conv<DoReFa<8>, Out<32>>, Conv<Out<32>>, AvgPool<2>,
                               Repeat<2, Conv<Out<64>>>, AvgPool<2>, Classifier<DoReFa<8>, Out<10>>> {};

// VGG-Small at 1 / TANDEM_WIDTH_DIVISOR of its width; its first and last weights have 8 bits.
#ifndef TANDEM_WIDTH_DIVISOR
#define TANDEM_WIDTH_DIVISOR 4
#endif
template <int Bits>
struct VggSmall
    : zoo::VggSmall<Image<3, 32, 32>, 10, zoo::WidthMultiplier<1, TANDEM_WIDTH_DIVISOR>, DoReFaNet<Bits>, DoReFa<8>> {};

}  // namespace teachers
