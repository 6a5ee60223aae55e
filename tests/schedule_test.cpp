// Learning-rate schedules against sequences that follow from their formulas.
#include "intaglio/train/loop/schedule.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

namespace schedule_test {

using namespace intaglio;

namespace {

constexpr double pi = 3.14159265358979323846;

std::vector<double> factors(const AnySchedule& schedule, std::uint64_t updates_per_epoch, std::uint64_t epochs,
                            std::uint64_t warm_up = 0) {
    std::vector<double> all;
    for (std::uint64_t step = 0; step < updates_per_epoch * epochs; ++step) {
        all.push_back(schedule.factor(
            {.update = step, .updates_per_epoch = updates_per_epoch, .epochs = epochs, .warm_up = warm_up}));
    }
    return all;
}

void near(const std::vector<double>& found, const std::vector<double>& expected) {
    REQUIRE(found.size() == expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
        CAPTURE(i);
        CHECK(std::fabs(found[i] - expected[i]) < 1e-15);
    }
}

std::string text_of(const AnySchedule& schedule) {
    train::SettingsText text;
    schedule.describe(text, 33);
    return text.text();
}

}  // namespace

TEST_CASE("the default schedule is the cosine, bit for bit") {
    const std::vector<double> found = factors({}, 7, 3);
    for (std::uint64_t s = 0; s < 21; ++s) CHECK(found[s] == cosine_schedule(s, 21));
    CHECK((factors(CosineSchedule{}, 7, 3) == found));
}

TEST_CASE("a constant schedule with and without warm-up") {
    near(factors(ConstantSchedule{}, 2, 2), {1, 1, 1, 1});
    near(factors(ConstantSchedule{}, 3, 2, 3), {0.25, 0.5, 0.75, 1, 1, 1});
}

TEST_CASE("a step schedule falls at its milestones") {
    // Powers of one half are exact.
    const std::vector<double> by_milestones{1, 1, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25};
    CHECK((factors(StepSchedule{.milestones = {1, 3}, .factor = 0.5}, 2, 4) == by_milestones));
    const std::vector<double> by_every{1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25};
    CHECK((factors(StepSchedule{.every = 2, .factor = 0.5}, 2, 5) == by_every));
    // The epochs are those of the run, warm-up or not.
    near(factors(StepSchedule{.every = 1, .factor = 0.5}, 2, 2, 3), {0.25, 0.5, 0.375, 0.5});
}

TEST_CASE("the cosine begins behind the warm-up") {
    const std::vector<double> found = factors(CosineSchedule{}, 5, 2, 4);
    near(found, {0.2, 0.4, 0.6, 0.8, 1, 0.5 * (1 + std::cos(pi / 6)), 0.75, 0.5, 0.25, 0.5 * (1 - std::cos(pi / 6))});
    near(factors(CosineSchedule{}, 2, 1, 2), {0, 0});  // no steps are left for it
}

TEST_CASE("one cycle rises and falls between its factors") {
    // Nine steps: the top is reached in step 0.25 * 8 = 2.
    const OneCycleSchedule linear{
        .rise = 0.25, .initial_factor = 0.25, .final_factor = 0.125, .anneal = Anneal::linear};
    const double d = 0.875 / 6;
    near(factors(linear, 9, 1), {0.25, 0.625, 1, 1 - d, 1 - 2 * d, 1 - 3 * d, 1 - 4 * d, 1 - 5 * d, 0.125});
    const OneCycleSchedule cosine{.rise = 0.5, .initial_factor = 0.2, .final_factor = 0.1};
    const double up = std::cos(pi / 4);
    near(factors(cosine, 3, 3), {0.2, 0.2 + 0.4 * (1 - up), 0.6, 0.2 + 0.4 * (1 + up), 1, 1 - 0.45 * (1 - up), 0.55,
                                 1 - 0.45 * (1 + up), 0.1});
    // Behind a warm-up, whose line ends at the initial factor.
    near(factors(OneCycleSchedule{.rise = 0.5, .initial_factor = 0.5, .final_factor = 0, .anneal = Anneal::linear}, 6,
                 1, 1),
         {0.25, 0.5, 0.75, 1, 0.5, 0});
    CHECK(factors(OneCycleSchedule{.rise = 1}, 4, 1).back() == 1);
    CHECK(factors(OneCycleSchedule{.rise = 0}, 4, 1).front() == 1);
    CHECK(factors(OneCycleSchedule{}, 1, 1).front() == 1);
}

TEST_CASE("a schedule of one's own") {
    const CustomSchedule custom{
        .factor = [](std::uint64_t step, std::uint64_t total) { return double(total - step) / double(total); },
        .name = "straight line"};
    near(factors(custom, 2, 2), {1, 0.75, 0.5, 0.25});
    near(factors(custom, 2, 2, 1), {0.5, 0.75, 0.5, 0.25});
    // Its factors at 17 steps from the first to the last.
    const std::string text = text_of(custom);
    CHECK(text.starts_with("schedule straight line\nfactor of update 0: 1\nfactor of update 2: 0.939394\n"));
    CHECK(text.ends_with("\nfactor of update 30: 0.0909091\nfactor of update 32: 0.030303\n"));
    CHECK(std::count(text.begin(), text.end(), '\n') == 18);
}

TEST_CASE("schedules with settings out of range are refused") {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const auto refused = [](const AnySchedule& schedule, const char* words) {
        CHECK_THROWS_WITH_AS(schedule.check(), doctest::Contains(words), std::invalid_argument);
    };
    refused(StepSchedule{}, "either milestones or every");
    refused(StepSchedule{.milestones = {1}, .every = 1}, "either milestones or every");
    refused(StepSchedule{.milestones = {0}}, "positive and rising, found 0");
    refused(StepSchedule{.milestones = {2, 2}}, "found 2 after 2");
    refused(StepSchedule{.every = -1}, "every is out of range: -1");
    for (const double factor : {0.0, -1.0, 1.5, nan}) refused(StepSchedule{.every = 1, .factor = factor}, "factor");
    for (const double rise : {-0.1, 1.1, nan}) refused(OneCycleSchedule{.rise = rise}, "rise");
    for (const double factor : {0.0, 1.1, nan}) refused(OneCycleSchedule{.initial_factor = factor}, "initial factor");
    for (const double factor : {-0.1, 1.1, nan}) refused(OneCycleSchedule{.final_factor = factor}, "final factor");
    refused(CustomSchedule{}, "not a function");
    CHECK_NOTHROW(AnySchedule(StepSchedule{.milestones = {1, 5}}).check());
    CHECK_NOTHROW(AnySchedule(OneCycleSchedule{}).check());
}

TEST_CASE("each setting of a schedule changes its text") {
    const auto one = [](std::uint64_t, std::uint64_t) { return 1.0; };
    const auto half = [](std::uint64_t step, std::uint64_t total) { return step + 1 < total ? 1.0 : 0.5; };
    const std::vector<AnySchedule> all{ConstantSchedule{},
                                       CosineSchedule{},
                                       StepSchedule{.every = 2},
                                       StepSchedule{.every = 3},
                                       StepSchedule{.every = 2, .factor = 0.2},
                                       StepSchedule{.milestones = {2}},
                                       StepSchedule{.milestones = {2, 3}},
                                       OneCycleSchedule{},
                                       OneCycleSchedule{.rise = 0.30000000000000004},
                                       OneCycleSchedule{.initial_factor = 0.05},
                                       OneCycleSchedule{.final_factor = 1e-9},
                                       OneCycleSchedule{.anneal = Anneal::linear},
                                       CustomSchedule{.factor = one, .name = "a"},
                                       CustomSchedule{.factor = half, .name = "a"},
                                       CustomSchedule{.factor = one, .name = "b"}};
    for (std::size_t i = 0; i < all.size(); ++i) {
        for (std::size_t k = 0; k < i; ++k) CHECK(text_of(all[i]) != text_of(all[k]));
    }
}

TEST_CASE("numbers as text read back as themselves") {
    for (const double value : {0.1, 0.003, 1e-8, 1.0 / 3, 5e-324, 1.7976931348623157e308, 0.30000000000000004, -2.5}) {
        CHECK(std::strtod(number_text(value).c_str(), nullptr) == value);
    }
    CHECK(number_text(0.003) == "0.003");
    CHECK(number_text(1e-8) == "1e-08");
}

}  // namespace schedule_test
