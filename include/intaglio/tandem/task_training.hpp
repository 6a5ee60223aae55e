// How a task of a conversion trains.
#pragma once

#include <utility>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/tandem/collection.hpp"
#include "intaglio/tandem/tasks.hpp"
#include "intaglio/train/trainer.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::tandem {

/// The options of the training of a task at a stage, but for seed, validation samples and augmentation. What the
/// student learns from the teacher is asked of both while it runs; `unit` is what the student's activation value 1
/// stands for in the teacher.
template <class Student, class Teacher>
[[gnu::cold]] typename Trainer<Student>::Options task_training(const Options& options, const Task& task,
                                                               const Stage& stage, Training<Student>& student,
                                                               Training<Teacher>& teacher, double unit) {
    const bool joint = task.kind == TaskKind::joint;
    typename Trainer<Student>::Options o;
    o.optimizer.learning_rate = joint ? options.joint.learning_rate : options.stage2.learning_rate;
    o.weight_decay = joint ? options.joint.weight_decay : options.stage2.weight_decay;
    o.epochs = task.epochs;
    o.batch = options.batch;
    o.loss = CrossEntropyAndSquares{.gamma = 0};
    o.early_stopping = joint ? options.joint.patience : options.stage2.patience;
    // Multipliers stay what stage 1 made them.
    o.part.gains = false;
    if (task.kind == TaskKind::distil) o.part = {stage.first_row(), stage.step, false};
    if (task.kind == TaskKind::adapt) o.part.first = stage.step + 1;
    if (task.kind == TaskKind::distil && stage.kind != StageKind::logits) {
        o.local_loss = LocalTarget<Student, Teacher>(student, teacher, stage, unit, options.stage2.target);
    } else {
        o.distillation = {.teacher = teacher_logits(teacher),
                          .share = joint ? options.joint.share : options.stage2.share,
                          .temperature = joint ? options.joint.temperature : options.stage2.temperature};
    }
    return o;
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::tandem
