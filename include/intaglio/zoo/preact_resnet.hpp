// Residual networks with the activation before each convolution.
#pragma once

#include "intaglio/model/network.hpp"
#include "intaglio/zoo/width.hpp"

namespace intaglio::zoo {

namespace detail {

/// xB_y of (P2.16) and (P2.17): LBN-ACT-C-LBN-ACT-C-LBN beside LBN-ACT-C-LBN; the shortcut's window is 1 x 1.
template <std::int32_t Channels>
using PreActBlock = Residual<Sequence<Normalize<>, Activate<>, Conv<Out<Channels>>, Conv<Out<Channels>, NoActivation>>,
                             Sequence<Normalize<>, Activate<>, Conv<Out<Channels>, Kernel<1>, NoActivation>>>;
/// The same without the leading LBN-ACT, for the image. The three ternary weights of each channel of its shortcut would
/// standardise to zero.
template <std::int32_t Channels>
using FirstBlock = Residual<Sequence<Conv<Out<Channels>>, Conv<Out<Channels>, NoActivation>>,
                            Conv<Out<Channels>, Kernel<1>, NoActivation, NoWeightStandardization>>;

}  // namespace detail

/// The PreActResNet of Sawada et al. 2024, as the papers' digest resolves it (3.1): 64B-128B-AP-256B-256B-AP-512B-512B-
/// AP-512B-512B-10C1-GAP. All convolutions have stride 1, averages over 2 x 2 windows come before each pair of
/// blocks, the first block starts at its convolutions. Height and width of the input are multiples of 8.
template <class Input, std::int32_t Classes, class Multiplier, class DefaultOptions>
using PreActResNet =
    Network<Input, DefaultOptions, detail::FirstBlock<Multiplier::channels(64)>,
            detail::PreActBlock<Multiplier::channels(128)>,                                                  //
            AvgPool<2>, Repeat<2, detail::PreActBlock<Multiplier::channels(256)>>,                           //
            AvgPool<2>, Repeat<2, detail::PreActBlock<Multiplier::channels(512)>>,                           //
            AvgPool<2>, Repeat<2, detail::PreActBlock<Multiplier::channels(512)>>, Normalize<>, Activate<>,  //
            Conv<Out<Classes>, Kernel<1>, NoActivation>, GlobalAvgPool>;

}  // namespace intaglio::zoo
