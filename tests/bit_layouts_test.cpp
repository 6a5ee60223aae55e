// How values of binary networks lie in memory: as bits from the step that writes them to the products that read them,
// kept by pools and by what moves pixels, and as codes where anybody reads codes. The integer program gives the codes
// of training in either layout.
#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <random>
#include <sstream>
#include <string>
#include <type_traits>
#include <vector>

#include "../examples/own_parts.hpp"
#include "intaglio/integer/kernel_choice.hpp"
#include "intaglio/io/sample_comparison.hpp"
#include "intaglio/report/model_facts.hpp"
#include "support/layouts.hpp"
#include "support/moved_thresholds.hpp"
#include "support/program_comparison.hpp"
#include "support/training_tools.hpp"

namespace app {

/// Turns images round, left to right: moves whole pixels, and says so.
struct MirrorOperation {
    static constexpr void describe(intaglio::Builder& b) {
        b.append(intaglio::Row{.kind = "mirror", .picks_codes = true, .keeps_affine = true}, b.in());
    }
};
struct Mirror {
    template <class Defaults>
    struct resolved {
        using primitives = boost::mp11::mp_list<MirrorOperation>;
        static constexpr void describe(intaglio::Builder& b) { MirrorOperation::describe(b); }
    };
};

/// out[y][x] = in[y][width - 1 - x], or added to it.
template <class Element>
void mirror(intaglio::Shape shape, const Element* in, bool add, Element* out) {
    for (std::int64_t i = 0; i < shape.size(); ++i) {
        const std::int64_t x = i / shape.channels % shape.width;
        const Element moved = in[i + (shape.width - 1 - 2 * x) * shape.channels];
        out[i] = add ? static_cast<Element>(out[i] + moved) : moved;
    }
}

}  // namespace app

template <>
struct intaglio::integer::Operation<app::MirrorOperation> : intaglio::integer::NoMemory,
                                                            intaglio::integer::KeepsLayout {
    template <class Set, class Kind>
    static void run(const Site& site, const Frame& frame) {
        app::mirror(stored_shape<typename Kind::input>(site.extents.in), input<Kind>(site, frame), false,
                    output<Kind>(site, frame));
    }
};
template <>
struct intaglio::train::Operation<app::MirrorOperation> : intaglio::train::Stateless {
    template <class Kind>
    static void forward(NoState&, const Site& site, Context& context) {
        keep_scales(site, context);
        each_image<Kind>(site, context,
                         [&](const auto* in, auto* out) { app::mirror(site.input.shape(), in, false, out); });
    }
    template <class Kind>
    static void backward(NoState&, const Site& site, Context& context) {
        each_gradient(site, site.input, context, [&](std::int64_t, const float* dout, bool add, float* din) {
            app::mirror(site.input.shape(), dout, add, din);
        });
    }
};

