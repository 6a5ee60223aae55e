// Deep networks: plans that stay small, and both programs of 500 operations in a row.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>

#include "intaglio/model/intervals.hpp"
#include "support/program_comparison.hpp"

using namespace intaglio;

namespace {

struct Deep : Network<Features<16>, Defaults<QInt<4>, BatchNorm, Act<M_a{16}>>, Repeat<166, Dense<Out<16>>>,
                      Classifier<Out<4>>> {};
static_assert(facts<Deep>.row_count() > 500);

/// The layout as its definition says: largest first, each pushed on until nobody is in its way.
template <std::size_t N>
std::int64_t by_definition(Array<Interval, N>& intervals) {
    std::int64_t total = 0;
    Array<bool, N> placed{};
    for (std::size_t round = 0; round < N; ++round) {
        std::size_t next = N;
        for (std::size_t i = 0; i < N; ++i) {
            if (!placed[i] && (next == N || intervals[i].size > intervals[next].size)) next = i;
        }
        placed[next] = true;
        Interval& current = intervals[next];
        for (bool moved = current.size > 0; moved;) {
            moved = false;
            for (std::size_t i = 0; i < N; ++i) {
                const Interval& other = intervals[i];
                if (i == next || !placed[i] || other.size == 0) continue;
                if (current.first <= other.last && other.first <= current.last &&
                    current.offset < other.offset + other.size && other.offset < current.offset + current.size) {
                    current.offset = other.offset + other.size;
                    moved = true;
                }
            }
        }
        if (current.size > 0) total = std::max(total, current.offset + current.size);
    }
    return total;
}

}  // namespace

TEST_CASE("a layout is that of its definition: chains, long lives, equal sizes, empty intervals") {
    std::mt19937 random(1);
    const auto uniform = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
    for (int round = 0; round < 400; ++round) {
        Array<Interval, 60> intervals;
        for (std::size_t i = 0; i < intervals.size(); ++i) {
            Interval& one = intervals[i];
            one.size = uniform(4) == 0 ? 0 : memory_alignment * (1 + uniform(round % 3 == 0 ? 3 : 50));
            one.first = round % 2 == 0 ? static_cast<int>(i) : uniform(60);
            one.last = one.first + (uniform(5) == 0 ? uniform(60) : uniform(3));
        }
        Array<Interval, 60> expected = intervals;
        const std::int64_t size = by_definition(expected);
        CHECK(lay_out(intervals) == size);
        for (std::size_t i = 0; i < intervals.size(); ++i) CHECK(intervals[i].offset == expected[i].offset);
    }
}

TEST_CASE("500 operations: integer program, certificate and evaluation agree") {
    std::mt19937 random(2);
    Training<Deep> training(comparison::images, 2, 3);
    const auto pixels = comparison::make_extreme_images<std::uint8_t>(Training<Deep>::pixels, random);
    for (int step = 0; step < 2; ++step) {
        training.forward(pixels.data(), comparison::images, train::Statistics::batch);
        for (float& g : training.logit_gradient()) g = 0.25F;
        training.backward();
        for (std::size_t i = 0; i < training.parameters().size(); ++i) {
            training.parameters()[i] -= 0.01F * training.gradients()[i];
        }
        training.parameters_changed();
    }
    comparison::compare_integer_program<simd::Portable>(training, pixels);
    comparison::compare_integer_program<simd::Native>(training, pixels);
}
