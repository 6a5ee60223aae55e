// A padding of its own on every side of an image: sizes, accumulators against naive sums, gradients against
// differences, the integer program against training, mistakes of loaders and checkpoints.
#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <type_traits>
#include <vector>

#include "intaglio/canonical/describe.hpp"
#include "intaglio/integer/kernel_choice.hpp"
#include "intaglio/model/network.hpp"
#include "support/kernel_tools.hpp"
#include "support/network_checks.hpp"
#include "support/program_comparison.hpp"

namespace padding_sides_test {

namespace {

using namespace intaglio;

/// Straight-through estimators, latent weights as they are: what the naive gradients need.
template <class Weights>
using Plainly = Defaults<Weights, NoWeightStandardization, BatchNorm, Act<M_a{4}, StraightThrough>>;

/// Every side alone, two of them, all four; strides, groups, depthwise.
template <class Weights, class... Pools>
struct EverySide : Network<Image<3, 9, 8, UInt8, PaddingValue<124, 3, 255>>, Plainly<Weights>,
                           Conv<Out<6>, Stride<2>, Padding<0, 1, 0, 1>>,      // 9 x 8 to 4 x 4
                           Conv<Out<4>, Padding<2, 0, 0, 0>>,                 // 4 x 2
                           Conv<Out<6>, Groups<2>, Padding<0, 0, 0, 2>>,      // 2 x 2
                           Conv<Out<6>, Padding<1, 2, 2, 1>>,                 // 3 x 3
                           DepthwiseConv<Padding<0, 0, 2, 0>, Kernel<1, 3>>,  // 3 x 3
                           Pools..., GlobalAvgPool, Classifier<Out<3>, ChannelGain>> {};
/// Max pools have no derivative where codes are equal: these are tested by their values, and their kernels by
/// themselves.
using WithPools = EverySide<QInt<4>, MaxPool<2, Stride<1>, Padding<0, 1, 0, 1>>, MaxPool<2, Padding<0, 1, 1, 0>>>;

/// In time: a causal convolution, a dilated one, one that looks ahead.
template <class... Pools>
struct InTime : Network<Image<2, 1, 17>, Plainly<QInt<4>>, Conv1d<Out<6>, Kernel<5>, CausalPadding>,
                        Conv1d<Out<5>, Kernel<3>, Stride<2>, Padding<0, 1>>, Pools..., Conv1d<Out<4>, Padding<0, 2>>,
                        GlobalAvgPool, Classifier<Out<3>, ChannelGain>> {};

using InTimeWithPool = InTime<MaxPool1d<3, Stride<2>, Padding<0, 2>>>;

/// Dilated, with standardised weights, for the reference that knows dilation.
struct Dilated
    : Network<Image<2, 9, 8>, Defaults<QInt<3>, Act<M_a{4}>>, Conv<Out<6>, Dilation<2>, Padding<4, 0, 0, 3>>,
              DepthwiseConv<Dilation<3>, Padding<0, 5, 6, 1>>,
              Conv<Out<4>, Groups<2>, Dilation<2>, Stride<2>, Padding<1, 3, 2, 0>>, GlobalAvgPool, Classifier<Out<3>>> {
};

struct Reals : Network<Image<2, 7, 6>, Defaults<FloatWeights, NoWeightStandardization, BatchNorm, Relu>,
                       Conv<Out<4>, Stride<2>, Padding<0, 1, 0, 1>>, Conv<Out<4>, Padding<2, 0, 1, 2>>,
                       DepthwiseConv<Padding<0, 2, 0, 0>>, GlobalAvgPool, Classifier<Out<3>, ChannelGain>> {};

/// The window is the whole image, and one row more.
struct Whole : Network<Image<2, 3, 3>, Plainly<QInt<4>>, Conv<Out<6>>, Conv<Out<5>, Padding<0, 1, 0, 0>>, GlobalAvgPool,
                       Classifier<Out<3>, ChannelGain>> {};

/// Products on bits, whose padding is a sum of its own.
template <class Filling>
struct Bits : Network<Image<2, 8, 7>, Defaults<BinaryWeights, Sign<Filling>>, Conv<Out<33>>,
                      Conv<Out<32>, Stride<2>, Padding<0, 1, 0, 1>>, Conv<Out<40>, Padding<0, 0, 0, 2>>,
                      Conv<Out<36>, Padding<2, 1, 0, 0>>, Dense<Flatten, Out<40>>, Classifier<Out<3>>> {};
static_assert(std::is_same_v<integer::product_kernel<Bits<PadPlusOne>, simd::Portable, 3>, kernels::SignBitProduct>);

template <class Net>
constexpr Shape shape_behind(std::size_t product) {
    for (const Row& row : facts<Net>.rows) {
        if ((row.weights > 0 || std::string_view(row.kind) == "max pool") && product-- == 0) return row.extents.out;
    }
    return {};
}
static_assert(shape_behind<EverySide<QInt<4>>>(0) == Shape{4, 4, 6} &&
              shape_behind<EverySide<QInt<4>>>(1) == Shape{4, 2, 4});
static_assert(shape_behind<EverySide<QInt<4>>>(2) == Shape{2, 2, 6} &&
              shape_behind<EverySide<QInt<4>>>(3) == Shape{3, 3, 6});
static_assert(shape_behind<EverySide<QInt<4>>>(4) == Shape{3, 3, 6} && shape_behind<WithPools>(5) == Shape{3, 3, 6});
static_assert(shape_behind<WithPools>(6) == Shape{2, 2, 6});
static_assert(shape_behind<InTimeWithPool>(0) == Shape{1, 17, 6} && shape_behind<InTimeWithPool>(1) == Shape{1, 8, 5});
static_assert(shape_behind<InTimeWithPool>(2) == Shape{1, 4, 5} && shape_behind<InTimeWithPool>(3) == Shape{1, 4, 4});
static_assert(shape_behind<Whole>(1) == Shape{2, 1, 5});

/// What "same" pads in TensorFlow: enough for ceil(size / stride) windows, the odd pixel below and on the right.
template <std::int32_t Size, std::int32_t Taps, std::int32_t Step>
constexpr bool is_same_of_tensorflow() {
    constexpr std::int32_t windows = (Size + Step - 1) / Step;
    constexpr std::int32_t total = (windows - 1) * Step + Taps - Size > 0 ? (windows - 1) * Step + Taps - Size : 0;
    using Net = Network<Image<1, Size, Size>,
                        Conv<QInt<4>, Kernel<Taps>, Stride<Step>, Out<2>, Act<M_a{2}>,
                             Padding<total / 2, total - total / 2, total / 2, total - total / 2>>,
                        Classifier<QInt<4>, Out<2>>>;
    constexpr ConvolutionExtents e = facts<Net>.row(0).extents;
    using Named =
        Network<Image<1, Size, Size>, Conv<QInt<4>, Kernel<Taps>, Stride<Step>, Out<2>, Act<M_a{2}>, SameUpperPadding>,
                Classifier<QInt<4>, Out<2>>>;
    return facts<Named>.row(0).extents == e && e.out == Shape{windows, windows, 2} && e.padding_height == total / 2 &&
           e.padding_below() == total - total / 2 && e.padding_right() == total - total / 2;
}
static_assert(is_same_of_tensorflow<32, 3, 2>() && is_same_of_tensorflow<32, 3, 1>());
static_assert(is_same_of_tensorflow<49, 10, 2>() && is_same_of_tensorflow<10, 4, 2>());
static_assert(is_same_of_tensorflow<224, 7, 2>() && is_same_of_tensorflow<9, 5, 3>());

/// The extents of the first layer.
template <class Layer>
constexpr ConvolutionExtents extents_of =
    facts<Network<Image<1, 9, 9>, Defaults<QInt<4>, Act<M_a{2}>>, Layer, Classifier<Out<2>>>>.row(0).extents;
// One number, two, four.
static_assert(extents_of<Conv<Out<2>, Padding<1>>> == extents_of<Conv<Out<2>, Padding<1, 1>>>);
static_assert(extents_of<Conv<Out<2>, Padding<1, 2>>> == extents_of<Conv<Out<2>, Padding<1, 1, 2, 2>>>);
static_assert(extents_of<Conv<Out<2>, Padding<0, 2>>>.padding_right() == 2);
static_assert(!extents_of<Conv<Out<2>, Padding<0>>>.has_padding());
static_assert(extents_of<Conv<Out<2>, Padding<0, 1, 0, 0>>>.has_padding());
// Names for what the numbers above say; a dilated kernel reaches further.
static_assert(extents_of<Conv<Out<2>, SameUpperPadding, Dilation<3>, Stride<2>>> ==
              extents_of<Conv<Out<2>, Padding<3>, Dilation<3>, Stride<2>>>);
static_assert(extents_of<Conv<Out<2>, SameUpperPadding, Kernel<2, 1>>> ==
              extents_of<Conv<Out<2>, Padding<0, 1, 0, 0>, Kernel<2, 1>>>);
static_assert(extents_of<MaxPool<2, SameUpperPadding>> == extents_of<MaxPool<2, Padding<0, 1, 0, 1>>>);
template <class Layer>
constexpr ConvolutionExtents extents_in_time =
    facts<Network<Image<1, 1, 20>, Defaults<QInt<4>, Act<M_a{2}>>, Layer, Classifier<Out<2>>>>.row(0).extents;
static_assert(extents_in_time<Conv1d<Out<2>, Kernel<5>, CausalPadding, Dilation<2>>> ==
              extents_in_time<Conv1d<Out<2>, Kernel<5>, Padding<8, 0>, Dilation<2>>>);
static_assert(extents_in_time<Conv1d<Out<2>, Kernel<5>, CausalPadding, Dilation<2>>>.out == Shape{1, 20, 2});
static_assert(extents_in_time<Conv1d<Out<2>, Kernel<4>, SameUpperPadding, Stride<3>>> ==
              extents_in_time<Conv1d<Out<2>, Kernel<4>, Padding<1>, Stride<3>>>);
static_assert(extents_in_time<MaxPool1d<3, CausalPadding, Stride<1>>> ==
              extents_in_time<MaxPool1d<3, Padding<2, 0>, Stride<1>>>);
// At stride 2 the last row of padding is not reached.
static_assert(extents_of<Conv<Out<2>, Padding<0, 1, 0, 1>, Stride<2>>>.padding_below() == 0);

/// Each accumulator of all products once more, from the codes that training holds.
template <class Net>
void check_products(unsigned seed) {
    std::mt19937 random(seed);
    Training<Net> training(comparison::images, 2, seed);
    const auto pixels = comparison::make_extreme_images<std::uint8_t>(Training<Net>::pixels, random);
    tools::randomize_parameters(training, random, tools::Biases::moderate);
    training.forward(pixels.data(), comparison::images, train::Statistics::batch);
    std::int64_t padded = 0;
    Training<Net>::each([&]<std::size_t I>() {
        constexpr const Row& row = facts<Net>.rows[I];
        if constexpr (row.weights > 0) {
            constexpr ConvolutionExtents e = row.extents;
            const auto& weights = training.template state<I>().codes;
            for (std::int64_t n = 0; n < comparison::images; ++n) {
                const auto in = training.template codes<row.input>(n);
                const auto out = training.template codes<row.output>(n);
                std::vector<std::int64_t> expected(static_cast<std::size_t>(e.out.size()));
                tools::for_each_product(e, [&](std::int32_t from, std::int32_t weight, std::int32_t to) {
                    padded += from < 0 ? 1 : 0;
                    const std::int64_t code =
                        from < 0 ? e.padding_code_of(-1 - from) : std::int64_t{in[static_cast<std::size_t>(from)]};
                    expected[static_cast<std::size_t>(to)] +=
                        code * (row.weight_spacing * weights[static_cast<std::size_t>(weight)] + row.weight_offset);
                });
                INFO("row " << I);
                CHECK(std::equal(out.begin(), out.end(), expected.begin(), expected.end()));
            }
        }
    });
    CHECK(padded > 0);
    tools::randomize_running_statistics(training, random);
    comparison::compare_integer_program<simd::Portable>(training, pixels);
    comparison::compare_integer_program<simd::Native>(training, pixels);
}

}  // namespace

TEST_CASE("padding on every side: accumulators and integer programs") {
    check_products<WithPools>(1);
    check_products<EverySide<DoReFa<3>>>(2);
    check_products<InTimeWithPool>(3);
    check_products<Whole>(4);
    check_products<Bits<Masked>>(5);
    check_products<Bits<PadMinusOne>>(6);
    check_products<Bits<PadPlusOne>>(7);
}

TEST_CASE("padding on every side: passes and gradients agree with the naive network") {
    checks::check_training<EverySide<QInt<4>>>(11);
    checks::check_training<InTime<>>(12);
    checks::check_training<Whole>(13);
    checks::check_training<Reals>(14);
}

TEST_CASE("padding on every side, dilated: programs and gradients") {
    comparison::compare_programs<Dilated, simd::Portable, simd::Native>(21);
    comparison::check_reference_gradient<Dilated>(22);
    comparison::compare_gradients<Dilated>(23, 5e-4);
}

TEST_CASE("checkpoints tell the sides of a padding apart") {
    const auto signature = []<class Layer>(Layer) {
        struct Net : Network<Image<1, 8, 8>, Defaults<QInt<4>, Act<M_a{2}>>, Layer, Classifier<Out<2>>> {};
        return model_signature(facts<Net>.view());
    };
    const std::string symmetric = signature(Conv<Out<2>, Padding<1>, Stride<2>>{});
    const std::string behind = signature(Conv<Out<2>, Padding<0, 1, 0, 1>, Stride<2>>{});
    CHECK(symmetric.find("padding 1x1, groups") != std::string::npos);
    CHECK(behind.find("padding 0x0 and 1x1 behind, groups") != std::string::npos);
    CHECK(signature(Conv<Out<2>, Padding<1, 0, 1, 0>, Stride<2>>{}) == symmetric);
    CHECK(signature(Conv<Out<2>, Padding<1, 0, 0, 1>>{}) != signature(Conv<Out<2>, Padding<0, 1, 1, 0>>{}));
}

}  // namespace padding_sides_test
