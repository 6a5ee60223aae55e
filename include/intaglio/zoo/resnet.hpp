// Residual networks for small images.
#pragma once

#include "intaglio/model/network.hpp"
#include "intaglio/zoo/edges.hpp"

namespace intaglio::zoo {

namespace detail {

template <std::int32_t Channels>
using BasicBlock = Sequence<Residual<Sequence<Conv<Out<Channels>>, Conv<Out<Channels>, NoActivation>>>, Activate<>>;
/// Halves the picture; the shortcut takes every second pixel and pads the channels, half before and half after.
template <std::int32_t In, std::int32_t Channels>
using HalvingBlock =
    Sequence<Residual<Sequence<Conv<Out<Channels>, Stride<2>>, Conv<Out<Channels>, NoActivation>>,
                      Sequence<Subsample<2>, PadChannels<(Channels - In) / 2, (Channels - In) - (Channels - In) / 2>>>,
             Activate<>>;

}  // namespace detail

/// The residual network of He et al. 2016 for CIFAR with 6 Blocks + 2 weight layers (Blocks = 3: ResNet-20, 7:
/// ResNet-44, 9: ResNet-56) and shortcuts without parameters. ResNet-20 has 268,336 weights for 3 channels and 10
/// classes. The first and the last layer take `EdgeOptions` beside the defaults (see zoo/edges.hpp).
template <class Input, std::int32_t Classes, class Multiplier, class DefaultOptions, std::int32_t Blocks = 3,
          class... EdgeOptions>
using ResNet = Network<Input, DefaultOptions, detail::FirstConv<Multiplier, 16, EdgeOptions...>,  //
                       Repeat<Blocks, detail::BasicBlock<Multiplier::channels(16)>>,              //
                       detail::HalvingBlock<Multiplier::channels(16), Multiplier::channels(32)>,  //
                       Repeat<Blocks - 1, detail::BasicBlock<Multiplier::channels(32)>>,          //
                       detail::HalvingBlock<Multiplier::channels(32), Multiplier::channels(64)>,  //
                       Repeat<Blocks - 1, detail::BasicBlock<Multiplier::channels(64)>>,          //
                       GlobalAvgPool, detail::LastClassifier<Classes, EdgeOptions...>>;

template <class Input, std::int32_t Classes, class Multiplier, class DefaultOptions, class... EdgeOptions>
using ResNet20 = ResNet<Input, Classes, Multiplier, DefaultOptions, 3, EdgeOptions...>;

}  // namespace intaglio::zoo
