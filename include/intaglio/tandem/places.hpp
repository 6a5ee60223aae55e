// Where the parts of a stage lie in teacher and student.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/tandem/calibration.hpp"
#include "intaglio/tandem/stages.hpp"
#include "intaglio/train/program.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::tandem::detail {

template <class Primitive>
struct MergesBranches {
    static constexpr bool value = false;
};
template <>
struct MergesBranches<primitive::Add> {
    static constexpr bool value = true;
};
template <>
struct MergesBranches<primitive::Concat> {
    static constexpr bool value = true;
};
template <class Primitives>
struct MergingRows;
template <class... Primitives>
struct MergingRows<mp_list<Primitives...>> {
    static constexpr bool of[sizeof...(Primitives)] = {MergesBranches<Primitives>::value...};
};

/// Per stage: a number that all branches of one addition share, or -1 where the activation meets no other.
template <class Teacher, class Student>
constexpr auto merging_groups() {
    constexpr const auto& student = facts<Student>;
    constexpr const auto& list = stages<Teacher, Student>;
    constexpr std::size_t rows = student.row_count();
    // The group of a value is that of what it was made from, as long as its codes mean the same.
    Array<std::int32_t, rows + 1> group{};
    Array<bool, rows + 1> joined{};
    for (std::size_t v = 0; v <= rows; ++v) group[v] = static_cast<std::int32_t>(v);
    const auto group_of = [&](std::int32_t value) {
        auto v = static_cast<std::size_t>(value);
        while (group[v] != static_cast<std::int32_t>(v)) {
            group[v] = group[static_cast<std::size_t>(group[v])];  // half the way for who asks next
            v = static_cast<std::size_t>(group[v]);
        }
        return v;
    };
    const auto unite = [&](std::int32_t a, std::int32_t b) {
        group[group_of(b)] = static_cast<std::int32_t>(group_of(a));
    };
    for (std::size_t i = 0; i < rows; ++i) {
        const Row& row = student.rows[i];
        if (MergingRows<typename Student::primitives>::of[i]) {
            unite(row.input, row.second_input);
            if (!student.value(row.output).pending) unite(row.input, row.output);
        } else if (row.second_input == none && row.weights == 0 && row.steps == 0 && !row.scale.given) {
            unite(row.input, row.output);
        }
    }
    for (std::size_t i = 0; i < rows; ++i) {
        if (!MergingRows<typename Student::primitives>::of[i]) continue;
        joined[group_of(student.rows[i].input)] = true;
    }
    Array<std::int32_t, list.size()> result{};
    for (std::size_t i = 0; i < list.size(); ++i) {
        const std::size_t own = group_of(student.row(list[i].step).output);
        result[i] = list[i].kind != StageKind::logits && joined[own] ? static_cast<std::int32_t>(own) : -1;
    }
    return result;
}

/// Whether the layer of a stage could read the teacher's codes in place of the student's.
template <class Student, class Teacher>
bool shares_codes(const Stage& stage) {
    if (stage.product == none) return false;
    const std::int32_t own = facts<Student>.row(stage.product).input;
    const Value& student = facts<Student>.value(own);
    const Value& teacher = facts<Teacher>.value(facts<Teacher>.row(stage.teacher_product).input);
    // The input, and what only arranges it anew, has no memory to which codes could be written.
    const bool has_memory = student.training_memory != 0 && teacher.training_memory != 0;
    return has_memory && student.storage == teacher.storage && student.codes == teacher.codes &&
           student.denominator == teacher.denominator && !student.scaled && !teacher.scaled;
}

/// Runs the student up to the accumulators in front of the scale of a stage; with `teacher_inputs` its layer alone, on
/// the codes of the teacher's last pass.
template <class Student, class Teacher>
void run_to_scale(Training<Teacher>& teacher, Training<Student>& student, const Stage& stage,
                  const typename Training<Student>::Pixel* images, std::int64_t count, bool teacher_inputs) {
    const auto end = static_cast<std::size_t>(stage.scale);
    if (!teacher_inputs) {
        student.forward(images, count, train::Statistics::running, end);
        return;
    }
    const std::int32_t own = facts<Student>.row(stage.product).input;
    const std::int32_t others = facts<Teacher>.row(stage.teacher_product).input;
    const Value& value = facts<Student>.value(own);
    std::memcpy(student.value_memory(own), teacher.value_memory(others),
                static_cast<std::size_t>(count * value.shape.size() * bytes(value.storage)));
    student.forward(images, count, train::Statistics::running, end, static_cast<std::size_t>(stage.product));
}

/// What the teacher multiplies each channel of a stage by, up to a common factor; of its last pass.
template <class Teacher>
std::vector<double> gains_of(const Training<Teacher>& teacher, const Stage& stage) {
    std::vector<double> gains(static_cast<std::size_t>(facts<Teacher>.value(stage.teacher_value).shape.channels));
    for (std::size_t c = 0; c < gains.size(); ++c) {
        gains[c] = teacher.affine(stage.teacher_value, static_cast<std::int64_t>(c)).slope;
    }
    return gains;
}

/// Writes a scale into the parameters of the student.
template <class Student>
void write_scale(Training<Student>& student, const Stage& stage, const Fit& fit) {
    float* to = student.parameters().data() + train::plan<Student>.parameters[static_cast<std::size_t>(stage.scale)];
    for (const double alpha : fit.alpha) *to++ = static_cast<float>(alpha);
    for (const double beta : fit.beta) *to++ = static_cast<float>(beta);
    student.parameters_changed();
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::tandem::detail
