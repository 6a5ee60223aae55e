// Batches: the logits of several images at once are those of each image alone, for all numbers of images up to the
// planned one and beyond, all kinds of operations, layouts and kernels, on every instruction set.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "support/batch_tools.hpp"

namespace batch_test {

namespace {

using namespace batch_tools;

template <std::int32_t Batch, class Net, class Set>
void compare_batches(const IntegerNetwork<Net, Set>& network, const Results& expected) {
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
        CHECK(std::equal(found, found + std::ptrdiff_t{count} * facts<Net>.classes(), expected.logits.begin()));
        CHECK(scratch->intact());
    }
    CHECK(network.program().logits_batch(nullptr, -1, scratch->working) == nullptr);
    CHECK(network.program().logits_batch(nullptr, Batch + 1, scratch->working) == nullptr);
    std::vector<std::int32_t> found(most + 1, -7);
    network.predict_batch(random_images<Net>(most).data(), most, scratch->working, found.data());
    CHECK(std::equal(expected.classes.begin(), expected.classes.end(), found.begin()));
    CHECK(found[most] == -7);
    CHECK(scratch->intact());
}

template <class Net, class Set, std::int32_t... Batches>
void compare(std::uint64_t seed) {
    INFO("instruction set " << simd::name(Set{}) << ", seed " << seed);
    const IntegerNetwork<Net, Set> network(random_network<Net>(seed));
    const Results expected = single_images(network);
    (compare_batches<Batches>(network, expected), ...);
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
