// Conversions of other teachers: binary ones, real ones, and those with which something is wrong.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include "intaglio/io/sample_comparison.hpp"
#include "intaglio/model/network.hpp"
#include "intaglio/tandem/convert.hpp"
#include "support/tandem_tools.hpp"

namespace tandem_teachers_test {

namespace {

using namespace intaglio;
using tandem::Decision;
using tandem::Record;
using tandem::TaskKind;
using tools::contains;
using tools::message_of;
using tools::Quarters;

/// Weights and activations of one bit.
struct Binary : Network<Image<1, 8, 8>, Defaults<DoReFa<1>, BatchNorm, DoReFaAct<1>>, Dense<Flatten, Out<24>>,
                        Dense<Out<24>>, Classifier<Out<4>>> {};
struct BinaryStudent : BnFree<Binary, Scale::LayerBias> {};

/// Real numbers, and the same layers with codes.
template <class... Options>
using Blocks = Network<Image<1, 8, 8>, Defaults<BatchNorm, Options...>, Conv<Out<6>>,
                       Residual<Conv<Out<6>, NoActivation>>, Activate<>, AvgPool<2>, Classifier<Out<4>>>;
struct Float : Blocks<FloatWeights, NoWeightStandardization, Relu, FloatBranchGrid> {};
struct FloatStudent : BnFree<Blocks<DoReFa<8>, DoReFaAct<8>, BranchGrid<QInt<12>>>, Scale::LayerBias> {};

/// Dense layers, of which the second can be made to fail.
struct Plain : Network<Image<1, 8, 8>, Defaults<DoReFa<4>, BatchNorm, DoReFaAct<4>>, Dense<Flatten, Out<12>>,
                       Dense<Out<10>>, Classifier<Out<4>>> {};
struct PlainStudent : BnFree<Plain, Scale::Layer> {};

const Quarters learned(150, 8, 13);
const Quarters validated(200, 8, 14);

double accuracy_of(auto& training) {
    return evaluate(training, validated.samples()).accuracy();
}

template <class Student, class Teacher>
tandem::Converted<Student> converted(Training<Teacher>& teacher, const tandem::Options& options) {
    return tandem::convert<Student>(teacher, learned.samples(), validated.samples(), options);
}

void check_program(auto& student) {
    const IntegerNetwork network(lower(student));
    CHECK(certify(student, network).proven());
    const SampleComparison comparison = compare_on_samples(student, network, validated.samples());
    CHECK(comparison.differing_images == 0);
    CHECK(comparison.training_hashes == comparison.integer_hashes);
}

/// The parameters of one kind of the n-th row that has some.
template <class Net>
float* parameters(Training<Net>& training, ParameterKind kind, int n) {
    for (const ParameterRange& range : Training<Net>::ranges()) {
        if (range.kind == kind && n-- == 0) {
            training.parameters_changed();
            return training.parameters().data() + range.begin;
        }
    }
    return nullptr;
}
/// The running statistics of one norm.
template <class Net>
auto& norm_state(Training<Net>& training) {
    constexpr std::size_t second = [] {
        int seen = 0;
        for (std::size_t i = 0; i < facts<Net>.row_count(); ++i) {
            if (facts<Net>.rows[i].gains > 0 && seen++ == 1) return i;
        }
        return std::size_t{0};
    }();
    return training.template state<second>();
}

/// A teacher of random weights, whose second norm is the one to spoil.
struct Spoiled {
    Spoiled() : training(50, 1, 21) {
        Trainer<Plain> trainer(training, learned.samples(), {.batch = 50});
        trainer.reestimate_statistics();
        for (int n = 0; n < 3; ++n) std::fill_n(parameters(training, ParameterKind::bias, n), 4, 0.4F);
    }
    [[nodiscard]] std::string error(const tandem::Options& options = tools::small_options(0)) {
        return message_of([&] { converted<PlainStudent>(training, options); });
    }
    Training<Plain> training;
};

}  // namespace

TEST_CASE("a binary network becomes a binary network without norms") {
    tools::Taught<Binary> teacher(learned, 8);
    const double of_teacher = accuracy_of(teacher.training);
    REQUIRE(of_teacher > 0.5);
    const auto first = converted<BinaryStudent>(teacher.training, tools::small_options(0));
    CHECK(accuracy_of(*first.student) > 0.4);
    const auto result = converted<BinaryStudent>(teacher.training, tools::small_options(3));
    CHECK(accuracy_of(*result.student) >= accuracy_of(*first.student));
    check_program(*result.student);
    // Signs of weights are those of the teacher times those of the gains.
    const float* gains = parameters(teacher.training, ParameterKind::gain, 0);
    const float* from = parameters(teacher.training, ParameterKind::weight, 0);
    const float* to = parameters(*first.student, ParameterKind::weight, 0);
    int negative = 0;
    for (int unit = 0; unit < 24; ++unit) negative += gains[unit] < 0 ? 1 : 0;
    for (int i = 0; i < 24 * 64; ++i) CHECK(to[i] == (gains[i / 64] < 0 ? -from[i] : from[i]));
    CHECK(first.records[1][Record::flipped] == negative);
    CHECK(first.records[1][Record::fold] == 0);
}

TEST_CASE("channels whose gains are negative are turned around, and the student is as good") {
    tools::Taught<Binary> teacher(learned, 8);
    const double before = accuracy_of(*converted<BinaryStudent>(teacher.training, tools::small_options(0)).student);
    // The same function: a unit's weights and mean change their sign with its gain.
    float* const gains = parameters(teacher.training, ParameterKind::gain, 0);
    float* const weights = parameters(teacher.training, ParameterKind::weight, 0);
    auto& state = [&]() -> auto& {
        constexpr std::size_t first = [] {
            std::size_t i = 0;
            while (facts<Binary>.rows[i].gains == 0) ++i;
            return i;
        }();
        return teacher.training.state<first>();
    }
    ();
    int negative = 0;
    for (std::size_t unit = 0; unit < 24; unit += 2) {
        gains[unit] = -gains[unit];
        state.running_mean[unit] = -state.running_mean[unit];
        for (std::size_t i = unit * 64; i < (unit + 1) * 64; ++i) weights[i] = -weights[i];
    }
    for (std::size_t unit = 0; unit < 24; ++unit) negative += gains[unit] < 0 ? 1 : 0;
    teacher.training.parameters_changed();
    REQUIRE(negative > 0);
    const auto result = converted<BinaryStudent>(teacher.training, tools::small_options(0));
    CHECK(result.records[1][Record::flipped] == negative);
    CHECK(accuracy_of(*result.student) == before);
}

TEST_CASE("a teacher of real numbers: ranges are measured, the branches of a join share theirs") {
    tools::Taught<Float> teacher(learned, 6);
    const double of_teacher = accuracy_of(teacher.training);
    REQUIRE(of_teacher > 0.8);
    constexpr const auto& stages = tandem::stages<Float, FloatStudent>;
    const tandem::Options options = tools::small_options(2);
    std::vector<double> units(stages.size());
    tandem::measure_units<FloatStudent, Float>(teacher.training, learned.samples(), options, units);
    constexpr auto groups = tandem::detail::merging_groups<Float, FloatStudent>();
    double shared = 0;
    int members = 0;
    for (std::size_t i = 0; i < stages.size(); ++i) {
        CAPTURE(i);
        CHECK(std::isfinite(units[i]));
        CHECK(units[i] > 0);
        if (groups[i] < 0) continue;
        ++members;
        if (shared == 0) shared = units[i];
        CHECK(units[i] == shared);
    }
    CHECK(members == 2);
    CHECK(groups[stages.size() - 1] == -1);
    CHECK(units.back() == 1);  // logits are as they are
    // The grid covers a tenth more than what the branches gave, 100 images of it.
    double largest = 0;
    for (std::int64_t begin = 0; begin < 100; begin += 25) {
        teacher.training.forward(learned.pixels.data() + begin * 64, 25, train::Statistics::running);
        for (std::size_t i = 0; i < stages.size(); ++i) {
            if (groups[i] < 0) continue;
            const std::int32_t value = facts<Float>.row(stages[i].teacher_step).output;
            teacher.training.visit(value, [&](const auto* numbers) {
                for (std::int64_t k = 0; k < 25 * facts<Float>.value(value).shape.size(); ++k) {
                    largest = std::max(largest, std::fabs(static_cast<double>(numbers[k])));
                }
            });
        }
    }
    const auto join = static_cast<std::size_t>(
        std::find_if(groups.data, groups.data + stages.size(), [](std::int32_t group) { return group >= 0; }) -
        groups.data);
    const tandem::Grid grid = tandem::grid_of<FloatStudent>(stages[join]);
    const double top = shared * static_cast<double>(grid.codes.highest) / static_cast<double>(grid.denominator);
    CHECK(top <= 1.1 * largest * (1 + 1e-6));
    CHECK(top > 0.8 * largest);  // drawn pixels may miss the largest

    const auto result = converted<FloatStudent>(teacher.training, options);
    CHECK(result.teacher_accuracy == of_teacher);
    CHECK(accuracy_of(*result.student) > of_teacher - 0.1);
    check_program(*result.student);
}

TEST_CASE("numbers of a teacher that are not finite are named by their layer") {
    for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
        Spoiled teacher;
        float* number = parameters(teacher.training, ParameterKind::weight, 1) + 17;
        const float before = *number;
        *number = bad;
        CHECK(contains(teacher.error(), "teacher, layer 3: a weight is not a finite number"));
        *number = before;
        number = parameters(teacher.training, ParameterKind::gain, 1) + 3;
        *number = bad;
        CHECK(contains(teacher.error(), "teacher, layer 3: a gain is not a finite number"));
        *number = 1;
        number = parameters(teacher.training, ParameterKind::bias, 1);
        *number = bad;
        CHECK(contains(teacher.error(), "teacher, layer 3: a bias is not a finite number"));
        *number = 0;
        teacher.training.parameters_changed();
        auto& state = norm_state(teacher.training);
        state.running_variance[5] = static_cast<double>(bad);
        CHECK(contains(teacher.error(), "teacher, layer 3: running variance is not a finite number"));
        state.running_variance[5] = -1;
        CHECK(contains(teacher.error(), "teacher, layer 3: running variance is negative"));
        state.running_variance[5] = 1;
        state.running_mean[5] = static_cast<double>(bad);
        CHECK(contains(teacher.error(), "teacher, layer 3: running mean is not a finite number"));
        state.running_mean[5] = 0;
        CHECK(teacher.error() == "no exception");
    }
}

