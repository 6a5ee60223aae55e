// The schedule of a conversion, and what came of it, as tables for people.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "intaglio/canonical/describe.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/text.hpp"
#include "intaglio/report/table.hpp"
#include "intaglio/tandem/tasks.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

namespace report_detail {

inline std::string significant(double value, int digits) {
    char text[40];
    std::snprintf(text, sizeof text, "%.*g", digits, value);
    return text;
}

inline std::string counted(std::int64_t number, const char* one, const char* many) {
    return joined({grouped(number), " ", (number == 1 ? one : many)});
}

/// What the rows `first` ... `last` have to train in stage 2: weights and biases.
inline std::string trained_text(const FactsView& student, std::int32_t first, std::int32_t last) {
    std::int64_t weights = 0;
    std::int64_t biases = 0;
    for (std::int32_t row = first; row <= last; ++row) {
        weights += student.row(row).weights;
        biases += student.row(row).biases;
    }
    std::string text = counted(weights, "weight", "weights");
    if (biases > 0) text += joined({", ", counted(biases, "bias", "biases")});
    return text;
}

inline std::string frozen_text(std::int32_t end) {
    if (end == 0) return "none";
    return end == 1 ? "0" : joined({"0 .. ", end - 1});
}

/// The operations that stage 1 gives numbers to.
inline std::string fitted_text(const tandem::Stage& stage, const FactsView& student) {
    const Row& scale = student.row(stage.scale);
    std::string text = scale.detail;
    if (stage.product != none)
        text = joined({counted(student.row(stage.product).weights, "weight", "weights"), "; ", text});
    return text;
}

/// Whose values a loss of the logits compares with; `share` is the teacher's.
inline std::string logits_target_text(double share) {
    return share <= 0 ? "labels" : share >= 1 ? "logits" : "labels, logits";
}

inline std::string epochs_text(const char* task, std::int64_t epochs) {
    return joined({task, " ", epochs});
}

}  // namespace report_detail

/// The word for a kind of task.
[[nodiscard]] inline const char* task_text(tandem::TaskKind kind) {
    switch (kind) {
        case tandem::TaskKind::ranges:
            return "ranges";
        case tandem::TaskKind::calibrate:
            return "calibrate";
        case tandem::TaskKind::recalibrate:
            return "recalibrate";
        case tandem::TaskKind::distil:
            return "distil";
        case tandem::TaskKind::adapt:
            return "adapt";
        case tandem::TaskKind::joint:
            return "joint";
    }
    return "";
}

/// The place of a stage in the student, with what it converts: "6.repetition 2.1 product".
[[nodiscard]] inline std::string stage_text(const tandem::Stage& stage) {
    const char* kind = stage.kind == tandem::StageKind::logits  ? " logits"
                       : stage.kind == tandem::StageKind::scale ? " scale"
                                                                : "";
    return path_text(stage.path) + kind;
}

/// What a task decided, in words: "kept what it was", "fitted, 2 dead channels".
[[nodiscard]] inline std::string decision_text(const tandem::Record& record) {
    using tandem::Decision;
    using tandem::Record;
    std::string text;
    switch (record.decided()) {
        case Decision::none:
            return "not done";
        case Decision::done:
            text = "fitted";
            break;
        case Decision::accepted:
            text = "accepted";
            break;
        case Decision::kept:
            text = "kept what it was";
            break;
    }
    const auto count = [&](Record::Place place) { return static_cast<std::int64_t>(record[place]); };
    if (record[Record::fell_back] != 0) text += ", fell back to the slope of mode LB";
    if (record[Record::fold] != 0)
        text += joined({", weights times gains^", report_detail::significant(record[Record::fold], 2)});
    if (count(Record::flipped) > 0) {
        text += joined({", ", report_detail::counted(count(Record::flipped), "channel", "channels"), " changed sign"});
    }
    if (count(Record::dead_channels) > 0) {
        text += joined({", ", report_detail::counted(count(Record::dead_channels), "dead channel", "dead channels")});
    }
    return text;
}

