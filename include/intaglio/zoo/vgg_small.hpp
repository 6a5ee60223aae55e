// VGG-Small, the usual network of binary CIFAR-10 results.
#pragma once

#include "intaglio/model/network.hpp"
#include "intaglio/zoo/width.hpp"

namespace intaglio::zoo {

/// (128C3)x2-MP-(256C3)x2-MP-(512C3)x2-MP-10: six 3 x 3 convolutions and one dense layer, pools behind the
/// activations. Height and width of the input are multiples of 8. 4,656,512 weights for 3 x 32 x 32 and 10 classes.
/// The first and the last layer take the weight quantiser `EdgeWeights`, if one is given.
template <class Input, std::int32_t Classes, class Multiplier, class DefaultOptions, class... EdgeWeights>
using VggSmall = Network<Input, DefaultOptions,                                                                 //
                         Conv<Wide<Multiplier, 128>, EdgeWeights...>, Conv<Wide<Multiplier, 128>>, MaxPool<2>,  //
                         Repeat<2, Conv<Wide<Multiplier, 256>>>, MaxPool<2>,                                    //
                         Repeat<2, Conv<Wide<Multiplier, 512>>>, MaxPool<2>,                                    //
                         Classifier<Out<Classes>, EdgeWeights...>>;

}  // namespace intaglio::zoo
