// The run time of a conversion: walks the list of tasks that the types gave.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "intaglio/canonical/describe.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/text.hpp"
#include "intaglio/tandem/collection.hpp"
#include "intaglio/tandem/initialization.hpp"
#include "intaglio/tandem/task_training.hpp"
#include "intaglio/tandem/tasks.hpp"
#include "intaglio/train/trainer.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::tandem {

/// Converts a trained teacher into a student without norms (papers' digest 6.5). The student's forward pass is that of
/// the integer program from the first task on. All that the result depends on is a function of teacher, samples,
/// options and position, so that a run can be stopped and resumed at any batch. Refers to the teacher; not movable.
///
/// Where several ranks share the teacher, they share the student, too, and each has a conversion: all train and
/// validate together, and each fits scales by itself, on all calibration samples.
template <class Student, class Teacher>
class Conversion {
  public:
    using Pixel = typename Training<Student>::Pixel;
    static constexpr const auto& stages = tandem::stages<Teacher, Student>;
    static_assert(std::is_same_v<Pixel, typename Training<Teacher>::Pixel>, "teacher and student read other pixels");

    /// The student's weights are those of the teacher. `validation` decides what is kept, so it should hold samples
    /// that nobody was trained on. Throws std::invalid_argument for options or samples that are out of range, and
    /// std::runtime_error if a number of the teacher is not finite.
    [[gnu::cold]] Conversion(Training<Teacher>& teacher, BasicSamples<Pixel> samples, BasicSamples<Pixel> validation,
                             Options options)
        : teacher_(teacher),
          options_(checked(options, teacher.capacity(), samples.count(), validation.count())),
          student_(std::make_unique<Training<Student>>(options.batch, options.threads, options.seed, teacher.ranks())),
          samples_(samples),
          validation_(validation),
          tasks_(make_tasks({stages.stages.data, stages.size()}, options)),
          records_(tasks_.size()),
          units_(stages.size(), 1.0),
          before_(student_->parameters().size()) {
        constexpr std::int32_t classes = Training<Student>::classes;
        train::check_samples(samples.pixels.size(), samples.labels, Training<Student>::pixels, classes,
                             "training samples");
        train::check_samples(validation.pixels.size(), validation.labels, Training<Student>::pixels, classes,
                             "validation samples");
        check_teacher(teacher, validation.pixels.data());
        teacher_accuracy_ = evaluate(teacher, validation).accuracy();
        copy_latents<Student, Teacher>(teacher, *student_, {stages.stages.data, stages.size()});
    }
    Conversion(const Conversion&) = delete;
    Conversion& operator=(const Conversion&) = delete;

    /// Changes each image of the batches of trained tasks; before the first batch.
    void augment(Augment<Pixel> change) { augment_ = std::move(change); }

    [[nodiscard]] bool finished() const { return task_ == tasks_.size(); }
    /// The whole schedule.
    [[nodiscard]] std::span<const Task> tasks() const { return tasks_; }
    /// Index of the present task; tasks().size() when finished.
    [[nodiscard]] std::size_t task() const { return task_; }
    [[nodiscard]] std::span<const Record> records() const { return records_; }
    /// Of the present task, if it trains.
    [[nodiscard]] const EpochMetrics& metrics() const { return metrics_; }
    [[nodiscard]] const Options& options() const { return options_; }
    [[nodiscard]] Training<Student>& student() { return *student_; }
    [[nodiscard]] Training<Teacher>& teacher() const { return teacher_; }
    [[nodiscard]] const BasicSamples<Pixel>& samples() const { return samples_; }
    [[nodiscard]] const BasicSamples<Pixel>& validation() const { return validation_; }
    [[nodiscard]] const Augment<Pixel>& augmentation() const { return augment_; }
    /// Hands the student out; a task that is not finished is undone before. Nothing else may be called afterwards.
    [[nodiscard]] std::unique_ptr<Training<Student>> release() {
        if (trainer_) undo();
        return std::move(student_);
    }
    /// On the validation samples.
    [[nodiscard]] double teacher_accuracy() const { return teacher_accuracy_; }