/// The stages of a conversion, before anything runs: what stage 1 fits, which rows of the student are frozen while
/// stage 2 trains what, and towards what: the value of the teacher at a place, or labels and its logits. The
/// name of a trained task is followed by its largest number of epochs.
[[nodiscard]] inline Table stage_table(std::span<const tandem::Stage> stages, const FactsView& teacher,
                                       const FactsView& student, const tandem::Options& options) {
    using tandem::TaskKind;
    Table table({{"stage", Align::right}, {"layer"}, {"fitted"}, {"frozen rows"}, {"trained"}, {"towards"}, {"tasks"}});
    const std::vector<tandem::Task> tasks = tandem::make_tasks(stages, options);
    const auto last_row = static_cast<std::int32_t>(student.rows.size) - 1;
    const std::string logits = report_detail::logits_target_text(options.stage2.share);
    for (std::size_t i = 0; i < stages.size(); ++i) {
        const tandem::Stage& stage = stages[i];
        const Row& activation = teacher.row(stage.teacher_step);
        std::string of_stage;
        std::string frozen;
        std::string trained;
        std::string towards;
        std::string after;
        for (const tandem::Task& task : tasks) {
            if (task.stage != i || task.kind == TaskKind::ranges || task.kind == TaskKind::joint) continue;
            if (task.kind == TaskKind::adapt) {
                after = report_detail::epochs_text(task_text(task.kind), task.epochs);
                continue;
            }
            of_stage += of_stage.empty() ? "" : ", ";
            of_stage +=
                task.trains() ? report_detail::epochs_text(task_text(task.kind), task.epochs) : task_text(task.kind);
            if (!task.trains()) continue;
            frozen = report_detail::frozen_text(stage.first_row());
            trained = report_detail::trained_text(student, stage.first_row(), stage.step);
            towards = stage.kind == tandem::StageKind::logits
                          ? logits
                          : joined({"teacher ", path_text(activation.path),
                                    (options.stage2.target == tandem::Target::clipped ? ", clipped" : ", quantized")});
        }
        table.add_row({std::to_string(i + 1), stage_text(stage), report_detail::fitted_text(stage, student), frozen,
                       trained, towards, of_stage});
        if (!after.empty()) {
            table.add_row({"", joined({"after ", path_text(stage.path)}), "",
                           report_detail::frozen_text(stage.step + 1),
                           report_detail::trained_text(student, stage.step + 1, last_row), logits, after});
        }
    }
    if (options.joint.epochs > 0) {
        table.add_row({"", "all", "", report_detail::frozen_text(0), report_detail::trained_text(student, 0, last_row),
                       report_detail::logits_target_text(options.joint.share),
                       report_detail::epochs_text(task_text(TaskKind::joint), options.joint.epochs)});
    }
    return table;
}

/// The same of a teacher and a student, which are types.
template <class Teacher, class Student>
[[nodiscard]] Table stage_table(const tandem::Options& options) {
    const auto& list = tandem::stages<Teacher, Student>;
    return stage_table(std::span(list.stages.begin(), list.size()), facts<Teacher>.view(), facts<Student>.view(),
                       options);
}

/// What came of each task: loss, multiplier, accuracy of the assembled student on the validation samples, decision.
/// Tasks that are not done say so. Errors: std::invalid_argument unless there is one record for each task.
[[nodiscard]] inline Table conversion_table(std::span<const tandem::Stage> stages, std::span<const tandem::Task> tasks,
                                            std::span<const tandem::Record> records) {
    using tandem::Record;
    using tandem::TaskKind;
    if (tasks.size() != records.size()) {
        throw std::invalid_argument(
            joined({"conversion table: ", records.size(), " records for ", tasks.size(), " tasks"}));
    }
    Table table({{"task", Align::right},
                 {""},
                 {"layer"},
                 {"loss", Align::right},
                 {"multiplier", Align::right},
                 {"student", Align::right},
                 {"decision"}});
    for (std::size_t i = 0; i < tasks.size(); ++i) {
        const tandem::Task& task = tasks[i];
        const Record& record = records[i];
        const bool all = task.kind == TaskKind::ranges || task.kind == TaskKind::joint;
        const bool done = record.decided() != tandem::Decision::none;
        const bool measured = done && record[Record::accuracy] >= 0;
        table.add_row({std::to_string(i + 1), task_text(task.kind), all ? "all" : stage_text(stages[task.stage]),
                       done && task.kind != TaskKind::ranges ? report_detail::significant(record[Record::loss], 4) : "",
                       done && record[Record::alpha] != 0 ? report_detail::significant(record[Record::alpha], 4) : "",
                       measured ? joined({fixed(100 * record[Record::accuracy], 2), " %"}) : "",
                       decision_text(record)});
    }
    return table;
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