namespace bit_layouts_test {

namespace {

using namespace intaglio;
using tools::layouts_of;

using Signed = SignWeights<WeightScale::one>;
template <class Activation, class... Layers>
struct Behind : Network<Image<2, 8, 8>, Defaults<Signed, Activation>, Conv<Out<40>>, Layers..., Classifier<Out<3>>> {};

// clang-format off
/// Bits all the way: odd numbers of channels, pools with and without padding, strides, dilation, moved pixels.
template <class Activation>
struct Chain : Behind<Activation,
    Conv<Out<33>>, MaxPool<2>, Conv<Out<17>, Padding<2>, Dilation<2>>, MaxPool<3, Stride<1>, Padding<1>>,
    Conv<Out<64>, Kernel<3, 2>, Padding<1>>, Subsample<2>, app::Mirror, Upsample<2>,
    Dense<Flatten, Out<70>>, Dense<Out<36>>> {};

/// Codes for who reads codes: a residual join, depthwise weights, an average, weights of other states, a layer from
/// outside, an image of 40 channels that is read as one pixel.
struct Joins : Behind<Sign<PadPlusOne>,
    Residual<Sequence<Conv<Out<40>>, Conv<Out<40>>>, Identity>, Activate<>,
    Conv<Out<48>>, DepthwiseConv<>,
    Conv<Out<32>>, MaxPool<2>, AvgPool<2>, Conv<QInt<4>, Out<64>>,
    app::Maxout<2>, Conv<Out<40>>, Dense<Flatten, Out<33>>> {};

/// A value with two readers that both read bits, whose results lie side by side.
template <class Activation>
struct Branches : Behind<Activation,
    Concat<Conv<Out<32>>, Conv<Out<40>, Kernel<1>>>, Conv<Out<33>>, Dropout<Rate{0.25}>, Conv<Out<32>>> {};
// clang-format on

template <class Net, class Set, std::size_t I>
using kind_of = typename integer::detail::KindOf<Set, Net, I, boost::mp11::mp_at_c<typename Net::primitives, I>>::type;
/// Bytes of workspace of a row, without the accumulators of a product.
template <class Net, class Set, std::size_t I>
constexpr std::int64_t workspace() {
    const integer::Site site = integer::make_site(facts<Net>.view(), facts<Net>.rows[I], integer::fused<Net>[I]);
    return static_cast<std::int64_t>(
               integer::Operation<boost::mp11::mp_at_c<typename Net::primitives, I>>::template workspace_bytes<
                   Set, kind_of<Net, Set, I>>(site)) -
           integer::detail::accumulator_bytes<kernels::ByteProduct>(site.extents, site.extents.out.channels);
}

/// Two layers of 64 channels, on an image whose size is that of the numbers below.
struct Two : Network<Image<1, 16, 16>, Defaults<Signed, Sign<PadMinusOne>>, Conv<Out<64>>, Conv<Out<64>, Kernel<1>>,
                     Conv<Out<64>>, AvgPool<16>, Classifier<Out<3>>> {};
// Rows 3 and 6 are the second and the third product; the first of them reads the words where they lie, the other one
// with a border around them.
static_assert(std::is_same_v<kind_of<Two, simd::Avx512, 3>::input, kernels::BitWord>);
static_assert(std::is_same_v<kind_of<Two, simd::Avx512, 3>::output, kernels::BitWord>);
static_assert(std::is_same_v<kind_of<Two, simd::Avx512, 6>::input, kernels::BitWord>);
static_assert(std::is_same_v<kind_of<Two, simd::Avx512, 6>::output, std::int8_t>);
static_assert(workspace<Two, simd::Portable, 3>() == 0);
static_assert(workspace<Two, simd::Portable, 6>() == (4 + 2) * 18 * 2 * 4 + 32);  // four rows of the result at once
// The largest moment is the last product: bits in, codes of one byte out, 4 rows of accumulators, the border.
static_assert(arena_bytes<Two> == 16 * 16 * 8 + 16 * 16 * 64 + 4 * 16 * 64 * 4 + 6 * 18 * 2 * 4 + 32);

}  // namespace

TEST_CASE("values lie as bits where writer and readers agree") {
    CHECK(layouts_of<Chain<Sign<>>>() == "11111111111");
    CHECK(layouts_of<Chain<Sign<>>, simd::Avx512Vnni>() == layouts_of<Chain<Sign<>>>());
    // Between them, a product whose tables of pairs read codes.
    CHECK(layouts_of<Chain<Sign<>>, simd::Avx2>() == "10011111110");
    CHECK(layouts_of<Chain<Act<M_a{2}>>>() == "11111111111");
    // The classifier takes two planes for dearer than additions.
    CHECK(layouts_of<Chain<Act<M_a{3}>>>() == "22222222220");
    CHECK(layouts_of<Chain<SignedAct<M_a{3}>>>() == "22222222220");
    // The first value is added, too; what the branches hand to the join; the activation behind it; depthwise weights,
    // an average, a layer from outside and an image of 40 channels as one pixel read codes.
    CHECK(layouts_of<Joins>() == "010001010000001");
    CHECK(layouts_of<Branches<Act<M_a{2}>>>() == "111111");
    // Codes behind a dropout may be 0 in training.
    CHECK(layouts_of<Branches<Sign<>>>() == "111101");
}

TEST_CASE("samples compared: values that lie as bits are looked at like others") {
    using Net = Behind<Sign<PadMinusOne>, Conv<Out<33>>, MaxPool<2>, Conv<Out<32>>, MaxPool<4>>;
    std::mt19937 random(9);
    Training<Net> training(6, 2);
    const auto pixels = comparison::make_images<std::uint8_t>(6, Training<Net>::pixels, random);
    tools::randomize_parameters(training, random, tools::Biases::moderate);
    training.forward(pixels.data(), 6, train::Statistics::batch);
    tools::randomize_running_statistics(training, random);
    // Plain code takes bits wherever it can.
    IntegerNetwork<Net, simd::Portable> network = lower(training);
    const std::vector<std::uint8_t> labels(6);
    const BasicSamples<std::uint8_t> samples{pixels, labels};
    const SampleComparison same = compare_on_samples(training, network, samples);
    CHECK(same.differing_images == 0);
    CHECK(same.training_hashes == same.integer_hashes);

    // One constant of the second product: its step, whose result lies as bits, tells.
    constexpr std::size_t row = 3;
    static_assert(integer::layouts<Net, simd::Portable>[row + 3].planes == 1);
    const kernels::PlaneLayout<kernels::PlaneArithmetic<simd::Portable, 0, 1, 2>> layout(facts<Net>.rows[row].extents);
    std::byte* const parameters = network.parameters().bytes + integer::plan<Net, simd::Portable>.parameters[row];
    for (std::int64_t c = 0; c < 33; ++c) {
        reinterpret_cast<std::int32_t*>(parameters)[layout.constant(c)] += c % 2 == 0 ? 1000 : -1000;
    }
    const SampleComparison other = compare_on_samples(training, network, samples);
    CHECK(other.differing_images == 6);
    CHECK(other.training_hashes == same.training_hashes);
    CHECK(other.integer_hashes[3] == same.integer_hashes[3]);
    CHECK(other.integer_hashes[row + 3] != same.integer_hashes[row + 3]);
}

TEST_CASE("the facts table tells which values lie as bits") {
    const std::vector<LayerFacts> layers = layer_facts<Two, simd::Portable>();
    REQUIRE(layers.size() == 5);
    CHECK(layers[0].out_layout == "bits");
    CHECK(layers[1].out_layout == "bits");
    CHECK(layers[2].out_layout.empty());
    std::ostringstream text;
    facts_table(layers).print(text);
    CHECK(text.str().find("-1 .. 1 in bits") != std::string::npos);
}

template <class Net>
void compare(unsigned seed) {
    std::mt19937 random(seed);
    Training<Net> training(comparison::images, 2, seed);
    for (const tools::Biases biases : {tools::Biases::moderate, tools::Biases::mixed, tools::Biases::all_low}) {
        INFO("biases " << static_cast<int>(biases));
        const auto pixels = comparison::make_extreme_images<std::uint8_t>(Training<Net>::pixels, random);
        tools::randomize_parameters(training, random, biases);
        training.forward(pixels.data(), comparison::images, train::Statistics::batch);
        tools::randomize_running_statistics(training, random);
        [&]<class... Set>(boost::mp11::mp_list<Set...>) {
            (comparison::compare_integer_program<Set>(training, pixels), ...);
        }(boost::mp11::mp_list<simd::Portable, simd::Native>{});
    }
}

TEST_CASE_TEMPLATE("values as bits: integer programs give the codes of training", Net, Chain<Sign<Masked>>,
                   Chain<Sign<PadMinusOne>>, Chain<Sign<PadPlusOne>>, Chain<Act<M_a{2}>>, Joins, Branches<Act<M_a{2}>>,
                   Branches<Sign<>>) {
    compare<Net>(5);
}

TEST_CASE("the certificate finds a moved threshold of a step that writes bits") {
    using Net = Chain<Sign<>>;
    constexpr std::size_t row = 5;  // the second step
    static_assert(facts<Net>.rows[row].steps == 2);
    static_assert(integer::layouts<Net, simd::Portable>[row + 1].planes == 1);
    tools::check_moved_thresholds<Net, row>(33, 33);
}

}  // namespace bit_layouts_test
