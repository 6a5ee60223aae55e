// Small networks that together contain every layer kind and option. Some images are larger than the blocks of rows in
// which the integer program computes a convolution.
#pragma once

#include "intaglio/model/network.hpp"

namespace networks {

using namespace intaglio;

/// Strides, repetition, pools over codes, 8-bit ends.
struct Plain : Network<Image<1, 9, 9>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Conv<QInt<8>, Out<5>, Stride<2>>,
                       Repeat<2, Conv<Out<6>>>, AvgPool<5>, Sequence<Conv<Out<9>, Kernel<1>, In<6>>>, GlobalAvgPool,
                       Classifier<QInt<8>, Out<3>>> {};

/// Rectangular kernels, strides and pools, groups, no padding, every kind of weight, one to seventeen states, both
/// norms.
struct Options
    : Network<Image<3, 8, 6>, Defaults<BatchNorm>, Conv<QInt<4>, Kernel<3, 1>, Padding<1, 0>, Out<8>, Act<M_a{2}>>,
              Conv<Groups<2>, QInt<1>, Out<10>, Act<M_a{3}>>,
              Conv<Groups<10>, QInt<2>, Out<20>, Stride<1, 2>, Act<M_a{5}>, SingleGain>, AvgPool<Window{2, 1}>,
              Conv<States<M_w{15}>, Kernel<2, 3>, Padding<0>, Lbn, Out<12>, Act<M_a{16}>>,
              Dense<Flatten, QInt<2>, Out<7>, Act<M_a{17}>>, Classifier<QInt<8>, Out<4>, ChannelGain>> {};

/// Residual blocks: identity, projection, nested; a norm of its own behind a join.
struct Blocks
    : Network<
          Image<2, 10, 10>, Defaults<QInt<2>, Act<M_a{4}>>, Conv<QInt<4>, Out<6>>, Residual<Conv<Out<6>>>, Activate<>,
          Residual<Sequence<Conv<Out<8>, Stride<2>>, Conv<Out<8>, NoActivation>>,
                   Conv<Out<8>, Kernel<1>, Stride<2>, NoActivation, BatchNorm>, BranchGrid<QInt<8>, Range{4}>>,
          Normalize<>, Activate<Act<M_a{8}>>,
          Residual<Sequence<Conv<Out<8>>, Residual<Conv<Out<8>>, Identity, BranchGrid<QInt<9>>>, Activate<>>, Identity>,
          AvgPool<5>, Normalize<>, Activate<Act<M_a{2}>>, Classifier<QInt<8>, Out<5>>> {};

/// Pre-activation blocks, whose joins are read by a norm and by the next join; the average behind the last norm.
struct PreActivation
    : Network<
          Image<3, 8, 8>, Defaults<QInt<3>, Act<M_a{4}>>, Conv<Out<8>, NoNorm, NoActivation>,
          Repeat<2, Residual<Sequence<Normalize<>, Activate<>, Conv<Out<8>>, Conv<Out<8>, NoActivation>>>>,
          Residual<Sequence<Normalize<BatchNorm>, Activate<Act<M_a{3}, StraightThrough>>, Conv<Out<8>, NoActivation>>,
                   Sequence<Normalize<SingleGain>, Activate<>, Conv<Out<8>, Kernel<1>, NoNorm, NoActivation>>>,
          AvgPool<2>, Normalize<>, Activate<>, Conv<QInt<8>, Out<4>, Kernel<1>, SingleGain, NoActivation>,
          GlobalAvgPool> {};

/// Dense layers, many states, other surrogates.
struct Features37 : Network<Features<37>, Defaults<QInt<8>>, Dense<Out<33>, Act<M_a{256}>>,
                            Dense<Out<20>, Act<M_a{256}, StraightThrough>, BatchNorm>,
                            Dense<QInt<4>, Out<17>, Act<M_a{4}, SigmoidSum<Alpha{0.25}, SurrogateForm::printed>>>,
                            Dense<QInt<1>, Out<16>, Act<M_a{8}, SigmoidSum<Alpha{0.5}>>, SingleGain>,
                            Classifier<Out<11>, BatchNorm>> {};

/// Norm, step, pool and join on the input itself; codes of 16 bits in front of a product; no norm, no standardisation.
struct RawInput
    : Network<Image<2, 8, 8>, Defaults<QInt<4>, Act<M_a{4}>>, Residual<Conv<Out<2>>>, AvgPool<2>, Normalize<>,
              Activate<Act<M_a{256}>>, AvgPool<2>, Conv<Out<6>, NoNorm, NoWeightStandardization, Act<M_a{16}>>,
              Conv<Out<6>, QInt<1>, NoWeightStandardization>, Normalize<BatchNorm>, Activate<>,
              Classifier<Out<3>, NoNorm>> {};

// clang-format off
/// Values in planes over pools, branches side by side, a join and moved pixels; odd numbers of channels, strides and
/// dilation; a dense layer of planes.
template <class Weight, class Activation>
struct Planes : Network<Image<2, 12, 8>, Defaults<Weight, Activation>,
    Conv<Out<40>>, Conv<Out<33>>, AvgPool<2>, Conv<Out<32>, Padding<2>, Dilation<2>>,
    MaxPool<3, Stride<1>, Padding<1>>, Concat<Conv<Out<20>>, Conv<Out<24>, Kernel<1>>>, AvgPool<Window{1, 2}>,
    Conv<Out<40>>, Residual<Sequence<Conv<Out<40>>, Conv<Out<40>>>, Identity>, Activate<>,
    Conv<Out<64>, Kernel<2>, Stride<2, 1>>, Subsample<2>, Upsample<2>,
    Dense<Flatten, Out<70>>, Classifier<Out<3>>> {};
// clang-format on

}  // namespace networks
