// From a trained teacher to its student in one call.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/tandem/conversion.hpp"
#include "intaglio/train/lowering.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::tandem {

/// What a conversion gives: a student whose evaluation is that of the integer program that `lower` makes from it.
template <class Student>
struct Converted {
    std::unique_ptr<Training<Student>> student;
    std::vector<Task> tasks;
    std::vector<Record> records;  ///< one for each task
    double teacher_accuracy = 0;  ///< on the validation samples
};

/// Converts `teacher` into a `Student`, e.g. BnFree<Teacher, Scale::LayerBias>. `observer(conversion)` is called after
/// each batch or fit and stops by returning false; what was reached then comes back. Errors are those of `Conversion`.
template <class Student, class Teacher, class Observer>
[[gnu::cold]] Converted<Student> convert(Training<Teacher>& teacher,
                                         BasicSamples<typename Training<Student>::Pixel> samples,
                                         BasicSamples<typename Training<Student>::Pixel> validation, Options options,
                                         Observer&& observer) {
    Conversion<Student, Teacher> conversion(teacher, samples, validation, options);
    while (!conversion.finished()) {
        conversion.advance();
        if (!observer(std::as_const(conversion))) break;
    }
    return {.student = conversion.release(),
            .tasks = {conversion.tasks().begin(), conversion.tasks().end()},
            .records = {conversion.records().begin(), conversion.records().end()},
            .teacher_accuracy = conversion.teacher_accuracy()};
}
template <class Student, class Teacher>
[[gnu::cold]] Converted<Student> convert(Training<Teacher>& teacher,
                                         BasicSamples<typename Training<Student>::Pixel> samples,
                                         BasicSamples<typename Training<Student>::Pixel> validation,
                                         Options options = {}) {
    return convert<Student>(teacher, samples, validation, options, [](const auto&) { return true; });
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::tandem
