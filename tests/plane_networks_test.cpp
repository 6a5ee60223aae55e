// Networks of few states whose values lie in planes, through pools, branches, joins and whatever moves codes: which do,
// how much memory that takes, and that training and integer program give the same codes.
#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "intaglio/integer/kernel_choice.hpp"
#include "intaglio/report/model_facts.hpp"
#include "support/layouts.hpp"
#include "support/moved_thresholds.hpp"
#include "support/networks.hpp"
#include "support/program_comparison.hpp"
#include "support/training_tools.hpp"

namespace plane_networks_test {

namespace {

using namespace intaglio;
using networks::Planes;
using tools::layouts_of;

// clang-format off
/// Nothing but pools of two by two.
template <class Weight, class Activation>
struct Plain : Network<Image<1, 16, 16>, Defaults<Weight, Activation>,
    Conv<Out<64>>, Conv<Out<64>>, AvgPool<2>, Conv<Out<64>>, AvgPool<2>, Conv<Out<64>>, Dense<Flatten, Out<40>>, Classifier<Out<3>>> {};
// clang-format on

/// Four states two codes apart: -3, -1, 1, 3.
struct Odd {
    using option = option::activation;
    using surrogate = SigmoidSum<>;
    static constexpr CodeRange codes{-3, 3};
    static constexpr std::int64_t denominator = 3;
    static constexpr std::int64_t code_spacing = 2;
};
/// 0 and 2, and -3 ... 3 two apart: side by side they are seven states.
struct Even {
    using option = option::activation;
    using surrogate = SigmoidSum<>;
    static constexpr CodeRange codes{0, 2};
    static constexpr std::int64_t denominator = 3;
    static constexpr std::int64_t code_spacing = 2;
};
struct Mixed : Network<Image<1, 8, 8>, Defaults<SignWeights<WeightScale::one>, Odd>, Conv<Out<40>>, Conv<Out<33>>,
                       Concat<Conv<Out<32>>, Conv<Out<16>, Even>>, Conv<Out<32>>, Concat<Conv<Out<20>>, Conv<Out<16>>>,
                       Conv<Out<32>>, Classifier<Out<3>>> {};

using Binary = SignWeights<WeightScale::one>;
using Ternary = QInt<2>;
using Fifteen = QInt<4>;

}  // namespace

TEST_CASE("values lie in planes over pools and branches") {
    // Behind the first layer; the second; sums; a dilated layer; maxima; two branches and both; sums of two; the layer
    // before the join, both layers of its branch and the sum; the activation; moved pixels; the dense layers. Where
    // additions or tables cost less than planes, codes.
    CHECK(layouts_of<Planes<Binary, Act<M_a{2}>>>() == "1001111120100011111");
    CHECK(layouts_of<Planes<Ternary, Act<M_a{2}>>>() == "1001111120100011111");
    CHECK(layouts_of<Planes<Ternary, Act<M_a{4}>>>() == "2002222230200022220");
    CHECK(layouts_of<Planes<Ternary, Act<M_a{8}>>>() == "3003300000300033330");
    CHECK(layouts_of<Planes<Ternary, SignedAct<M_a{5}>>>() == "3003300000300033330");
    CHECK(layouts_of<Planes<Binary, Sign<>>>() == "1001111120100011111");
    CHECK(layouts_of<Planes<Fifteen, Act<M_a{4}>>>() == "0002200000000002220");
    CHECK(layouts_of<Mixed>() == "2200022220");
    CHECK(layouts_of<Plain<Ternary, Act<M_a{4}>>>() == "2242420");
    CHECK(layouts_of<Plain<Ternary, Act<M_a{4}>>, simd::Avx2>() == "0000020");
    CHECK(layouts_of<Plain<Ternary, Act<M_a{2}>>, simd::Avx2>() == "0000010");
    CHECK(layouts_of<Plain<Binary, Act<M_a{2}>>, simd::Avx512Vnni>() == "1001311");
}

TEST_CASE("the facts table tells which values lie in planes") {
    const std::vector<LayerFacts> layers = layer_facts<Plain<Ternary, Act<M_a{4}>>, simd::Portable>();
    CHECK(layers[0].out_layout == "planes");
    CHECK(layers[1].kernel == "planes");
    std::ostringstream text;
    facts_table(layers).print(text);
    CHECK(text.str().find("0 .. 3 in planes") != std::string::npos);
}

/// The naive reference knows no signs.
template <class Net>
constexpr bool has_signs() {
    for (const Row& row : facts<Net>.rows) {
        if (row.steps > 0 && row.code_spacing == 2) return true;
    }
    return false;
}

template <class Net>
void compare(unsigned seed) {
    std::mt19937 random(seed);
    Training<Net> training(comparison::images, 2, seed);
    for (const tools::Biases biases : {tools::Biases::moderate, tools::Biases::mixed, tools::Biases::all_high}) {
        INFO("biases " << static_cast<int>(biases));
        const auto pixels = comparison::make_extreme_images<std::uint8_t>(Training<Net>::pixels, random);
        tools::randomize_parameters(training, random, biases);
        training.forward(pixels.data(), comparison::images, train::Statistics::batch);
        if constexpr (!has_signs<Net>()) comparison::compare_with_reference(training, pixels, false);
        tools::randomize_running_statistics(training, random);
        [&]<class... Set>(boost::mp11::mp_list<Set...>) {
            (comparison::compare_integer_program<Set>(training, pixels), ...);
        }(boost::mp11::mp_list<simd::Portable, simd::Native>{});
    }
}

TEST_CASE_TEMPLATE("values in planes: integer programs give the codes of training", Net, Planes<Binary, Act<M_a{2}>>,
                   Planes<Ternary, Act<M_a{2}>>, Planes<Ternary, Act<M_a{4}>>, Planes<Ternary, Act<M_a{8}>>,
                   Planes<Ternary, SignedAct<M_a{5}>>, Planes<Binary, Sign<>>, Planes<Binary, Sign<PadPlusOne>>,
                   Planes<Fifteen, Act<M_a{4}>>) {
    compare<Net>(7);
}

TEST_CASE("codes two apart, and branches whose codes lie differently: the codes of training") {
    compare<Mixed>(8);
}

TEST_CASE("the certificate finds a moved threshold of a step that writes planes") {
    using Net = Plain<Ternary, Act<M_a{4}>>;
    constexpr std::size_t row = 5;  // the second step
    static_assert(facts<Net>.rows[row].steps == 3);
    static_assert(integer::layouts<Net, simd::Portable>[row + 1].planes == 2);
    tools::check_moved_thresholds<Net, row>(0, 3 * 64);
}

}  // namespace plane_networks_test
