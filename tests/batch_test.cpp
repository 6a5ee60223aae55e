// Batches: the logits of several images at once are those of each image alone, for all numbers of images up to the
// planned one and beyond, all kinds of operations, layouts and kernels, on every instruction set.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "intaglio/canonical/network.hpp"
#include "intaglio/core/random.hpp"
#include "intaglio/zoo/mlp.hpp"
#include "support/kernel_tools.hpp"
#include "support/networks.hpp"
#include "support/random_model.hpp"

namespace batch_test {

namespace {

using namespace intaglio;
using simd::Portable;

// clang-format off
/// Values in planes over pools, branches side by side, a join and moved pixels; a dense layer of planes.
template <class Weight, class Activation>
struct Planes : Network<Image<2, 12, 8>, Defaults<Weight, Activation>,
    Conv<Out<40>>, Conv<Out<33>>, AvgPool<2>, Conv<Out<32>, Padding<2>, Dilation<2>>,
    MaxPool<3, Stride<1>, Padding<1>>, Concat<Conv<Out<20>>, Conv<Out<24>, Kernel<1>>>, AvgPool<Window{1, 2}>,
    Conv<Out<40>>, Residual<Sequence<Conv<Out<40>>, Conv<Out<40>>>, Identity>, Activate<>,
    Conv<Out<64>, Kernel<2>, Stride<2, 1>>, Subsample<2>, Upsample<2>,
    Dense<Flatten, Out<70>>, Classifier<Out<3>>> {};

/// Layers of 64, 16, 4 and 1 pixels, whose images go through a panel of weights together, with both kinds of steps and
/// weights that are no multiples of their codes; a depthwise layer; groups.
template <class Weight, class Activation>
struct Small : Network<Image<3, 8, 8>, Defaults<Weight, Activation>,
    Conv<QInt<8>, Out<20>>, Conv<Out<20>, Groups<20>>, MaxPool<2>, Conv<Out<37>>, Conv<Out<36>, Kernel<1>>,
    Conv<Out<36>, Groups<4>>, AvgPool<2>, Conv<Out<50>>, Conv<Out<17>, Kernel<2>, Padding<0>>, Dense<Out<40>>,
    Classifier<QInt<8>, Out<7>>> {};
// clang-format on

/// What moves codes and joins branches, the network's input among them.
struct Joins
    : Network<Image<2, 8, 8>, Defaults<QInt<2>, Act<M_a{4}>>,
              Concat<Identity, Conv<Out<4>>, BranchGrid<QInt<9>, Range{4}>>, Activate<>,
              Multiply<Identity, Sequence<GlobalAvgPool, Dense<Out<4>>, Dense<Out<6>, Act<M_a{8}>>>>, Activate<>,
              Multiply<Identity, Identity>, Activate<>,
              Residual<Sequence<Conv<Out<10>, Stride<2>>, Conv<Out<10>>>, Sequence<Subsample<2>, PadChannels<1, 3>>>,
              Activate<>, Upsample<2>, MaxPool<2>, GlobalAvgPool, Classifier<QInt<8>, Out<3>>> {};

/// Dense layers alone: the images are the pixels.
struct Mlp : Network<Features<37>, Defaults<QInt<2>, Act<M_a{16}>>, Dense<QInt<8>, Out<70>>, Dense<Out<64>>,
                     Dense<QInt<4>, Out<33>>, Classifier<QInt<8>, Out<11>>> {};

template <class Net>
std::vector<integer::code_type<Net, 0>> random_images(std::int64_t count) {
    std::vector<integer::code_type<Net, 0>> pixels(static_cast<std::size_t>(count * facts<Net>.input_shape().size()));
    Random random(11);
    // Some darker than others: networks whose results are averages tell them apart.
    for (std::size_t i = 0; i < pixels.size(); ++i) {
        const std::size_t image = i * static_cast<std::size_t>(count) / pixels.size();
        pixels[i] = static_cast<integer::code_type<Net, 0>>(random() % (1 + image * 37 % 256));
    }
    return pixels;
}

/// What lies behind the working memory must stay as it is.
template <class Working>
struct GuardedScratch {
    Working working;
    unsigned char guard[256];

