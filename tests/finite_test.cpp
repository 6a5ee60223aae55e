// NaN and infinity are found where a compiler assumes that there are none: this file is compiled with -ffast-math.
#include "intaglio/host/finite.hpp"

#include <doctest/doctest.h>

#include <bit>
#include <cstdint>
#include <stdexcept>
#include <vector>

#include "intaglio/train/loop/early_stopping.hpp"
#include "intaglio/train/loop/loss.hpp"
#include "intaglio/train/loop/optimizer.hpp"
#include "intaglio/train/loop/option_text.hpp"
#include "intaglio/train/loop/schedule.hpp"

using namespace intaglio;

namespace {

// From their bits, as constants that are not finite mean nothing to such a compiler.
volatile std::uint64_t nan_bits = 0x7ff8000000000000U;
volatile std::uint64_t infinity_bits = 0x7ff0000000000000U;
double from(std::uint64_t bits) {
    return std::bit_cast<double>(bits);
}

}  // namespace

TEST_CASE("numbers that are not finite are found whatever the flags of the compiler") {
    for (const double bad : {from(nan_bits), from(infinity_bits), from(infinity_bits | std::uint64_t{1} << 63)}) {
        CHECK(!train::is_finite(bad));
        std::vector<float> floats(9, 1.0F);
        floats[7] = std::bit_cast<float>(
            static_cast<std::uint32_t>(std::bit_cast<std::uint64_t>(bad) >> 32 << 3 | 0x7f800000U));
        CHECK(!train::is_finite(floats[7]));
        CHECK(!train::all_finite(floats.data(), 9));
        CHECK(train::all_finite(floats.data(), 7));

        CHECK_THROWS_AS(train::require_option(bad, 0, 1, "x"), std::invalid_argument);
        CHECK_THROWS_AS(train::require_option(true, "x", bad), std::invalid_argument);
        CHECK_THROWS_AS((MomentumSgd{.momentum = bad}.check()), std::invalid_argument);
        CHECK_THROWS_AS((Adam{.beta1 = bad}.check()), std::invalid_argument);
        CHECK_THROWS_AS((AdamW{.epsilon = bad}.check()), std::invalid_argument);
        CHECK_THROWS_AS((CrossEntropyAndSquares{.class_weights = {bad}}.check(1)), std::invalid_argument);
        CHECK_THROWS_AS(AnySchedule(StepSchedule{.every = 1, .factor = bad}).check(), std::invalid_argument);
        CHECK_THROWS_AS((EarlyStopping{.min_change = bad}.check(true)), std::invalid_argument);
        CHECK_THROWS_AS((WeightAverage{.decay = bad}.check()), std::invalid_argument);
        CHECK_THROWS_AS(train::check_loss(bad), std::runtime_error);

        train::StoppingState state;
        CHECK(!state.add({.patience = 2}, 1, bad, bad));
        CHECK(state.best_epoch() == 0);
    }
    CHECK(train::is_finite(0.0));
    CHECK(train::is_finite(from(0x7fefffffffffffffU)));
    CHECK(train::is_finite(from(1)));
    CHECK(train::is_finite(-3.5F));
    CHECK_NOTHROW(train::require_option(1, 0, 1, "x"));
}
