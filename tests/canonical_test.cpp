// The canonical model as plain data: its bytes spelt out, its plain steps, what fits a network, and the comparison of
// two steps.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "intaglio/canonical/bytes.hpp"
#include "intaglio/canonical/certificate.hpp"
#include "intaglio/canonical/check.hpp"
#include "intaglio/canonical/model.hpp"
#include "intaglio/canonical/network.hpp"
#include "intaglio/canonical/step.hpp"
#include "intaglio/model/network.hpp"
#include "intaglio/model/vocabulary.hpp"

namespace canonical_test {

using namespace intaglio;

namespace {

/// A step by thresholds, a step by multipliers, logits.
struct Net : Network<Image<1, 3, 3>, Defaults<QInt<2>, BatchNorm>, Conv<Out<3>, Act<M_a{3}>>,
                     Conv<Out<4>, Act<M_a{40}>>, GlobalAvgPool, Classifier<Out<2>>> {};

/// Numbers as many as the rows need, of the smallest kind.
ModelNumbers fitting_model() {
    ModelNumbers model;
    for (const Row& row : facts<Net>.rows) {
        const auto channels = static_cast<std::size_t>(facts<Net>.value(row.output).shape.channels);
        RowNumbers numbers;
        numbers.weights.assign(static_cast<std::size_t>(row.weights), 0);
        if (row.steps > 0 && row.has_thresholds()) {
            numbers.thresholds.assign(static_cast<std::size_t>(row.steps) * channels, 0);
            numbers.falling.assign(channels, 0);
        } else if (row.steps > 0) {
            numbers.multipliers.assign(channels, 1);
            numbers.addends.assign(channels, 0);
            numbers.shifts.assign(channels, 1);
        }
        model.rows.push_back(numbers);
    }
    model.rows.back().multipliers.assign(2, 1);
    model.rows.back().addends.assign(2, 0);
    return model;
}

std::size_t row_with(const auto& has) {
    return static_cast<std::size_t>(std::find_if(facts<Net>.rows.begin(), facts<Net>.rows.end(), has) -
                                    facts<Net>.rows.begin());
}

/// The message about a changed model, behind "model, layer "; empty if it fits.
std::string refusal(const auto& change) {
    ModelNumbers model = fitting_model();
    change(model);
    try {
        require_fitting(model, facts<Net>.view());
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "";
}

/// min(accumulator / 10 rounded down, 3), and from `jump` on `top`.
StepFunction staircase(std::int32_t jump, std::int32_t top) {
    return [=](const std::int32_t* accumulators, std::int32_t* codes) {
        codes[0] = accumulators[0] >= jump ? top : std::clamp(accumulators[0] / 10, 0, 3);
    };
}
Certificate compared(const StepFunction& first, const StepFunction& second) {
    Certificate certificate;
    compare_steps({0, 99}, {0, 3}, 1, first, second, {}, 1, {"here", "one", "the other"}, certificate);
    return certificate;
}

}  // namespace

TEST_CASE("the bytes of a model, spelt out") {
    ModelNumbers model;
    model.logit_exponent = -3;
    model.rows.resize(2);
    model.rows[0].weights = {-1, 2};
    model.rows[0].thresholds = {-2};
    model.rows[0].falling = {1};
    model.rows[1].multipliers = {258};
    model.rows[1].addends = {-1};
    model.rows[1].shifts = {7};
    model.rows[1].numbers = {1};
    std::vector<int> expected{0xfd, 0xff, 0xff, 0xff};
    const auto add = [&](const std::vector<int>& bytes) {
        expected.insert(expected.end(), bytes.begin(), bytes.end());
    };
    const auto count = [&](int number) { add({number, 0, 0, 0, 0, 0, 0, 0}); };
    count(2);
    count(2), add({0xff, 2});
    count(1), add({0xfe, 0xff, 0xff, 0xff});
    count(1), add({1});
    for (int i = 0; i < 4; ++i) count(0);
    for (int i = 0; i < 3; ++i) count(0);
    count(1), add({2, 1, 0, 0});
    count(1), add(std::vector<int>(8, 0xff));
    count(1), add({7});
    count(1), count(1);
    std::vector<int> found;
    for (const std::byte byte : canonical_bytes(model)) found.push_back(static_cast<int>(byte));
    CHECK((found == expected));
    const std::vector<std::byte> bytes = canonical_bytes(model);
    CHECK((read_canonical_bytes(bytes) == model));
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        CHECK_THROWS_AS((void)read_canonical_bytes(std::span(bytes).first(size)), std::invalid_argument);
    }
    for (std::size_t at = 4; at < bytes.size(); ++at) {
        // Counts that no file of this size can have take no memory.
        std::vector<std::byte> changed = bytes;
        changed[at] = std::byte{0x7f};
        try {
            const ModelNumbers read = read_canonical_bytes(changed);
            CHECK((canonical_bytes(read) == changed));
        } catch (const std::invalid_argument&) {
            CHECK((changed != bytes));
        }
    }
    std::vector<std::byte> longer = bytes;
    longer.push_back(std::byte{0});
    CHECK_THROWS_AS((void)read_canonical_bytes(longer), std::invalid_argument);
    CHECK(model.logit_unit() == 8.0);
    model.logit_exponent = 2;
    CHECK(model.logit_unit() == 0.25);
}

TEST_CASE("the code of a step: thresholds that rise and fall, multiplier, addend and shift") {
    RowNumbers thresholds;
    thresholds.thresholds = {-3, -6, 5, -2};
    thresholds.falling = {0, 1};
    const integer::StepForm form{.lowest = -1, .highest = 1, .levels = 2};
    const std::vector<std::int32_t> accumulators{-4, -3, 1, 2, 4, 5, 6};
    const std::vector<std::int32_t> rising{-1, 0, 0, 0, 0, 1, 1};
    const std::vector<std::int32_t> falling{1, 1, 1, 0, 0, 0, -1};  // -a - 1 >= -6 and -a - 1 >= -2
    for (std::size_t i = 0; i < accumulators.size(); ++i) {
        CAPTURE(accumulators[i]);
        CHECK(step_code(thresholds, form, 0, accumulators[i]) == rising[i]);
        CHECK(step_code(thresholds, form, 1, accumulators[i]) == falling[i]);
    }
    RowNumbers dyadic;
    dyadic.multipliers = {3, -1};
    dyadic.addends = {2, 4};
    dyadic.shifts = {2, 3};
    const integer::StepForm wide{.lowest = -2, .highest = 30};
    CHECK(step_code(dyadic, wide, 0, 5) == 4);    // 17 / 4
    CHECK(step_code(dyadic, wide, 0, -2) == -1);  // -4 / 4
    CHECK(step_code(dyadic, wide, 0, -3) == -2);  // -7 / 4, rounded down
    CHECK(step_code(dyadic, wide, 0, 100) == 30);
    CHECK(step_code(dyadic, wide, 1, 4) == 0);
    CHECK(step_code(dyadic, wide, 1, 5) == -1);
    const integer::StepForm one{.lowest = -2, .highest = 30, .one_multiplier = true, .one_addend = true};
    CHECK(step_code(dyadic, one, 1, 5) == 4);
}

TEST_CASE("a model whose numbers do not fit the network is refused, with the layer") {
    const std::size_t product = row_with([](const Row& row) { return row.weights > 0; });
    const std::size_t few = row_with([](const Row& row) { return row.steps > 0 && row.has_thresholds(); });
    const std::size_t many = row_with([](const Row& row) { return row.steps > 0 && !row.has_thresholds(); });
    const std::size_t last = facts<Net>.row_count() - 1;
    REQUIRE(few < last);
    REQUIRE(many < last);
    CHECK(refusal([](ModelNumbers&) {}) == "");
    CHECK(refusal([](ModelNumbers& m) { m.rows.pop_back(); }).starts_with("model: expected "));
    const auto says = [&](std::size_t row, const std::string& words, const auto& change) {
        const std::string message = refusal([&](ModelNumbers& m) { change(m.rows[row]); });
        CHECK(message == "model, " + place_text(facts<Net>.rows[row]) + ": " + words);
    };
    says(product, "expected 27 weight codes, found 26", [](RowNumbers& r) { r.weights.pop_back(); });
    says(product, "weight code 2 lies outside of -1 .. 1", [](RowNumbers& r) { r.weights[26] = 2; });
    says(product, "weight code -2 lies outside of -1 .. 1", [](RowNumbers& r) { r.weights[0] = -2; });
    says(few, "expected 6 thresholds, found 7", [](RowNumbers& r) { r.thresholds.push_back(0); });
    says(few, "expected 3 directions of steps, found 2", [](RowNumbers& r) { r.falling.pop_back(); });
    says(few, "expected 0 shifts, found 1", [](RowNumbers& r) { r.shifts.push_back(1); });
    says(many, "expected 4 multipliers, found 0", [](RowNumbers& r) { r.multipliers.clear(); });
    says(many, "expected 4 addends, found 5", [](RowNumbers& r) { r.addends.push_back(0); });
    says(many, "expected 4 shifts, found 3", [](RowNumbers& r) { r.shifts.pop_back(); });
    says(many, "a shift is 1 ... 62, found 0", [](RowNumbers& r) { r.shifts[1] = 0; });
    says(many, "a shift is 1 ... 62, found 63", [](RowNumbers& r) { r.shifts[1] = 63; });
    CHECK(refusal([&](ModelNumbers& m) { m.rows[many].shifts[0] = 62; }) == "");
    says(last, "expected 2 multipliers, found 1", [](RowNumbers& r) { r.multipliers.pop_back(); });
    says(last, "expected 0 shifts, found 2", [](RowNumbers& r) { r.shifts = {1, 1}; });
}

TEST_CASE("two steps differ in each of their positions, and at the ends of the range") {
    const StepFunction step = staircase(100, 3);
    const Certificate equal = compared(step, step);
    CHECK(equal.proven());
    CHECK(equal.steps_compared == 3);
    CHECK(equal.range_values == 100);
    for (std::int32_t code = 0; code < 3; ++code) {
        CAPTURE(code);
        const std::int32_t border = 10 * (code + 1);  // the step to code + 1 comes one later
        const StepFunction late = [=](const std::int32_t* accumulators, std::int32_t* codes) {
            codes[0] = accumulators[0] == border ? code : std::clamp(accumulators[0] / 10, 0, 3);
        };
        const Certificate found = compared(step, late);
        CHECK(found.differences == 1);
        CHECK(found.first_difference == "here, channel 0, step " + std::to_string(code) +
                                            ": one steps at accumulator " + std::to_string(border) + ", the other at " +
                                            std::to_string(border + 1));
    }
    // Codes beyond the last one: all positions are equal.
    const Certificate beyond = compared(step, staircase(60, 4));
    CHECK(beyond.differences == 1);
    CHECK(beyond.first_difference == "here, channel 0: codes at the ends of the range differ");
    // A second proof about the same numbers.
    Certificate both = equal;
    both.add_proof(beyond);
    CHECK(!both.proven());
    CHECK(both.first_difference == beyond.first_difference);
    both.add_proof(beyond);
    CHECK(both.differences == 2);
}

TEST_CASE("a packed program is that of its model, and of no model with one other number") {
    Model<Net> model;
    static_cast<ModelNumbers&>(model) = fitting_model();
    const IntegerNetwork<Net, simd::Portable> network(model);
    CHECK(certify(model, network).proven());
    const auto finds = [&](std::size_t row, const auto& change) {
        Model<Net> other = model;
        change(other.rows[row]);
        const Certificate certificate = certify(other, network);
        CHECK(!certificate.proven());
        CHECK(certificate.first_difference.starts_with(place_text(facts<Net>.rows[row])));
    };
    const std::size_t product = row_with([](const Row& row) { return row.weights > 0; });
    const std::size_t few = row_with([](const Row& row) { return row.steps > 0 && row.has_thresholds(); });
    const std::size_t many = row_with([](const Row& row) { return row.steps > 0 && !row.has_thresholds(); });
    const std::size_t last = facts<Net>.row_count() - 1;
    CHECK(product == 0);
    for (const std::size_t i : {0U, 13U, 26U}) finds(product, [=](RowNumbers& r) { r.weights[i] = 1; });
    finds(few, [](RowNumbers& r) { r.thresholds[5] = 1; });
    finds(few, [](RowNumbers& r) { r.falling[1] = 1; });
    finds(many, [](RowNumbers& r) { r.multipliers[3] = 2; });
    finds(many, [](RowNumbers& r) { r.addends[0] = 1; });
    finds(many, [](RowNumbers& r) { r.shifts[2] = 2; });
    for (const std::size_t c : {0U, 1U}) {
        finds(last, [=](RowNumbers& r) { r.multipliers[c] = 2; });
        finds(last, [=](RowNumbers& r) { r.addends[c] = 1; });
    }
}

}  // namespace canonical_test
