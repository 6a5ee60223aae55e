// What the header of a safetensors file says; see safetensors.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/little_endian.hpp"
#include "intaglio/host/text.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// One tensor of a safetensors file.
struct SafetensorsEntry {
    std::string name;
    std::string type{};  ///< as the file writes it: F32
    std::vector<std::int64_t> shape{};
    std::size_t begin = 0;  ///< of its bytes, from the beginning of the file
    std::size_t end = 0;

    /// Number of its numbers.
    [[nodiscard]] std::size_t count() const {
        std::size_t count = 1;
        for (const std::int64_t extent : shape) count *= static_cast<std::size_t>(extent);
        return count;
    }
};

/// "[16, 3, 3, 3]"
[[nodiscard]] inline std::string shape_text(const std::vector<std::int64_t>& shape) {
    std::string text = "[";
    for (const std::int64_t extent : shape) text += joined({(text.size() > 1 ? ", " : ""), extent});
    return joined({text, "]"});
}

namespace io_detail {

struct SafetensorsHeader {
    std::vector<SafetensorsEntry> tensors;  ///< in the order of their bytes
    std::map<std::string, std::string> metadata;
    std::map<std::string, std::size_t, std::less<>> by_name;
};

/// The type of number as a file names it.
template <FileNumber T>
[[nodiscard]] std::string safetensors_type() {
    if constexpr (std::is_floating_point_v<T>) {
        return sizeof(T) == 4 ? "F32" : "F64";
    } else {
        return joined({std::is_signed_v<T> ? 'I' : 'U', 8 * sizeof(T)});
    }
}

/// Bytes of a number of a type, 0 if there is no such type.
[[nodiscard]] inline std::size_t safetensors_type_bytes(std::string_view type) {
    constexpr std::pair<std::string_view, std::size_t> types[] = {
        {"BOOL", 1}, {"U8", 1},  {"I8", 1},  {"F8_E4M3", 1}, {"F8_E5M2", 1}, {"I16", 2}, {"U16", 2}, {"F16", 2},
        {"BF16", 2}, {"I32", 4}, {"U32", 4}, {"F32", 4},     {"I64", 8},     {"U64", 8}, {"F64", 8}};
    for (const auto& [name, bytes] : types) {
        if (name == type) return bytes;
    }
    return 0;
}

}  // namespace io_detail

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