TEST_CASE("dead channels are counted, and the student is no worse for them") {
    // The second layer reads nothing but zeros: its accumulators never change, and its variances are 0.
    tools::Taught<Binary> teacher(learned, 2);
    std::fill_n(parameters(teacher.training, ParameterKind::bias, 0), 24, -100.0F);
    auto& state = norm_state(teacher.training);
    std::fill(state.running_variance.begin(), state.running_variance.end(), 0.0);
    std::fill(state.running_mean.begin(), state.running_mean.end(), 0.0);
    const auto result = converted<BinaryStudent>(teacher.training, tools::small_options(1));
    CHECK(result.records[1][Record::dead_channels] == 0);
    CHECK(result.records[2][Record::dead_channels] == 24);
    CHECK(accuracy_of(*result.student) >= accuracy_of(teacher.training));
    for (const float p : result.student->parameters()) CHECK(std::isfinite(p));
    check_program(*result.student);
}

TEST_CASE("a dead channel of a norm is counted, and costs the others nothing") {
    tools::Taught<Float> teacher(learned, 6);
    const auto before = converted<FloatStudent>(teacher.training, tools::small_options(0));
    // A unit without weights: the variance is 0, and the gain of the folded norm several hundred.
    auto& state = teacher.training.state<1>();
    static_assert(facts<Float>.rows[1].gains == 6);
    std::fill_n(parameters(teacher.training, ParameterKind::weight, 0), 9, 0.0F);
    state.running_mean[0] = 0;
    state.running_variance[0] = 0;
    const auto result = converted<FloatStudent>(teacher.training, tools::small_options(0));
    CHECK(before.records[1][Record::dead_channels] == 0);
    CHECK(result.records[1][Record::dead_channels] == 1);
    CHECK(result.records[1][Record::loss] < 2 * before.records[1][Record::loss]);
    CHECK(result.records[1][Record::fold] == before.records[1][Record::fold]);
    CHECK(accuracy_of(*result.student) > accuracy_of(teacher.training) - 0.1);
}