    /// A task that fits, or one batch of a task that trains, with its validation after an epoch. Throws
    /// std::runtime_error, which names the layer, if no scale fits or the training diverges; the student then is what
    /// it was in front of the task, with which the next call begins anew.
    [[gnu::cold]] void advance() {
        if (finished()) throw std::logic_error("the conversion is finished");
        const Task& task = tasks_[task_];
        try {
            if (task.trains()) {
                train(task);
            } else {
                fit(task);
                ++task_;
            }
        } catch (const std::runtime_error& error) {
            undo();
            throw std::runtime_error(joined({"tandem, ", layer_text(stages[task.stage].path), ": ", error.what()}));
        } catch (...) {
            undo();
            throw;
        }
    }

    /// The settings and the teacher that a resumed run must share, as text, one a line.
    [[gnu::cold]] [[nodiscard]] std::string description() const {
        train::SettingsText text;
        text.add("samples", samples_.count());
        text.add("validation samples", validation_.count());
        text.add(augment_ ? "augmented" : "not augmented");
        text.begin_part("teacher");
        text.add_lines(model_signature(facts<Teacher>.view()));
        return options_.description() + text.text();
    }
    /// Where the run stands: the task, then the position of its trainer.
    [[nodiscard]] std::array<std::int64_t, 5> position() const {
        std::array<std::int64_t, 5> position{static_cast<std::int64_t>(task_)};
        if (trainer_) {
            const auto inner = trainer_->position();
            std::copy(inner.begin(), inner.end(), position.begin() + 1);
        }
        return position;
    }
    /// Makes the memory to which `state` refers. Throws std::runtime_error for a position that cannot be.
    [[gnu::cold]] void prepare(const std::array<std::int64_t, 5>& position) {
        const bool is_task = position[0] >= 0 && position[0] <= static_cast<std::int64_t>(tasks_.size());
        const bool trains = is_task && position[0] < static_cast<std::int64_t>(tasks_.size()) &&
                            tasks_[static_cast<std::size_t>(position[0])].trains();
        if (!is_task || (!trains && position[3] != 0)) {
            throw std::runtime_error(joined({"position in the conversion: task ", position[0], " of ", tasks_.size(),
                                             ", update ", position[3], " do not belong together"}));
        }
        task_ = static_cast<std::size_t>(position[0]);
        trainer_.reset();
        if (trains && position[3] > 0) {
            make_trainer(tasks_[task_]);
            trainer_->check_position({position[1], position[2], position[3], position[4]});
        }
    }
    /// All numbers of the run, until the next call.
    [[gnu::cold]] [[nodiscard]] std::vector<train::NamedNumbers> state() {
        std::vector<train::NamedNumbers> list;
        if (trainer_) {
            list = trainer_->state();
        } else {
            list.push_back({"parameters", student_->parameters()});
        }
        list.push_back({"units", std::span<double>(units_)});
        list.push_back({"before", std::span<float>(before_)});
        list.push_back({"score", std::span<double>(score_)});
        list.push_back(
            {"records", std::span<double>(records_.front().numbers.data(), records_.size() * Record::places)});
        return list;
    }
    /// Goes on from a position, after `prepare` and after the numbers of `state` were written.
    [[gnu::cold]] void resume(const std::array<std::int64_t, 5>& position) {
        student_->parameters_changed();
        if (trainer_) trainer_->set_position({position[1], position[2], position[3], position[4]});
    }

  private:
    /// Before memory is taken for a student.
    static Options checked(const Options& options, std::int64_t capacity, std::int64_t samples,
                           std::int64_t validation) {
        options.check(capacity, samples, validation);
        return options;
    }

    /// Accuracy, and the loss that decides between equal ones.
    using Score = std::array<double, 2>;

    [[nodiscard]] Score validate() {
        const Evaluation result = evaluate(*student_, validation_);
        return {result.accuracy(), result.loss};
    }
    static bool better(const Score& a, const Score& b) { return a[0] > b[0] || (a[0] == b[0] && a[1] < b[1]); }

