// Every layer that pools, moves, joins or multiplies codes: facts, both programs, gradients, certificate.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "intaglio/model/network.hpp"
#include "intaglio/report/model_facts.hpp"
#include "support/program_comparison.hpp"

namespace layers_test {

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
                                    Sequence<Subsample<2, 1>, PadChannels<4, 0>>, BranchGrid<QInt<10>>>,
                           Activate<>, Repeat<2, Upsample<2, 1>, Conv<Out<5>>>, Upsample<1, 2>, Subsample<3>,
                           GlobalAvgPool, Classifier<QInt<8>, Out<3>>> {};

/// Depthwise, grouped, dilated and strided convolutions.
struct Depthwise
    : Network<Image<3, 11, 12>, Defaults<QInt<3>, Act<M_a{4}>>, DepthwiseConv<>, DepthwiseConv<ChannelMultiplier<2>>,
              Residual<DepthwiseConv<Out<12>, Dilation<2>>, Conv<Out<12>, Kernel<1>, NoActivation>>, Activate<>,
              Repeat<2, Conv<Out<6>, Groups<3>, Dilation<2>, Stride<1, 2>, Padding<1>>>,
              DepthwiseConv<Kernel<1, 3>, Dilation<2>, BatchNorm, Padding<0, 3>>, GlobalAvgPool, Classifier<Out<3>>> {};

/// Every layer on real numbers: codes of the input alone are integers.
struct Real
    : Network<
          Image<2, 8, 8>, Defaults<QInt<4>, Relu>, Conv<Out<4>>,
          Concat<MaxPool<3, Stride<1>, SamePadding>, Identity, BranchGrid<QInt<8>>>, Activate<Act<M_a{200}>>,
          Conv<Out<4>>, Concat<MaxPool<3, Stride<1>, SamePadding>, Identity>,
          Multiply<Identity, Sequence<GlobalAvgPool, Dense<Out<8>>>>, Activate<>,
          Residual<Sequence<Subsample<2>, Conv<Out<12>>>, Sequence<Subsample<2>, PadChannels<1, 3>>, FloatBranchGrid>,
          Activate<>, Dropout<Rate{0.25}>, Upsample<2, 1>, AvgPool<2, Stride<1>>, MaxPool<2, Stride<2>>,
          Dense<Flatten, Out<6>>, Classifier<Out<3>>> {};
static_assert(!facts<Real>.integer_only());

template <class... Entries>
struct Described : Network<Image<3, 7, 7>, Defaults<QInt<2>, Act<M_a{4}>>, Entries..., Classifier<QInt<3>, Out<2>>> {};
template <class... Entries>
std::string signature() {
    return model_signature(facts<Described<Entries...>>.view());
}

/// The value behind the first entry.
template <class... Entries>
constexpr Value first_value = facts<Described<Entries...>>.value(1);

}  // namespace

// The size of the padded image for an odd kernel, whatever the dilation.
static_assert(first_value<Conv<Out<5>, Dilation<3>>>.shape == Shape{7, 7, 5});
static_assert(first_value<Conv<Out<5>, Kernel<1, 2>, Dilation<3>, Padding<0, 2>>>.shape == Shape{7, 8, 5});
static_assert(first_value<Conv<Out<5>, Dilation<2>, Stride<3>, Padding<0>>>.shape == Shape{1, 1, 5});
static_assert(first_value<DepthwiseConv<>>.shape == Shape{7, 7, 3});
static_assert(first_value<DepthwiseConv<ChannelMultiplier<4>, Stride<2>>>.shape == Shape{4, 4, 12});
static_assert(facts<Described<DepthwiseConv<Out<6>>>>.row(0).weights == 6 * 9);
static_assert(first_value<DepthwiseConv<>>.codes == CodeRange{-9 * 255, 9 * 255});
static_assert(first_value<MaxPool<3, Stride<2>, Padding<1>>>.shape == Shape{4, 4, 3});
static_assert(first_value<MaxPool<3, Stride<2>>>.codes == CodeRange{0, 255} &&
              first_value<MaxPool<3, Stride<2>>>.denominator == 255 && !first_value<MaxPool<3, Stride<2>>>.pending);
