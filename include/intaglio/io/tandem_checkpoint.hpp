// Checkpoints of a conversion: everything that is needed to continue as if it had never stopped.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <string>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/text.hpp"
#include "intaglio/io/training_checkpoint.hpp"
#include "intaglio/tandem/conversion.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

namespace io_detail {

/// The student, then, as options, everything that decides what becomes of it.
template <class Student, class Teacher>
[[gnu::cold]] std::string conversion_signature(const tandem::Conversion<Student, Teacher>& conversion) {
    constexpr auto pixels = static_cast<std::size_t>(Training<Student>::pixels);
    train::SettingsText text;
    text.add(joined({"checksum of the teacher ", checksum_text(parameters_checksum(conversion.teacher()))}));
    text.add(joined({"checksum of the samples ", checksum_text(samples_checksum(conversion.samples()))}));
    text.add(joined({"checksum of the validation samples ", checksum_text(samples_checksum(conversion.validation()))}));
    if (conversion.augmentation()) {
        text.add(joined({"checksum of the augmentation of the first samples ",
                         checksum_text(augmentation_checksum(conversion.augmentation(), conversion.samples(), pixels,
                                                             conversion.options().seed))}));
    }
    return model_signature(facts<Student>.view()) + option_lines(conversion.description() + text.text());
}

}  // namespace io_detail

/// Writes the student as far as it is built, the records, and the whole state of the present task. The teacher is not
/// in the file. The old file stays as it is unless the new one is complete. Throws std::runtime_error that names the
/// file.
template <class Student, class Teacher>
void save_checkpoint(tandem::Conversion<Student, Teacher>& conversion, const std::filesystem::path& path) {
    CheckpointWriter writer(io_detail::conversion_signature(conversion));
    io_detail::add_numbers(writer, conversion.state());
    writer.add<std::int64_t>(io_detail::position_name, conversion.position());
    writer.write(path);
}

/// Reads what save_checkpoint wrote into a conversion of the same teacher, student, options and data. Throws
/// std::runtime_error that names the file and the first difference; the conversion then is as it was.
template <class Student, class Teacher>
void load_checkpoint(tandem::Conversion<Student, Teacher>& conversion, const std::filesystem::path& path) {
    const CheckpointReader reader(path);
    require_signature(reader, io_detail::conversion_signature(conversion));
    std::array<std::int64_t, 5> position{};
    reader.read(io_detail::position_name, std::span<std::int64_t>(position));

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
        io_detail::read_numbers(reader, conversion.state());
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

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
