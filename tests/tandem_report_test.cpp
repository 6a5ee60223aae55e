// What people see of a conversion: its stages, its tasks, its progress, its plot.
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <filesystem>
#include <intaglio/report/gnuplot.hpp>
#include <intaglio/report/tandem.hpp>
#include <intaglio/report/tandem_plot.hpp>
#include <intaglio/report/tandem_progress.hpp>
#include <span>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "data_files/temporary_folder.hpp"

namespace tandem_report_test {

using namespace intaglio;
using tandem::Decision;
using tandem::Record;
using tandem::Task;
using tandem::TaskKind;
using test_files::TemporaryFolder;

namespace {

struct Teacher : Network<Image<1, 4, 4>, Defaults<DoReFa<4>, BatchNorm, DoReFaAct<4>>, Dense<Flatten, Out<8>>,
                         Dense<Out<6>>, Classifier<Out<3>>> {};
struct Student : BnFree<Teacher, Scale::LayerBias> {};
// Strict layer scales, and a branch with a stage of its own.
struct Joined : Network<Image<1, 4, 4>, Defaults<DoReFa<2>, BatchNorm, DoReFaAct<2>>, Conv<Out<4>>,
                        Residual<Conv<Out<4>, NoActivation>>, Activate<>, Classifier<Out<3>>> {};
struct JoinedStudent : BnFree<Joined, Scale::Layer> {};

std::string text(const Table& table) {
    std::ostringstream out;
    table.print(out);
    return out.str();
}

Record record(Decision decision, double loss, double accuracy, double alpha) {
    Record result;
    result[Record::decision] = static_cast<double>(decision);
    result[Record::loss] = loss;
    result[Record::accuracy] = accuracy;
    result[Record::alpha] = alpha;
    return result;
}

constexpr const auto& list = tandem::stages<Teacher, Student>;
const std::span<const tandem::Stage> stages(list.stages.begin(), list.size());

// As tandem::Conversion seems to those who watch it.
struct Watched {
    static constexpr const auto& stages = list;
    [[nodiscard]] std::span<const Task> tasks() const { return task_list; }
    [[nodiscard]] std::size_t task() const { return present; }
    [[nodiscard]] std::span<const Record> records() const { return record_list; }
    [[nodiscard]] const EpochMetrics& metrics() const { return present_metrics; }
    [[nodiscard]] std::array<std::int64_t, 5> position() const {
        return {static_cast<std::int64_t>(present), 0, 0, steps, 0};
    }

