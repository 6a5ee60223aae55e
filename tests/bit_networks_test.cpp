// Binary networks, whose products run on bits, and networks of signed codes, whose products run on signed bytes:
// training and integer program agree with the naive reference, on every value, and the certificate finds one changed
// bit. Which products run on which kernel.
#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "intaglio/integer/kernel_choice.hpp"
#include "intaglio/model/network.hpp"
#include "support/kernel_tools.hpp"
#include "support/program_comparison.hpp"

namespace bit_networks_test {

namespace {

using namespace intaglio;
using kernels::ByteProduct;
using kernels::PlaneProduct;
using kernels::SignBitProduct;
using kernels::SignedByteProduct;
using kernels::UnsignedBitProduct;

/// Kernels, strides, dilation, pools, numbers of channels next to those of whole words, dense layers.
template <class Weight, class Activation>
struct Binary : Network<Image<2, 9, 8>, Defaults<Weight, Activation>, Conv<Out<20>>, Conv<Out<33>>,
                        MaxPool<Window{3, 2}>, Conv<Out<32>>, Conv<Out<17>, Kernel<3>, Padding<2>, Dilation<2>>,
                        Conv<Out<40>, Kernel<1>, BatchNorm>, Conv<Out<31>, Kernel<3, 2>, Padding<1>, Stride<2, 1>>,
                        Dense<Flatten, Out<70>>, Dense<Out<36>>, Classifier<Out<3>>> {};

/// Signs that stay signs: a residual block in front of a join, subsampled and repeated pixels.
template <class Filling>
struct Blocks : Network<Image<2, 8, 8>, Defaults<SignWeights<WeightScale::one>, Sign<Filling>>, Conv<Out<24>>,
                        Residual<Sequence<Conv<Out<24>>, Conv<Out<24>>>, Identity>, Activate<>,
                        Conv<Out<16>, Stride<2>>, Upsample<2>, Conv<Out<16>>, MaxPool<3, Stride<1>, Padding<1>>,
                        Conv<Out<20>>, Dense<Flatten, Out<40>>, Classifier<Out<3>>> {};

/// Signed codes of 8, 4 and other numbers of bits, under weights of 8, 4 and 2 bits and weights without a zero, through
/// every operation that moves codes, joins them or makes them of others.
// clang-format off
struct Signed : Network<Image<2, 8, 8>, Defaults<QInt<2>, SignedAct<M_a{9}>, BranchGrid<QInt<6>, Range{4}>>,
    Conv<QInt<8>, Out<8>, SignedAct<M_a{255}>>,
    Conv<Out<12>>,
    DepthwiseConv<QInt<8>>,
    Conv<QInt<4>, Out<16>, Groups<2>>,
    MaxPool<3, Stride<1>, Padding<1>>,
    Residual<Sequence<Conv<Out<16>>, Conv<DoReFa<3>, Out<16>, NoActivation>>>, Activate<>,
    Conv<QInt<8>, Out<6>, Kernel<1>, SignedAct<M_a{129}>>,
    AvgPool<2, Requantize>,
    Concat<Conv<Out<5>>, Conv<QInt<8>, Out<7>, Kernel<1>>>,
    PadChannels<1, 1>,
    Upsample<2>,
    Multiply<Identity, Sequence<GlobalAvgPool, Dense<Out<4>>, Dense<Out<14>, SignedAct<M_a{5}>>>>, Activate<>,
    Subsample<2>,
    AvgPool<2>,
    Conv<DoReFa<2>, Out<6>, Kernel<2>>,
    Dense<Flatten, Out<20>>,
    Classifier<QInt<8>, Out<3>>> {};
// clang-format on

/// Whether each value that is no accumulator takes a byte, but for pools' sums that need more.
template <class Net>
constexpr bool takes_bytes() {
    for (const Row& row : facts<Net>.rows) {
        const Value& out = facts<Net>.value(row.output);
        const bool fits = out.codes.lowest >= -128 && out.codes.highest <= 127;
        if (row.weights == 0 && !out.pending && fits && bytes(out.storage) != 1) return false;
    }
    return true;
}
static_assert(takes_bytes<Signed>());

/// Whether row I is a product that runs on a kernel on the set Set.
template <class Set, class Net, std::size_t I, class Kernel>
constexpr bool runs_on() {
    if constexpr (facts<Net>.rows[I].weights > 0) {
        return std::is_same_v<integer::product_kernel<Net, Set, I>, Kernel>;
    }
    return false;
}

/// How many products run on a kernel.
template <class Net, class Kernel>
constexpr int products() {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
        return ((runs_on<simd::Portable, Net, I, Kernel>() ? 1 : 0) + ...);
    }
    (std::make_index_sequence<facts<Net>.row_count()>());
}

// What is signed takes no more memory than what is not.
template <class Activation>
using Plain = Binary<QInt<2>, Activation>;
static_assert(arena_bytes<Plain<SignedAct<M_a{7}>>> == arena_bytes<Plain<Act<M_a{7}>>>);
static_assert(parameter_bytes<Plain<SignedAct<M_a{7}>>> == parameter_bytes<Plain<Act<M_a{7}>>>);
static_assert(arena_bytes<Plain<Sign<>>> == arena_bytes<Plain<Act<M_a{2}>>>);
static_assert(arena_bytes<Plain<SignedAct<M_a{3}>>> == arena_bytes<Plain<Act<M_a{3}>>>);

// The first product reads pixels.
static_assert(products<Binary<BinaryWeights, Act<M_a{2}>>, kernels::AdditionProduct<1>>() == 1);
static_assert(products<Binary<BinaryWeights, Act<M_a{2}>>, UnsignedBitProduct>() == 8);
static_assert(products<Binary<DoReFa<1>, DoReFaAct<1>>, UnsignedBitProduct>() == 8);
static_assert(products<Binary<BinaryWeights, Sign<>>, SignBitProduct>() == 8);
static_assert(products<Binary<QInt<2>, Sign<>>, kernels::AdditionProduct<2>>() == 1);
static_assert(products<Binary<QInt<2>, Sign<>>, PlaneProduct<1, 1, 2>>() == 8);
static_assert(products<Binary<QInt<2>, Act<M_a{2}>>, PlaneProduct<1, 1, 1>>() == 8);
static_assert(products<Binary<DoReFa<2>, Act<M_a{2}>>, ByteProduct>() == 9);
static_assert(products<Binary<BinaryWeights, Act<M_a{3}>>, PlaneProduct<0, 2, 1>>() == 7);  // but for one dense layer
static_assert(products<Binary<QInt<5>, Act<M_a{7}>>, ByteProduct>() == 9);
static_assert(products<Blocks<Masked>, SignBitProduct>() == 7);

/// Whether the second product, behind an activation and other layers, runs on a kernel.
template <class Kernel, class Activation, class... Layers>
constexpr bool behind() {
    struct Net : Network<Image<1, 8, 8>, Defaults<BinaryWeights, Activation>, Conv<Out<32>>, Layers..., Conv<Out<32>>,
                         Dense<Flatten, Out<40>>, Classifier<Out<3>>> {};
    bool found = false;
    int count = 0;
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        ((facts<Net>.rows[I].weights > 0 && ++count == 2 ? void(found = runs_on<simd::Avx2Vnni, Net, I, Kernel>())
                                                         : void()),
         ...);
    }
    (std::make_index_sequence<facts<Net>.row_count()>());
    return found;
}
static_assert(behind<SignBitProduct, Sign<>>());
static_assert(behind<SignBitProduct, Sign<>, MaxPool<2>>());
static_assert(behind<SignBitProduct, Sign<>, Upsample<2>>());
static_assert(behind<UnsignedBitProduct, Act<M_a{2}>, MaxPool<2>>());
// Codes -1 ... 1 with a 0 among them.
static_assert(behind<SignedByteProduct, SignedAct<M_a{3}>>());
static_assert(behind<SignedByteProduct, SignedAct<M_a{3}>, MaxPool<2>>());
static_assert(behind<SignedByteProduct, Sign<>, AvgPool<2, Requantize>>());
static_assert(behind<SignedByteProduct, Sign<>, PadChannels<4, 4>>());  // 40 channels in words of 64
static_assert(behind<SignedByteProduct, Sign<>, Dropout<Rate{0.5}>>());
// Sums of two signs, and of four: their planes cost more than bytes on this set.
static_assert(behind<SignedByteProduct, Sign<>, AvgPool<Window{1, 2}>>());
static_assert(behind<SignedByteProduct, Sign<>, AvgPool<2>>());
static_assert(behind<UnsignedBitProduct, Act<M_a{2}>, Dropout<Rate{0.5}>>());
static_assert(behind<ByteProduct, Act<M_a{2}>, AvgPool<2>>());
// Few channels, groups.
static_assert(behind<UnsignedBitProduct, Act<M_a{2}>, Conv<Out<15>>>());
static_assert(behind<ByteProduct, Act<M_a{2}>, Conv<Out<32>, Groups<2>>>());

