// A product kernel from outside of the library, examples/ternary_product.hpp: it is chosen where it is legal, computes
// what the kernels of the library compute, and is proven like them.
#include <doctest/doctest.h>

#include <algorithm>
#include <boost/mp11/list.hpp>
#include <cstddef>
#include <cstdint>
#include <random>
#include <type_traits>
#include <utility>
#include <vector>

#include "../examples/ternary_product.hpp"
#include "intaglio/integer/kernel_choice.hpp"
#include "intaglio/report/model_facts.hpp"
#include "support/kernel_tools.hpp"
#include "support/program_comparison.hpp"

namespace own_product_kernel_test {

namespace {

using namespace intaglio;

/// Ternary and other weights; all kinds of extents; codes of unsigned and of signed bytes.
// clang-format off
struct Plain : Network<Image<2, 9, 8>, Defaults<QInt<2>, Act<M_a{4}>>,
    Conv<QInt<8>, Out<12>>,
    Conv<Out<10>, Stride<2>, Padding<0, 1, 0, 1>>,
    Conv<Out<12>, Groups<2>, Dilation<2>, Padding<2>, SignedAct<M_a{5}>>,
    DepthwiseConv<>,
    MaxPool<2>,
    Dense<Flatten, Out<20>, QInt<4>>,
    Classifier<Out<3>>> {};
// clang-format on
struct Own : Plain {
    using product_kernels = boost::mp11::mp_list<app::TernaryProduct>;
};

static_assert(kernels::ProductKernel<app::TernaryProduct>);

template <class Net, class Set, std::size_t I, class Kernel>
constexpr bool runs_on() {
    if constexpr (facts<Net>.rows[I].weights > 0) {
        return std::is_same_v<integer::product_kernel<Net, Set, I>, Kernel>;
    }
    return false;
}
/// How many products run on a kernel.
template <class Net, class Set, class Kernel>
constexpr int products() {
    return []<std::size_t... I>(std::index_sequence<I...>) {
        return ((runs_on<Net, Set, I, Kernel>() ? 1 : 0) + ...);
    }
    (std::make_index_sequence<facts<Net>.row_count()>());
}
static_assert(products<Own, simd::Portable, app::TernaryProduct>() == 4);
static_assert(products<Own, simd::Avx2, app::TernaryProduct>() == 4);
static_assert(products<Own, simd::Portable, kernels::ByteProduct>() == 2);
static_assert(products<Plain, simd::Portable, kernels::AdditionProduct<2>>() > 0);
static_assert(products<Plain, simd::Avx2, kernels::AdditionProduct<2>>() == 0);
static_assert(products<Plain, simd::Portable, app::TernaryProduct>() == 0);
static_assert(parameter_bytes<Own, simd::Avx2> < parameter_bytes<Plain, simd::Avx2>);

}  // namespace

TEST_CASE("a product kernel from outside computes what a naive product computes") {
    using Kernel = app::TernaryProduct;
    std::mt19937 random(5);
    for (const ConvolutionExtents& e : tools::swept_extents(random, 60)) {
        INFO(tools::describe(e));
        std::vector<std::uint8_t> image(static_cast<std::size_t>(e.in.size()));
        std::vector<std::int8_t> weights(static_cast<std::size_t>(e.weights()));
        for (auto& code : image) code = static_cast<std::uint8_t>(random());
        for (auto& weight : weights) weight = static_cast<std::int8_t>(tools::between(random, -1, 1));
        std::vector<std::int32_t> expected(static_cast<std::size_t>(e.out.size()));
        tools::for_each_product(e, [&](std::int32_t in, std::int32_t weight, std::int32_t out) {
            const std::int32_t code = in < 0 ? e.padding_code_of(-1 - in) : image[static_cast<std::size_t>(in)];
            expected[static_cast<std::size_t>(out)] += code * weights[static_cast<std::size_t>(weight)];
        });
        tools::Guarded<std::byte> packed(static_cast<std::int64_t>(Kernel::weight_bytes<simd::Portable>(e)));
        Kernel::pack_weights<simd::Portable>(e, weights.data(), packed.get());
        std::vector<std::int32_t> found(expected.size());
        Kernel::multiply_rows<simd::Portable, kernels::Grouping::any>(e, image.data(), 0, e.out.height, packed.get(),
                                                                      found.data(), nullptr);
        CHECK(packed.intact());
        CHECK(found == expected);
    }
}

TEST_CASE("a network with a product kernel of its own: training, program and certificate agree") {
    std::mt19937 random(31);
    Training<Own> own(comparison::images, 2, 31);
    Training<Plain> plain(comparison::images, 2, 31);
    for (const tools::Biases biases : {tools::Biases::moderate, tools::Biases::mixed, tools::Biases::all_high}) {
        const auto pixels = comparison::make_extreme_images<std::uint8_t>(Training<Own>::pixels, random);
        tools::randomize_parameters(own, random, biases);
        own.forward(pixels.data(), comparison::images, train::Statistics::batch);
        comparison::compare_with_reference(own, pixels, false);
        comparison::compare_integer_program<simd::Portable>(own, pixels);
        comparison::compare_integer_program<simd::Native>(own, pixels);

        std::copy(own.parameters().begin(), own.parameters().end(), plain.parameters().begin());
        plain.parameters_changed();
        own.forward(pixels.data(), comparison::images, train::Statistics::batch);
        plain.forward(pixels.data(), comparison::images, train::Statistics::batch);
        CHECK(std::equal(own.logits().begin(), own.logits().end(), plain.logits().begin()));
    }
}

TEST_CASE("the certificate finds one changed bit of weights that a kernel from outside has packed") {
    Training<Own> training(1);
    IntegerNetwork<Own, simd::Portable> network = lower(training);
    REQUIRE(certify(training, network).proven());
    constexpr std::size_t row = 3;
    static_assert(std::is_same_v<integer::product_kernel<Own, simd::Portable, row>, app::TernaryProduct>);
    const auto at = static_cast<std::size_t>(integer::plan<Own, simd::Portable>.parameters[row]);
    // A weight, and a byte behind the last one.
    for (const std::size_t place :
         {at, at + app::TernaryProduct::weight_bytes<simd::Portable>(facts<Own>.row(row).extents) - 1}) {
        network.parameters().bytes[place] ^= std::byte{1};
        CHECK(!certify(training, network).proven());
        network.parameters().bytes[place] ^= std::byte{1};
    }
    CHECK(certify(training, network).proven());
}

TEST_CASE("a kernel from outside stands in the facts table under its name") {
    const std::vector<LayerFacts> layers = layer_facts<Own, simd::Portable>();
    CHECK(layers[0].kernel == "bytes");
    CHECK(layers[1].kernel == "ternary");
}

}  // namespace own_product_kernel_test
