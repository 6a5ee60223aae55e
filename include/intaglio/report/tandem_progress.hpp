// Live progress of a conversion: one line for each task, and the batches of the present one on a terminal.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <ostream>
#include <string>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/text.hpp"
#include "intaglio/report/progress.hpp"
#include "intaglio/report/tandem.hpp"
#include "intaglio/train/loop/trainer_options.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// Shows how a conversion proceeds; call `update` after each step. A task that is done becomes a line that stays; on a
/// terminal the line below shows the present task and the accuracy of the student so far.
template <class Conversion>
class TandemProgress {
  public:
    /// Refers to both; `out` is a std::FILE*, or a std::ostream as Progress takes it. What a resumed conversion has
    /// done before is not shown again.
    template <class Out>
    TandemProgress(const Conversion& conversion, Out&& out, ProgressStyle style = ProgressStyle::automatic,
                   double now = steady_seconds())
        : conversion_(conversion), progress_(out, {}, style, now), task_(conversion.task()) {
        for (const tandem::Stage& stage : Conversion::stages.stages) {
            layer_width_ = std::max(layer_width_, stage_text(stage).size());
        }
        for (std::size_t i = 0; i < task_; ++i) take_accuracy(i);
        begin_task(now);
    }

    /// Shows what the last step did; draws at most ten times a second.
    void update(double now = steady_seconds()) {
        while (task_ < conversion_.task()) {
            take_accuracy(task_);
            progress_.print(finished_text(now));
            ++task_;
            begin_task(now);
        }
        if (task_ == conversion_.tasks().size() || !conversion_.tasks()[task_].trains()) return;
        // Before its first step the metrics are those of another task.
        if (conversion_.position()[3] == 0) return;
        const EpochMetrics& metrics = conversion_.metrics();
        const std::int64_t total = metrics.epochs * metrics.batches;
        if (metrics.validated) accuracy_ = metrics.validation_accuracy;
        if (batches_ != total || shown_accuracy_ != accuracy_) {
            batches_ = total;
            start_line();
        }
        progress_.begin_epoch(now - metrics.seconds);
        progress_.update({.batch = (metrics.epoch - 1) * metrics.batches + metrics.batch,
                          .images = static_cast<std::int64_t>(metrics.images_per_second * metrics.seconds),
                          .loss = metrics.loss,
                          // A local loss looks at a layer, and nothing is recognised.
                          .accuracy = is_local(conversion_.tasks()[task_]) ? -1 : metrics.accuracy},
                         now);
    }

  private:
    static constexpr std::size_t kind_width = 11;
    static constexpr std::size_t number_width = 9;

    [[nodiscard]] static bool is_local(const tandem::Task& task) {
        return task.kind == tandem::TaskKind::distil &&
               Conversion::stages[task.stage].kind != tandem::StageKind::logits;
    }
    [[nodiscard]] static std::string padded(std::string text, std::size_t width) {
        text.resize(std::max(text.size(), width), ' ');
        return text;
    }

    void take_accuracy(std::size_t task) {
        const tandem::Record& record = conversion_.records()[task];
        if (record.decided() != tandem::Decision::none && record[tandem::Record::accuracy] >= 0) {
            accuracy_ = record[tandem::Record::accuracy];
        }
    }

    /// "[ 9/17] distil      6.repetition 2.1", in columns or as short as it can be.
    [[nodiscard]] std::string head(bool columns) const {
        const tandem::Task& task = conversion_.tasks()[task_];
        const std::string total = std::to_string(conversion_.tasks().size());
        std::string number = std::to_string(task_ + 1);
        number.insert(0, total.size() - number.size(), ' ');
        const bool all = task.kind == tandem::TaskKind::ranges || task.kind == tandem::TaskKind::joint;
        return joined({"[", number, "/", total, "] ", padded(task_text(task.kind), columns ? kind_width : 0), " ",
                       padded(all ? "all" : stage_text(Conversion::stages[task.stage]), columns ? layer_width_ : 0)});
    }

    [[nodiscard]] std::string finished_text(double now) const {
        const tandem::Record& record = conversion_.records()[task_];
        const bool fits = conversion_.tasks()[task_].kind != tandem::TaskKind::ranges;
        const bool measured = record[tandem::Record::accuracy] >= 0;
        std::string text = joined({head(true), "  "});
        text += padded(fits ? joined({"loss ", report_detail::significant(record[tandem::Record::loss], 3)}) : "",
                       number_width + 5);
        text += joined({"  ", padded(measured ? joined({"student ", fixed(100 * accuracy_, 2), " %"}) : "", 15)});
        const std::string seconds = joined({fixed(now - started_, 1), " s"});
        const std::string padding(seconds.size() < 8 ? 8 - seconds.size() : 0, ' ');
        return joined({text, padding, seconds, "  ", decision_text(record)});
    }

    void begin_task(double now) {
        started_ = now;
        batches_ = 1;
        if (task_ == conversion_.tasks().size()) return;
        start_line();
        progress_.announce(title_);
    }

    /// The live line of the present task, from its beginning.
    void start_line() {
        shown_accuracy_ = accuracy_;
        title_ = head(false);
        if (accuracy_ >= 0) title_ += joined({", student ", fixed(100 * accuracy_, 2), " %"});
        progress_.restart({.batches = batches_, .title = title_}, started_);
    }

    const Conversion& conversion_;
    std::string title_;
    Progress progress_;
    std::size_t task_;
    std::size_t layer_width_ = 3;
    std::int64_t batches_ = 1;  ///< of the present task, all epochs together
    double accuracy_ = -1;      ///< of the student, by the last measurement; below 0: none yet
    double shown_accuracy_ = -1;
    double started_ = 0;
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