    void fit(const Task& task) {
        Record& record = records_[task_];
        record[Record::decision] = static_cast<double>(Decision::done);
        record[Record::accuracy] = -1;
        remember();
        if (task.kind == TaskKind::ranges) {
            measure_units<Student, Teacher>(teacher_, samples_, options_, units_);
            return;
        }
        const bool again = task.kind == TaskKind::recalibrate;
        bool fits = true;
        try {
            initialize_stage<Student, Teacher>(teacher_, *student_, samples_, options_, stages[task.stage],
                                               units_[task.stage], again, record);
        } catch (const NoScaleFits&) {
            if (!again) throw;
            fits = false;  // the scale that it has stays
        }
        if (again) {
            conclude(options_.stage2.guard || !fits, record);
        } else if (task.stage + 1 == stages.size()) {
            score_ = validate();
            record[Record::accuracy] = score_[0];
        }
    }

    void train(const Task& task) {
        if (!trainer_) {
            remember();
            make_trainer(task);
        }
        metrics_ = trainer_->train_batch();
        if (metrics_.batch < metrics_.batches) return;
        metrics_ = trainer_->validate();
        if (!trainer_->finished()) return;
        trainer_->restore_best();
        Record& record = records_[task_];
        record[Record::loss] = metrics_.loss;
        trainer_.reset();
        const bool guard = task.kind == TaskKind::joint ? options_.joint.guard : options_.stage2.guard;
        if (task.kind == TaskKind::distil && options_.stage2.recalibrate && task.stage + 1 < stages.size()) {
            compensate(task.stage + 1);
        }
        conclude(guard, record);
        ++task_;
    }

    /// Fits the scale after a layer that has changed, if the assembled student is better with it.
    void compensate(std::size_t next) {
        const Score without = validate();
        const std::vector<float> kept(student_->parameters().begin(), student_->parameters().end());
        Record unused;
        try {
            initialize_stage<Student, Teacher>(teacher_, *student_, samples_, options_, stages[next], units_[next],
                                               true, unused);
        } catch (const NoScaleFits&) {
            return;
        }
        if (better(validate(), without)) return;
        std::copy(kept.begin(), kept.end(), student_->parameters().begin());
        student_->parameters_changed();
    }

    void undo() {
        trainer_.reset();
        std::copy(before_.begin(), before_.end(), student_->parameters().data());
        student_->parameters_changed();
    }
    void remember() { std::copy_n(student_->parameters().data(), before_.size(), before_.data()); }
    /// Accepts what a task did, or takes it back.
    void conclude(bool guard, Record& record) {
        const Score now = validate();
        const bool accepted = !guard || better(now, score_);
        if (accepted) {
            score_ = now;
        } else {
            undo();
        }
        record[Record::accuracy] = score_[0];
        record[Record::decision] = static_cast<double>(accepted ? Decision::accepted : Decision::kept);
    }

    void make_trainer(const Task& task) {
        auto training = task_training(options_, task, stages[task.stage], *student_, teacher_, units_[task.stage]);
        training.seed = options_.seed + task_;
        training.validation = validation_;
        training.augment = augment_;
        trainer_.emplace(*student_, samples_, std::move(training));
    }

    Training<Teacher>& teacher_;
    Options options_;
    std::unique_ptr<Training<Student>> student_;
    BasicSamples<Pixel> samples_;
    BasicSamples<Pixel> validation_;
    Augment<Pixel> augment_;
    std::vector<Task> tasks_;
    std::vector<Record> records_;
    std::vector<double> units_;  ///< per stage: what the student's activation value 1 stands for in the teacher
    std::vector<float> before_;  ///< the parameters in front of the present task
    Score score_{};              ///< of the student as far as it was accepted
    std::optional<Trainer<Student>> trainer_;
    EpochMetrics metrics_{};
    std::size_t task_ = 0;
    double teacher_accuracy_ = 0;
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::tandem
