// Padding of the input with a code of its own for each channel: facts, gradients against a naive network, the integer
// program against training, on every kind of kernel.
#include <doctest/doctest.h>

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "intaglio/canonical/describe.hpp"
#include "intaglio/model/network.hpp"
#include "support/kernel_tools.hpp"
#include "support/network_checks.hpp"
#include "support/program_comparison.hpp"

namespace padding_value_test {

namespace {

using namespace intaglio;

using Colour = PaddingValue<124, 3, 255>;
template <std::int32_t Height, std::int32_t Width>
using Picture = Image<3, Height, Width, UInt8, Colour>;

/// Straight-through estimators, latent weights as they are: what the naive gradients need.
template <class Weights, class... Options>
using Plainly = Defaults<Weights, NoWeightStandardization, BatchNorm, Act<M_a{4}, StraightThrough>, Options...>;

/// Several blocks of rows; the second convolution is padded with 0.
struct Bytes : Network<Picture<9, 11>, Plainly<QInt<4>>, Conv<Out<6>>, Conv<Out<5>, Stride<2>>, GlobalAvgPool,
                       Classifier<Out<3>, ChannelGain>> {};
/// One window per output pixel is copied: few columns.
struct Narrow : Network<Picture<12, 5>, Plainly<QInt<4>>, Conv<Out<6>, Kernel<5>, Stride<1, 2>, Padding<4, 2>>,
                        GlobalAvgPool, Classifier<Out<3>, ChannelGain>> {};
struct Grouped : Network<Picture<7, 9>, Plainly<QInt<4>>, Conv<Out<6>, Groups<3>, Kernel<5>>, GlobalAvgPool,
                         Classifier<Out<3>, ChannelGain>> {};
struct GroupedNarrow : Network<Image<4, 9, 3, UInt8, PaddingValue<1, 20, 200, 90>>, Plainly<QInt<4>>,
                               Conv<Out<6>, Groups<2>>, GlobalAvgPool, Classifier<Out<3>, ChannelGain>> {};
struct Dilated : Network<Picture<9, 9>, Plainly<QInt<4>>, Conv<Out<4>, Dilation<2>>, GlobalAvgPool,
                         Classifier<Out<3>, ChannelGain>> {};
struct Depthwise : Network<Picture<7, 9>, Plainly<QInt<4>>, DepthwiseConv<Stride<2>>, GlobalAvgPool,
                           Classifier<Out<3>, ChannelGain>> {};
/// Even kernels with more padding in front than behind.
struct Bordered : Network<Picture<6, 7>, Plainly<QInt<4>>, Conv<Out<17>, Kernel<4, 2>, Padding<3, 1>, Stride<2, 3>>,
                          GlobalAvgPool, Classifier<Out<3>, ChannelGain>> {};
/// Weights without a level at zero: sums of the codes under the windows, mixed, in groups, depthwise.
struct WindowSums
    : Network<Picture<7, 8>, Plainly<DoReFa<3>>, Conv<Out<6>>, GlobalAvgPool, Classifier<Out<3>, ChannelGain>> {};
struct GroupedSums : Network<Image<4, 8, 6, UInt8, PaddingValue<1, 20, 200, 90>>, Plainly<DoReFa<3>>,
                             Conv<Out<6>, Groups<2>>, GlobalAvgPool, Classifier<Out<3>, ChannelGain>> {};
struct DepthwiseSums : Network<Picture<7, 8>, Plainly<DoReFa<3>>, DepthwiseConv<Kernel<5>>, GlobalAvgPool,
                               Classifier<Out<3>, ChannelGain>> {};
/// Pools in front of the convolution hand the colour on; a sum of codes is padded with the sum of as many.
struct Pooled : Network<Picture<12, 12>, Plainly<QInt<4>>, AvgPool<2>, Conv<Out<6>>, GlobalAvgPool,
                        Classifier<Out<3>, ChannelGain>> {};
struct Rounded : Network<Picture<12, 12>, Plainly<QInt<4>>, MaxPool<3, Stride<1>, Padding<1>>, AvgPool<2, Requantize>,
                         Subsample<2>, Conv<Out<6>>, GlobalAvgPool, Classifier<Out<3>, ChannelGain>> {};
/// Both branches read the input.
struct Branches : Network<Picture<6, 6>, Plainly<QInt<4>>, Concat<Conv<Out<3>>, Conv<Out<4>, Kernel<5>>>, GlobalAvgPool,
                          Classifier<Out<3>, ChannelGain>> {};
/// Products of real numbers.
struct Teacher : Network<Picture<7, 6>, Defaults<FloatWeights, NoWeightStandardization, BatchNorm, Relu>, Conv<Out<5>>,
                         Conv<Out<4>>, GlobalAvgPool, Classifier<Out<3>, ChannelGain>> {};
struct GroupedTeacher : Network<Picture<7, 3>, Defaults<FloatWeights, NoWeightStandardization, BatchNorm, Relu>,
                                Conv<Out<6>, Groups<3>>, GlobalAvgPool, Classifier<Out<3>, ChannelGain>> {};
struct DepthwiseTeacher : Network<Picture<7, 6>, Defaults<FloatWeights, NoWeightStandardization, BatchNorm, Relu>,
                                  DepthwiseConv<>, GlobalAvgPool, Classifier<Out<3>, ChannelGain>> {};

constexpr PaddingCodes colour{.code = {{124, 3, 255}}, .count = 3};
static_assert(facts<Bytes>.value(0).padding_codes == colour && facts<Bytes>.row(0).extents.padding_codes == colour);
static_assert(facts<Bytes>.row(3).extents.padding_codes == PaddingCodes{});
static_assert(facts<Bytes>.row(0).extents.padding_code_of(2) == 255 &&
              facts<Bytes>.row(3).extents.padding_code_of(2) == 0);
static_assert(facts<Pooled>.row(1).extents.padding_codes == PaddingCodes{.code = {{496, 12, 1020}}, .count = 3});
static_assert(facts<Rounded>.row(4).extents.padding_codes == colour);
static_assert(facts<Network<Image<1, 4, 4>, Classifier<QInt<2>, Out<2>>>>.value(0).padding_codes == PaddingCodes{});
static_assert(facts<Network<Signal<2, 9, Int8, PaddingValue<-128, 127>>, Conv1d<QInt<2>, Out<2>, Act<M_a{2}>>,
                            Classifier<QInt<2>, Out<2>>>>.row(0).extents.padding_code_of(0) == -128);

/// Signed and wide codes: 16-bit products.
struct Words : Network<Image<2, 7, 9, Int8, PaddingValue<-128, 5>>, Plainly<QInt<4>>, Conv<Out<6>>, GlobalAvgPool,
                       Classifier<Out<3>, ChannelGain>> {};
struct WideWords : Network<Signal<2, 40, Int16, PaddingValue<-32768, 77>>, Plainly<QInt<2>>, Conv1d<Out<6>, Kernel<5>>,
                           GlobalAvgPool, Classifier<Out<3>, ChannelGain>> {};

/// The accumulators of the first row, a product, against naive sums with this padding.
template <class Net>
void check_accumulators(unsigned seed, const std::vector<std::int32_t>& padding) {
    std::mt19937 random(seed);
    Training<Net> training(comparison::images, 2, seed);
    using Pixel = typename Training<Net>::Pixel;
    const std::vector<Pixel> pixels = comparison::make_extreme_images<Pixel>(Training<Net>::pixels, random);
    training.forward(pixels.data(), comparison::images, train::Statistics::batch);
    constexpr const Row& row = facts<Net>.row(0);
    const auto& weights = training.template state<0>().codes;
    for (std::int64_t n = 0; n < comparison::images; ++n) {
        std::vector<std::int64_t> expected(static_cast<std::size_t>(row.extents.out.size()));
        bool padded = false;
        tools::for_each_product(row.extents, [&](std::int32_t in, std::int32_t weight, std::int32_t out) {
            padded |= in < 0;
            const std::int64_t code = in < 0 ? padding[static_cast<std::size_t>(-1 - in)]
                                             : pixels[static_cast<std::size_t>(n * Training<Net>::pixels + in)];
            expected[static_cast<std::size_t>(out)] +=
                code * (row.weight_spacing * weights[static_cast<std::size_t>(weight)] + row.weight_offset);
        });
        const auto found = training.template codes<row.output>(n);
        CHECK(padded);
        CHECK(std::equal(found.begin(), found.end(), expected.begin(), expected.end()));
    }
    tools::randomize_running_statistics(training, random);
    comparison::compare_integer_program<simd::Portable>(training, pixels);
    comparison::compare_integer_program<simd::Native>(training, pixels);
}

}  // namespace

TEST_CASE("a padding value: accumulators against naive sums, the integer program against training") {
    check_accumulators<Bytes>(1, {124, 3, 255});
    check_accumulators<Narrow>(2, {124, 3, 255});
    check_accumulators<Grouped>(3, {124, 3, 255});
    check_accumulators<GroupedNarrow>(4, {1, 20, 200, 90});
    check_accumulators<Dilated>(5, {124, 3, 255});
    check_accumulators<Depthwise>(6, {124, 3, 255});
    check_accumulators<Bordered>(7, {124, 3, 255});
}
TEST_CASE("a padding value under window sums") {
    check_accumulators<WindowSums>(11, {124, 3, 255});
    check_accumulators<GroupedSums>(12, {1, 20, 200, 90});
    check_accumulators<DepthwiseSums>(13, {124, 3, 255});
}
TEST_CASE("a padding value of signed and wide codes") {
    check_accumulators<Words>(21, {-128, 5});
    check_accumulators<WideWords>(22, {-32768, 77});
}
TEST_CASE("a padding value behind pools") {
    checks::check_lowering<Pooled>(31);
    checks::check_lowering<Rounded>(32);
    checks::check_lowering<Branches>(33);
}
TEST_CASE("a padding value: passes and gradients agree with the naive network") {
    checks::check_training<Bytes>(41);
    checks::check_training<Narrow>(42);
    checks::check_training<Grouped>(43);
    checks::check_training<Depthwise>(44);
    checks::check_training<Pooled>(46);
    checks::check_training<Teacher>(47);
    checks::check_training<GroupedTeacher>(48);
    checks::check_training<DepthwiseTeacher>(49);
}

TEST_CASE("checkpoints tell padding values apart") {
    struct Plain : Network<Image<3, 6, 6>, Plainly<QInt<4>>, Conv<Out<2>>, Classifier<Out<3>>> {};
    struct First : Network<Picture<6, 6>, Plainly<QInt<4>>, Conv<Out<2>>, Classifier<Out<3>>> {};
    struct Second : Network<Image<3, 6, 6, UInt8, PaddingValue<124, 3, 254>>, Plainly<QInt<4>>, Conv<Out<2>>,
                            Classifier<Out<3>>> {};
    const std::string plain = model_signature(facts<Plain>.view());
    const std::string first = model_signature(facts<First>.view());
    CHECK(plain.find("padding value") == std::string::npos);
    CHECK(first.find("padding value 124 3 255,") != std::string::npos);
    CHECK(model_signature(facts<Second>.view()).find("padding value 124 3 254,") != std::string::npos);
}

}  // namespace padding_value_test
