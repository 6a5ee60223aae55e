// LeNet-5.
#pragma once

#include "intaglio/model/network.hpp"
#include "intaglio/zoo/width.hpp"

namespace intaglio::zoo {

/// LeNet-5 (LeCun et al. 1998) for images of 28 x 28, padded by 2: 6C5-AP-16C5-AP-120-84-10, with plain averages and
/// all feature maps connected. 61,470 weights.
template <class Input, std::int32_t Classes, class Multiplier, class DefaultOptions>
using LeNet5 = Network<Input, DefaultOptions,                                               //
                       Conv<Wide<Multiplier, 6>, Kernel<5>, Padding<2>>, AvgPool<2>,        //
                       Conv<Wide<Multiplier, 16>, Kernel<5>, Padding<0>>, AvgPool<2>,       //
                       Dense<Wide<Multiplier, 120>, Flatten>, Dense<Wide<Multiplier, 84>>,  //
                       Classifier<Out<Classes>>>;

}  // namespace intaglio::zoo
