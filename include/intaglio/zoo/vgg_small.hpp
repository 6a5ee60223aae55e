// VGG-Small, the usual network of binary CIFAR-10 results.
#pragma once

#include "intaglio/model/network.hpp"
#include "intaglio/zoo/edges.hpp"

namespace intaglio::zoo {

/// (128C3)x2-MP-(256C3)x2-MP-(512C3)x2-MP-10: six 3 x 3 convolutions and one dense layer, pools after the
/// activations. Height and width of the input are multiples of 8. 4,656,512 weights for 3 x 32 x 32 and 10 classes.
/// The first and the last layer take `EdgeOptions` beside the defaults (see zoo/edges.hpp): DoReFa<8> at both ends,
/// say.
template <class Input, std::int32_t Classes, class Multiplier, class DefaultOptions, class... EdgeOptions>
using VggSmall =
    Network<Input, DefaultOptions,                                                                        //
            detail::FirstConv<Multiplier, 128, EdgeOptions...>, Conv<Wide<Multiplier, 128>>, MaxPool<2>,  //
            Repeat<2, Conv<Wide<Multiplier, 256>>>, MaxPool<2>,                                           //
            Repeat<2, Conv<Wide<Multiplier, 512>>>, MaxPool<2>,                                           //
            detail::LastClassifier<Classes, EdgeOptions...>>;

}  // namespace intaglio::zoo