static_assert(first_value<MaxPool<Window{7, 1}>>.shape == Shape{1, 7, 3});
static_assert(first_value<AvgPool<3, Stride<2>>>.shape == Shape{3, 3, 3} &&
              first_value<AvgPool<3, Stride<2>>>.codes == CodeRange{0, 9 * 255} &&
              first_value<AvgPool<3, Stride<2>>>.denominator == 9 * 255);
static_assert(facts<Described<AvgPool<whole_image, Requantize>>>.value(2).codes == CodeRange{0, 255} &&
              facts<Described<AvgPool<whole_image, Requantize>>>.value(2).denominator == 255 &&
              facts<Described<AvgPool<whole_image, Requantize>>>.value(2).storage == Storage::uint8);
static_assert(first_value<Subsample<2, 3>>.shape == Shape{4, 3, 3});
static_assert(first_value<PadChannels<2, 1>>.shape == Shape{7, 7, 6});
static_assert(first_value<Upsample<2, 1>>.shape == Shape{14, 7, 3});

TEST_CASE("layers that differ in anything differ to a checkpoint") {
    const std::vector<std::string> signatures{
        signature<MaxPool<3, Stride<1>, Padding<1>>>(),
        signature<MaxPool<5, Stride<1>, Padding<2>>>(),
        signature<MaxPool<Window{3, 5}, Stride<1>, Padding<1, 2>>>(),
        signature<AvgPool<7>>(),
        signature<MaxPool<7>>(),
        signature<AvgPool<7, Requantize>>(),
        signature<AvgPool<5, Stride<3>>>(),
        signature<Conv<Out<3>>>(),
        signature<Conv<Out<3>, Dilation<2>>>(),
        signature<DepthwiseConv<>>(),
        signature<PadChannels<1, 3>>(),
        signature<PadChannels<2, 2>>(),
        signature<Subsample<4>>(),
        signature<Subsample<5>>(),
        signature<Upsample<2>>(),
        signature<Upsample<2, 1>>(),
        signature<Dropout<>>(),
        signature<Dropout<Rate{0.25}>>(),
        signature<Concat<Identity, Identity>>(),
        signature<Multiply<Identity, Identity>, Activate<>>(),
    };
    for (std::size_t i = 0; i < signatures.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            INFO(signatures[i] << " and " << signatures[j]);
            CHECK(signatures[i] != signatures[j]);
        }
    }
}

TEST_CASE("the facts table has a line for each layer") {
    std::string kinds;
    for (const LayerFacts& layer : layer_facts(facts<Shortcuts>.view())) kinds += layer.kind + ", ";
    CHECK(kinds ==
          "product, product, product, subsample, pad channels, add, product, subsample, pad channels, add, upsample, "
          "product, upsample, product, upsample, subsample, pool, product, ");
    kinds.clear();
    for (const LayerFacts& layer : layer_facts(facts<Pools>.view())) kinds += layer.kind + ", ";
    CHECK(
        kinds ==
        "max pool, product, max pool, max pool, product, pool, add, pool, max pool, product, max pool, product, pool, "
        "product, ");
}

TEST_CASE("the certificate finds a changed weight of a depthwise convolution and a changed step of a mean") {
    struct Net : Network<Image<3, 6, 6>, Defaults<QInt<2>, Act<M_a{4}>>, DepthwiseConv<>, AvgPool<2, Requantize>,
                         Conv<Out<4>>, GlobalAvgPool, Classifier<Out<2>>> {};
    Training<Net> training(1);
    constexpr std::size_t requantize = 4;
    static_assert(facts<Net>.row(requantize).steps == 3 && std::string_view(facts<Net>.row(3).kind) == "pool");
    for (const std::size_t row : {std::size_t{0}, requantize}) {
        IntegerNetwork<Net, Portable> network = lower(training);
        CHECK(certify(training, network).proven());
        const auto begin = static_cast<std::size_t>(integer::plan<Net, Portable>.parameters[row]);
        network.parameters().bytes[begin] ^= std::byte{2};
        const Certificate certificate = certify(training, network);
        CHECK(!certificate.proven());
        CHECK(certificate.first_difference.find(row == 0 ? "layer 2 (product)" : "layer 3 (step)") !=
              std::string::npos);
    }
}

