// A certificate has to find every threshold of a step that is moved by one.
#pragma once

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>

#include "intaglio/train/lowering.hpp"

namespace tools {

/// Moves thresholds of the row, the values first ... first + count - 1 of its parameters in plain code, up and down.
/// One at an end of the sums' range may pass for another.
template <class Net, std::size_t Row>
void check_moved_thresholds(std::int32_t first, std::int32_t count) {
    using namespace intaglio;
    Training<Net> training(1);
    IntegerNetwork<Net, simd::Portable> network = lower(training);
    REQUIRE(certify(training, network).proven());
    std::byte* const parameters = network.parameters().bytes + integer::plan<Net, simd::Portable>.parameters[Row];
    auto* const thresholds = reinterpret_cast<std::int32_t*>(parameters) + first;
    const CodeRange range = facts<Net>.value(facts<Net>.rows[Row].input).codes;
    int moved = 0;
    for (std::int32_t i = 0; i < count; ++i) {
        std::int32_t& threshold = thresholds[i];
        if (threshold <= range.lowest + 1 || threshold >= range.highest - 1) continue;
        for (const int by : {-1, 1}) {
            threshold += by;
            CHECK(!certify(training, network).proven());
            threshold -= by;
            ++moved;
        }
    }
    CHECK(moved > 0);
    CHECK(certify(training, network).proven());
}

}  // namespace tools
