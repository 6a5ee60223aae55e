// The list of stages of a conversion, generated from the types of a teacher and its student.
#pragma once

#include <cstddef>
#include <cstdint>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/tandem/bn_free.hpp"

namespace intaglio {

INTAGLIO_MODEL_ERROR(no_conversion_finds_the_trained_parameters_of_quantizers_in_a_student)

}  // namespace intaglio

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::tandem {

/// What a stage converts.
enum class StageKind : std::uint8_t {
    layer,   ///< weights, the integer scale after them, and the step
    scale,   ///< a scale and a step without weights: a branch of an addition, or an activation after one
    logits,  ///< the weights of the classifier and the scale of the logits
};

/// One stage: rows of the student, and where the teacher has what they are to give.
struct Stage {
    StageKind kind = StageKind::layer;
    Path path{};
    std::int32_t product = none;  ///< row of the weights, if the stage has some
    std::int32_t scale = none;    ///< row of the integer scale
    std::int32_t step = none;     ///< row of the step or of the logits
    std::int32_t teacher_product = none;
    std::int32_t teacher_step = none;   ///< row of the step, activation or logits
    std::int32_t teacher_value = none;  ///< what that row reads: the target in front of the activation

    /// First row of the student that the stage trains; those in front are frozen.
    [[nodiscard]] constexpr std::int32_t first_row() const { return product == none ? scale : product; }
};

template <std::size_t Count>
struct StageList {
    Array<Stage, Count> stages{};

    [[nodiscard]] static constexpr std::size_t size() { return Count; }
    [[nodiscard]] constexpr const Stage& operator[](std::size_t i) const { return stages[i]; }
    /// How many stages have weights.
    [[nodiscard]] constexpr std::size_t layers() const {
        std::size_t count = 0;
        for (const Stage& stage : stages) count += stage.product == none ? 0 : 1;
        return count;
    }
};

namespace detail {

/// Row of the product whose accumulators reach `row` without a step between; none if there is none.
template <class Facts>
constexpr std::int32_t product_in_front(const Facts& facts, std::int32_t row) {
    for (std::int32_t value = facts.row(row).input; value != 0;) {
        const std::int32_t writer = value - 1;  // every row writes one value
        const Row& found = facts.row(writer);
        if (found.weights > 0) return writer;
        if (found.steps > 0 || found.second_input != none) return none;
        value = found.input;
    }
    return none;
}

/// A student whose quantisers own trained parameters: stages fit scales of codes whose meaning is known.
template <class Student>
struct TrainedQuantizers {
    struct Description {
        Problem problem;
    };
    static constexpr Problem find() {
        for (const Row& row : facts<Student>.rows) {
            if (row.trained_parameters > 0) {
                return {.kind = &no_conversion_finds_the_trained_parameters_of_quantizers_in_a_student,
                        .path = row.path};
            }
        }
        return {};
    }
    static constexpr Description description{find()};
};

template <class Teacher, class Student>
constexpr auto make_stages() {
    static_assert(raise<TrainedQuantizers<Student>>());
    static_assert(raise<Correspondence<Teacher, Student>>());
    using TeacherRoles = Roles<typename Teacher::primitives>;
    using StudentRoles = Roles<typename Student::primitives>;
    constexpr const auto& student = facts<Student>;
    constexpr const auto& teacher = facts<Teacher>;
    constexpr std::size_t steps = [] {
        std::size_t count = 0;
        for (const Role role : StudentRoles::of) count += role == Role::step ? 1 : 0;
        return count;
    }();
    StageList<steps + 1> list;
    // Products correspond in order: per product of the student the row of the teacher's.
    Array<std::int32_t, StudentRoles::count> teacher_product{};
    for (std::int32_t row = 0, teachers = -1; row < StudentRoles::count; ++row) {
        if (StudentRoles::of[row] != Role::product) continue;
        teachers = TeacherRoles::next(Role::product, teachers + 1);
        teacher_product[static_cast<std::size_t>(row)] = teachers;
    }
    std::int32_t s = 0;
    std::int32_t t = 0;
    for (std::size_t i = 0; i <= steps; ++i, ++s, ++t) {
        Stage& stage = list.stages[i];
        s = i == steps ? StudentRoles::count - 1 : StudentRoles::next(Role::step, s);
        t = i == steps ? TeacherRoles::count - 1 : TeacherRoles::next(Role::step, t);
        stage.step = s;
        stage.teacher_step = t;
        stage.path = student.row(s).path;
        stage.teacher_value = teacher.row(t).input;
        stage.scale = student.value(student.row(s).input).norm_row;
        stage.product = product_in_front(student, stage.scale);
        stage.kind = i == steps ? StageKind::logits : stage.product == none ? StageKind::scale : StageKind::layer;
        if (stage.product != none) stage.teacher_product = teacher_product[static_cast<std::size_t>(stage.product)];
    }
    return list;
}

}  // namespace detail

/// The stages of a conversion, in the order in which they are done.
template <class Teacher, class Student>
inline constexpr auto stages = detail::make_stages<Teacher, Student>();

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::tandem
