// AlexNet.
#pragma once

#include "intaglio/model/network.hpp"
#include "intaglio/zoo/edges.hpp"

namespace intaglio::zoo {

/// The AlexNet of the DoReFa reference (papers' digest 6.1) for images of 3 x 224 x 224: 96C12 with stride 4 -
/// 256C5 in two groups - MP - 384C3 - MP - 384C3 in two groups - 256C3 in two groups - MP - 4096 - 4096 - classes.
/// Pools take the largest of 3 x 3 with stride 2 and come after the activations, where they give the same codes as
/// before them. 60,961,280 weights for 1000 classes.
/// The first and the last layer take `EdgeOptions` beside the defaults (see zoo/edges.hpp).
template <class Input, std::int32_t Classes, class Multiplier, class DefaultOptions, class... EdgeOptions>
using AlexNet =
    Network<Input, DefaultOptions, detail::FirstConv<Multiplier, 96, Kernel<12>, Stride<4>, Padding<0>, EdgeOptions...>,
            Conv<Wide<Multiplier, 256>, Kernel<5>, Groups<2>>, MaxPool<3, Stride<2>, Padding<1>>,  //
            Conv<Wide<Multiplier, 384>>, MaxPool<3, Stride<2>, Padding<1>>,                        //
            Conv<Wide<Multiplier, 384>, Groups<2>>,                                                //
            Conv<Wide<Multiplier, 256>, Groups<2>>, MaxPool<3, Stride<2>>,                         //
            Dense<Wide<Multiplier, 4096>, Flatten>, Dense<Wide<Multiplier, 4096>>,
            detail::LastClassifier<Classes, EdgeOptions...>>;

}  // namespace intaglio::zoo
