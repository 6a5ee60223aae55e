// VGG networks.
#pragma once

#include "intaglio/model/network.hpp"
#include "intaglio/zoo/width.hpp"

namespace intaglio::zoo {

/// The VGG of Sawada et al. 2024 with 17 weight layers, as the papers' digest resolves it (3.1):
/// (64C3)x2-(128C3)x2-AP-(256C3)x4-AP-(512C3)x4-AP-(512C3)x4-10C1-GAP; 3 x 3 convolutions that keep the size, sums
/// over 2 x 2 windows. Height and width of the input are multiples of 8. 20,024,000 weights for 3 channels and 10
/// classes. `DefaultOptions` is the network's Defaults: weight quantiser, norm, activation.
template <class Input, std::int32_t Classes, class Multiplier, class DefaultOptions>
using Vgg = Network<Input, DefaultOptions,                                                                      //
                    Repeat<2, Conv<Wide<Multiplier, 64>>>, Repeat<2, Conv<Wide<Multiplier, 128>>>, AvgPool<2>,  //
                    Repeat<4, Conv<Wide<Multiplier, 256>>>, AvgPool<2>,                                         //
                    Repeat<4, Conv<Wide<Multiplier, 512>>>, AvgPool<2>,                                         //
                    Repeat<4, Conv<Wide<Multiplier, 512>>>,                                                     //
                    Conv<Out<Classes>, Kernel<1>, NoActivation>, GlobalAvgPool>;

}  // namespace intaglio::zoo
