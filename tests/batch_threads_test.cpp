// Threads over a batch and within one image: the logits of every split are those of single images. ThreadSanitizer
// watches.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "intaglio/canonical/network.hpp"
#include "intaglio/host/thread_pool.hpp"
#include "support/batch_tools.hpp"

namespace batch_threads_test {

namespace {

using namespace batch_tools;

/// The second half of the tasks first, so that nothing can depend on their order.
struct Backwards {
    template <class Body>
    void run(std::int64_t parts, const Body& body) {
        for (std::int64_t part = parts; part-- > 0;) body(part, 0);
    }
};

template <std::int32_t Batch, std::int32_t Threads, class Net, class Set, class Pool>
void compare_threads(const IntegerNetwork<Net, Set>& network, const Results& expected, Pool&& pool) {
    INFO("batch " << Batch << ", threads " << Threads);
    const auto scratch = std::make_unique<GuardedScratch<Scratch<Net, Set, Batch, Threads>>>();
    const auto images = random_images<Net>(most);
    for (std::int32_t count = 0; count <= Batch; ++count) {
        INFO("images " << count);
        const std::int64_t* const found = network.program().logits_batch(images.data(), count, scratch->working, pool);
        REQUIRE(found != nullptr);
        CHECK(std::equal(found, found + std::ptrdiff_t{count} * facts<Net>.classes(), expected.logits.begin()));
        CHECK(scratch->intact());
    }
    CHECK(network.program().logits_batch(nullptr, Batch + 1, scratch->working, pool) == nullptr);
    std::vector<std::int32_t> classes(most);
    network.predict_batch(images.data(), most, scratch->working, classes.data(), pool);
    CHECK(classes == expected.classes);
}

/// Every product in parts, however small it is.
template <std::int32_t Parts, class Net, class Set>
void compare_parts(const IntegerNetwork<Net, Set>& network, const Results& expected, ThreadPool& pool) {
    INFO("parts " << Parts);
    using Memory = Scratch<Net, Set, 1, Parts>;
    const auto scratch = std::make_unique<GuardedScratch<Memory>>();
    constexpr auto arena = static_cast<std::ptrdiff_t>(sizeof(Memory::arena) / Parts);
    const auto images = random_images<Net>(most);
    for (std::int64_t image = 0; image < most; ++image) {
        const integer::Frame frame{network.parameters().bytes, images.data() + image * facts<Net>.input_shape().size(),
                                   scratch->working.arena, scratch->working.logits};
        for (const integer::Instruction& instruction : integer::instructions<Net, Set>) {
            pool.run(instruction.takes_batches ? Parts : 1, [&](std::int64_t part, int) {
                integer::Frame one = frame;
                if (instruction.takes_batches) one.part = {static_cast<std::int32_t>(part), Parts};
                integer::Site site = instruction.site;
                site.workspace += part * arena;
                instruction.run(site, one);
            });
        }
        const std::int64_t* const found = scratch->working.logits;
        CHECK(std::equal(found, found + facts<Net>.classes(),
                         expected.logits.begin() + static_cast<std::ptrdiff_t>(image) * facts<Net>.classes()));
        CHECK(scratch->intact());
    }
}

template <class Net, class Set>
void compare(std::uint64_t seed) {
    INFO("instruction set " << simd::name(Set{}) << ", seed " << seed);
    const IntegerNetwork<Net, Set> network(random_network<Net>(seed));
    const Results expected = single_images(network);
    compare_threads<1, 2>(network, expected, OneThread{});
    compare_threads<7, 3>(network, expected, Backwards{});
    for (const int threads : {1, 2, 3}) {
        ThreadPool pool(threads);
        compare_threads<1, 2>(network, expected, pool);
        compare_threads<7, 3>(network, expected, pool);
        compare_parts<2>(network, expected, pool);
        compare_parts<3>(network, expected, pool);
    }
}

/// Products of one image that threads share: rows of the second, channels of the dense one.
struct Large : Network<Image<3, 16, 16>, Defaults<QInt<8>, Act<M_a{16}>>, Conv<Out<32>>, Conv<Out<32>>, AvgPool<2>,
                       Dense<Flatten, Out<520>>, Classifier<Out<4>>> {};
static_assert(integer::is_worth_parts(integer::instructions<Large, Portable>[1]));
static_assert(integer::is_worth_parts(integer::instructions<Large, Portable>[3]));
static_assert(!integer::is_worth_parts(integer::instructions<Large, Portable>[0]));

}  // namespace

// Each thread has an arena for its images.
static_assert(arena_bytes<Mlp, Portable, 16, 1> == arena_bytes<Mlp, Portable, 16>);
static_assert(arena_bytes<Mlp, Portable, 16, 2> == 2 * ((arena_bytes<Mlp, Portable, 8> + 63) / 64 * 64));
static_assert(arena_bytes<Mlp, Portable, 7, 3> == arena_bytes<Mlp, Portable, 9, 3>);
static_assert(arena_bytes<Mlp, Portable, 1, 3> >= 3 * arena_bytes<Mlp, Portable>);

TEST_CASE_TEMPLATE("threads give the logits of single images", Set, KERNELS_TEST_TAGS) {
    compare<networks::Blocks, Set>(3);
    compare<Joins, Set>(7);
    compare<Large, Set>(4);
    compare<Mlp, Set>(8);
    compare<Planes<QInt<2>, Act<M_a{4}>>, Set>(12);
    compare<Small<QInt<8>, Act<M_a{256}>>, Set>(3);
    compare<Small<DoReFa<2>, Act<M_a{8}>>, Set>(5);
}

}  // namespace batch_threads_test
