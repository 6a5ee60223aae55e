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
    }
}

}  // namespace

// Each thread has an arena for its images.
static_assert(arena_bytes<Mlp, Portable, 16, 1> == arena_bytes<Mlp, Portable, 16>);
static_assert(arena_bytes<Mlp, Portable, 16, 2> == 2 * ((arena_bytes<Mlp, Portable, 8> + 63) / 64 * 64));
static_assert(arena_bytes<Mlp, Portable, 7, 3> == arena_bytes<Mlp, Portable, 9, 3>);
static_assert(arena_bytes<Mlp, Portable, 1, 3> >= 3 * arena_bytes<Mlp, Portable>);

TEST_CASE_TEMPLATE("threads give the logits of single images", Set, KERNELS_TEST_TAGS) {
    compare<networks::Blocks, Set>(3);
    compare<Joins, Set>(7);
    compare<Mlp, Set>(8);
    compare<Planes<QInt<2>, Act<M_a{4}>>, Set>(12);
    compare<Small<QInt<8>, Act<M_a{256}>>, Set>(3);
    compare<Small<DoReFa<2>, Act<M_a{8}>>, Set>(5);
}

}  // namespace batch_threads_test
