// Branches side by side and products of branches: facts, both programs, gradients, certificate.
#include <doctest/doctest.h>

#include <cstdint>

#include "intaglio/canonical/describe.hpp"
#include "intaglio/model/network.hpp"
#include "support/program_comparison.hpp"

namespace joins_test {

namespace {

using namespace intaglio;
using comparison::check_reference_gradient;
using comparison::compare_gradients;
using comparison::compare_programs;
using simd::Native;
using simd::Portable;

/// Branches of codes of one denominator and different storage, of the same value twice, in a repetition, in a residual
/// block and in each other.
struct Branches
    : Network<Image<2, 8, 7>, Defaults<QInt<2>, Act<M_a{4}>>, Conv<Out<4>>,
              Concat<Conv<Out<3>, Kernel<1>>,
                     Sequence<MaxPool<2, Stride<1>, Padding<1>>, Conv<Out<2>, Kernel<2>, Padding<0>>>, Identity>,
              Repeat<2, Concat<Conv<Out<3>, SignedAct<M_a{7}>>, Identity>>,
              Residual<Sequence<Concat<Conv<Out<6>>, Concat<Identity, Conv<Out<3>>>>, Conv<Out<6>, NoActivation>>,
                       Conv<Out<6>, Kernel<1>, NoActivation>>,
              Activate<>, Concat<Identity, Identity>, AvgPool<whole_image>, Classifier<QInt<8>, Out<3>>> {};
static_assert(facts<Branches>.value(facts<Branches>.output).shape == Shape{1, 1, 3});

/// Branches that land on a grid: accumulators, codes of other denominators.
struct Grid
    : Network<Image<2, 6, 6>, Defaults<QInt<2>, Act<M_a{4}>>, Conv<Out<4>>,
              Concat<Conv<Out<3>, NoActivation>, Identity, Conv<Out<2>, Act<M_a{8}>>, BranchGrid<QInt<7>, Range{4}>>,
              Normalize<>, Activate<>, GlobalAvgPool, Classifier<QInt<8>, Out<3>>> {};

/// Squeeze and excitation, a gate for every pixel, a square, in a repetition and in a residual block.
struct Gates
    : Network<Image<2, 8, 8>, Defaults<QInt<2>, Act<M_a{4}>>, Conv<Out<6>>,
              Multiply<Identity, Sequence<GlobalAvgPool, Dense<Out<4>>, Dense<Out<6>, Act<M_a{8}>>>>, Activate<>,
              Repeat<2, Multiply<Conv<Out<5>>, Conv<Out<5>, SignedAct<M_a{9}>>>, Normalize<>, Activate<>>,
              Multiply<Identity, Identity>, Activate<>,
              Residual<Multiply<Conv<Out<5>>, Sequence<AvgPool<whole_image, Requantize>, Conv<Out<5>, Kernel<1>>>>>,
              Activate<>, AvgPool<4>, Classifier<QInt<8>, Out<3>, NoWeightStandardization>> {};

}  // namespace

TEST_CASE("facts of branches side by side") {
    struct Net : Network<Image<1, 4, 4>, Defaults<QInt<2>>, Conv<Out<2>, Act<M_a{4}>>,
                         Concat<Conv<Out<3>, Act<M_a{4}>>, Conv<Out<5>, SignedAct<M_a{7}>>>, GlobalAvgPool,
                         Classifier<Out<2>>> {};
    constexpr const Row& row = facts<Net>.row(9);
    static_assert(row.second_input == row.input + 3);
    constexpr const Value& out = facts<Net>.value(row.output);
    static_assert(out.shape == Shape{4, 4, 8} && out.codes == CodeRange{-3, 3} && out.denominator == 3 &&
                  out.storage == Storage::int8 && !out.pending);
    CHECK(std::string_view(row.kind) == "concat");
    CHECK(path_text(facts<Net>.row(6).path) == "3.branch 2");
}

TEST_CASE("facts of products of branches") {
    struct Net : Network<Image<1, 4, 4>, Defaults<QInt<2>>, Conv<Out<2>, Act<M_a{4}>>,
                         Multiply<Conv<Out<3>, Act<M_a{6}>>, Conv<Out<3>, SignedAct<M_a{7}>>>, Activate<Act<M_a{4}>>,
                         GlobalAvgPool, Classifier<QInt<3>, Out<2>>> {};
    constexpr const Row& row = facts<Net>.row(9);
    constexpr const Value& out = facts<Net>.value(row.output);
    static_assert(out.shape == Shape{4, 4, 3} && out.codes == CodeRange{-15, 15} && out.denominator == 15 &&
                  out.pending);
    CHECK(std::string_view(row.kind) == "multiply");
    CHECK(path_text(facts<Net>.row(6).path) == "3.gate");
}

TEST_CASE("branches: the integer program computes what training computes") {
    compare_programs<Branches, Portable, Native>(1);
    compare_programs<Grid, Portable, Native>(2);
    compare_programs<Gates, Portable, Native>(3);
}
TEST_CASE("the naive gradients of branches agree with finite differences") {
    check_reference_gradient<Branches>(11);
    check_reference_gradient<Grid>(12);
    check_reference_gradient<Gates>(13);
}
TEST_CASE("gradients of branches agree with the naive ones") {
    compare_gradients<Branches>(21, 5e-4);
    compare_gradients<Grid>(22, 5e-4);
    compare_gradients<Gates>(33, 5e-4);
}

}  // namespace joins_test
