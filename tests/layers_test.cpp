// Every layer that pools, moves, joins or multiplies codes: facts, both programs, gradients, certificate.
#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

#include "intaglio/model/network.hpp"
#include "support/program_comparison.hpp"

namespace {

using namespace intaglio;
using comparison::check_reference_gradient;
using comparison::compare_gradients;
using comparison::compare_programs;
using simd::Native;
using simd::Portable;

/// Max pools with every option, on the input, in a residual block and in a repetition; averages rounded back to codes.
struct Pools
    : Network<Image<3, 17, 14>, Defaults<QInt<2>, Act<M_a{4}>>, MaxPool<Window{3, 2}, Stride<2>, Padding<1, 0>>,
              Conv<Out<6>>, MaxPool<3, Stride<1>, SamePadding>,
              Residual<Sequence<MaxPool<3, Stride<2>>, Conv<Out<6>, NoActivation>>, AvgPool<3, Stride<2>, Requantize>>,
              Activate<Act<M_a{40}>>, AvgPool<Window{1, 2}, Stride<1, 2>, Requantize>,
              Repeat<2, MaxPool<2, Stride<1>, Padding<1>>, Conv<Out<5>, Act<M_a{3}>>>, AvgPool<whole_image, Requantize>,
              Classifier<QInt<8>, Out<3>>> {};

/// Signed codes, whose average is rounded half up below zero, too; overlapping sums.
struct SignedPools
    : Network<Image<2, 9, 9>, Defaults<QInt<4>, SignedAct<M_a{7}>>, Conv<Out<6>>, AvgPool<3, Stride<2>, Requantize>,
              Conv<Out<5>, SignedAct<M_a{33}>>, AvgPool<2, Stride<1>, Requantize>, MaxPool<2, Stride<1>>,
              AvgPool<2, Stride<1>>, Classifier<QInt<8>, Out<3>>> {};

/// Shortcuts without weights, of codes and of the sums of joins; larger images.
struct Shortcuts : Network<Image<2, 9, 8>, Defaults<QInt<2>, Act<M_a{4}>>, Conv<Out<4>>,
                           Residual<Sequence<Conv<Out<8>, Stride<2>>, Conv<Out<8>, NoActivation>>,
                                    Sequence<Subsample<2>, PadChannels<1, 3>>>,
                           Residual<Sequence<Normalize<>, Activate<>, Conv<Out<12>, Stride<2, 1>, NoActivation>>,
                                    Sequence<Subsample<2, 1>, PadChannels<4, 0>>, Join<QInt<10>>>,
                           Activate<>, Repeat<2, Upsample<2, 1>, Conv<Out<5>>>, Upsample<1, 2>, Subsample<3>,
                           GlobalAvgPool, Classifier<QInt<8>, Out<3>>> {};

/// Depthwise, grouped, dilated and strided convolutions.
struct Depthwise
    : Network<Image<3, 11, 12>, Defaults<QInt<3>, Act<M_a{4}>>, DepthwiseConv<>, DepthwiseConv<ChannelMultiplier<2>>,
              Residual<DepthwiseConv<Out<12>, Dilation<2>>, Conv<Out<12>, Kernel<1>, NoActivation>>, Activate<>,
              Repeat<2, Conv<Out<6>, Groups<3>, Dilation<2>, Stride<1, 2>, Padding<1>>>,
              DepthwiseConv<Kernel<1, 3>, Dilation<2>, BatchNorm, Padding<0, 3>>, GlobalAvgPool, Classifier<Out<3>>> {};

}  // namespace

TEST_CASE("pools: the integer program computes what training computes") {
    compare_programs<Pools, Portable, Native>(1);
    compare_programs<SignedPools, Portable, Native>(2);
}
TEST_CASE("shortcuts and larger images: the integer program computes what training computes") {
    compare_programs<Shortcuts, Portable, Native>(3);
}
TEST_CASE("depthwise and dilated: the integer program computes what training computes") {
    compare_programs<Depthwise, Portable, Native>(4);
}

TEST_CASE("the naive gradients of layers agree with finite differences") {
    check_reference_gradient<Pools>(11);
    check_reference_gradient<SignedPools>(12);
    check_reference_gradient<Shortcuts>(13);
    check_reference_gradient<Depthwise>(14);
}
TEST_CASE("gradients of layers agree with the naive ones") {
    compare_gradients<Pools>(21, 5e-4);
    compare_gradients<SignedPools>(22, 5e-4);
    compare_gradients<Shortcuts>(23, 5e-4);
    compare_gradients<Depthwise>(24, 5e-4);
}
