// Signs, signed codes and DoReFa's codes: facts, padding, ties, gradients, lowering.
#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <random>
#include <set>
#include <string>
#include <type_traits>
#include <vector>

#include "intaglio/canonical/describe.hpp"
#include "support/network_checks.hpp"
#include "support/test_weights.hpp"

namespace activations_test {

namespace {

using namespace intaglio;
using train::Statistics;

/// Binary weights and signs: padding behind a sign, behind a pool of signs and behind two of them, a join, strides.
template <class Padding>
struct Signs : Network<Image<2, 8, 8>, Defaults<QInt<1>, NoWeightStandardization, BatchNorm, Sign<Padding>>,
                       Conv<QInt<4>, Out<6>>, Conv<Out<6>>, AvgPool<2>, Conv<Out<8>, Groups<2>>, AvgPool<Window{2, 1}>,
                       AvgPool<Window{1, 2}>, Conv<Out<6>, QInt<3>>, Residual<Conv<Out<6>, NoActivation>>, Normalize<>,
                       Activate<>, Conv<Out<4>, Stride<2>>, Classifier<QInt<8>, Out<3>>> {};

/// The same in front of weights that are real numbers.
template <class Padding>
struct SignsAndReals
    : Network<Image<1, 6, 6>, Defaults<test_weights::Real, NoWeightStandardization, Lbn, Sign<Padding>>, Conv<Out<4>>,
              Conv<Out<4>>, AvgPool<2>, Conv<Out<4>, Relu>, Classifier<Out<3>>> {};

template <class Activation>
struct With : Network<Image<2, 6, 6>, Defaults<QInt<3>, NoWeightStandardization, BatchNorm, Activation>, Conv<Out<4>>,
                      Conv<Out<6>>, AvgPool<2>, Conv<Out<4>>, Classifier<QInt<8>, Out<3>>> {};

constexpr const auto& plain = facts<Signs<PadMinusOne>>;
static_assert(plain.row(2).codes == CodeRange{-1, 1} && plain.row(2).code_spacing == 2 && plain.row(2).steps == 2);
static_assert(plain.value(plain.row(2).output).storage == Storage::int8);
static_assert(plain.value(plain.row(2).output).denominator == 1);
static_assert(plain.value(plain.row(2).output).padding_code == -1 && plain.row(3).extents.padding_code == -1);
static_assert(plain.row(0).extents.padding_code == 0);
// Pools: the sum of four signs, then of eight; the padding is as many signs.
static_assert(plain.value(plain.row(6).output).codes == CodeRange{-4, 4} && plain.row(7).extents.padding_code == -4);
static_assert(plain.row(12).extents.padding_code == -4);
static_assert(facts<Signs<PadPlusOne>>.row(7).extents.padding_code == 4);
static_assert(facts<Signs<Masked>>.row(7).extents.padding_code == 0);
// A row of accumulators has room for the padding.
static_assert(plain.row(3).codes == CodeRange{-54, 54} && facts<Signs<Masked>>.row(3).codes == CodeRange{-54, 54});

struct BinaryNetwork : Network<Image<1, 8, 8>, Defaults<QInt<1>, TrainedBias, Sign<>>, Conv<Out<4>>, AvgPool<2>,
                               Conv<Out<4>>, Classifier<Out<2>>> {};
static_assert(facts<BinaryNetwork>.multiplier_free() && facts<BinaryNetwork>.integer_only());
static_assert(facts<BinaryNetwork>.weights() == 36 + 144 + 128 && facts<BinaryNetwork>.weight_bytes() == 5 + 18 + 16);

static_assert(SignedAct<M_a{3}>::codes == CodeRange{-1, 1} && SignedAct<M_a{3}>::denominator == 1);
static_assert(SignedAct<M_a{255}>::codes == CodeRange{-127, 127} && SignedAct<M_a{255}>::denominator == 127);
static_assert(facts<With<SignedAct<M_a{5}>>>.row(2).code_spacing == 1);
static_assert(std::is_same_v<ActBits<2>, Act<M_a{4}>> && std::is_same_v<ActBits<8>, Act<M_a{256}>>);
static_assert(std::is_same_v<ActBits<1, StraightThrough>, Act<M_a{2}, StraightThrough>>);
static_assert(std::is_same_v<ActStates<4>, Act<M_a{4}>> && std::is_same_v<WeightStates<3>, States<M_w{3}>>);
static_assert(std::is_same_v<WeightStates<2>, BinaryWeights> && std::is_same_v<WeightBits<2>, QInt<2>>);
static_assert(std::is_same_v<WeightStates<5, PlainIdentity<>>, States<M_w{5}, PlainIdentity<>>>);
static_assert(ActBits<2>::codes.bits() == 2 && ActBits<2>::codes.states() == QInt<2>::states + 1);
static_assert(DoReFaAct<1>::codes == CodeRange{0, 1} && DoReFaAct<8>::codes == CodeRange{0, 255});
static_assert(DoReFaAct<3>::denominator == 7);
static_assert(facts<With<DoReFaAct<2>>>.multiplier_free() == false);
static_assert(Sign<>::problem().exists() == false && SignedAct<M_a{3}>::problem().exists() == false);

}  // namespace

TEST_CASE("signs: padding and gradients agree with the naive network") {
    checks::check_training<Signs<Masked>>(1);
    checks::check_training<Signs<PadMinusOne>>(2);
    checks::check_training<Signs<PadPlusOne>>(3);
}

TEST_CASE("signs in front of real weights: padding and gradients agree with the naive network") {
    checks::check_training<SignsAndReals<Masked>>(4);
    checks::check_training<SignsAndReals<PadMinusOne>>(5);
    checks::check_training<SignsAndReals<PadPlusOne>>(6);
}

TEST_CASE("signs: the integer program computes what training computes") {
    checks::check_lowering<Signs<Masked>>(11);
    checks::check_lowering<Signs<PadMinusOne>>(12);
    checks::check_lowering<Signs<PadPlusOne>>(13);
    checks::check_lowering<BinaryNetwork>(14);
}

TEST_CASE_TEMPLATE("signed and DoReFa activations: gradients and lowering", Activation, SignedAct<M_a{3}>,
                   SignedAct<M_a{5}>, SignedAct<M_a{255}>, DoReFaAct<1>, DoReFaAct<3>, DoReFaAct<8>) {
    checks::check_training<With<Activation>>(21);
    checks::check_lowering<With<Activation>>(22);
}

namespace {

/// One product of signs without a norm of its own: value = gain * accumulator + bias.
struct OneSign : Network<Features<1>, Defaults<QInt<1>, NoWeightStandardization>, Dense<Out<4>, AffineNorm, Sign<>>,
                         Dense<Out<4>, AffineNorm, Sign<PadPlusOne>>, Dense<Out<4>, AffineNorm, SignedAct<M_a{3}>>,
                         Dense<Out<2>, NoNorm>> {};

}  // namespace

TEST_CASE("signs and signed codes: ties of rising, falling and constant channels") {
    std::mt19937 random(31);
    Training<OneSign> training(256, 2);
    std::vector<std::uint8_t> pixels(256);
    for (int i = 0; i < 256; ++i) pixels[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(i);
    for (float& p : training.parameters()) p = random() % 2 == 0 ? 1.0F : -1.0F;
    // Gains and biases of every layer: rising and falling with their tie at an accumulator, constant at the tie, below.
    const float gains[] = {1, -1, 0, 0};
    const float biases[] = {0, 0, 0, -0.25F};
    for (const ParameterRange& range : Training<OneSign>::ranges()) {
        if (range.kind == ParameterKind::weight) continue;
        for (std::int64_t i = 0; i < range.count; ++i) {
            training.parameters()[static_cast<std::size_t>(range.begin + i)] =
                range.kind == ParameterKind::gain ? gains[i % 4] : biases[i % 4];
        }
    }
    // Third layer: sums of four signs are even, a bias of half a code is a tie for the rising and the falling channel.
    const ParameterRange& third = Training<OneSign>::ranges()[8];
    REQUIRE(third.kind == ParameterKind::bias);
    training.parameters()[static_cast<std::size_t>(third.begin)] = 0.5F;
    training.parameters()[static_cast<std::size_t>(third.begin) + 1] = -0.5F;
    training.parameters_changed();
    training.forward(pixels.data(), 256, Statistics::running);

    const auto weight = [&](std::size_t layer, std::size_t i) {
        const ParameterRange& range = Training<OneSign>::ranges()[3 * layer];
        return training.parameters()[static_cast<std::size_t>(range.begin) + i] >= 0 ? 1 : -1;
    };
    int ties = 0;
    for (std::int64_t n = 0; n < 256; ++n) {
        INFO("pixel " << n);
        // Values in quarters of a unit of the accumulator, whose scale does not move a sign.
        std::vector<std::int64_t> in{n};
        for (std::size_t layer = 0; layer < 3; ++layer) {
            std::vector<std::int64_t> out;
            for (std::size_t o = 0; o < 4; ++o) {
                std::int64_t sum = 0;
                for (std::size_t k = 0; k < in.size(); ++k) sum += weight(layer, o * in.size() + k) * in[k];
                const std::int64_t gain[] = {1, -1, 0, 0};
                const std::int64_t bias = o == 3 ? -1 : layer < 2 ? 0 : o == 0 ? 2 : o == 1 ? -2 : 0;
                const std::int64_t quarters = 4 * gain[o] * sum + bias;
                ties += quarters == 0 || (layer == 2 && (quarters == 2 || quarters == -2)) ? 1 : 0;
                if (layer < 2) {
                    out.push_back(quarters >= 0 ? 1 : -1);
                } else {  // round half up: -1 below -2 quarters, 1 from 2 quarters on
                    out.push_back(quarters >= 2 ? 1 : quarters < -2 ? -1 : 0);
                }
            }
            const auto check = [&](const auto& found) {
                for (std::size_t o = 0; o < 4; ++o) CHECK(found[o] == out[o]);
            };
            if (layer == 0) check(training.codes<facts<OneSign>.row(2).output>(n));
            if (layer == 1) check(training.codes<facts<OneSign>.row(5).output>(n));
            if (layer == 2) check(training.codes<facts<OneSign>.row(8).output>(n));
            in = out;
        }
    }
    CHECK(ties > 500);
    const Certificate certificate = checks::check_integer_program<simd::Portable>(training, pixels, 256);
    CHECK(certificate.largest_distance == 0.5);
    checks::check_integer_program<simd::Native>(training, pixels, 256);
}

TEST_CASE("checkpoints of one activation do not fit another") {
    std::set<std::string> signatures;
    const auto add = [&]<class Activation>() { signatures.insert(model_signature(facts<With<Activation>>.view())); };
    add.operator()<Sign<>>();
    add.operator()<Sign<PadMinusOne>>();
    add.operator()<Sign<PadPlusOne>>();
    add.operator()<Sign<Masked, UnclippedStraightThrough>>();
    add.operator()<SignedAct<M_a{3}>>();
    add.operator()<SignedAct<M_a{5}>>();
    add.operator()<DoReFaAct<1>>();
    add.operator()<DoReFaAct<2>>();
    add.operator()<Relu>();
    add.operator()<Linear>();
    CHECK(signatures.size() == 10);
}

}  // namespace activations_test
