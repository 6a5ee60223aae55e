// Checkpoints of a conversion: everything that is needed to go on as if it had never stopped.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <string>

#include "intaglio/io/training_checkpoint.hpp"
#include "intaglio/tandem/conversion.hpp"

namespace intaglio {

namespace detail {

/// The teacher's accuracy tells teachers of one type apart.
template <class Student, class Teacher>
std::string conversion_signature(const tandem::Conversion<Student, Teacher>& conversion) {
    return conversion.description() + "accuracy of the teacher " + train::number_text(conversion.teacher_accuracy()) +
           "\n";
}

}  // namespace detail

/// Writes the student as far as it is built, the records, and the whole state of the present task. The teacher is not
/// in the file. The old file stays as it is unless the new one is complete. Throws std::runtime_error that names the
/// file.
template <class Student, class Teacher>
void save_checkpoint(tandem::Conversion<Student, Teacher>& conversion, const std::filesystem::path& path) {
    detail::write_training_state(path, detail::conversion_signature(conversion), conversion.state(),
                                 conversion.position());
}

/// Reads what save_checkpoint wrote into a conversion of the same teacher, student, options and data. Throws
/// std::runtime_error that names the file and the first difference; the conversion then is as it was.
template <class Student, class Teacher>
void load_checkpoint(tandem::Conversion<Student, Teacher>& conversion, const std::filesystem::path& path) {
    const CheckpointReader reader(path);
    require_signature(reader, detail::conversion_signature(conversion));
    std::array<std::int64_t, 5> position{};
    reader.read(detail::position_name, std::span<std::int64_t>(position));

    // Which numbers there are depends on the position: those of the present one come back if the file has not all.
    const std::array<std::int64_t, 5> before = conversion.position();
    train::Snapshot numbers;
    numbers.take(conversion.state());
    const auto undo = [&] {
        conversion.prepare(before);
        numbers.put(conversion.state());
        conversion.resume(before);
    };
    try {
        conversion.prepare(position);
        detail::read_training_state(reader, conversion.state());
        conversion.resume(position);
    } catch (const std::runtime_error& error) {
        undo();
        const std::string reason = error.what();
        if (reason.starts_with(path.string())) throw;
        throw_file_error(path, reason);
    } catch (...) {
        undo();
        throw;
    }
}

}  // namespace intaglio
