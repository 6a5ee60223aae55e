// Average pools with padding: divisors, both programs, gradients.
#include <doctest/doctest.h>

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "intaglio/model/network.hpp"
#include "support/network_checks.hpp"
#include "support/program_comparison.hpp"

namespace padded_pools_test {

namespace {

using namespace intaglio;

/// On the input, before an activation, rounded to codes, of signed codes, in a repetition; every option.
struct Pools : Network<Image<2, 8, 7>, Defaults<QInt<3>, Act<M_a{4}>>, AvgPool<3, Stride<1>, Padding<1>>,
                       Conv<Out<4>, NoActivation>, AvgPool<Window{3, 2}, Stride<2>, Padding<2, 1, 0, 1>>, Activate<>,
                       Repeat<2, Conv<Out<5>, SignedAct<M_a{7}>>, AvgPool<3, Stride<1>, SamePadding, Requantize>>,
                       AvgPool<2, SameUpperPadding, CountPadding>, Conv<Out<4>, Kernel<1>>,
                       AvgPool<3, Stride<1>, Padding<1>, CountPadding, Requantize>, GlobalAvgPool, Classifier<Out<3>>> {
};

/// Real numbers.
struct Reals : Network<Image<2, 7, 6>, Defaults<FloatWeights, NoWeightStandardization, BatchNorm, Relu>, Conv<Out<4>>,
                       AvgPool<3, Stride<2>, SameUpperPadding>, Conv<Out<4>>,
                       AvgPool<2, Stride<1>, Padding<0, 1, 1, 0>>, GlobalAvgPool, Classifier<Out<3>, ChannelGain>> {};

template <class Pool>
struct Behind : Network<Image<1, 7, 7>, Defaults<QInt<2>, Act<M_a{4}>>, Pool, Conv<Out<2>>, Classifier<Out<2>>> {};
template <class Pool>
constexpr const Value& value_of = facts<Behind<Pool>>.value(1);

// Windows of 3 hold 2 codes at the ends: sums are those of lcm(2, 3) codes in each direction.
static_assert(value_of<AvgPool<3, Stride<1>, Padding<1>>>.shape == Shape{7, 7, 1});
static_assert(value_of<AvgPool<3, Stride<1>, Padding<1>>>.denominator == 36 * 255);
static_assert(value_of<AvgPool<3, Stride<1>, Padding<1>>>.codes == CodeRange{0, 36 * 255});
static_assert(value_of<AvgPool<3, Stride<1>, Padding<1>, CountPadding>>.denominator == 9 * 255);
static_assert(value_of<AvgPool<Window{5, 1}, Stride<1>, Padding<2, 0>>>.denominator == 60 * 255);
// Only the last window reaches over an end.
static_assert(value_of<AvgPool<2, SameUpperPadding>>.denominator == 4 * 255);
static_assert(value_of<AvgPool<3, Stride<2>, Padding<0>>>.denominator == 9 * 255);
static_assert(!facts<Behind<AvgPool<3, Stride<1>, Padding<1>>>>.multiplier_free());
static_assert(facts<Behind<AvgPool<3, Stride<2>>>>.multiplier_free());
static_assert(facts<Behind<AvgPool<3, Stride<1>, Padding<1>, CountPadding>>>.multiplier_free());

template <class Pool>
std::string signature() {
    return model_signature(facts<Behind<Pool>>.view());
}

}  // namespace

TEST_CASE("averages at the ends are those of the codes inside, or of zeros as well") {
    using Pool = AvgPool<3, Stride<2>, Padding<1>>;
    const auto corner = []<class Net>(Training<Net>&& training) {
        std::vector<std::uint8_t> pixels(49);
        for (std::size_t i = 0; i < 49; ++i) pixels[i] = static_cast<std::uint8_t>(i);
        training.forward(pixels.data(), 1, train::Statistics::running);
        return std::vector<std::int64_t>(training.template codes<1>(0).begin(), training.template codes<1>(0).end());
    };
    const std::int64_t sums[] = {0 + 1 + 7 + 8, 1 + 2 + 3 + 8 + 9 + 10};
    const auto inside = corner(Training<Behind<Pool>>(1));
    CHECK(inside[0] == sums[0] * 36 / 4);
    CHECK(inside[1] == sums[1] * 36 / 6);
    const auto counted = corner(Training<Behind<AvgPool<3, Stride<2>, Padding<1>, CountPadding>>>(1));
    CHECK(counted[0] == sums[0]);
    CHECK(counted[1] == sums[1]);
}

TEST_CASE("padded pools differ to a checkpoint") {
    const std::string all[] = {
        signature<AvgPool<3, Stride<2>, Padding<1>>>(), signature<AvgPool<3, Stride<2>, Padding<1>, CountPadding>>(),
        signature<AvgPool<3, Stride<2>, Padding<0, 1, 0, 1>>>(), signature<AvgPool<3, Stride<2>>>()};
    for (std::size_t i = 0; i < 4; ++i) {
        for (std::size_t j = 0; j < i; ++j) CHECK(all[i] != all[j]);
    }
}

TEST_CASE("padded pools: programs and gradients") {
    comparison::compare_programs<Pools, simd::Portable, simd::Native>(1);
    comparison::check_reference_gradient<Pools>(2);
    comparison::compare_gradients<Pools>(3, 5e-4);
    checks::check_training<Reals>(4);
}

}  // namespace padded_pools_test
