// Fixed arrays, extents and random numbers.
#include <doctest/doctest.h>

#include <bit>
#include <cstdint>
#include <set>
#include <type_traits>
#include <vector>

#include "intaglio/core/array.hpp"
#include "intaglio/core/extents.hpp"
#include "intaglio/core/random.hpp"

namespace core_test {

using namespace intaglio;

namespace {

using Block = Array<std::uint32_t, 4>;

/// Chi-square of counts that should all be equal.
double chi_square(const std::vector<int>& counts) {
    double total = 0;
    for (const int count : counts) total += count;
    const double mean = total / static_cast<double>(counts.size());
    double sum = 0;
    for (const int count : counts) sum += (count - mean) * (count - mean) / mean;
    return sum;
}

}  // namespace

TEST_CASE("an array is an aggregate that constant expressions can use") {
    constexpr Array<int, 3> squares{{1, 4, 9}};
    static_assert(squares.size() == 3 && squares[2] == 9);
    static_assert(squares == Array<int, 3>{{1, 4, 9}} && !(squares == Array<int, 3>{{1, 4, 8}}));
    static_assert(Array<int, 4>{}[3] == 0);
    static_assert(Array<int, 0>::size() == 0);
    static_assert(std::is_trivially_copyable_v<Array<int, 3>> && std::is_aggregate_v<Array<int, 3>>);
    int sum = 0;
    for (const int square : squares) sum += square;
    CHECK(sum == 14);
    const Array<int, 0> empty{};
    CHECK(empty.begin() == empty.end());
    Array<int, 2> changed{};
    changed[1] = 7;
    CHECK(changed == Array<int, 2>{{0, 7}});
}

TEST_CASE("a view reads and writes the memory of its owner") {
    int numbers[] = {1, 2, 3};
    const View<int> view{numbers, 3};
    for (int& number : view) number *= 2;
    CHECK(numbers[0] + numbers[1] + numbers[2] == 12);
    CHECK(&view[1] == &numbers[1]);
    CHECK(View<int>{}.begin() == View<int>{}.end());
}

TEST_CASE("extents count weights and multiply-accumulates in 64 bits") {
    constexpr ConvolutionExtents convolution{.in = {14, 14, 32},
                                             .out = {7, 14, 64},
                                             .kernel_height = 3,
                                             .kernel_width = 5,
                                             .stride_height = 2,
                                             .padding_height = 1,
                                             .padding_width = 2,
                                             .groups = 4};
    static_assert(convolution.channels_per_group() == 8);
    static_assert(convolution.fan_in() == 3 * 5 * 8);
    static_assert(convolution.weights() == 3 * 5 * 8 * 64);
    static_assert(convolution.macs() == std::int64_t{3 * 5 * 8 * 64} * 7 * 14);
    static_assert(Shape{65536, 65536, 2}.pixels() == std::int64_t{1} << 32);
    static_assert(Shape{65536, 65536, 2}.size() == std::int64_t{1} << 33);
    CHECK(Shape{} == Shape{1, 1, 1});
}

// The known answers of the authors of Philox (Random123 1.14.0, tests/kat_vectors, "philox4x32 10").
TEST_CASE("the block function of Philox 4x32-10 gives the published answers") {
    static_assert(philox4x32({{0, 0, 0, 0}}, {{0, 0}}) == Block{{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}});
    static_assert(philox4x32({{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}}, {{0xffffffff, 0xffffffff}}) ==
                  Block{{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}});
    static_assert(philox4x32({{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}}, {{0xa4093822, 0x299f31d0}}) ==
                  Block{{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}});
    CHECK(philox4x32({{0, 0, 0, 0}}, {{0, 0}})[0] == 0x6627e8d5);
}

TEST_CASE("a stream is the blocks of its counter in order") {
    const std::uint64_t seed = 0x299f31d0a4093822;
    const std::uint64_t stream = 0x0370734413198a2e;
    for (const std::uint64_t first : {std::uint64_t{0}, std::uint64_t{5}, (std::uint64_t{1} << 32) - 1}) {
        Random random(seed, stream, 4 * first);
        for (std::uint64_t block = first; block < first + 3; ++block) {
            const Block expected = philox4x32(
                {{static_cast<std::uint32_t>(block), static_cast<std::uint32_t>(block >> 32), 0x13198a2e, 0x03707344}},
                {{0xa4093822, 0x299f31d0}});
            for (const std::uint32_t number : expected) CHECK(random() == number);
            CHECK(random.position() == 4 * (block + 1));
        }
    }
    static_assert(Random(0)() == 0x6627e8d5);
}

TEST_CASE("a stream goes on from any position") {
    Random whole(7, 3);
    std::vector<std::uint32_t> numbers;
    for (int i = 0; i < 20; ++i) numbers.push_back(whole());
    for (std::uint64_t position = 0; position < 20; ++position) {
        Random rest(7, 3, position);
        for (std::uint64_t i = position; i < 20; ++i) CHECK(rest() == numbers[i]);
        CHECK(rest.position() == 20);
    }
    Random copied = whole;
    CHECK(copied() == whole());
}

TEST_CASE("below stays below its bound") {
    Random random(11);
    for (const std::uint32_t bound :
         {1U, 2U, 3U, 255U, 256U, 257U, 0x7fffffffU, 0x80000000U, 0x80000001U, 0xffffffffU}) {
        for (int i = 0; i < 1000; ++i) CHECK(random.below(bound) < bound);
    }
    static_assert(Random(1).below(1) == 0);
}

TEST_CASE("below is uniform") {
    // The bounds hold a correct generator with probability 0.999 for each number of cells; the seeds are fixed.
    struct Case {
        std::uint32_t bound;
        double limit;
    };
    for (const Case& c : {Case{2, 10.83}, Case{3, 13.82}, Case{10, 27.88}, Case{100, 148.2}, Case{784, 911.0}}) {
        CAPTURE(c.bound);
        Random random(17, c.bound);
        std::vector<int> counts(c.bound);
        for (int i = 0; i < 200000; ++i) ++counts[random.below(c.bound)];
        CHECK(chi_square(counts) < c.limit);
    }
}

TEST_CASE("below rejects, so that a bound which does not divide 2^32 is unbiased") {
    // Without rejection every second number below 3 * 2^30 would be a multiple of 3.
    Random random(5);
    std::vector<int> remainders(3);
    for (int i = 0; i < 30000; ++i) ++remainders[random.below(0xC0000000U) % 3];
    CHECK(chi_square(remainders) < 13.82);
    CHECK(random.position() > 38000);  // a quarter of all tries is rejected
    CHECK(random.position() < 42000);
}

TEST_CASE("each bit is as often set as not") {
    Random random(23);
    std::vector<int> set(32);
    const int draws = 100000;
    for (int i = 0; i < draws; ++i) {
        const std::uint32_t number = random();
        for (std::size_t bit = 0; bit < 32; ++bit) set[bit] += static_cast<int>((number >> bit) & 1);
    }
    for (const int count : set) {
        CHECK(count > draws / 2 - 700);  // 4.4 standard deviations
        CHECK(count < draws / 2 + 700);
    }
}

TEST_CASE("streams and seeds are independent") {
    const Random generators[] = {Random(1, 0), Random(1, 1), Random(2, 0), Random(std::uint64_t{1} << 32, 0),
                                 Random(1, std::uint64_t{1} << 32)};
    const int draws = 4000;
    std::set<std::uint32_t> all;
    for (Random random : generators) {
        for (int i = 0; i < draws; ++i) all.insert(random());
    }
    CHECK(all.size() >= 5 * draws - 2);  // 0.05 collisions are expected
    for (const Random& one : generators) {
        for (const Random& other : generators) {
            if (&one == &other) continue;
            Random a = one;
            Random b = other;
            int equal_bits = 0;
            for (int i = 0; i < draws; ++i) equal_bits += std::popcount(~(a() ^ b()));
            CHECK(equal_bits > 16 * draws - 800);  // 4.5 standard deviations
            CHECK(equal_bits < 16 * draws + 800);
        }
    }
}

}  // namespace core_test
