// Checkpoints: a signature and named arrays of numbers in one file, and the comparison of signatures.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/text.hpp"
#include "intaglio/io/checkpoint_reader.hpp"
#include "intaglio/io/checkpoint_writer.hpp"
#include "intaglio/io/signature.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

namespace io_detail {

/// Settings, one a line, as lines of a signature.
inline std::string option_lines(const std::string& settings) {
    std::string text;
    for (std::size_t begin = 0; begin < settings.size();) {
        const std::size_t end = std::min(settings.find('\n', begin), settings.size());
        text += option_prefix;
        text.append(settings, begin, end - begin);
        text += '\n';
        begin = end + 1;
    }
    return text;
}

/// The lines of a signature before the options.
inline std::string_view network_lines(std::string_view signature) {
    if (signature.starts_with(option_prefix)) return {};
    const auto options = signature.find(joined({"\n", option_prefix}));
    return options == std::string_view::npos ? signature : signature.substr(0, options + 1);
}

}  // namespace io_detail

/// Makes sure that a checkpoint belongs to what `expected` describes.
/// Errors: std::runtime_error that names the file and the first line that differs (counted from 1), expected and found.
inline void require_signature(const CheckpointReader& reader, const std::string& expected) {
    io_detail::compare_lines(reader.path(), expected, reader.signature());
}
/// The same of the lines before the options: makes sure that a checkpoint belongs to a network.
inline void require_network(const CheckpointReader& reader, const std::string& expected) {
    io_detail::compare_lines(reader.path(), expected, io_detail::network_lines(reader.signature()));
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
