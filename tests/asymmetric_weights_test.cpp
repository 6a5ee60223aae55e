// Weight codes without symmetry around 0: facts, sums at both ends of their range, programs, gradients, what is
// refused.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include "../examples/own_quantizers.hpp"
#include "support/network_checks.hpp"
#include "support/program_comparison.hpp"

namespace asymmetric_weights_test {

namespace {

using namespace intaglio;
using train::Statistics;
using train::WeightCode;

using Step4 = Act<M_a{4}, StraightThrough>;

/// Padding, groups, strides, pooled codes, a layer that measures nothing.
template <class Weight, class Activation, class Norm, class... Options>
struct Net : Network<Image<2, 8, 8>, Defaults<Weight, Activation, Norm, Options...>, Conv<Out<6>>, AvgPool<2>,
                     Conv<Out<6>, Groups<2>>, Conv<Out<4>, Stride<2>, TrainedBias>, Dense<Flatten, Out<5>>,
                     Classifier<Out<3>>> {};

}  // namespace

namespace {

template <class Weight>
struct OneLayer : Network<Features<20>, Defaults<Weight, NoWeightStandardization>, Classifier<Out<2>, NoNorm>> {};

template <class Weight>
constexpr const Row& product = facts<OneLayer<Weight>>.rows[0];

template <int Lowest, int Highest>
constexpr bool has_range(int bits) {
    constexpr const Row& row = product<app::FixedPoint<Lowest, Highest>>;
    return row.codes == CodeRange{Lowest * 255 * 20, Highest * 255 * 20} && row.weight_bits() == bits &&
           row.weight_codes == CodeRange{Lowest, Highest} && row.weight_states == Highest - Lowest + 1;
}
static_assert(has_range<-2, 1>(2) && has_range<-8, 7>(4) && has_range<-3, 5>(4) && has_range<-128, 127>(8));
static_assert(product<Lsq<2>>.codes == CodeRange{-2 * 255 * 20, 255 * 20});
static_assert(product<Lsq<8>>.weight_codes == CodeRange{-128, 127} && product<Lsq<8>>.weight_bits() == 8);
// The sum of weights that are never negative begins at 0.
static_assert(product<app::FixedPoint<0, 3>>.codes == CodeRange{0, 3 * 255 * 20});
static_assert(product<app::FixedPoint<0, 3>>.weight_bits() == 2 && !product<app::FixedPoint<-2, 1>>.has_unit_weights());
static_assert(product<app::FixedPoint<0, 1>>.weight_bits() == 1 && product<app::FixedPoint<0, 1>>.has_unit_weights());

/// The same codes from a quantiser that does not say `asymmetric`.
template <int Lowest, int Highest>
struct Unsaid {
    using option = option::weight;
    static constexpr CodeRange codes{Lowest, Highest};
    static constexpr std::int32_t states = Highest - Lowest + 1;
    static constexpr std::int32_t denominator = 1;
};
template <int Lowest, int Highest>
constexpr const ErrorKind* verdict = weight_code_problem<Unsaid<Lowest, Highest>>().kind;
constexpr const ErrorKind* no_symmetry = &weight_codes_without_symmetry_need_a_quantizer_that_says_asymmetric;
static_assert(verdict<-2, 1> == no_symmetry && verdict<-3, 5> == no_symmetry && verdict<0, 1> == no_symmetry);
static_assert(verdict<-3, 3> == &no_mistake && verdict<-1, 1> == &no_mistake);
static_assert(verdict<0, 0> == &weights_need_at_least_2_codes);
static_assert(weight_code_problem<app::FixedPoint<-129, 5>>().kind == &weight_code_needs_more_than_8_bits);
static_assert(weight_code_problem<app::FixedPoint<-1, 128>>().kind == &weight_code_needs_more_than_8_bits);
static_assert(weight_code_problem<app::FixedPoint<3, 2>>().kind == &weights_need_at_least_2_codes);
static_assert(!weight_code_problem<DoReFa<4>>().exists());

}  // namespace

TEST_CASE_TEMPLATE("codes without symmetry: sums reach both ends of their range and no further", Weight,
                   app::FixedPoint<-2, 1>, app::FixedPoint<-8, 7>, app::FixedPoint<-3, 5>, app::FixedPoint<-128, 127>,
                   app::FixedPoint<0, 3>) {
    using Model = OneLayer<Weight>;
    Training<Model> training(1);
    const std::vector<std::uint8_t> white(20, 255);
    for (const float weight : {-100.0F, 100.0F}) {
        std::fill_n(training.parameters().begin(), 40, weight);
        training.parameters_changed();
        training.forward(white.data(), 1, Statistics::running);
        const CodeRange range = product<Weight>.codes;
        CHECK(training.template codes<1>(0)[0] == (weight < 0 ? range.lowest : range.highest));
        const IntegerNetwork<Model> network = lower(training);
        CHECK(certify(training, network).proven());
        const auto scratch = network.make_scratch();
        CHECK(network.program().logits(white.data(), *scratch)[0] == training.logits()[0]);
    }
}

TEST_CASE_TEMPLATE("codes without symmetry: the integer program computes what training computes", Weight,
                   app::FixedPoint<-2, 1>, app::FixedPoint<-8, 7>, app::FixedPoint<-3, 5>, app::FixedPoint<-128, 127>) {
    const auto check = [&]<class Model>(Model) {
        std::mt19937 random(3);
        Training<Model> training(comparison::images, 2, 5);
        for (const auto biases : {tools::Biases::moderate, tools::Biases::mixed}) {
            const auto pixels = comparison::make_extreme_images<std::uint8_t>(Training<Model>::pixels, random);
            tools::randomize_parameters(training, random, biases);
            training.forward(pixels.data(), comparison::images, Statistics::batch);
            tools::randomize_running_statistics(training, random);
            comparison::compare_integer_program<simd::Portable>(training, pixels);
            comparison::compare_integer_program<simd::Native>(training, pixels);
        }
    };
    check(Net<Weight, Step4, BatchNorm>{});
    check(Net<Weight, SignedAct<M_a{31}>, Lbn>{});  // codes of 16 bits in front of products
}

TEST_CASE("codes without symmetry: gradients") {
    checks::check_training<Net<app::FixedPoint<-8, 7>, Step4, BatchNorm, NoWeightStandardization>>(
        11);  // all weights lie within
    const float w[] = {-0.76F, -0.75F, -0.74F, 0, 1.24F, 1.25F, 1.3F};
    const float expected[] = {0, 0, 1, 1, 1, 0, 0};
    for (std::size_t i = 0; i < 7; ++i) CHECK(WeightCode<app::FixedPoint<-3, 5>>::gradient(w[i]) == expected[i]);
}

}  // namespace asymmetric_weights_test