TEST_CASE("the gain of a channel that never changes leaves the weights of the others their size") {
    tandem::Calibration data;
    data.count = 3;
    data.channels = 2;
    data.targets = {0.1F, 0.5F, 0.3F, 0.5F, 0.2F, 0.5F};
    std::vector<double> gains{-2, -3000};
    tandem::detail::leave_out_constants(data, gains);
    CHECK(gains[0] == -2);
    CHECK(gains[1] < 0);
    const std::vector<float> weights{0.5F, -0.25F, 0.5F, 0.5F};
    std::vector<float> student(4);
    tandem::fold_latents<DoReFa<4>, DoReFa<4>>(weights, gains, 1, student);
    CHECK(std::tanh(static_cast<double>(student[0])) == doctest::Approx(-0.75));
    CHECK(std::fabs(student[2]) < 1e-6F);
    // With an exponent of 0 its weights are those of the teacher, with the sign.
    tandem::fold_latents<DoReFa<4>, DoReFa<4>>(weights, gains, 0, student);
    CHECK(student == std::vector<float>{-0.5F, 0.25F, -0.5F, -0.5F});
    data.targets[5] = 0.6F;
    gains = {-2, -3000};
    tandem::detail::leave_out_constants(data, gains);
    CHECK(gains == std::vector<double>{-2, -3000});
}

