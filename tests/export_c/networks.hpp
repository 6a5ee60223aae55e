// Networks that use every operation, every form of weights and every kind of input.
#pragma once

#include <intaglio/intaglio.hpp>

namespace export_c_test {

using namespace intaglio;

template <int Channels>
using Halve = Residual<Sequence<Conv<Out<2 * Channels>, Stride<2>>, Conv<Out<2 * Channels>, NoActivation>>,
                       Sequence<Subsample<2>, PadChannels<Channels / 2, Channels / 2>>>;
template <int Channels>
using Excite =
    Multiply<Identity,
             Sequence<AvgPool<whole_image, Requantize>, Dense<Out<Channels / 2>>, Dense<Out<Channels>, Act<M_a{8}>>>>;

struct Everything
    : Network<Image<1, 12, 12>, Defaults<QInt<3>, Lbn, Act<M_a{4}>>, Conv<QInt<8>, Out<8>>,
              MaxPool<3, Stride<2>, Padding<1>>,
              Concat<Conv<Out<4>, Kernel<1>>, Sequence<DepthwiseConv<>, Conv<Out<4>, Kernel<1>>>,
                     Conv<Out<8>, Dilation<2>>>,
              Excite<16>, Activate<>, Halve<16>, Activate<>, Upsample<2>, AvgPool<2, Stride<1>, Requantize>,
              Conv<Out<8>>, MaxPool<whole_image>, Dropout<Rate{0.25}>, Classifier<QInt<8>, Out<2>>> {};
struct Ternary
    : Network<Image<3, 12, 12>, Defaults<QInt<2>, BatchNorm, Act<M_a{4}>>, Conv<Out<9>>, Conv<Out<17>, Stride<2>>,
              AvgPool<2>, Conv<Out<7>, Kernel<1>>, Dense<Flatten, Out<13>>, Classifier<Out<5>>> {};
struct Binary
    : Network<Image<2, 10, 10>, Defaults<BinaryWeights, BatchNorm, Act<M_a{2}>>, Conv<QInt<8>, Out<33>>, Conv<Out<40>>,
              MaxPool<2>, Conv<Out<16>, Stride<2>>, Dense<Flatten, Out<70>>, Classifier<Out<4>>> {};
template <class Padding>
struct Signs : Network<Image<1, 8, 8>, Defaults<SignWeights<>, BatchNorm, Sign<Padding>>, Conv<Out<34>>, Conv<Out<40>>,
                       AvgPool<2>, Conv<Out<12>>, Classifier<Out<3>>> {};
template <class Weight>
struct Wide : Network<Image<2, 6, 8>, Defaults<Weight, BatchNorm, Act<M_a{200}>>, Conv<Out<6>>, Conv<Out<5>, Groups<1>>,
                      DepthwiseConv<ChannelMultiplier<2>>, AvgPool<2>, Conv<Out<4>, Kernel<3, 1>>, Classifier<Out<6>>> {
};
/// Bit planes of 4, 13 and 16 states, with padding in front of ternary weights.
struct Planes : Network<Image<1, 12, 12>, Defaults<QInt<2>, BatchNorm, Act<M_a{4}>>, Conv<QInt<8>, Out<20>>,
                        Conv<Out<33>, Stride<2>>, AvgPool<2>, Conv<Out<40>>, Conv<Out<17>, Kernel<1>, Act<M_a{16}>>,
                        Dense<Flatten, Out<18>>, Classifier<Out<5>>> {};
/// Ternary weights under signs.
struct TernarySigns : Network<Image<1, 6, 6>, Defaults<QInt<2>, BatchNorm, Sign<PadPlusOne>>, Conv<Out<34>>,
                              Conv<Out<20>>, Classifier<Out<3>>> {};
struct Grouped : Network<Image<4, 9, 3, UInt8, PaddingValue<1, 20, 200, 90>>,
                         Defaults<QInt<4>, BatchNorm, Act<M_a{16}>>, Conv<Out<6>, Groups<2>, Kernel<3>>,
                         Conv<Out<9>, Groups<3>, Dilation<2>>, GlobalAvgPool, Classifier<Out<3>>> {};
struct SignedImage : Network<Image<2, 8, 8, Int8>, Defaults<QInt<4>, Act<M_a{4}>>, MaxPool<2, Stride<1>, Padding<1>>,
                             Conv<Out<5>>, Classifier<Out<3>>> {};
struct Sound : Network<Signal<2, 60, Int16, PaddingValue<-32768, 77>>, Defaults<QInt<2>, Act<M_a{8}>>,
                       Conv1d<Out<6>, Kernel<5>, Dilation<3>>, MaxPool1d<2>, Conv1d<Out<7>, Kernel<4>, Stride<2>>,
                       Classifier<Out<4>>> {};
struct OneScale : Network<Features<23>, Defaults<Unscaled<DoReFa<8>>, IntegerScale<Scale::Layer>, DoReFaAct<8>>,
                          Dense<Out<19>>, Dense<Out<11>>, Classifier<Out<7>>> {};

/// Tables of codes: of the input, of signed codes, of a branch.
struct Tables
    : Network<Image<2, 8, 8>, Defaults<QInt<4>, BatchNorm, GridAct<-128, 127, 32>>,
              CodeTable<ListedCodes<20, 100, -20, 0, 5, 9>>, Conv<Out<6>>, CodeTable<HardSwish<GridAct<-12, 127, 32>>>,
              Residual<Conv<Out<6>>, CodeTable<Silu<GridAct<-300, 300, 400>>>>, Activate<>,
              CodeTable<Sigmoid<Act<M_a{4}>>>, Conv<Out<5>>, Classifier<Out<3>>> {};

/// Average pools with padding, which counts or does not; signed codes, too.
struct PaddedPools
    : Network<Image<2, 7, 8>, Defaults<QInt<4>, BatchNorm, Act<M_a{16}>>, AvgPool<3, Stride<2>, Padding<1>>,
              Conv<Out<6>>, AvgPool<2, SameUpperPadding, CountPadding>, Conv<Out<5>, SignedAct<M_a{31}>>,
              AvgPool<Window{2, 1}, Stride<1>, Padding<1, 0, 0, 0>, Requantize>, Classifier<Out<3>>> {};

/// Transposed convolutions: strides, groups, signed codes, signs.
struct Larger
    : Network<Image<2, 4, 3>, Defaults<QInt<4>, BatchNorm, SignedAct<M_a{15}>>, TransposedConv<Out<6>, Stride<2>>,
              TransposedConv<Out<4>, Kernel<4, 2>, Stride<3, 1>, Padding<1, 0, 0, 1>, Groups<2>, Sign<PadPlusOne>>,
              TransposedConv<BinaryWeights, Out<5>, Kernel<2>, Stride<2>>, Classifier<Out<3>>> {};

/// Calls write<Net>(name) for each network.
template <class Write>
void for_each_network(const Write& write) {
    write.template operator()<Everything>("everything");
    write.template operator()<Ternary>("ternary");
    write.template operator()<Binary>("binary");
    write.template operator()<Signs<Masked>>("masked_signs");
    write.template operator()<Signs<PadMinusOne>>("signs_padded_below");
    write.template operator()<Signs<PadPlusOne>>("signs_padded_above");
    write.template operator()<Wide<QInt<8>>>("wide_8");
    write.template operator()<Wide<QInt<4>>>("wide_4");
    write.template operator()<Wide<DoReFa<2>>>("dorefa_2");
    write.template operator()<Wide<DoReFa<8>>>("dorefa_8");
    write.template operator()<Planes>("planes");
    write.template operator()<TernarySigns>("ternary_signs");
    write.template operator()<Grouped>("grouped");
    write.template operator()<SignedImage>("signed_image");
    write.template operator()<Sound>("sound");
    write.template operator()<OneScale>("one_scale");
    write.template operator()<Tables>("tables");
    write.template operator()<PaddedPools>("padded_pools");
    write.template operator()<Larger>("larger");
}

}  // namespace export_c_test
