// Networks of depthwise and pointwise convolutions in turn.
#pragma once

#include <cstdint>

#include "intaglio/model/network.hpp"
#include "intaglio/zoo/edges.hpp"

namespace intaglio::zoo {

namespace detail {

/// A depthwise convolution of 3 x 3, then a pointwise one to so many channels; both with norm and activation.
template <class Multiplier, std::int32_t Channels, std::int32_t Step = 1>
using Separable = Sequence<DepthwiseConv<Stride<Step>>, Conv<Kernel<1>, Wide<Multiplier, Channels>>>;

}  // namespace detail

/// MobileNet (v1) of Howard et al. 2017: a convolution and 13 pairs of a depthwise and a pointwise one; five of them
/// halve the image. Height and width of the input are multiples of 32. 4,209,088 weights and 568,740,352
/// multiply-accumulates for 3 x 224 x 224 and 1000 classes at full width; a quarter of it, at 3 x 96 x 96 with two
/// classes, is the person detector of MLPerf Tiny. Instead of ReLU6, codes of the default activation end at its largest
/// one. The first and the last layer take `EdgeOptions` beside the defaults (see zoo/edges.hpp).
template <class Input, std::int32_t Classes, class Multiplier, class DefaultOptions, class... EdgeOptions>
using MobileNet = Network<Input, DefaultOptions, detail::FirstConv<Multiplier, 32, Stride<2>, EdgeOptions...>,   //
                          detail::Separable<Multiplier, 64>,                                                     //
                          detail::Separable<Multiplier, 128, 2>, detail::Separable<Multiplier, 128>,             //
                          detail::Separable<Multiplier, 256, 2>, detail::Separable<Multiplier, 256>,             //
                          detail::Separable<Multiplier, 512, 2>, Repeat<5, detail::Separable<Multiplier, 512>>,  //
                          detail::Separable<Multiplier, 1024, 2>, detail::Separable<Multiplier, 1024>,           //
                          GlobalAvgPool, detail::LastClassifier<Classes, EdgeOptions...>>;

}  // namespace intaglio::zoo
