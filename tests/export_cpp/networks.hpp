// A network header as a user has one: dyadic steps and groups; signs; 16-bit codes.
#pragma once

#include <intaglio/model/network.hpp>

namespace shop {

using namespace intaglio;

struct Grouped : Network<Image<4, 9, 3, UInt8, PaddingValue<1, 20, 200, 90>>,
                         Defaults<QInt<4>, BatchNorm, Act<M_a{16}>>, Conv<Out<6>, Groups<2>, Kernel<3>>,
                         Conv<QInt<8>, Out<9>, Groups<3>, Dilation<2>>, GlobalAvgPool, Classifier<Out<3>>> {};
struct Signs : Network<Image<1, 8, 8>, Defaults<SignWeights<>, BatchNorm, Sign<Masked>>, Conv<Out<34>>, Conv<Out<40>>,
                       AvgPool<2>, Conv<Out<12>>, Classifier<Out<3>>> {};
#ifndef SOUND_CHANNELS
#define SOUND_CHANNELS 6
#endif
struct Sound : Network<Signal<2, 60, Int16, PaddingValue<-32768, 77>>, Defaults<QInt<2>, Act<M_a{8}>>,
                       Conv1d<Out<SOUND_CHANNELS>, Kernel<5>, Dilation<3>>, MaxPool1d<2>,
                       Conv1d<Out<7>, Kernel<4>, Stride<2>>, Classifier<Out<4>>> {};

}  // namespace shop