/// Each accumulator of the last pass once more, from the codes that training holds.
template <class Net>
void check_products(Training<Net>& training) {
    Training<Net>::each([&]<std::size_t I>() {
        constexpr const Row& row = facts<Net>.rows[I];
        if constexpr (row.weights > 0) {
            constexpr ConvolutionExtents e = row.extents;
            const auto& weights = training.template state<I>().codes;
            std::int64_t different = 0;
            for (std::int64_t n = 0; n < comparison::images; ++n) {
                const auto in = training.template codes<row.input>(n);
                const auto out = training.template codes<row.output>(n);
                std::vector<std::int64_t> expected(static_cast<std::size_t>(e.out.size()));
                tools::for_each_product(e, [&](std::int32_t from, std::int32_t weight, std::int32_t to) {
                    const std::int64_t code = from < 0 ? e.padding_code : in[static_cast<std::size_t>(from)];
                    expected[static_cast<std::size_t>(to)] +=
                        code * (row.weight_spacing * weights[static_cast<std::size_t>(weight)] + row.weight_offset);
                });
                for (std::size_t i = 0; i < expected.size(); ++i) different += expected[i] == out[i] ? 0 : 1;
            }
            INFO("row " << I);
            CHECK(different == 0);
        }
    });
}

/// One bit of some bytes changed, one at a time: of weights, of constants, of corrections, of what lies between.
template <class Net, class Set>
void check_mutations() {
    std::mt19937 random(7);
    Training<Net> training(4, 1);
    tools::randomize_parameters(training, random, tools::Biases::moderate);
    const auto pixels = comparison::make_images<std::uint8_t>(4, Training<Net>::pixels, random);
    training.forward(pixels.data(), 4, train::Statistics::batch);
    IntegerNetwork<Net, Set> network = lower(training);
    REQUIRE(certify(training, network).proven());
    Training<Net>::each([&]<std::size_t I>() {
        constexpr const Row& row = facts<Net>.rows[I];
        if constexpr (row.weights > 0) {
            using Kernel = integer::product_kernel<Net, Set, I>;
            constexpr auto size = static_cast<std::int32_t>(Kernel::template weight_bytes<Set>(row.extents));
            for (int repetition = 0; repetition < 20; ++repetition) {
                // The last byte too.
                const std::int32_t at = repetition == 0 ? size - 1 : tools::between(random, 0, size - 1);
                std::byte& byte =
                    network.parameters().bytes[static_cast<std::size_t>(integer::plan<Net, Set>.parameters[I] + at)];
                const std::byte kept = byte;
                byte ^= static_cast<std::byte>(1U << tools::between(random, 0, 7));
                const Certificate changed = certify(training, network);
                INFO("row " << I << ", byte " << at << " of " << size);
                CHECK(!changed.proven());
                CHECK(changed.first_difference.find("layer " + path_text(row.path)) == 0);
                byte = kept;
            }
        }
    });
    CHECK(certify(training, network).proven());
}

}  // namespace