TEST_CASE("a mean that lies between two codes is rounded up") {
    struct Net : Network<Image<1, 2, 3>, AvgPool<whole_image, Requantize>,
                         Dense<QInt<4>, NoWeightStandardization, Out<2>, NoNorm>> {};
    Training<Net> training(1);
    const auto check = [&](int sum) {
        std::vector<std::uint8_t> pixels(6, static_cast<std::uint8_t>(sum / 6));
        for (int i = 0; i < sum % 6; ++i) ++pixels[static_cast<std::size_t>(i)];
        training.forward(pixels.data(), 1, train::Statistics::running);
        CHECK(training.codes<2>(0)[0] == (2 * sum + 6) / 12);
    };
    for (int sum = 0; sum <= 6 * 255; ++sum) check(sum);
}

TEST_CASE("layers on real numbers: values and gradients") {
    constexpr std::int64_t count = 9;
    std::mt19937 random(8);
    const std::vector<std::uint8_t> pixels =
        comparison::make_images<std::uint8_t>(count, Training<Real>::pixels, random);
    Training<Real> training(count, 2, 4);
    std::normal_distribution<float> normal;
    std::vector<float> weights(static_cast<std::size_t>(count * Training<Real>::classes));
    for (float& w : weights) w = normal(random);
    const auto loss = [&] {
        training.parameters_changed();
        training.set_pass(3);  // drops the same codes each time
        training.forward(pixels.data(), count, train::Statistics::batch);
        double sum = 0;
        for (std::size_t i = 0; i < weights.size(); ++i) {
            sum += static_cast<double>(weights[i]) * static_cast<double>(training.float_logits()[i]);
        }
        return sum;
    };
    loss();
    std::copy(weights.begin(), weights.end(), training.logit_gradient().begin());
    training.backward();
    const std::vector<float> gradient(training.gradients().begin(), training.gradients().end());
    const std::vector<float> kept(training.parameters().begin(), training.parameters().end());
    // Gains and biases behind the last codes: the logits are smooth functions of them, but for the corners of maxima.
    std::int32_t first_row = 0;
    for (std::int32_t i = 0; i < static_cast<std::int32_t>(facts<Real>.rows.size()); ++i) {
        if (facts<Real>.row(i).steps > 0) first_row = i;
    }
    int compared = 0;
    for (const ParameterRange& range : Training<Real>::ranges()) {
        if (range.row < first_row || range.kind == ParameterKind::weight) continue;
        std::vector<float> direction;
        double predicted = 0;
        double norm = 0;
        for (std::int64_t i = range.begin; i < range.begin + range.count; ++i) {
            direction.push_back(normal(random));
            const auto g = static_cast<double>(gradient[static_cast<std::size_t>(i)]);
            predicted += static_cast<double>(direction.back()) * g;
            norm += g * g;
        }
        double side[2] = {};
        constexpr float h = 2e-4F;  // short of most corners, and floats are good to 1e-6
        for (const int s : {0, 1}) {
            for (std::int64_t i = 0; i < range.count; ++i) {
                const auto at = static_cast<std::size_t>(range.begin + i);
                training.parameters()[at] = kept[at] + (s == 0 ? -h : h) * direction[static_cast<std::size_t>(i)];
            }
            side[s] = loss();
        }
        std::copy(kept.begin(), kept.end(), training.parameters().begin());
        INFO("row " << range.row << ", gradient " << std::sqrt(norm));
        CHECK(std::fabs((side[1] - side[0]) / (2 * static_cast<double>(h)) - predicted) <=
              0.03 * (0.3 + std::sqrt(norm)));
        compared += norm > 1e-4 ? 1 : 0;
    }
    CHECK(compared >= 8);
}

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

}  // namespace layers_test
