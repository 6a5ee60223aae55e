// The accuracy of a student over the tasks of its conversion, as a plot.
#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/text.hpp"
#include "intaglio/report/plot.hpp"
#include "intaglio/report/tandem.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// One student of a plot: its name and its records, one for each task.
struct ConversionCurve {
    std::string label;
    std::vector<tandem::Record> records;
};

/// The accuracy of students on the validation samples, in percent, after stage 1 and each task from there on; the
/// teacher's is a dashed line. All students have the same tasks. A task that was undone leaves its curve level.
/// Errors: std::invalid_argument unless there is one record for each task.
[[nodiscard]] inline Plot conversion_plot(const std::string& title, std::span<const tandem::Stage> stages,
                                          std::span<const tandem::Task> tasks,
                                          const std::vector<ConversionCurve>& students, double teacher_accuracy) {
    using tandem::TaskKind;
    std::size_t first = 0;
    for (std::size_t i = 0; i < tasks.size(); ++i) {
        if (tasks[i].kind == TaskKind::ranges || tasks[i].kind == TaskKind::calibrate) first = i;
    }
    Plot plot{.title = title, .x_label = "", .y_label = "accuracy on the validation samples, %", .series = {}};
    for (std::size_t i = first; i < tasks.size(); ++i) {
        const tandem::Task& task = tasks[i];
        plot.x_names.push_back(i == first ? "stage 1"
                               : task.kind == TaskKind::joint
                                   ? "joint"
                                   : joined({task_text(task.kind), " ", stage_text(stages[task.stage])}));
    }
    for (const ConversionCurve& student : students) {
        if (student.records.size() != tasks.size()) {
            throw std::invalid_argument(
                joined({"conversion plot: ", student.records.size(), " records for ", tasks.size(), " tasks"}));
        }
        Series series{.label = student.label, .x = {}, .y = {}};
        for (std::size_t i = first; i < tasks.size(); ++i) {
            const tandem::Record& record = student.records[i];
            const bool measured = record.decided() != tandem::Decision::none && record[tandem::Record::accuracy] >= 0;
            series.x.push_back(static_cast<double>(i - first));
            series.y.push_back(measured ? 100 * record[tandem::Record::accuracy]
                                        : std::numeric_limits<double>::quiet_NaN());
        }
        plot.series.push_back(std::move(series));
    }
    const auto last = static_cast<double>(tasks.size() - 1 - first);
    plot.series.push_back(
        {.label = "teacher", .x = {0, last}, .y = {100 * teacher_accuracy, 100 * teacher_accuracy}, .dashed = true});
    return plot;
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
