// Networks as types: their facts, worked out by hand, and the rules of the vocabulary.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "intaglio/model/network.hpp"

namespace model_test {

using namespace intaglio;

namespace {

/// The n-th row of a kind, from 0.
template <class Net>
constexpr const Row& row(std::string_view kind, int n) {
    for (const Row& r : facts<Net>.rows) {
        if (kind == r.kind && n-- == 0) return r;
    }
    throw "no such row";
}
template <class Net>
constexpr int count(std::string_view kind) {
    int n = 0;
    for (const Row& r : facts<Net>.rows) n += kind == r.kind ? 1 : 0;
    return n;
}
template <class Net>
constexpr const Value& output_of(const Row& r) {
    return facts<Net>.value(r.output);
}
template <class A, class B>
inline constexpr bool same_primitives = std::is_same_v<typename A::primitives, typename B::primitives>;

bool same(const Row& a, const Row& b) {
    return std::string_view(a.kind) == b.kind && a.input == b.input && a.second_input == b.second_input &&
           a.output == b.output && a.extents == b.extents && a.weight_codes == b.weight_codes &&
           a.weight_states == b.weight_states && a.weights == b.weights && a.gains == b.gains && a.biases == b.biases &&
           a.macs == b.macs && a.codes == b.codes && a.steps == b.steps;
}
bool same(const Value& a, const Value& b) {
    return a.shape == b.shape && a.codes == b.codes && a.denominator == b.denominator && a.storage == b.storage &&
           a.pending == b.pending && a.norm_row == b.norm_row && a.memory == b.memory &&
           a.needs_gradient == b.needs_gradient;
}
/// Whether two networks have the same facts, but for the paths of their layers.
template <class A, class B>
bool same_facts() {
    if (facts<A>.row_count() != facts<B>.row_count()) return false;
    for (std::size_t i = 0; i < facts<A>.row_count(); ++i) {
        if (!same(facts<A>.rows[i], facts<B>.rows[i])) return false;
    }
    for (std::size_t i = 0; i < facts<A>.values.size(); ++i) {
        if (!same(facts<A>.values[i], facts<B>.values[i])) return false;
    }
    return facts<A>.output == facts<B>.output && facts<A>.value_count == facts<B>.value_count;
}

/// The path of a layer as an error message spells it.
std::string spelt(const Path& path) {
    std::string text;
    for (std::size_t i = 0; i < static_cast<std::size_t>(path.length); ++i) {
        const char* const parts[] = {"", "main", "shortcut", "repetition"};
        if (i > 0) text += ", ";
        text += path.part[i] == Part::number ? std::to_string(path.index[i]) : parts[path.part[i]];
    }
    return text;
}

using Ternary = Defaults<QInt<2>, Lbn, Act<M_a{4}>>;

/// The network at the head of the architecture.
struct Example : Network<Image<1, 28, 28>, Ternary,             //
                         Conv<QInt<8>, Out<32>>,                //
                         Conv<Out<32>>, AvgPool<2>,             //
                         Repeat<2, Conv<Out<64>>>, AvgPool<2>,  //
                         Classifier<QInt<8>, Out<10>>> {};

/// The VGG of Sawada et al. 2024.
struct Vgg : Network<Image<3, 32, 32>, Defaults<States<M_w{15}>, Lbn, Act<M_a{8}>>,    //
                     Repeat<2, Conv<Out<64>>>, Repeat<2, Conv<Out<128>>>, AvgPool<2>,  //
                     Repeat<4, Conv<Out<256>>>, AvgPool<2>,                            //
                     Repeat<4, Conv<Out<512>>>, AvgPool<2>,                            //
                     Repeat<4, Conv<Out<512>>>,                                        //
                     Conv<Kernel<1>, Out<10>, SingleGain, NoActivation>, GlobalAvgPool> {};

/// A residual block of the same paper: each branch begins and ends with a norm.
template <int Channels>
using PreActBlock = Residual<Sequence<Normalize<>, Activate<>, Conv<Out<Channels>>, Conv<Out<Channels>, NoActivation>>,
                             Sequence<Normalize<>, Activate<>, Conv<Kernel<1>, Out<Channels>, NoActivation>>>;
struct PreActResNet : Network<Image<3, 32, 32>, Ternary,                                                  //
                              Residual<Sequence<Conv<Out<16>>, Conv<Out<16>, NoActivation>>,              //
                                       Conv<Kernel<1>, Out<16>, NoActivation, NoWeightStandardization>>,  //
                              AvgPool<2>, PreActBlock<32>, PreActBlock<32>,                               //
                              AvgPool<2>, PreActBlock<64>,                                                //
                              Normalize<>, Activate<>,                                                    //
                              Conv<Kernel<1>, Out<10>, SingleGain, NoActivation>, GlobalAvgPool> {};

/// The common residual network: an activation behind every sum.
template <int Channels>
using Block = Sequence<Residual<Sequence<Conv<Out<Channels>>, Conv<Out<Channels>, NoActivation>>>, Activate<>>;
template <int Channels>
using Downsample = Sequence<Residual<Sequence<Conv<Out<Channels>, Stride<2>>, Conv<Out<Channels>, NoActivation>>,
                                     Conv<Kernel<1>, Stride<2>, Out<Channels>, NoActivation>>,
                            Activate<>>;
struct ResNet20 : Network<Image<3, 32, 32>, Defaults<QInt<4>, BatchNorm, Act<M_a{16}>>,  //
                          Conv<Out<16>>, Repeat<3, Block<16>>,                           //
                          Downsample<32>, Repeat<2, Block<32>>,                          //
                          Downsample<64>, Repeat<2, Block<64>>,                          //
                          GlobalAvgPool, Classifier<Out<10>>> {};

}  // namespace

TEST_CASE("the example of the architecture has the facts that paper and pencil give") {
    constexpr const auto& f = facts<Example>;
    static_assert(f.row_count() == 17);
    static_assert(f.weights() == 288 + 9216 + 18432 + 36864 + 31360);
    static_assert(f.parameters() == f.weights() + (32 + 32 + 64 + 64 + 1) + (32 + 32 + 64 + 64 + 10));
    static_assert(f.macs() == 225792 + 7225344 + 3612672 + 7225344 + 31360);
    static_assert(f.weight_bytes() == 288 + 9216 / 4 + 18432 / 4 + 36864 / 4 + 31360);
    static_assert(f.accumulator_bits() == 24);
    static_assert(f.classes() == 10);
    static_assert(f.input_shape() == Shape{28, 28, 1});
    static_assert(!f.multiplier_free());
    static_assert(f.integer_only());

    struct Expected {
        Shape out;
        std::int64_t weights, macs, bound;
        int bits, weight_bits;
        const char* path;
    };
    const Expected products[] = {
        {{28, 28, 32}, 288, 225792, 9 * 255 * 127, 20, 8, "2"},
        {{28, 28, 32}, 9216, 7225344, 288 * 3, 11, 2, "3"},
        {{14, 14, 64}, 18432, 3612672, 288 * 12, 13, 2, "5, repetition, 1, 1"},
        {{14, 14, 64}, 36864, 7225344, 576 * 3, 12, 2, "5, repetition, 2, 1"},
        {{1, 1, 10}, 31360, 31360, std::int64_t{3136} * 12 * 127, 24, 8, "7"},
    };
    CHECK(count<Example>("product") == 5);
    for (int i = 0; i < 5; ++i) {
        CAPTURE(i);
        const Row& r = row<Example>("product", i);
        const Expected& e = products[i];
        CHECK(output_of<Example>(r).shape == e.out);
        CHECK(r.extents.out == e.out);
        CHECK(r.weights == e.weights);
        CHECK(r.macs == e.macs);
        CHECK(r.codes == CodeRange{-e.bound, e.bound});
        CHECK(r.codes.bits() == e.bits);
        CHECK(r.weight_bits() == e.weight_bits);
        CHECK(spelt(r.path) == e.path);
        CHECK(output_of<Example>(r).storage == Storage::int32);
        CHECK(output_of<Example>(r).pending);
    }
}

TEST_CASE("pools keep the sum of the codes") {
    for (int i = 0; i < 2; ++i) {
        const Row& pool = row<Example>("pool", i);
        CHECK(pool.codes == CodeRange{0, 12});
        CHECK(facts<Example>.value(pool.input).codes == CodeRange{0, 3});
        const Value& out = output_of<Example>(pool);
        CHECK(out.denominator == 4 * 3);
        CHECK(out.storage == Storage::uint8);
        CHECK_FALSE(out.pending);
    }
    CHECK(output_of<Example>(row<Example>("pool", 0)).shape == Shape{14, 14, 32});
    CHECK(output_of<Example>(row<Example>("pool", 1)).shape == Shape{7, 7, 64});

    struct Wide
        : Network<Image<1, 28, 28>, Ternary, Conv<Out<4>, Act<M_a{256}>>, AvgPool<Window{2, 7}>, Classifier<Out<10>>> {
    };
    constexpr const Row& pool = row<Wide>("pool", 0);
    static_assert(pool.codes == CodeRange{0, 14 * 255});
    static_assert(output_of<Wide>(pool).storage == Storage::int16);
    static_assert(output_of<Wide>(pool).shape == Shape{14, 4, 4});
    static_assert(row<Wide>("product", 1).codes == CodeRange{-14 * 255 * 224, 14 * 255 * 224});
}

TEST_CASE("values say what they stand for") {
    constexpr const auto& f = facts<Example>;
    static_assert(f.value(0).codes == CodeRange{0, 255} && f.value(0).denominator == 255);
    const Row& product = row<Example>("product", 0);
    CHECK(output_of<Example>(product).denominator == 255 * 127);
    const Row& norm = row<Example>("norm", 0);
    CHECK(norm.input == product.output);
    CHECK(output_of<Example>(norm).memory == product.output);  // a norm moves no data
    CHECK(output_of<Example>(norm).norm_row == 1);
    CHECK(norm.codes == product.codes);
    const Row& step = row<Example>("step", 0);
    CHECK(step.steps == 3);
    CHECK(step.codes == CodeRange{0, 3});
    CHECK(output_of<Example>(step).denominator == 3);
    CHECK(output_of<Example>(step).norm_row == none);
    CHECK(output_of<Example>(step).memory == step.output);
    CHECK(std::string_view(f.rows[16].kind) == "logits");
    CHECK(spelt(f.rows[16].path) == "7");
    CHECK(f.output == f.rows[16].input);
    CHECK(f.value(f.output).norm_row == 15);
    CHECK(f.rows[15].gains == 1);
    CHECK(f.rows[15].biases == 10);
    for (std::int32_t i = 0; i < f.value_count; ++i) CHECK(f.readers(i) == (i + 1 < f.value_count ? 1 : 0));
}

TEST_CASE("a network is free of multipliers if its weights are ternary and its steps are thresholds") {
    struct Free : Network<Image<1, 8, 8>, Ternary, Conv<Out<8>>, AvgPool<2>, Classifier<Out<10>>> {};
    CHECK(facts<Free>.multiplier_free());
    struct Binary : Network<Image<1, 8, 8>, Defaults<QInt<1>, Act<M_a{2}>>, Conv<Out<8>>, Classifier<Out<10>>> {};
    CHECK(facts<Binary>.multiplier_free());
    struct Sixteen : Network<Image<1, 8, 8>, Ternary, Conv<Out<8>, Act<M_a{16}>>, Classifier<Out<10>>> {};
    CHECK(facts<Sixteen>.multiplier_free());
    struct Seventeen : Network<Image<1, 8, 8>, Ternary, Conv<Out<8>, Act<M_a{17}>>, Classifier<Out<10>>> {};
    CHECK(!facts<Seventeen>.multiplier_free());
    struct FiveStates : Network<Image<1, 8, 8>, Ternary, Conv<Out<8>, States<M_w{5}>>, Classifier<Out<10>>> {};
    CHECK(!facts<FiveStates>.multiplier_free());
    struct Joined : Network<Image<1, 8, 8>, Ternary, Residual<Conv<Out<1>>>, Activate<>, Classifier<Out<10>>> {};
    CHECK(!facts<Joined>.multiplier_free());
    CHECK(facts<Free>.integer_only());
    CHECK(facts<Joined>.integer_only());
}

TEST_CASE("the VGG of the paper has 20,024,000 weights in 17 layers") {
    constexpr const auto& f = facts<Vgg>;
    static_assert(f.weights() == 20'024'000);
    static_assert(count<Vgg>("product") == 17);
    static_assert(count<Vgg>("pool") == 4);
    static_assert(f.classes() == 10);
    static_assert(f.multiplier_free() == false);
    static_assert(f.weight_bytes() == 20'024'000 / 2);
    const Shape shapes[] = {{32, 32, 64},  {32, 32, 64},  {32, 32, 128}, {32, 32, 128}, {16, 16, 256}, {16, 16, 256},
                            {16, 16, 256}, {16, 16, 256}, {8, 8, 512},   {8, 8, 512},   {8, 8, 512},   {8, 8, 512},
                            {4, 4, 512},   {4, 4, 512},   {4, 4, 512},   {4, 4, 512},   {4, 4, 10}};
    std::int64_t macs = 0;
    std::int64_t channels = 3;
    for (int i = 0; i < 17; ++i) {
        CAPTURE(i);
        const Row& r = row<Vgg>("product", i);
        CHECK(output_of<Vgg>(r).shape == shapes[i]);
        const std::int64_t taps = i == 16 ? 1 : 9;
        CHECK(r.weights == taps * channels * shapes[i].channels);
        const std::int64_t code = i == 0 ? 255 : i == 4 || i == 8 || i == 12 ? 4 * 7 : 7;
        CHECK(r.codes.highest == taps * channels * code * 7);
        CHECK(r.codes.lowest == -r.codes.highest);
        macs += r.weights * shapes[i].pixels();
        channels = shapes[i].channels;
    }
    CHECK(f.macs() == macs);
    // The global pool sums accumulators; it keeps their norm.
    const Value& logits = f.value(f.output);
    CHECK(logits.shape == Shape{1, 1, 10});
    CHECK(logits.pending);
    CHECK(logits.norm_row != none);
    CHECK(logits.codes.highest == 16 * 512 * 7 * 7);
}

TEST_CASE("branches meet on one integer grid") {
    const Row& add = row<ResNet20>("add", 0);
    CHECK(add.codes == CodeRange{-4094, 4094});
    CHECK(output_of<ResNet20>(add).storage == Storage::int16);
    CHECK(output_of<ResNet20>(add).denominator == 256);
    CHECK(output_of<ResNet20>(add).pending);
    CHECK(facts<ResNet20>.value(add.input).codes == CodeRange{-2047, 2047});
    CHECK(facts<ResNet20>.value(add.second_input).codes == CodeRange{-2047, 2047});

    struct Narrow : Network<Image<1, 8, 8>, Ternary, Residual<Conv<Out<1>>, Identity, BranchGrid<QInt<6>, Range{4}>>,
                            Activate<>, Classifier<Out<10>>> {};
    static_assert(row<Narrow>("add", 0).codes == CodeRange{-62, 62});
    static_assert(output_of<Narrow>(row<Narrow>("add", 0)).storage == Storage::int8);
    static_assert(output_of<Narrow>(row<Narrow>("add", 0)).denominator == 8);
    static_assert(row<Narrow>("step", 1).steps == 62);
    struct ByDefault : Network<Image<1, 8, 8>, Defaults<QInt<2>, Act<M_a{4}>, BranchGrid<QInt<6>, Range{4}>>,
                               Residual<Conv<Out<1>>>, Activate<>, Classifier<Out<10>>> {};
    static_assert(same_primitives<Narrow, ByDefault>);
    CHECK(same_facts<Narrow, ByDefault>());
}

TEST_CASE("a residual network with activations in front of its convolutions") {
    constexpr const auto& f = facts<PreActResNet>;
    static_assert(count<PreActResNet>("add") == 4);
    static_assert(count<PreActResNet>("product") == 4 * 3 + 1);
    static_assert(f.weights() == (27 * 16 + 144 * 16 + 3 * 16) + (144 * 32 + 288 * 32 + 16 * 32) +
                                     (288 * 32 + 288 * 32 + 32 * 32) + (288 * 64 + 576 * 64 + 32 * 64) + 64 * 10);
    // The pool sums the codes of the join.
    const Row& pool = row<PreActResNet>("pool", 0);
    CHECK(pool.codes == CodeRange{-4 * 4094, 4 * 4094});
    CHECK(output_of<PreActResNet>(pool).storage == Storage::int16);
    CHECK(output_of<PreActResNet>(pool).denominator == 4 * 256);
    // Both branches of the second block read the pool, each through a norm of its own.
    CHECK(f.readers(pool.output) == 2);
    int norms = 0;
    for (const Row& r : f.rows) {
        if (r.input != pool.output) continue;
        CHECK(std::string_view(r.kind) == "norm");
        CHECK(output_of<PreActResNet>(r).memory == pool.output);
        ++norms;
    }
    CHECK(norms == 2);
    // A norm and an activation of their own are the tail of no layer, but the same operations.
    CHECK(spelt(row<PreActResNet>("norm", 3).path) == "4, main, 1");
    CHECK(spelt(row<PreActResNet>("step", 3).path) == "4, main, 2");
    CHECK(spelt(row<PreActResNet>("step", 5).path) == "4, main");  // onto the grid
    CHECK(spelt(row<PreActResNet>("add", 1).path) == "4");
    // In front of the first weight nothing needs a gradient.
    CHECK_FALSE(f.value(0).needs_gradient);
    for (std::int32_t i = 1; i < f.value_count; ++i) CHECK(f.value(i).needs_gradient);
}

TEST_CASE("a residual network with activations behind its sums") {
    constexpr const auto& f = facts<ResNet20>;
    static_assert(count<ResNet20>("product") == 19 + 2 + 1);
    static_assert(count<ResNet20>("add") == 9);
    static_assert(f.weights() == 27 * 16 + 6 * 144 * 16 + (144 * 32 + 5 * 288 * 32 + 16 * 32) +
                                     (288 * 64 + 5 * 576 * 64 + 32 * 64) + 64 * 10);
    static_assert(f.classes() == 10);
    const Row& first = row<ResNet20>("product", 0);
    CHECK(output_of<ResNet20>(first).shape == Shape{32, 32, 16});
    CHECK(output_of<ResNet20>(row<ResNet20>("add", 2)).shape == Shape{32, 32, 16});
    CHECK(output_of<ResNet20>(row<ResNet20>("add", 3)).shape == Shape{16, 16, 32});
    CHECK(output_of<ResNet20>(row<ResNet20>("add", 8)).shape == Shape{8, 8, 64});
    // The identity shortcut reads the block's input beside the main branch.
    CHECK(f.readers(row<ResNet20>("step", 0).output) == 2);
    // A block in front of which nothing is trained: the identity needs no gradient, the sum does.
    struct Raw : Network<Features<16>, Ternary, Residual<Dense<Out<16>>>, Activate<>, Classifier<Out<10>>> {};
    const Row& add = row<Raw>("add", 0);
    CHECK(facts<Raw>.value(add.input).needs_gradient);
    CHECK_FALSE(facts<Raw>.value(add.second_input).needs_gradient);
    CHECK(output_of<Raw>(add).needs_gradient);
}

TEST_CASE("windows, strides, paddings and groups") {
    struct Net : Network<Image<8, 28, 30>, Ternary,                 //
                         Conv<Out<8>, Groups<8>>,                   //
                         Conv<Out<12>, Groups<4>, Kernel<1, 7>>,    //
                         Conv<Out<8>, Kernel<5, 1>, Stride<2, 3>>,  //
                         Conv<Out<8>, Kernel<5, 3>, Padding<0>>,    //
                         Conv<Out<8>, Kernel<2>, Stride<2>>,        //
                         Conv<Out<8>, Kernel<4>, Padding<2, 3>>,    //
                         Dense<Flatten, Out<7>>, Classifier<Out<2>>> {};
    constexpr auto out = [](int i) { return output_of<Net>(row<Net>("product", i)).shape; };
    constexpr auto weights = [](int i) { return row<Net>("product", i).weights; };
    CHECK(out(0) == Shape{28, 30, 8});
    CHECK(weights(0) == 9 * 8);
    CHECK(row<Net>("product", 0).codes == CodeRange{-9 * 255, 9 * 255});
    CHECK(out(1) == Shape{28, 30, 12});
    CHECK(weights(1) == 7 * 2 * 12);
    CHECK(row<Net>("product", 1).codes == CodeRange{-14 * 3, 14 * 3});
    CHECK(row<Net>("product", 1).extents.padding_height == 0);
    CHECK(row<Net>("product", 1).extents.padding_width == 3);
    CHECK(out(2) == Shape{14, 10, 8});
    CHECK(weights(2) == 5 * 12 * 8);
    CHECK(out(3) == Shape{10, 8, 8});
    CHECK(weights(3) == 15 * 8 * 8);
    CHECK(out(4) == Shape{5, 4, 8});
    CHECK(row<Net>("product", 4).extents.padding_height == 0);
    CHECK(out(5) == Shape{6, 7, 8});
    CHECK(out(6) == Shape{1, 1, 7});
    CHECK(weights(6) == 6 * 7 * 8 * 7);
    CHECK(row<Net>("product", 2).macs == 5 * 12 * 8 * 14 * 10);
    // Rows that the last window does not reach are dropped.
    struct Dropped
        : Network<Image<1, 6, 6>, Ternary, Conv<Out<4>, Kernel<3>, Padding<0>, Stride<2>>, Classifier<Out<2>>> {};
    CHECK(output_of<Dropped>(row<Dropped>("product", 0)).shape == Shape{2, 2, 4});
}

TEST_CASE("features and dense layers") {
    struct Mlp : Network<Features<784>, Ternary, Repeat<2, Dense<Out<100>>>, Classifier<In<100>, Out<10>>> {};
    CHECK(facts<Mlp>.weights() == 78400 + 10000 + 1000);
    CHECK(facts<Mlp>.macs() == facts<Mlp>.weights());
    CHECK(facts<Mlp>.input_shape() == Shape{1, 1, 784});
    struct Flat
        : Network<Image<16, 7, 7>, Ternary, Dense<Out<100>, Flatten, In<784>>, Dense<Out<100>>, Classifier<Out<10>>> {};
    CHECK(same_primitives<Mlp, Flat>);
    CHECK(facts<Flat>.macs() == facts<Mlp>.macs());
}

TEST_CASE("options stand in any order") {
    using Input = Image<3, 16, 16>;
    struct One : Network<Input, Conv<QInt<4>, Act<M_a{8}>, Out<64>>, Classifier<QInt<2>, Out<10>>> {};
    struct Other : Network<Input, Conv<Out<64>, Act<M_a{8}>, QInt<4>>, Classifier<Out<10>, QInt<2>>> {};
    static_assert(same_primitives<One, Other>);
    CHECK(same_facts<One, Other>());
    // What is left out, and what the defaults say, is the same as if it stood there.
    struct Full : Network<Input, Defaults<Act<M_a{2}>, BranchGrid<QInt<8>>, QInt<4>>,
                          Conv<Padding<1>, WeightStandardization, In<3>, Groups<1>, ChannelGain, Stride<1, 1>,
                               Kernel<3>, LayerBatchNorm, Act<M_a{8}, SigmoidSum<Alpha{0.25}>>, Out<64>>,
                          Classifier<SingleGain, Lbn, In<16384>, Out<10>, QInt<2>>> {};
    static_assert(same_primitives<One, Full>);
    CHECK(same_facts<One, Full>());
    // Two spellings of one quantiser.
    struct Spelt : Network<Input, Conv<States<M_w{15}>, Act<M_a{8}>, Out<64>>, Classifier<States<M_w{3}>, Out<10>>> {};
    static_assert(same_primitives<One, Spelt>);
    // Each of these is another network.
    struct Norm : Network<Input, Conv<QInt<4>, BatchNorm, Act<M_a{8}>, Out<64>>, Classifier<QInt<2>, Out<10>>> {};
    struct Surrogate
        : Network<Input, Conv<QInt<4>, Act<M_a{8}, StraightThrough>, Out<64>>, Classifier<QInt<2>, Out<10>>> {};
    struct Raw
        : Network<Input, Conv<QInt<4>, NoWeightStandardization, Act<M_a{8}>, Out<64>>, Classifier<QInt<2>, Out<10>>> {};
    struct Slope : Network<Input, Conv<QInt<4>, SingleGain, Act<M_a{8}>, Out<64>>, Classifier<QInt<2>, Out<10>>> {};
    static_assert(!same_primitives<One, Norm> && !same_primitives<One, Surrogate> && !same_primitives<One, Raw> &&
                  !same_primitives<One, Slope>);
    static_assert(facts<Slope>.parameters() == facts<One>.parameters() - 63);
}

TEST_CASE("an option of a layer overrides the default") {
    struct Net : Network<Image<1, 8, 8>, Defaults<QInt<2>, BatchNorm, Act<M_a{4}>, Kernel<5>>,  //
                         Conv<Out<8>>,                                                          //
                         Conv<Out<8>, QInt<8>, NoNorm, Act<M_a{256}>, Kernel<3>>,               //
                         Classifier<Out<10>>> {};
    CHECK(row<Net>("product", 0).weights == 25 * 8);
    CHECK(row<Net>("product", 0).weight_bits() == 2);
    CHECK(row<Net>("product", 1).weights == 9 * 64);
    CHECK(row<Net>("product", 1).weight_bits() == 8);
    CHECK(row<Net>("step", 1).steps == 255);
    CHECK(count<Net>("norm") == 2);
    // A classifier has one gain, whatever the defaults say, unless it asks for more itself.
    struct Gains : Network<Features<4>, Defaults<QInt<2>, ChannelGain>, Classifier<Out<10>>> {};
    struct OwnGains : Network<Features<4>, Defaults<QInt<2>>, Classifier<Out<10>, ChannelGain>> {};
    CHECK(row<Gains>("norm", 0).gains == 1);
    CHECK(row<OwnGains>("norm", 0).gains == 10);
}

TEST_CASE("Repeat and Sequence equal writing it out") {
    struct Short : Network<Image<1, 8, 8>, Ternary, Repeat<2, Conv<Out<8>>, Repeat<3, Conv<Out<16>>>>,
                           Sequence<Conv<Out<4>>, Sequence<AvgPool<2>>>, Classifier<Out<10>>> {};
    struct Long : Network<Image<1, 8, 8>, Ternary,                                    //
                          Conv<Out<8>>, Conv<Out<16>>, Conv<Out<16>>, Conv<Out<16>>,  //
                          Conv<Out<8>>, Conv<Out<16>>, Conv<Out<16>>, Conv<Out<16>>,  //
                          Conv<Out<4>>, AvgPool<2>, Classifier<Out<10>>> {};
    static_assert(same_primitives<Short, Long>);
    CHECK(same_facts<Short, Long>());
    CHECK_FALSE(same_facts<Short, Example>());
    CHECK(spelt(row<Short>("product", 7).path) == "2, repetition, 2, 2, repetition, 3, 1");
    CHECK(spelt(row<Short>("pool", 0).path) == "3, 2, 1");
}

TEST_CASE("a network may have a name") {
    using Written = Network<Image<1, 8, 8>, Ternary, Conv<Out<8>>, Classifier<Out<10>>>;
    struct Named : Written {};
    CHECK(&facts<Named>.rows == &facts<Written>.rows);
    CHECK(same_primitives<Named, Written>);
    CHECK(std::is_empty_v<Named>);
}

TEST_CASE("primitives and rows correspond") {
    static_assert(boost::mp11::mp_size<Example::primitives>::value == facts<Example>.row_count());
    static_assert(boost::mp11::mp_size<PreActResNet::primitives>::value == facts<PreActResNet>.row_count());
    static_assert(std::is_same_v<boost::mp11::mp_at_c<Example::primitives, 0>,
                                 primitive::Product<States<M_w{255}>, WeightStandardization>>);
    static_assert(std::is_same_v<boost::mp11::mp_at_c<Example::primitives, 15>, primitive::Norm<Lbn, true>>);
    static_assert(std::is_same_v<boost::mp11::mp_back<Example::primitives>, primitive::Logits>);
    // Every row writes the value behind the one before; every value is written once.
    for (std::size_t i = 0; i < facts<PreActResNet>.row_count(); ++i) {
        CHECK(facts<PreActResNet>.rows[i].output == static_cast<std::int32_t>(i) + 1);
        CHECK(facts<PreActResNet>.rows[i].input < facts<PreActResNet>.rows[i].output);
    }
}

TEST_CASE("quantisers") {
    CHECK(QInt<1>::codes == CodeRange{-1, 1});
    CHECK(QInt<1>::states == 2);
    CHECK(QInt<2>::codes == CodeRange{-1, 1});
    CHECK(QInt<2>::states == 3);
    CHECK(QInt<8>::codes == CodeRange{-127, 127});
    CHECK(QInt<8>::states == 255);
    CHECK(QInt<8>::denominator == 127);
    CHECK(States<M_w{15}>::codes == CodeRange{-7, 7});
    CHECK(States<M_w{15}>::denominator == 7);
    CHECK(Act<M_a{2}>::codes == CodeRange{0, 1});
    CHECK(Act<M_a{256}>::codes == CodeRange{0, 255});
    CHECK(Act<M_a{4}>::denominator == 3);
    CHECK(BranchGrid<QInt<12>>::codes == CodeRange{-2047, 2047});
    CHECK(BranchGrid<QInt<12>>::denominator == 256);
    CHECK(std::is_same_v<QuantizerOf<QInt<3>>::type, States<M_w{7}>>);
    struct Binary : Network<Features<9>, Defaults<QInt<1>, Act<M_a{2}>>, Dense<Out<8>>, Classifier<Out<3>>> {};
    CHECK(row<Binary>("product", 0).weight_bits() == 1);
    CHECK(row<Binary>("product", 0).weight_states == 2);
    CHECK(row<Binary>("product", 1).codes == CodeRange{-8, 8});
    CHECK(facts<Binary>.weight_bytes() == 9 + 3);
    // Rounded up to whole bytes, layer by layer.
    struct Odd : Network<Features<5>, Ternary, Dense<Out<5>>, Classifier<Out<3>>> {};
    CHECK(facts<Odd>.weight_bytes() == 7 + 4);
}

TEST_CASE("the bits of a range are the fewest that hold it") {
    for (std::int64_t lowest = -70; lowest <= 70; ++lowest) {
        for (std::int64_t highest = lowest; highest <= 300; ++highest) {
            int bits = 1;
            while (lowest >= 0
                       ? highest >= std::int64_t{1} << bits
                       : lowest < -(std::int64_t{1} << (bits - 1)) || highest >= std::int64_t{1} << (bits - 1)) {
                ++bits;
            }
            const CodeRange range{lowest, highest};
            if (range.bits() != bits) FAIL_CHECK(lowest << " ... " << highest << ": " << range.bits());
            CHECK(range.states() == highest - lowest + 1);
        }
    }
    static_assert(CodeRange{0, 0}.bits() == 1 && CodeRange{-1, 0}.bits() == 1 && CodeRange{-1, -1}.bits() == 1);
    static_assert(CodeRange{0, INT64_MAX}.bits() == 63 && CodeRange{INT64_MIN, INT64_MAX}.bits() == 64);
    static_assert(CodeRange{0, -1}.bits() == 1);  // of an activation without states, until the analysis refuses it
    static_assert(smallest_storage({0, 255}) == Storage::uint8 && smallest_storage({0, 256}) == Storage::int16);
    static_assert(smallest_storage({-1, 0}) == Storage::int8 && smallest_storage({-128, 127}) == Storage::int8);
    static_assert(smallest_storage({-1, 128}) == Storage::int16 && smallest_storage({-129, 0}) == Storage::int16);
    static_assert(smallest_storage({-32768, 32767}) == Storage::int16);
    static_assert(smallest_storage({0, 32768}) == Storage::int32 && smallest_storage({-32769, 0}) == Storage::int32);
    static_assert(bytes(Storage::uint8) == 1 && bytes(Storage::int8) == 1 && bytes(Storage::int16) == 2 &&
                  bytes(Storage::int32) == 4);
}

TEST_CASE("the range of a product is what enumeration gives") {
    for (std::int64_t a0 = -3; a0 <= 3; ++a0) {
        for (std::int64_t a1 = a0; a1 <= 4; ++a1) {
            for (std::int64_t b0 = -3; b0 <= 3; ++b0) {
                for (std::int64_t b1 = b0; b1 <= 4; ++b1) {
                    // All sums of up to three products; a tap on the padding counts nothing.
                    CodeRange sums{0, 0};
                    for (std::int64_t terms = 1; terms <= 3; ++terms) {
                        CodeRange next = sums;
                        for (std::int64_t a = a0; a <= a1; ++a) {
                            for (std::int64_t b = b0; b <= b1; ++b) {
                                for (std::int64_t sum = sums.lowest; sum <= sums.highest; ++sum) {
                                    next.lowest = std::min(next.lowest, sum + a * b);
                                    next.highest = std::max(next.highest, sum + a * b);
                                }
                            }
                        }
                        sums = next;
                        if (product_range({a0, a1}, {b0, b1}, terms) != sums) {
                            FAIL_CHECK(a0 << " ... " << a1 << " times " << b0 << " ... " << b1 << ", " << terms);
                        }
                    }
                }
            }
        }
    }
    static_assert(product_range({0, 255}, {-127, 127}, 9) == CodeRange{-291465, 291465});
    static_assert(CodeRange{-1, 2} + CodeRange{-3, 5} == CodeRange{-4, 7});
}

// A user's own vocabulary, outside of the library and its namespace: a layer, a mistake it can find, a quantiser.
namespace app {

inline constexpr intaglio::ErrorKind image_is_not_square{};

struct SquareImages {
    template <class Defaults>
    struct resolved {
        using primitives = boost::mp11::mp_list<>;
        static constexpr void describe(intaglio::Builder& b) {
            const intaglio::Shape in = b.in().shape;
            if (in.height != in.width) b.fail(image_is_not_square, in.height, in.width);
        }
    };
};

/// Weights -4, -2, 0, 2, 4.
struct EvenWeights {
    using option = intaglio::option::weight;
    static constexpr std::int32_t states = 5;
    static constexpr intaglio::CodeRange codes{-4, 4};
    static constexpr std::int32_t denominator = 4;
};

}  // namespace app

TEST_CASE("a user adds layers and options") {
    struct Net : Network<Image<1, 8, 8>, Ternary, app::SquareImages, Conv<app::EvenWeights, Out<8>>,
                         Repeat<2, app::SquareImages>, Classifier<Out<10>>> {};
    static_assert(row<Net>("product", 0).codes == CodeRange{-9 * 255 * 4, 9 * 255 * 4});
    static_assert(row<Net>("product", 0).weight_states == 5);
    // The analysis of a mistake is a value like any other; Network is what refuses it.
    using Wrong = detail::Analysis<Image<1, 8, 9>, Ternary, Conv<Out<8>>, app::SquareImages, Classifier<Out<10>>>;
    static_assert(Wrong::description.problem.kind == &app::image_is_not_square);
    static_assert(Wrong::description.problem.expected == 8 && Wrong::description.problem.found == 9);
    CHECK(spelt(Wrong::description.problem.path) == "3");
}

}  // namespace model_test