    std::vector<Task> task_list;
    std::vector<Record> record_list;
    std::size_t present = 0;
    std::int64_t steps = 0;
    EpochMetrics present_metrics;
};

}  // namespace

TEST_CASE("tandem report: the stages of a network, before anything runs") {
    CHECK(text(stage_table<Teacher, Student>({})) ==
          "stage  layer     fitted                               frozen rows  trained                towards           "
          "  tasks\n"
          "------------------------------------------------------------------------------------------------------------"
          "----------------------------------\n"
          "    1  2         128 weights; one multiplier, biases  none         128 weights, 8 biases  teacher 2, "
          "clipped  calibrate, distil 2\n"
          "    2  3         48 weights; one multiplier, biases   0 .. 2       48 weights, 6 biases   teacher 3, "
          "clipped  calibrate, recalibrate, distil 2\n"
          "    3  4 logits  18 weights; one multiplier, biases   0 .. 5       18 weights, 3 biases   labels, logits    "
          "  calibrate, recalibrate, distil 2\n");
    tandem::Options both;
    both.stage2 = {
        .epochs = 3, .adaptation = tandem::Adaptation::both, .target = tandem::Target::quantized, .share = 1};
    both.joint = {.epochs = 4, .share = 0};
    CHECK(text(stage_table<Teacher, Student>(both)) ==
          "stage  layer     fitted                               frozen rows  trained                 towards          "
          "     tasks\n"
          "------------------------------------------------------------------------------------------------------------"
          "-------------------------------------\n"
          "    1  2         128 weights; one multiplier, biases  none         128 weights, 8 biases   teacher 2, "
          "quantized  calibrate, distil 3\n"
          "       after 2                                        0 .. 2       66 weights, 9 biases    logits           "
          "     adapt 3\n"
          "    2  3         48 weights; one multiplier, biases   0 .. 2       48 weights, 6 biases    teacher 3, "
          "quantized  calibrate, recalibrate, distil 3\n"
          "       after 3                                        0 .. 5       18 weights, 3 biases    logits           "
          "     adapt 3\n"
          "    3  4 logits  18 weights; one multiplier, biases   0 .. 5       18 weights, 3 biases    logits           "
          "     calibrate, recalibrate, distil 3\n"
          "       all                                            none         194 weights, 17 biases  labels           "
          "     joint 4\n");
    tandem::Options first;
    first.stage2.epochs = 0;
    CHECK(text(stage_table<Joined, JoinedStudent>(first)) ==
          "stage  layer             fitted                       frozen rows  trained  towards  tasks\n"
          "----------------------------------------------------------------------------------------------\n"
          "    1  2                 36 weights; one multiplier                                  calibrate\n"
          "    2  3.main            144 weights; one multiplier                                 calibrate\n"
          "    3  3.shortcut scale  one multiplier                                              calibrate\n"
          "    4  4 scale           one multiplier                                              calibrate\n"
          "    5  5 logits          192 weights; one multiplier                                 calibrate\n");
}

TEST_CASE("tandem report: what came of each task") {
    tandem::Options options;
    options.joint.epochs = 1;
    const std::vector<Task> tasks = tandem::make_tasks(stages, options);
    std::vector<Record> records(tasks.size());
    CHECK_THROWS_WITH_AS(static_cast<void>(conversion_table(stages, tasks, std::span(records).first(2))),
                         "conversion table: 2 records for 10 tasks", std::invalid_argument);
    records[0] = record(Decision::done, 0, -1, 0);
    records[1] = record(Decision::done, 0.00123456, -1, 0.0125);
    records[1][Record::fell_back] = 1;
    records[1][Record::dead_channels] = 1;
    records[2] = record(Decision::done, 0.25, -1, 3);
    records[2][Record::fold] = 0.5;
    records[2][Record::flipped] = 2;
    records[3] = record(Decision::done, 1.5, 0.5, 0.001);
    records[4] = record(Decision::accepted, 0.125, 0.875, 0.0125);
    records[5] = record(Decision::accepted, 0.0625, 0.875, 3);
    records[6] = record(Decision::kept, 0.03125, 0.875, 3);
    CHECK(text(conversion_table(stages, tasks, records)) ==
          "task               layer         loss  multiplier  student  decision\n"
          "------------------------------------------------------------------------------------------------------------"
          "---------\n"
          "   1  ranges       all                                      fitted\n"
          "   2  calibrate    2         0.001235      0.0125           fitted, fell back to the slope of mode LB, 1 "
          "dead channel\n"
          "   3  calibrate    3             0.25           3           fitted, weights times gains^0.5, 2 channels "
          "changed sign\n"
          "   4  calibrate    4 logits       1.5       0.001  50.00 %  fitted\n"
          "   5  distil       2            0.125      0.0125  87.50 %  accepted\n"
          "   6  recalibrate  3           0.0625           3  87.50 %  accepted\n"
          "   7  distil       3          0.03125           3  87.50 %  kept what it was\n"
          "   8  recalibrate  4 logits                                 not done\n"
          "   9  distil       4 logits                                 not done\n"
          "  10  joint        all                                      not done\n");

    const Plot plot = conversion_plot("Student", stages, tasks, {{"LB", records}}, 0.9);
    CHECK(plot.x_names == std::vector<std::string>{"stage 1", "distil 2", "recalibrate 3", "distil 3",
                                                   "recalibrate 4 logits", "distil 4 logits", "joint"});
    REQUIRE(plot.series.size() == 2);
    CHECK(plot.series[0].label == "LB");
    CHECK(std::vector<double>(plot.series[0].y.begin(), plot.series[0].y.begin() + 4) ==
          std::vector<double>{50, 87.5, 87.5, 87.5});
    CHECK(std::isnan(plot.series[0].y[4]));
    CHECK(plot.series[1].y == std::vector<double>{90, 90});
    CHECK(plot.series[1].x == std::vector<double>{0, 6});
    CHECK_THROWS_WITH_AS(static_cast<void>(conversion_plot("Student", stages, tasks, {{"LB", {}}}, 0.9)),
                         "conversion plot: 0 records for 10 tasks", std::invalid_argument);
    if (gnuplot_available()) {
        const TemporaryFolder folder;
        write_plot(plot, folder.path() / "student.svg");
        CHECK(std::filesystem::file_size(folder.path() / "student.svg") > 1000);
    }
}

TEST_CASE("tandem report: one line for each task, and a live one below") {
    Watched conversion;
    tandem::Options options;
    options.stage2.recalibrate = false;
    conversion.task_list = tandem::make_tasks(stages, options);
    conversion.record_list.resize(conversion.task_list.size());
    const auto run = [&](ProgressStyle style) {
        std::ostringstream out;
        conversion.present = 3;
        conversion.steps = 0;
        TandemProgress progress(conversion, out, style, 100.0);
        conversion.record_list[3] = record(Decision::done, 1.5, 0.5, 0.001);
        conversion.present = 4;
        progress.update(101.0);
        conversion.steps = 1;
        conversion.present_metrics = {
            .epoch = 1, .epochs = 2, .batch = 10, .batches = 20, .loss = 0.5, .seconds = 2, .images_per_second = 500};
        progress.update(103.0);
        conversion.steps = 1;
        conversion.present_metrics = {.epoch = 2,
                                      .epochs = 2,
                                      .batch = 10,
                                      .batches = 20,
                                      .loss = 0.25,
                                      .seconds = 2,
                                      .images_per_second = 500,
                                      .validated = true,
                                      .validation_accuracy = 0.75};
        progress.update(107.0);
        conversion.record_list[4] = record(Decision::accepted, 0.125, 0.875, 0.0125);
        conversion.record_list[5] = record(Decision::kept, 0.0625, 0.875, 3);
        conversion.record_list[6] = record(Decision::kept, 0.03125, 0.875, 3);
        conversion.present = 6;
        conversion.steps = 0;
        progress.update(109.0);
        conversion.steps = 1;
        conversion.present_metrics = {.epoch = 1,
                                      .epochs = 2,
                                      .batch = 20,
                                      .batches = 20,
                                      .loss = 0.5,
                                      .accuracy = 0.625,
                                      .seconds = 4,
                                      .images_per_second = 500};
        progress.update(113.0);
        conversion.present = 7;
        progress.update(115.0);
        return out.str();
    };
    CHECK(run(ProgressStyle::silent) == "");
    CHECK(run(ProgressStyle::plain) ==
          "[4/7] calibrate   4 logits  loss 1.5        student 50.00 %   1.0 s  fitted\n"
          "[5/7] distil      2         loss 0.125      student 87.50 %   8.0 s  accepted\n"
          "[6/7] distil      3         loss 0.0625     student 87.50 %   0.0 s  kept what it was\n"
          "[7/7] distil      4 logits  loss 0.0312     student 87.50 %   6.0 s  kept what it was\n");
    CHECK(run(ProgressStyle::live) ==
          "\r[4/7] calibrate 4 logits\r[4/7] calibrate   4 logits  loss 1.5        student 50.00 %   1.0 s  fitted\n"
          "\r[5/7] distil 2, student 50.00 %\r[5/7] distil 2, student 50.00 % [#...] 10/40  loss 0.5000  500 img/s  "
          "0:06 left\r[5/7] distil 2, student 75.00 % [###.] 30/40  loss 0.2500  500 img/s  0:02 left\r[5/7] distil    "
          "  2         loss 0.125      student 87.50 %   8.0 s  accepted  \n"
          "\r[6/7] distil 3, student 87.50 %\r[6/7] distil      3         loss 0.0625     student 87.50 %   0.0 s  "
          "kept what it was\n"
          "\r[7/7] distil 4 logits, student 87.50 %\r[7/7] distil 4 logits, student 87.50 %  20/40  loss 0.5000  acc "
          "62.50 %  500 im\r[7/7] distil      4 logits  loss 0.0312     student 87.50 %   6.0 s  kept what it was\n");
}

}  // namespace tandem_report_test
