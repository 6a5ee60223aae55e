// Small networks for microcontrollers: with all of its memory, each fits the 16 KB of a micro:bit.
#pragma once

#include <intaglio/model/network.hpp>

namespace devices {

using namespace intaglio;

struct ResidualBlocks : Network<Image<1, 16, 16>, Defaults<QInt<4>, Lbn, Act<M_a{8}>>, Conv<QInt<8>, Out<8>, Stride<2>>,
                                Residual<Sequence<Conv<Out<8>>, Conv<Out<8>, NoActivation>>>, Activate<>,
                                Residual<Sequence<Conv<Out<16>, Stride<2>>, Conv<Out<16>, NoActivation>>,
                                         Sequence<Subsample<2>, PadChannels<4, 4>>>,
                                Activate<>, GlobalAvgPool, Classifier<QInt<8>, Out<10>>> {};

struct Depthwise : Network<Image<1, 16, 16>, Defaults<QInt<8>, BatchNorm, Act<M_a{16}>>, Conv<Out<8>, Stride<2>>,
                           DepthwiseConv<>, Conv<Out<16>, Kernel<1>>, DepthwiseConv<Stride<2>>,
                           Conv<Out<32>, Kernel<1>>, GlobalAvgPool, Classifier<Out<10>>> {};

struct Binary
    : Network<Image<1, 16, 16>, Defaults<BinaryWeights, BatchNorm, Act<M_a{2}>>, Conv<QInt<8>, Out<32>, Stride<2>>,
              Conv<Out<32>>, MaxPool<2>, Conv<Out<64>>, AvgPool<2>, Classifier<QInt<8>, Out<10>>> {};

/// Multiplies nothing before the logits.
struct Ternary : Network<Image<1, 16, 16>, Defaults<QInt<2>, BatchNorm, Act<M_a{4}>>, Conv<Out<16>, Stride<2>>,
                         Conv<Out<32>>, AvgPool<2>, Dense<Flatten, Out<32>>, Classifier<Out<10>>> {};
static_assert(facts<Ternary>.multiplier_free());

struct EightBits : Network<Image<3, 16, 16>, Defaults<QInt<8>, BatchNorm, Act<M_a{256}>>, Conv<Out<8>, Stride<2>>,
                           Conv<Out<16>>, AvgPool<2>, Dense<Flatten, Out<32>>, Classifier<Out<10>>> {};

struct Sound : Network<Signal<1, 512, Int16>, Defaults<QInt<4>, BatchNorm, Act<M_a{16}>>,
                       Conv1d<QInt<8>, Out<8>, Kernel<9>, Stride<4>>, Conv1d<Out<16>, Kernel<5>, Stride<2>>,
                       MaxPool1d<4>, Conv1d<Out<16>>, Classifier<QInt<8>, Out<10>>> {};

/// Calls write<Net>(type, name) for each network: its type's name, and what the tests call it.
template <class Write>
void for_each_network(const Write& write) {
    write.template operator()<ResidualBlocks>("ResidualBlocks", "residual");
    write.template operator()<Depthwise>("Depthwise", "depthwise");
    write.template operator()<Binary>("Binary", "binary");
    write.template operator()<Ternary>("Ternary", "ternary");
    write.template operator()<EightBits>("EightBits", "8_bit");
    write.template operator()<Sound>("Sound", "16_bit_signal");
}

}  // namespace devices