TEST_CASE("mode Layer without a positive <S, Y> falls back, says so, and goes on") {
    Spoiled teacher;
    // Values far below 0: rising with the sums, which are mostly positive or negative, but never of their sign.
    const auto result = [&] {
        std::fill_n(parameters(teacher.training, ParameterKind::bias, 1), 10, -6.0F);
        for (float *w = parameters(teacher.training, ParameterKind::weight, 1), *end = w + 120; w != end; ++w) {
            *w = std::fabs(*w);
        }
        return converted<PlainStudent>(teacher.training, tools::small_options(1));
    }();
    CHECK(result.records[2][Record::fell_back] == 1);
    CHECK(result.records[2][Record::alpha] > 0);
    CHECK(result.records[1][Record::fell_back] == 0);
    check_program(*result.student);
}

TEST_CASE("samples and options that do not fit are refused before anything is done") {
    Spoiled teacher;
    const tandem::Options options = tools::small_options(1);
    const auto message = [&](const Samples& samples, const Samples& validation, const tandem::Options& with) {
        return message_of([&] { tandem::convert<PlainStudent>(teacher.training, samples, validation, with); });
    };
    const Samples good = learned.samples();
    CHECK(message(good, validated.samples(), options) == "no exception");
    CHECK(contains(message(good, {}, options), "validation samples are missing"));
    CHECK(contains(message({good.pixels.subspan(1), good.labels}, good, options), "training samples: expected 9600"));
    CHECK(contains(message(good, {good.pixels.subspan(1), good.labels}, options), "validation samples: expected 9600"));
    std::vector<std::uint8_t> labels = learned.labels;
    labels[77] = 4;
    CHECK(contains(message({good.pixels, labels}, good, options), "training samples: label 4 of image 77"));
    CHECK(contains(message(good, {good.pixels, labels}, options), "validation samples: label 4 of image 77"));
    tandem::Options other = options;
    other.stage1.minimum = 101;
    CHECK(
        contains(message(good, good, other), "calibration set is too small: expected at least 101 images, found 100"));
    other = options;
    other.stage1 = {};
    CHECK(contains(message(good, good, other), "expected at least 4096 images, found 150"));
    other = options;
    // More than any memory, too.
    for (const std::int64_t batch : {std::int64_t{51}, std::int64_t{0}, std::int64_t{1} << 60}) {
        other.batch = batch;
        CHECK(contains(message(good, good, other), "batch must be 1 to what the teacher has memory for"));
    }
    other = options;
    other.threads = 0;
    CHECK(contains(message(good, good, other), "threads"));
    other = options;
    other.stage2.learning_rate = -1;
    CHECK(contains(message(good, good, other), "learning rate of stage 2"));
}

