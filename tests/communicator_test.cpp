// What ranks do together: gathering, sums in the fixed tree, sums in the order of the images; and what becomes of them
// when one of them fails. The ranks are threads.
#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "intaglio/train/program/in_process_ranks.hpp"
#include "intaglio/train/program/ranks.hpp"

namespace communicator_test {

namespace {

using namespace intaglio;
using train::Ranks;

static_assert(train::Communicator<InProcessRanks::Rank>);

/// Calls body(ranks) on every rank of `size` and returns what each returns.
template <class Body>
auto on_ranks(int size, const Body& body) {
    std::vector<decltype(body(Ranks()))> results(static_cast<std::size_t>(size));
    InProcessRanks ranks(size);
    ranks.run([&](InProcessRanks::Rank& rank) { results[static_cast<std::size_t>(rank.rank())] = body(Ranks(rank)); });
    return results;
}

// Numbers whose sum depends on the order.
constexpr std::array<float, 8> x{1e8F, 1.0F, -1e8F, 3.0F, 1.0F, 2.0F, 4.0F, 8.0F};

}  // namespace

TEST_CASE("alone there is nobody to talk to") {
    const Ranks alone;
    CHECK(alone.alone());
    CHECK(alone.rank() == 0);
    CHECK(alone.size() == 1);
    CHECK(alone.groups() == train::sample_groups);
    CHECK(alone.first_group() == 0);
    CHECK((alone.part(13) == train::BatchPart{0, 13, 13}));
    std::vector<int> numbers{3, 4};
    alone.gather_groups(numbers.data(), 1);
    alone.sum(numbers.data(), static_cast<int*>(nullptr), 2);
    alone.in_turn(numbers.data(), 2, [&] { numbers[0] = 5; });
    CHECK((numbers == std::vector<int>{5, 4}));
    CHECK(alone.sum(7) == 7);
}

TEST_CASE("ranks cut a batch at the groups, without gaps") {
    for (const int size : {1, 2, 4, 8}) {
        for (const std::int64_t count : {1, 3, 7, 8, 13, 64, 107}) {
            INFO(size << " ranks, " << count << " images");
            const auto parts = on_ranks(size, [&](const Ranks& ranks) { return ranks.part(count); });
            const auto most = on_ranks(size, [&](const Ranks& ranks) { return ranks.largest_part(count); });
            const auto groups = on_ranks(size, [&](const Ranks& ranks) { return ranks.first_group(); });
            std::int64_t next = 0;
            for (std::size_t r = 0; r < parts.size(); ++r) {
                CHECK(parts[r].first == next);
                CHECK(parts[r].first == train::group_begin(count, groups[r]));
                CHECK(parts[r].batch == count);
                CHECK(parts[r].count <= most[r]);
                CHECK(groups[r] == static_cast<int>(r) * 8 / size);
                next += parts[r].count;
            }
            CHECK(next == count);
        }
    }
}

TEST_CASE("a sum over groups, then ranks, is the tree over all groups") {
    const float expected = train::tree_sum([&](std::size_t g) { return x[g]; });
    REQUIRE(expected == 15.0F);
    for (const int size : {2, 4, 8}) {
        INFO(size << " ranks");
        const auto sums = on_ranks(size, [&](const Ranks& ranks) {
            std::array<float, 2 * train::sample_groups> all{};
            for (int g = ranks.first_group(); g < ranks.first_group() + ranks.groups(); ++g) {
                const auto at = static_cast<std::size_t>(g);
                all[2 * at] = x[at];
                all[2 * at + 1] = -2 * x[at];
            }
            const float* sum = ranks.sum_groups(all.data(), 2);
            return std::array<float, 2>{sum[0], sum[1]};
        });
        for (const auto& sum : sums) {
            CHECK(sum[0] == expected);
            CHECK(sum[1] == -2 * expected);
        }
        for (const std::int64_t sum :
             on_ranks(size, [](const Ranks& ranks) { return ranks.sum(std::int64_t{1} << ranks.rank()); })) {
            CHECK(sum == (1 << size) - 1);
        }
    }
}

TEST_CASE("gathered numbers are the same on every rank, also where some have none") {
    for (const int size : {1, 2, 4, 8}) {
        for (const std::int64_t images : {1, 3, 8, 29}) {
            INFO(size << " ranks, " << images << " images");
            std::vector<double> expected(static_cast<std::size_t>(2 * images));
            std::iota(expected.begin(), expected.end(), 1.0);
            const auto all = on_ranks(size, [&](const Ranks& ranks) {
                std::vector<double> numbers(expected.size(), -1);
                const train::BatchPart part = ranks.part(images);
                for (std::int64_t i = 2 * part.first; i < 2 * (part.first + part.count); ++i) {
                    numbers[static_cast<std::size_t>(i)] = static_cast<double>(i + 1);
                }
                ranks.gather_images(numbers.data(), images, 2);
                return numbers;
            });
            for (const std::vector<double>& numbers : all) CHECK(numbers == expected);
        }
        const auto groups = on_ranks(size, [&](const Ranks& ranks) {
            std::vector<int> numbers(3 * train::sample_groups);
            for (int i = 3 * ranks.first_group(); i < 3 * (ranks.first_group() + ranks.groups()); ++i) {
                numbers[static_cast<std::size_t>(i)] = i;
            }
            ranks.gather_groups(numbers.data(), 3);
            return numbers;
        });
        for (const std::vector<int>& numbers : groups) {
            for (std::size_t i = 0; i < numbers.size(); ++i) CHECK(numbers[i] == static_cast<int>(i));
        }
    }
}

TEST_CASE("in turn, every rank goes on where the one in front has stopped") {
    float expected = 0;
    for (const float v : x) expected += v;
    REQUIRE(expected != train::tree_sum([&](std::size_t g) { return x[g]; }));
    for (const int size : {1, 2, 4, 8}) {
        INFO(size << " ranks");
        const auto sums = on_ranks(size, [&](const Ranks& ranks) {
            std::array<float, 2> sum{};
            ranks.in_turn(sum.data(), 2, [&] {
                for (int g = ranks.first_group(); g < ranks.first_group() + ranks.groups(); ++g) {
                    sum[0] += x[static_cast<std::size_t>(g)];
                    sum[1] = static_cast<float>(g);
                }
            });
            return sum;
        });
        for (const auto& sum : sums) {
            CHECK(sum[0] == expected);
            CHECK(sum[1] == 7.0F);
        }
    }
}

TEST_CASE("the numbers of a batch come together, and its parts go back") {
    for (const int size : {1, 2, 4, 8}) {
        const auto good = on_ranks(size, [&](const Ranks& ranks) {
            train::WholeBatch<int> whole(ranks, 20, 1);
            bool same = true;
            for (const std::int64_t images : {20, 7, 1}) {
                const train::BatchPart part = ranks.part(images);
                std::vector<int> own(static_cast<std::size_t>(part.count));
                std::iota(own.begin(), own.end(), static_cast<int>(part.first));
                const std::span<const int> all = whole.gather(own, part);
                same &= static_cast<std::int64_t>(all.size()) == images;
                for (std::size_t i = 0; i < all.size(); ++i) same &= all[i] == static_cast<int>(i);
                const std::span<int> to = whole.memory(own, images);
                for (std::size_t i = 0; i < to.size(); ++i) to[i] = 100 + static_cast<int>(i);
                whole.take(own, part);
                for (std::size_t i = 0; i < own.size(); ++i) {
                    same &= own[i] == 100 + static_cast<int>(part.first) + static_cast<int>(i);
                }
            }
            return same ? 1 : 0;
        });
        for (const int one : good) CHECK(one == 1);
    }
}

TEST_CASE("numbers of ranks that make no sense are refused") {
    struct Claims {
        int rank_;
        int size_;
        [[nodiscard]] int rank() const { return rank_; }
        [[nodiscard]] int size() const { return size_; }
        static void exchange(int, const std::byte*, std::size_t, std::byte*, std::size_t) {}
    };
    const auto made = [](Claims claims) { return Ranks(claims).size(); };
    CHECK(made({3, 4}) == 4);
    for (const int size : {-1, 0, 3, 6, 16}) {
        CHECK_THROWS_WITH_AS(made({0, size}), doctest::Contains("1, 2, 4 or 8 ranks, found"), std::invalid_argument);
    }
    CHECK_THROWS_WITH_AS(made({4, 4}), "communicator: expected a rank from 0 to 3, found 4", std::invalid_argument);
    CHECK_THROWS_WITH_AS(made({-1, 4}), doctest::Contains("found -1"), std::invalid_argument);
    CHECK_THROWS_WITH_AS(InProcessRanks(0), "ranks: expected at least 1, found 0", std::invalid_argument);
    InProcessRanks two(2);
    CHECK_THROWS_AS((void)two[2], std::out_of_range);
    CHECK_THROWS_WITH_AS(two[1].exchange(1, nullptr, 0, nullptr, 0), "rank 1 of 2 has no partner 1",
                         std::invalid_argument);
}

TEST_CASE("many exchanges of all sizes between all pairs") {
    constexpr int size = 4;
    InProcessRanks ranks(size);
    std::atomic<int> wrong{0};
    ranks.run([&](InProcessRanks::Rank& own) {
        std::vector<std::byte> sent(100);
        std::vector<std::byte> received(100);
        for (int repetition = 0; repetition < 300; ++repetition) {
            const int partner = own.rank() ^ (1 + repetition % (size - 1));
            const auto bytes = [&](int rank) { return static_cast<std::size_t>((7 * repetition + 31 * rank) % 101); };
            const auto content = [&](int rank) { return static_cast<std::byte>((repetition + 64 * rank) % 256); };
            sent.assign(bytes(own.rank()), content(own.rank()));
            received.assign(bytes(partner), std::byte{0});
            own.exchange(partner, sent.data(), sent.size(), received.data(), received.size());
            for (const std::byte b : received) wrong += b == content(partner) ? 0 : 1;
            sent.assign(sent.size(), std::byte{0xFF});  // the partner has it already
        }
    });
    CHECK(wrong == 0);
}

TEST_CASE("a rank that fails ends the others, and its exception comes out") {
    for (const int failing : {0, 1, 3}) {
        for (const int before : {0, 5}) {
            InProcessRanks ranks(4);
            std::atomic<int> aborted{0};
            CHECK_THROWS_WITH_AS(ranks.run([&](InProcessRanks::Rank& own) {
                try {
                    for (int i = 0;; ++i) {
                        if (own.rank() == failing && i == before) throw std::logic_error("no more");
                        (void)Ranks(own).sum(1);
                    }
                } catch (const InProcessRanks::Aborted&) {
                    ++aborted;
                    throw;
                }
            }),
                                 "no more", std::logic_error);
            CHECK(aborted == 3);
            CHECK_THROWS_AS(ranks[0].exchange(1, nullptr, 0, nullptr, 0), InProcessRanks::Aborted);
        }
    }
}

TEST_CASE("ranks that wait are woken by an abort from outside") {
    InProcessRanks ranks(2);
    std::atomic<bool> started{false};
    std::thread waits([&] {
        std::array<std::byte, 1> byte{};
        started = true;
        CHECK_THROWS_WITH_AS(ranks[0].exchange(1, byte.data(), 1, byte.data(), 1), "another rank has failed",
                             InProcessRanks::Aborted);
    });
    while (!started) std::this_thread::yield();
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    ranks.abort();
    waits.join();
}

TEST_CASE("ranks that do not make the same calls are told so") {
    InProcessRanks ranks(2);
    CHECK_THROWS_WITH_AS(ranks.run([&](InProcessRanks::Rank& own) {
        std::vector<float> numbers(4);
        std::vector<float> memory(4);
        Ranks(own).sum(numbers.data(), memory.data(), own.rank() == 0 ? 4 : 3);
    }),
                         doctest::Contains("do not make the same calls: expected 1"), std::runtime_error);
}

}  // namespace communicator_test
