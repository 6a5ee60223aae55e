// The 9-layer convolutional network.
#pragma once

#include "intaglio/model/network.hpp"
#include "intaglio/zoo/width.hpp"

namespace intaglio::zoo {

/// Nine convolutions and a dense layer: (128C3)x3-MP-(256C3)x3-MP-512C3-256C1-128C1-GAP-10 (the network of Laine & Aila
/// 2017, without padding in its last 3 x 3 convolution). Sawada et al. 2024 use an unspecified "9-layer CNN" for
/// batch-size experiments; this is our reading. 3,117,696 weights for 3 channels and 10 classes.
template <class Input, std::int32_t Classes, class Multiplier, class DefaultOptions>
using Cnn9 = Network<Input, DefaultOptions,                                                            //
                     Repeat<3, Conv<Wide<Multiplier, 128>>>, MaxPool<2>,                               //
                     Repeat<3, Conv<Wide<Multiplier, 256>>>, MaxPool<2>,                               //
                     Conv<Wide<Multiplier, 512>, Padding<0>>, Conv<Wide<Multiplier, 256>, Kernel<1>>,  //
                     Conv<Wide<Multiplier, 128>, Kernel<1>>, GlobalAvgPool, Classifier<Out<Classes>>>;

}  // namespace intaglio::zoo
