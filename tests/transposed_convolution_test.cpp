// Transposed convolutions: sizes, results against kernels that are scattered, both programs, gradients, weights of
// files.
#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "data_files/temporary_folder.hpp"
#include "intaglio/io/load_weights.hpp"
#include "intaglio/io/safetensors_writer.hpp"
#include "intaglio/model/network.hpp"
#include "support/program_comparison.hpp"

namespace transposed_convolution_test {

namespace {

using namespace intaglio;

/// Strides, groups, dilation, uneven padding, a repetition, a residual block.
struct Maps
    : Network<Image<2, 4, 5>, Defaults<QInt<3>, Act<M_a{4}>>, TransposedConv<Out<4>, Stride<2>>,
              TransposedConv<Out<6>, Kernel<4, 2>, Stride<2, 1>, Padding<1, 1, 0, 1>, Groups<2>, SignedAct<M_a{7}>>,
              Conv<Out<4>, Stride<2>>, Repeat<2, Residual<TransposedConv<Out<4>, NoActivation>>, Activate<>>,
              TransposedConv<Out<3>, Kernel<2>, Dilation<2>, Stride<3>, Padding<0>>, GlobalAvgPool,
              Classifier<Out<3>>> {};

/// Codes without a zero, and with padding of their own, behind which zeros stand nevertheless.
struct Signs : Network<Image<1, 4, 4, UInt8, PaddingValue<7>>, Defaults<BinaryWeights, Sign<PadPlusOne>>,
                       TransposedConv<Out<32>, Stride<2>>, TransposedConv<Out<8>, Kernel<2>, Stride<2>>, GlobalAvgPool,
                       Classifier<Out<3>>> {};
static_assert(facts<Signs>.value(1).padding_codes.count == 0 && facts<Signs>.row(1).extents.padding_code_of(0) == 0);
static_assert(facts<Signs>.value(5).codes == CodeRange{-1, 1} && facts<Signs>.row(5).extents.padding_code == 0);

template <class Layer>
constexpr Shape shape_of =
    facts<Network<Image<1, 5, 6>, Defaults<QInt<4>, Act<M_a{2}>>, Layer, Classifier<Out<2>>>>.value(2).shape;
// (size - 1) stride + kernel - padding; by default size * stride.
static_assert(shape_of<TransposedConv<Out<2>, Kernel<4>, Stride<2>, Padding<1>>> == Shape{10, 12, 2});
static_assert(shape_of<TransposedConv<Out<2>, Stride<2>>> == Shape{10, 12, 2});
static_assert(shape_of<TransposedConv<Out<2>, Kernel<5>, Stride<3, 2>>> == Shape{15, 12, 2});
static_assert(shape_of<TransposedConv<Out<2>, Stride<2>, Padding<1, 0, 1, 0>>> ==
              shape_of<TransposedConv<Out<2>, Stride<2>, Padding<0, 1, 0, 1>>>);
static_assert(shape_of<TransposedConv<Out<2>, Kernel<2>, Stride<2>, SameUpperPadding>> == Shape{10, 12, 2});
static_assert(shape_of<TransposedConv<Out<2>, Padding<0>>> == Shape{7, 8, 2});
static_assert(facts<Network<Signal<1, 9>, TransposedConv1d<QInt<4>, Out<2>, Kernel<4>, Stride<2>, Act<M_a{2}>>,
                            Classifier<QInt<4>, Out<2>>>>
                  .value(2)
                  .shape == Shape{1, 18, 2});

struct Reals : Network<Image<4, 3, 4>, Defaults<FloatWeights, NoWeightStandardization, TrainedBias, Linear>,
                       TransposedConv<Out<6>, Kernel<3, 2>, Stride<2, 3>, Padding<1, 0, 0, 1>, Groups<2>>,
                       GlobalAvgPool, Classifier<Out<2>>> {};

}  // namespace

TEST_CASE("weights of a file of PyTorch: each pixel adds its multiple of the kernel") {
    std::mt19937 random(1);
    std::normal_distribution<float> normal;
    std::vector<float> kernel(4 * 3 * 3 * 2);  // [input][unit of the group][row][column]
    std::vector<float> bias(6);
    std::vector<float> dense(2 * 6);
    for (auto* numbers : {&kernel, &bias, &dense}) {
        for (float& x : *numbers) x = normal(random);
    }
    const test_files::TemporaryFolder folder;
    SafetensorsWriter writer;
    writer.add<float>("up.weight", {4, 3, 3, 2}, kernel);
    writer.add<float>("up.bias", {6}, bias);
    writer.add<float>("fc.weight", {2, 6}, dense);
    writer.write(folder / "weights.safetensors");
    Training<Reals> training(1);
    load_weights(training, SafetensorsFile(folder / "weights.safetensors"), {"up", "fc"});

    const auto pixels = comparison::make_images<std::uint8_t>(1, Training<Reals>::pixels, random);
    training.forward(pixels.data(), 1, train::Statistics::running);
    constexpr Shape shape = facts<Reals>.value(2).shape;
    static_assert(shape == Shape{2 * 2 + 3 - 1, 3 * 3 + 2 - 1, 6});
    std::vector<double> expected(static_cast<std::size_t>(shape.size()));
    std::size_t pixel = 0;
    for (std::int32_t y = 0; y < 3; ++y)
        for (std::int32_t x = 0; x < 4; ++x)
            for (std::int32_t c = 0; c < 4; ++c, ++pixel)
                for (std::int32_t u = 0; u < 3; ++u)
                    for (std::int32_t i = 0; i < 3; ++i)
                        for (std::int32_t j = 0; j < 2; ++j) {
                            const std::int32_t row = 2 * y + i - 1;
                            const std::int32_t column = 3 * x + j;
                            if (row < 0 || column >= shape.width) continue;
                            expected[static_cast<std::size_t>((row * shape.width + column) * 6 + c / 2 * 3 + u)] +=
                                pixels[pixel] *
                                static_cast<double>(kernel[static_cast<std::size_t>(((c * 3 + u) * 3 + i) * 2 + j)]);
                        }
    const auto found = training.codes<2>(0);
    for (std::size_t i = 0; i < expected.size(); ++i) {
        INFO("value " << i);
        CHECK(std::fabs(static_cast<double>(found[i]) - expected[i]) < 1e-2);
        const std::size_t unit = i % 6;
        CHECK(std::fabs(static_cast<double>(training.codes<4>(0)[i]) - expected[i] / 255 -
                        static_cast<double>(bias[unit])) < 1e-4);
    }
}

TEST_CASE("transposed convolutions: programs and gradients") {
    comparison::compare_programs<Maps, simd::Portable, simd::Native>(1);
    comparison::check_reference_gradient<Maps>(2);
    comparison::compare_gradients<Maps>(3, 5e-4);
}

TEST_CASE("transposed convolutions of signs: the integer program computes what training computes") {
    std::mt19937 random(4);
    Training<Signs> training(comparison::images, 2, 5);
    const auto pixels = comparison::make_extreme_images<std::uint8_t>(Training<Signs>::pixels, random);
    tools::randomize_parameters(training, random, tools::Biases::moderate);
    training.forward(pixels.data(), comparison::images, train::Statistics::batch);
    for (const auto code : training.codes<5>(0)) CHECK((code >= -1 && code <= 1));
    tools::randomize_running_statistics(training, random);
    comparison::compare_integer_program<simd::Portable>(training, pixels);
    comparison::compare_integer_program<simd::Native>(training, pixels);
}

TEST_CASE("a transposed convolution of stride 1 is none of a checkpoint's convolutions") {
    const auto signature = []<class Layer>(Layer) {
        struct Net : Network<Image<1, 8, 8>, Defaults<QInt<4>, Act<M_a{2}>>, Layer, Classifier<Out<2>>> {};
        return model_signature(facts<Net>.view());
    };
    CHECK(signature(TransposedConv<Out<2>>{}) != signature(Conv<Out<2>>{}));
    CHECK(signature(TransposedConv<Out<2>, Stride<2>>{}) != signature(TransposedConv<Out<2>, Stride<3>>{}));
}

}  // namespace transposed_convolution_test
