// Conversions of a small trained network in all modes: what each task does, and what it leaves alone.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "intaglio/io/sample_comparison.hpp"
#include "intaglio/model/network.hpp"
#include "intaglio/tandem/convert.hpp"
#include "support/tandem_tools.hpp"

namespace tandem_test {

namespace {

using namespace intaglio;
using tandem::Decision;
using tandem::Record;
using tandem::Task;
using tandem::TaskKind;
using tools::Quarters;

struct Teacher : Network<Image<1, 8, 8>, Defaults<DoReFa<4>, WithEpsilon<BatchNorm, Epsilon{1e-3}>, DoReFaAct<4>>,
                         Conv<DoReFa<8>, Out<4>>, AvgPool<2>, Residual<Conv<Out<4>, NoActivation>>, Activate<>,
                         Classifier<DoReFa<8>, Out<4>>> {};
struct LayerStudent : BnFree<Teacher, Scale::Layer> {};
struct BiasStudent : BnFree<Teacher, Scale::LayerBias> {};
struct ChannelStudent : BnFree<Teacher, Scale::Channel> {};

const Quarters learned(150, 8, 3);
const Quarters validated(200, 8, 4);

tools::Taught<Teacher>& taught() {
    static tools::Taught<Teacher> one(learned, 6);
    return one;
}

template <class Student>
tandem::Converted<Student> converted(const tandem::Options& options) {
    return tandem::convert<Student>(taught().training, learned.samples(), validated.samples(), options);
}

template <class Net>
double accuracy_of(Training<Net>& training) {
    return evaluate(training, validated.samples()).accuracy();
}

std::vector<double> state_of(auto& student) {
    return {student.parameters().begin(), student.parameters().end()};
}

double loss_of(const auto& result, TaskKind kind, std::size_t stage) {
    for (std::size_t i = 0; i < result.tasks.size(); ++i) {
        if (result.tasks[i].kind == kind && result.tasks[i].stage == stage) return result.records[i][Record::loss];
    }
    return -1;
}

}  // namespace

TEST_CASE("the tasks of a schedule, in order") {
    constexpr const auto& stages = tandem::stages<Teacher, BiasStudent>;
    // Convolution, both branches of the join, the activation behind it, logits.
    REQUIRE(stages.size() == 5);
    const auto words = [&](const tandem::Options& options) {
        std::string text;
        for (const Task& task : tandem::make_tasks({stages.stages.data, stages.size()}, options)) {
            text += std::string(text.empty() ? "" : " ") + "ucrdaj"[static_cast<int>(task.kind)] +
                    std::to_string(task.stage);
            CHECK(task.trains() == (task.kind >= TaskKind::distil));
        }
        return text;
    };
    std::string layers;
    for (std::size_t i = 0; i < 5; ++i) layers += stages[i].product == none ? '-' : 'x';
    REQUIRE((layers == "x-x-x" || layers == "xx--x"));
    tandem::Options options = tools::small_options(0);
    const std::string first = "u4 c0 c1 c2 c3 c4";
    CHECK(words(options) == first);
    options.joint.epochs = 2;
    CHECK(words(options) == first + " j4");
    options = tools::small_options(2);
    options.stage2.recalibrate = false;
    const std::string second = layers == "x-x-x" ? "2" : "1";
    CHECK(words(options) == first + " d0 d" + second + " d4");
    options.stage2.adaptation = tandem::Adaptation::downstream;
    CHECK(words(options) == first + " a0 a" + second + " d4");
    options.stage2.adaptation = tandem::Adaptation::both;
    CHECK(words(options) == first + " d0 a0 d" + second + " a" + second + " d4");
    options.stage2.adaptation = tandem::Adaptation::local;
    options.stage2.recalibrate = true;
    CHECK(words(options) == first + (second == "2" ? " d0 r1 r2 d2 r3 r4 d4" : " d0 r1 d1 r2 r3 r4 d4"));
}

TEST_CASE("mode Channel folds the norms: the codes of the teacher but for rounding, and its predictions") {
    Training<Teacher>& teacher = taught().training;
    for (const tandem::Inputs inputs : {tandem::Inputs::student, tandem::Inputs::teacher}) {
        tandem::Options options = tools::small_options(0);
        options.stage1.refine = false;
        options.stage1.inputs = inputs;
        const auto result = converted<ChannelStudent>(options);
        Training<ChannelStudent>& student = *result.student;
        CHECK(result.teacher_accuracy == accuracy_of(teacher));
        REQUIRE(result.teacher_accuracy > 0.8);
        teacher.forward(validated.pixels.data(), 25, train::Statistics::running);
        student.forward(validated.pixels.data(), 25, train::Statistics::running);
        for (const tandem::Stage& stage : tandem::stages<Teacher, ChannelStudent>.stages) {
            if (stage.kind == tandem::StageKind::logits) continue;
            CAPTURE(path_text(stage.path));
            const std::int32_t own = facts<ChannelStudent>.row(stage.step).output;
            const std::int32_t others = facts<Teacher>.row(stage.teacher_step).output;
            const auto size = static_cast<std::size_t>(25 * facts<Teacher>.value(others).shape.size());
            // The grid of a join has 2047 levels, on which the rounding of 15 bits shows.
            const double tolerated = facts<Teacher>.value(others).codes.states() > 16 ? 1.0 : 0.02;
            student.visit(own, [&](const auto* a) {
                teacher.visit(others, [&](const auto* b) {
                    std::size_t different = 0;
                    long largest = 0;
                    for (std::size_t i = 0; i < size; ++i) {
                        const long distance = std::labs(static_cast<long>(a[i]) - static_cast<long>(b[i]));
                        different += distance != 0 ? 1 : 0;
                        largest = std::max(largest, distance);
                    }
                    CHECK(static_cast<double>(different) <= tolerated * static_cast<double>(size));
                    CHECK(static_cast<double>(largest) <=
                          std::max(1.0, 0.07 * static_cast<double>(facts<Teacher>.value(others).codes.states())));
                });
            });
        }
        std::vector<std::int32_t> by_teacher = evaluate(teacher, validated.samples()).predictions;
        std::vector<std::int32_t> by_student = evaluate(student, validated.samples()).predictions;
        int different = 0;
        for (std::size_t i = 0; i < by_teacher.size(); ++i) different += by_teacher[i] != by_student[i] ? 1 : 0;
        CHECK(different <= 4);  // of 200
        CHECK(loss_of(result, TaskKind::calibrate, 0) < 1e-4);
    }
}

TEST_CASE("more freedom of the scale fits better in stage 1, and refining helps") {
    const tandem::Options options = tools::small_options(0);
    const auto layer = converted<LayerStudent>(options);
    const auto bias = converted<BiasStudent>(options);
    const auto channel = converted<ChannelStudent>(options);
    CHECK(loss_of(channel, TaskKind::calibrate, 0) < loss_of(bias, TaskKind::calibrate, 0));
    CHECK(loss_of(bias, TaskKind::calibrate, 0) < loss_of(layer, TaskKind::calibrate, 0));
    CHECK(accuracy_of(*layer.student) < accuracy_of(*bias.student));
    CHECK(accuracy_of(*bias.student) > accuracy_of(taught().training) - 0.15);
    // Gains in the weights are one of the choices, so that the best is no worse than a copy.
    tandem::Options copied = options;
    copied.stage1.latents = tandem::Latents::copied;
    const auto other = converted<BiasStudent>(copied);
    CHECK(loss_of(bias, TaskKind::calibrate, 0) <= loss_of(other, TaskKind::calibrate, 0));
    copied.stage1.refine = false;
    CHECK(loss_of(other, TaskKind::calibrate, 0) <= loss_of(converted<BiasStudent>(copied), TaskKind::calibrate, 0));
}

TEST_CASE("the inputs of stage 1 make no difference where the layers in front are exact, and one where they are not") {
    // A first norm whose multiplier is an exact power of two, away from all ties.
    Training<Teacher> teacher(50, 1, 9);
    const auto set_norm = [&]<std::size_t I>() {
        if constexpr (facts<Teacher>.rows[I].gains > 0) {
            auto& state = teacher.state<I>();
            std::fill(state.running_variance.begin(), state.running_variance.end(), 1 - facts<Teacher>.rows[I].epsilon);
        }
    };
    Training<Teacher>::each(set_norm);
    bool first = true;
    for (const ParameterRange& range : Training<Teacher>::ranges()) {
        float* const p = teacher.parameters().data() + range.begin;
        if (range.kind == ParameterKind::bias) std::fill(p, p + range.count, 7.3F / 15);
        if (range.kind == ParameterKind::gain && first) {
            std::fill(p, p + range.count, static_cast<float>(255.0 * 255 / 15 / 4096));
            first = false;
        }
    }
    teacher.parameters_changed();
    const auto run = [&]<class Student>(tandem::Inputs inputs) {
        tandem::Options options = tools::small_options(0);
        options.stage1.inputs = inputs;
        options.stage1.refine = false;
        options.stage1.latents = tandem::Latents::copied;
        tandem::Conversion<Student, Teacher> conversion(teacher, learned.samples(), validated.samples(), options);
        constexpr const auto& list = tandem::stages<Teacher, Student>;
        std::vector<double> alphas;
        while (!conversion.finished()) conversion.advance();
        for (std::size_t i = 0; i < list.size(); ++i) {
            // Behind the units task.
            if (list[i].product != none) alphas.push_back(conversion.records()[i + 1][Record::alpha]);
            if (list[i].product != none) alphas.push_back(conversion.records()[i + 1][Record::loss]);
        }
        return alphas;
    };
    const auto exact_student = run.operator()<ChannelStudent>(tandem::Inputs::student);
    const auto exact_teacher = run.operator()<ChannelStudent>(tandem::Inputs::teacher);
    REQUIRE(exact_student.size() == 6);
    // Multiplier and error of the first layer and of the one behind it.
    CHECK(exact_student[1] == 0);
    for (std::size_t i = 0; i < 4; ++i) CHECK(exact_student[i] == exact_teacher[i]);
    const auto student = run.operator()<LayerStudent>(tandem::Inputs::student);
    const auto by_teacher = run.operator()<LayerStudent>(tandem::Inputs::teacher);
    CHECK(student[0] == by_teacher[0]);  // reads the images
    CHECK(student[2] != by_teacher[2]);
}

TEST_CASE("the guard keeps what the validation does not improve: no task makes the student worse") {
    const auto check = [&](const auto& result) {
        double last = -1;
        bool behind_stage1 = false;
        std::size_t accepted = 0;
        for (std::size_t i = 0; i < result.tasks.size(); ++i) {
            const Record& record = result.records[i];
            const bool stage1 = result.tasks[i].kind <= TaskKind::calibrate;
            CHECK((record.decided() == Decision::done) == stage1);
            if (record[Record::accuracy] >= 0) {
                CHECK(record[Record::accuracy] >= last);
                if (record.decided() == Decision::kept) CHECK(record[Record::accuracy] == last);
                last = record[Record::accuracy];
                behind_stage1 = true;
            }
            CHECK((stage1 || behind_stage1));
            accepted += record.decided() == Decision::accepted ? 1 : 0;
        }
        CHECK(accuracy_of(*result.student) == last);
        return accepted;
    };
    for (const auto adaptation : {tandem::Adaptation::local, tandem::Adaptation::both}) {
        tandem::Options options = tools::small_options(3);
        options.stage2.adaptation = adaptation;
        options.joint.epochs = 2;
        const double before = accuracy_of(*converted<LayerStudent>(tools::small_options(0)).student);
        const auto strict = converted<LayerStudent>(options);
        CHECK(check(strict) > 0);
        CHECK(accuracy_of(*strict.student) > before);
        check(converted<ChannelStudent>(options));
        // Steps that can only harm.
        options.stage2.learning_rate = options.joint.learning_rate = 3;
        options.stage2.recalibrate = false;
        options.stage2.patience.patience = options.joint.patience.patience = 0;
        check(converted<BiasStudent>(options));
    }
}

TEST_CASE("each task changes what it may and nothing else, and multipliers stay") {
    constexpr const auto& stages = tandem::stages<Teacher, BiasStudent>;
    const std::vector<double> teacher_before = tools::numbers_of(taught().training);
    for (const bool recalibrate : {false, true}) {
        tandem::Options options = tools::small_options(2);
        options.stage2.adaptation = tandem::Adaptation::both;
        options.stage2.recalibrate = recalibrate;
        options.stage2.guard = options.joint.guard = false;
        options.joint.epochs = 1;
        options.joint.patience.patience = options.stage2.patience.patience = 0;
        tandem::Conversion<BiasStudent, Teacher> conversion(taught().training, learned.samples(), validated.samples(),
                                                            options);
        while (!conversion.finished()) {
            const std::size_t number = conversion.task();
            const Task task = conversion.tasks()[number];
            const tandem::Stage stage = stages[task.stage];
            const std::vector<float> before(conversion.student().parameters().begin(),
                                            conversion.student().parameters().end());
            while (conversion.task() == number) conversion.advance();
            const auto changed = tools::changed_ranges(conversion.student(), before);
            CAPTURE(number);
            if (task.trains()) CHECK(!changed.empty());
            for (const ParameterRange& range : changed) {
                switch (task.kind) {
                    case TaskKind::ranges:
                        CHECK(false);
                        break;
                    case TaskKind::calibrate:
                        CHECK((range.row == stage.product || range.row == stage.scale));
                        break;
                    case TaskKind::recalibrate:
                        CHECK(range.row == stage.scale);
                        break;
                    case TaskKind::distil: {
                        const bool own = stage.first_row() <= range.row && range.row <= stage.step;
                        // The scale of the next stage is fitted again with it, if that is asked for.
                        const bool next =
                            recalibrate && task.stage + 1 < stages.size() && range.row == stages[task.stage + 1].scale;
                        CHECK((own || next));
                        if (own) CHECK(range.kind != ParameterKind::gain);
                        break;
                    }
                    case TaskKind::adapt:
                        CHECK(range.row > stage.step);
                        CHECK(range.kind != ParameterKind::gain);
                        break;
                    case TaskKind::joint:
                        CHECK(range.kind != ParameterKind::gain);
                        break;
                }
            }
            // Without a guard everything is accepted.
            if (task.kind >= TaskKind::recalibrate) {
                CHECK(conversion.records()[number].decided() == Decision::accepted);
                CHECK(conversion.records()[number][Record::accuracy] == accuracy_of(conversion.student()));
            }
        }
        CHECK_THROWS_AS(conversion.advance(), std::logic_error);
    }
    CHECK(tools::numbers_of(taught().training) == teacher_before);
}

TEST_CASE("a task ends by its patience with the best of its epochs") {
    tandem::Options options = tools::small_options(6);
    options.stage2.learning_rate = 0.03;
    options.stage2.guard = false;
    options.stage2.recalibrate = false;
    options.stage2.patience.patience = 1;
    tandem::Conversion<LayerStudent, Teacher> conversion(taught().training, learned.samples(), validated.samples(),
                                                         options);
    bool early = false;
    bool not_last = false;
    while (!conversion.finished()) {
        const std::size_t number = conversion.task();
        std::vector<double> seen;
        const bool trains = conversion.tasks()[number].trains();
        while (conversion.task() == number) {
            conversion.advance();
            if (trains && conversion.metrics().validated) seen.push_back(conversion.metrics().validation_accuracy);
        }
        if (!trains) continue;
        REQUIRE(!seen.empty());
        const double best = *std::max_element(seen.begin(), seen.end());
        CHECK(conversion.records()[number][Record::accuracy] == best);
        CHECK(accuracy_of(conversion.student()) == best);
        early |= seen.size() < 6;
        not_last |= seen.back() < best;
    }
    CHECK(early);
    CHECK(not_last);
}

TEST_CASE("the local loss is the distance of the codes' values to the clipped or rounded targets, with its gradient") {
    Training<Teacher>& teacher = taught().training;
    const auto result = converted<BiasStudent>(tools::small_options(0));
    Training<BiasStudent>& student = *result.student;
    constexpr const auto& stages = tandem::stages<Teacher, BiasStudent>;
    constexpr tandem::Stage stage = stages[0];
    constexpr std::int32_t count = 25;
    constexpr std::int32_t value = facts<BiasStudent>.row(stage.step).output;
    constexpr auto size = static_cast<std::size_t>(facts<BiasStudent>.value(value).shape.size());
    constexpr auto channels = static_cast<std::size_t>(facts<BiasStudent>.value(value).shape.channels);
    for (const double unit : {1.0, 0.7}) {
        for (const tandem::Target target : {tandem::Target::clipped, tandem::Target::quantized}) {
            tandem::LocalTarget<BiasStudent, Teacher> local(student, teacher, stage, unit, target);
            const auto end = static_cast<std::size_t>(stage.step) + 1;
            student.forward(learned.pixels.data(), count, train::Statistics::batch, end);
            const double loss = local(learned.pixels.data(), count);

            // The teacher's values behind its norm, by the norm's definition.
            teacher.forward(learned.pixels.data(), count, train::Statistics::running);
            constexpr std::int32_t sums = facts<Teacher>.row(stage.teacher_step - 1).input;
            constexpr auto norm = static_cast<std::size_t>(stage.teacher_step - 1);
            const auto& state = teacher.state<norm>();
            const float* gain = teacher.parameters().data() + train::plan<Teacher>.parameters[norm];
            std::vector<double> error;
            double expected = 0;
            for (std::int64_t image = 0; image < count; ++image) {
                const auto accumulators = teacher.codes<sums>(image);
                const auto codes = student.codes<value>(image);
                for (std::size_t i = 0; i < size; ++i) {
                    const std::size_t c = i % channels;
                    const double a = static_cast<double>(accumulators[i]) /
                                     static_cast<double>(facts<Teacher>.value(sums).denominator);
                    double y = static_cast<double>(gain[c]) * (a - state.running_mean[c]) /
                                   std::sqrt(state.running_variance[c] + facts<Teacher>.rows[norm].epsilon) +
                               static_cast<double>(gain[channels + c]);
                    y = std::clamp(y / unit, 0.0, 1.0);
                    if (target == tandem::Target::quantized) y = std::floor(15 * y + 0.5) / 15;
                    error.push_back(static_cast<double>(codes[i]) / 15 - y);
                    expected += error.back() * error.back();
                }
            }
            const auto values = static_cast<double>(error.size());
            CHECK(loss == doctest::Approx(expected / values).epsilon(1e-4));

            student.backward(static_cast<std::size_t>(stage.first_row()), end);
            // d loss / d bias: through the step wherever the value is above -1/2 and below 3/2.
            const auto first =
                static_cast<std::size_t>(train::plan<BiasStudent>.parameters[static_cast<std::size_t>(stage.scale)]);
            constexpr std::int32_t own_sums = facts<BiasStudent>.row(stage.scale).input;
            std::vector<double> gradient(channels);
            const float* scale = student.parameters().data() + first;
            for (std::int64_t image = 0; image < count; ++image) {
                const auto accumulators = student.codes<own_sums>(image);
                for (std::size_t i = 0; i < size; ++i) {
                    const std::size_t c = i % channels;
                    const double y = static_cast<double>(scale[0]) * static_cast<double>(accumulators[i]) /
                                         static_cast<double>(facts<BiasStudent>.value(own_sums).denominator) +
                                     static_cast<double>(scale[1 + c]);
                    if (y > -0.5 && y < 1.5) {
                        gradient[c] += 2 * error[static_cast<std::size_t>(image) * size + i] / values;
                    }
                }
            }
            for (std::size_t c = 0; c < channels; ++c) {
                CHECK(static_cast<double>(student.gradients()[first + 1 + c]) ==
                      doctest::Approx(gradient[c]).epsilon(1e-3).scale(1e-2));
            }
        }
    }
}

TEST_CASE("training towards rounded targets is another training") {
    tandem::Options options = tools::small_options(1);
    options.stage2.guard = false;
    const auto clipped = converted<BiasStudent>(options);
    options.stage2.target = tandem::Target::quantized;
    const auto quantized = converted<BiasStudent>(options);
    CHECK(state_of(*clipped.student) != state_of(*quantized.student));
}

TEST_CASE("the result is a function of the seed, on any number of threads and in every run") {
    tandem::Options options = tools::small_options(1);
    options.stage2.adaptation = tandem::Adaptation::both;
    options.joint.epochs = 1;
    options.stage2.guard = false;
    const auto once = converted<BiasStudent>(options);
    const std::vector<double> expected = state_of(*once.student);
    for (const int threads : {1, 2, 3}) {
        options.threads = threads;
        const auto again = converted<BiasStudent>(options);
        CHECK(state_of(*again.student) == expected);
        for (std::size_t i = 0; i < once.records.size(); ++i) {
            CHECK(once.records[i].numbers == again.records[i].numbers);
        }
    }
    options.seed = 2;
    CHECK(state_of(*converted<BiasStudent>(options).student) != expected);
}

TEST_CASE("the integer program of a student is its evaluation, and certified") {
    tandem::Options options = tools::small_options(1);
    const auto check = [&](const auto& result) {
        const IntegerNetwork network(lower(*result.student));
        const Certificate certificate = certify(*result.student, network);
        CHECK(certificate.proven());
        CHECK(certificate.steps_compared > 0);
        const SampleComparison comparison = compare_on_samples(*result.student, network, validated.samples());
        CHECK(comparison.differing_images == 0);
        CHECK(comparison.integer_accuracy() == accuracy_of(*result.student));
        CHECK(comparison.training_hashes == comparison.integer_hashes);
    };
    check(converted<LayerStudent>(options));
    check(converted<BiasStudent>(options));
    check(converted<ChannelStudent>(options));
}

TEST_CASE("a conversion that is stopped inside of a task gives back what was accepted") {
    tandem::Options options = tools::small_options(4);
    options.stage2.learning_rate = 1;
    const double stage1 = accuracy_of(*converted<BiasStudent>(tools::small_options(0)).student);
    int steps = 0;
    const auto stopped = tandem::convert<BiasStudent>(taught().training, learned.samples(), validated.samples(),
                                                      options, [&](const auto& conversion) {
                                                          if (conversion.tasks()[conversion.task()].trains()) ++steps;
                                                          return steps < 4;
                                                      });
    CHECK(steps == 4);
    CHECK(accuracy_of(*stopped.student) == stage1);
    CHECK(stopped.records.back().decided() == Decision::none);
}

}  // namespace tandem_test
