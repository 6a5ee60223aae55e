// Inputs of signed bytes and of 16-bit codes, signals in time: the whole way from training to the integer program.
#include <doctest/doctest.h>

#include <cstdint>
#include <random>
#include <type_traits>
#include <vector>

#include "intaglio/model/network.hpp"
#include "support/program_comparison.hpp"

namespace inputs_test {

namespace {

using namespace intaglio;
using comparison::check_reference_gradient;
using comparison::compare_gradients;
using comparison::compare_programs;
using simd::Native;
using simd::Portable;

/// Convolutions in time with every option; pools on 16-bit codes.
struct Sound
    : Network<Signal<2, 61>, Defaults<QInt<3>, Act<M_a{4}>>, Conv1d<Out<6>, Kernel<5>, Stride<2>, Dilation<3>>,
              MaxPool1d<2, Stride<1>>, Residual<Conv1d<Out<6>, Groups<2>, NoActivation>>, Activate<>,
              Repeat<2, Conv1d<Out<6>, Kernel<4>, Padding<3>>, AvgPool1d<2, Stride<1>, Requantize>>,
              MaxPool1d<3, Stride<2>, Padding<1>>, AvgPool1d<4, Stride<3>>, GlobalAvgPool, Classifier<Out<3>>> {};
static_assert(std::is_same_v<Training<Sound>::Pixel, std::int16_t>);
static_assert(std::is_same_v<Program<Sound>::Pixel, std::int16_t>);
static_assert(facts<Sound>.input_shape() == Shape{1, 61, 2});
static_assert(facts<Sound>.row(0).extents.padding_width == 6 && facts<Sound>.row(0).extents.padding_height == 0);
static_assert(facts<Sound>.row(0).extents.out == Shape{1, 31, 6});

/// Pools, copies and joins on the 16-bit input itself.
struct RawSound : Network<Signal<3, 24>, Defaults<QInt<4>, Act<M_a{4}>>, MaxPool1d<2>, Concat<Identity, Identity>,
                          PadChannels<1, 1>, Subsample<1, 2>, Upsample<1, 2>, Conv1d<Out<4>>, Dense<Flatten, Out<5>>,
                          Classifier<Out<3>>> {};
static_assert(facts<RawSound>.value(1).storage == Storage::int16);

struct SignedSignal
    : Network<Signal<2, 20, Int8>, Defaults<QInt<4>, Act<M_a{4}>>, MaxPool1d<2>, Conv1d<Out<4>, Kernel<5>>,
              AvgPool<Window{1, 5}>, Dense<Flatten, Out<5>>, Classifier<Out<3>>> {};

/// Signed bytes: their mean, rounded; a dense layer on pooled codes.
struct SignedImage : Network<Image<2, 8, 8, Int8>, Defaults<QInt<4>, Act<M_a{4}>>, MaxPool<2, Stride<1>, Padding<1>>,
                             AvgPool<3, Requantize>, Conv<Out<6>>, Dense<Flatten, Out<5>>, Classifier<Out<3>>> {};
struct SignedConvolution : Network<Image<2, 6, 6, Int8>, Defaults<QInt<4>, Act<M_a{4}>>, Residual<Conv<Out<2>>>,
                                   Activate<>, Conv<Out<6>, Stride<2>>, MaxPool<3>, Dense<Out<5>>, Classifier<Out<3>>> {
};
static_assert(std::is_same_v<Training<SignedImage>::Pixel, std::int8_t>);

struct SignedFeatures : Network<Features<23, Int8>, Defaults<QInt<4>, Act<M_a{8}>>, Dense<Out<9>>, Classifier<Out<3>>> {
};
struct WideFeatures : Network<Features<23, Int16>, Defaults<QInt<4>, Act<M_a{8}>>, Dense<Out<9>>, Classifier<Out<3>>> {
};
struct WideImage : Network<Image<2, 5, 5, Int16>, Defaults<QInt<2>, Act<M_a{8}>>, DepthwiseConv<ChannelMultiplier<3>>,
                           AvgPool<5>, Classifier<Out<3>>> {};

}  // namespace

TEST_CASE("signals: the integer program computes what training computes") {
    compare_programs<Sound, Portable, Native>(1);
    compare_programs<RawSound, Portable, Native>(2);
    compare_programs<SignedSignal, Portable, Native>(3);
}
TEST_CASE("signed and wide inputs: the integer program computes what training computes") {
    compare_programs<SignedImage, Portable, Native>(4);
    compare_programs<SignedConvolution, Portable, Native>(5);
    compare_programs<SignedFeatures, Portable, Native>(6);
    compare_programs<WideFeatures, Portable, Native>(7);
    compare_programs<WideImage, Portable, Native>(8);
}
TEST_CASE("the naive gradients for signals agree with finite differences") {
    check_reference_gradient<Sound>(11);
    check_reference_gradient<SignedImage>(12);
}
TEST_CASE("gradients for signals and other inputs agree with the naive ones") {
    compare_gradients<Sound>(31, 5e-4);
    compare_gradients<RawSound>(32, 5e-4);
    compare_gradients<SignedImage>(33, 5e-4);
    compare_gradients<SignedConvolution>(34, 5e-4);
    compare_gradients<WideFeatures>(35, 5e-4);
    compare_gradients<WideImage>(36, 5e-4);
}

TEST_CASE("the mean of 16-bit codes, rounded") {
    struct Net : Network<Signal<1, 8>, AvgPool1d<4, Requantize>, Dense<QInt<4>, Flatten, Out<2>, NoNorm>> {};
    Training<Net> training(comparison::images);
    std::mt19937 random(5);
    std::vector<std::int16_t> signal;
    for (int i = 0; i < 8; ++i) signal.push_back(static_cast<std::int16_t>(random()));
    for (const int first : {-32768, -7, -2, -1, 0, 2, 32767}) {
        for (int i = 0; i < 4; ++i) signal[static_cast<std::size_t>(i)] = static_cast<std::int16_t>(first);
        if (first == -7) signal[0] = -5;  // the mean is -6.5
        training.forward(signal.data(), 1, train::Statistics::running);
        for (int window = 0; window < 2; ++window) {
            int sum = 0;
            for (int i = 0; i < 4; ++i) sum += signal[static_cast<std::size_t>(4 * window + i)];
            const int expected = (sum + 2) >> 2;  // half up
            CHECK(training.codes<2>(0)[static_cast<std::size_t>(window)] == expected);
        }
    }
    comparison::compare_integer_program<Portable>(training, std::vector<std::int16_t>(40, std::int16_t{-3}));
}

}  // namespace inputs_test