#define BINARY_NETWORKS                                                                                          \
    Binary<BinaryWeights, Act<M_a{2}>>, Binary<DoReFa<1>, DoReFaAct<1>>,                                         \
        Binary<SignWeights<WeightScale::mean>, Sign<>>, Blocks<Masked>, Blocks<PadMinusOne>, Blocks<PadPlusOne>, \
        Signed

TEST_CASE_TEMPLATE("networks on bits and on signed bytes: training and integer program agree", Net, BINARY_NETWORKS) {
    std::mt19937 random(21);
    Training<Net> training(comparison::images, 2, 21);
    for (const tools::Biases biases : {tools::Biases::moderate, tools::Biases::mixed, tools::Biases::all_high}) {
        INFO("biases " << static_cast<int>(biases));
        const auto pixels = comparison::make_extreme_images<std::uint8_t>(Training<Net>::pixels, random);
        tools::randomize_parameters(training, random, biases);
        training.forward(pixels.data(), comparison::images, train::Statistics::batch);
        check_products(training);
        tools::randomize_running_statistics(training, random);
        comparison::compare_integer_program<simd::Portable>(training, pixels);
        comparison::compare_integer_program<simd::Native>(training, pixels);
    }
}
TEST_CASE("networks on bits and on signed bytes: the certificate finds one changed bit") {
    check_mutations<Binary<BinaryWeights, Act<M_a{2}>>, simd::Native>();
    check_mutations<Blocks<Masked>, simd::Native>();
    check_mutations<Blocks<Masked>, simd::Portable>();
    check_mutations<Signed, simd::Native>();
}

}  // namespace bit_networks_test