    GuardedScratch() { std::fill_n(reinterpret_cast<unsigned char*>(this), sizeof *this, 0xa5); }
    [[nodiscard]] bool intact() const {
        return std::all_of(guard, guard + sizeof guard, [](unsigned char byte) { return byte == 0xa5; });
    }
};

constexpr std::int32_t most = 23;

template <std::int32_t Batch, class Net, class Set>
void compare_batches(const IntegerNetwork<Net, Set>& network, const std::vector<std::int64_t>& expected,
                     const std::vector<std::int32_t>& classes) {
    INFO("batch " << Batch);
    constexpr auto pixels = static_cast<std::size_t>(facts<Net>.input_shape().size());
    const auto scratch = std::make_unique<GuardedScratch<Scratch<Net, Set, Batch>>>();
    for (std::int32_t count = 0; count <= Batch; ++count) {
        INFO("images " << count);
        // At the end of its memory: nothing may be read behind the last image.
        const auto all = random_images<Net>(most);
        const std::vector<integer::code_type<Net, 0>> images(
            all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count) * static_cast<std::ptrdiff_t>(pixels));
        const std::int64_t* const found = network.program().logits_batch(images.data(), count, scratch->working);
        REQUIRE(found != nullptr);
        CHECK(std::equal(found, found + std::ptrdiff_t{count} * facts<Net>.classes(), expected.begin()));
        CHECK(scratch->intact());
    }
    CHECK(network.program().logits_batch(nullptr, -1, scratch->working) == nullptr);
    CHECK(network.program().logits_batch(nullptr, Batch + 1, scratch->working) == nullptr);
    std::vector<std::int32_t> found(most + 1, -7);
    network.predict_batch(random_images<Net>(most).data(), most, scratch->working, found.data());
    CHECK(std::equal(classes.begin(), classes.end(), found.begin()));
    CHECK(found[most] == -7);
    CHECK(scratch->intact());
}

template <class Net, class Set, std::int32_t... Batches>
void compare(std::uint64_t seed) {
    INFO("instruction set " << simd::name(Set{}));
    Model<Net> model;
    static_cast<ModelNumbers&>(model) = random_model::make(facts<Net>.view(), seed);
    const IntegerNetwork<Net, Set> network(model);
    const auto images = random_images<Net>(most);
    const auto scratch = network.make_scratch();
    std::vector<std::int64_t> expected;
    std::vector<std::int32_t> classes;
    for (std::int64_t i = 0; i < most; ++i) {
        const auto* const image = images.data() + i * facts<Net>.input_shape().size();
        const std::int64_t* const logits = network.program().logits(image, *scratch);
        expected.insert(expected.end(), logits, logits + facts<Net>.classes());
        classes.push_back(network.predict(image, *scratch));
    }
    // A network that says the same of all images would prove nothing.
    INFO("seed " << seed);
    CHECK(!std::equal(expected.begin() + facts<Net>.classes(), expected.end(), expected.begin()));
    (compare_batches<Batches>(network, expected, classes), ...);
}

}  // namespace

// The arena holds the values of all images, and the workspace of one block: less than so many arenas.
static_assert(arena_bytes<networks::Plain, Portable, 1> == arena_bytes<networks::Plain, Portable>);
static_assert(arena_bytes<Mlp, Portable, 1> < arena_bytes<Mlp, Portable, 2>);
static_assert(arena_bytes<networks::Options, Portable, 16> < 16 * arena_bytes<networks::Options, Portable>);
static_assert(sizeof(Scratch<Mlp, Portable, 5>::logits) == 5 * sizeof(Scratch<Mlp, Portable>::logits));
static_assert(parameter_bytes<Mlp, Portable> == sizeof(Parameters<Mlp, Portable>));

TEST_CASE_TEMPLATE("a batch gives the logits of single images", Set, KERNELS_TEST_TAGS) {
    compare<networks::Plain, Set, 16>(17);
    compare<networks::Options, Set, 16>(2);
    compare<networks::Blocks, Set, 1, 3, 16>(3);
    compare<networks::PreActivation, Set, 16>(4);
    compare<networks::Features37, Set, 16>(5);
    compare<networks::RawInput, Set, 16>(6);
    compare<Joins, Set, 16>(7);
    compare<Mlp, Set, 16>(8);
}

TEST_CASE_TEMPLATE("a batch of planes and of layers with few pixels gives the logits of single images", Set,
                   KERNELS_TEST_TAGS) {
    compare<Planes<QInt<2>, Act<M_a{4}>>, Set, 16>(12);
    compare<Planes<SignWeights<WeightScale::one>, Sign<>>, Set, 16>(2);
    compare<Small<QInt<8>, Act<M_a{256}>>, Set, 1, 3, 16>(3);
    compare<Small<QInt<2>, SignedAct<M_a{5}>>, Set, 16>(4);
    compare<Small<DoReFa<2>, Act<M_a{8}>>, Set, 16>(5);
}

}  // namespace batch_test