TEST_CASE("a layer that integers cannot hold is named, and the conversion stays in front of it") {
    Spoiled teacher;
    std::fill_n(parameters(teacher.training, ParameterKind::gain, 1), 10, 1e18F);
    tandem::Conversion<PlainStudent, Plain> conversion(teacher.training, learned.samples(), validated.samples(),
                                                       tools::small_options(1));
    conversion.advance();
    conversion.advance();
    REQUIRE(conversion.task() == 2);
    const std::vector<float> before(conversion.student().parameters().begin(), conversion.student().parameters().end());
    for (int tries = 0; tries < 2; ++tries) {
        const std::string message = message_of([&] { conversion.advance(); });
        CHECK(contains(message, "tandem, layer 3: "));
        CHECK(contains(message, "too steep"));
        CHECK(conversion.task() == 2);
        CHECK(std::equal(before.begin(), before.end(), conversion.student().parameters().begin()));
    }
    // With another teacher in its place it goes on.
    std::fill_n(parameters(teacher.training, ParameterKind::gain, 1), 10, 1.0F);
    while (!conversion.finished()) conversion.advance();
    check_program(conversion.student());
}

TEST_CASE("a task that fails half-way is undone, and can be done again") {
    Spoiled teacher;
    const auto make = [&] {
        return std::make_unique<tandem::Conversion<PlainStudent, Plain>>(teacher.training, learned.samples(),
                                                                         validated.samples(), tools::small_options(2));
    };
    const auto untouched = make();
    const auto failing = make();
    bool fails = false;
    const auto augment = [&](std::span<std::uint8_t>, Random&) {
        if (fails) throw std::runtime_error("no more images");
    };
    untouched->augment(augment);
    failing->augment(augment);
    while (!untouched->finished()) untouched->advance();
    int tasks = 0;
    while (!failing->finished()) {
        if (failing->tasks()[failing->task()].trains() && failing->position()[3] == 0) {
            const std::vector<float> before(failing->student().parameters().begin(),
                                            failing->student().parameters().end());
            const std::size_t task = failing->task();
            for (int i = 0; i < 3; ++i) failing->advance();
            fails = true;
            const std::string message = message_of([&] { failing->advance(); });
            fails = false;
            CHECK(contains(message, "tandem, layer "));
            CHECK(contains(message, "no more images"));
            CHECK(failing->task() == task);
            CHECK(failing->position()[3] == 0);
            CHECK(std::equal(before.begin(), before.end(), failing->student().parameters().begin()));
            ++tasks;
            while (failing->task() == task) failing->advance();
            continue;
        }
        failing->advance();
    }
    CHECK(tasks == 3);
    CHECK(std::equal(untouched->student().parameters().begin(), untouched->student().parameters().end(),
                     failing->student().parameters().begin()));
}

}  // namespace tandem_teachers_test
