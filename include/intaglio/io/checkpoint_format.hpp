// The container of checkpoints and model files: a signature and named arrays of numbers. All numbers little-endian.
//
//   offset  size
//        0     8  magic: 89 'I' 'T' 'G' 0d 0a 1a 0a (as PNG's: shows damage by text-mode transfers)
//        8     4  format version, 1
//       12     4  number of sections
//       16     8  length of the signature
//       24        signature text, zero bytes up to a multiple of 8
//     then, for each section, beginning at a multiple of 8:
//              4  length of its name
//              4  type of its elements, ElementType
//              8  number of elements
//                 name, zero bytes up to a multiple of 8, elements, zero bytes up to a multiple of 8
//     at last:
//              8  size of the whole file
//              8  XXH64 of everything before this field
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/little_endian.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// Types of the elements of a section: first digit the kind (1 float, 2 signed, 3 unsigned), then the bytes.
enum class ElementType : std::uint32_t {
    float32 = 14,
    float64 = 18,
    int8 = 21,
    int16 = 22,
    int32 = 24,
    int64 = 28,
    uint8 = 31,
    uint16 = 32,
    uint32 = 34,
    uint64 = 38,
};

/// The set of a C++ type.
template <FileNumber T>
inline constexpr ElementType element_type_of = static_cast<ElementType>((std::is_floating_point_v<T> ? 10u
                                                                         : std::is_signed_v<T>       ? 20u
                                                                                                     : 30u) +
                                                                        unsigned{sizeof(T)});

/// Name of a set, or nullptr when it is none of ours.
[[nodiscard]] constexpr const char* element_type_name(ElementType type) {
    switch (type) {
        case ElementType::float32:
            return "float";
        case ElementType::float64:
            return "double";
        case ElementType::int8:
            return "int8";
        case ElementType::int16:
            return "int16";
        case ElementType::int32:
            return "int32";
        case ElementType::int64:
            return "int64";
        case ElementType::uint8:
            return "uint8";
        case ElementType::uint16:
            return "uint16";
        case ElementType::uint32:
            return "uint32";
        case ElementType::uint64:
            return "uint64";
    }
    return nullptr;
}

/// Bytes of one element.
[[nodiscard]] constexpr std::uint64_t element_bytes(ElementType type) {
    return static_cast<std::uint32_t>(type) % 10;
}

namespace checkpoint_format {

inline constexpr std::array<std::uint8_t, 8> magic{0x89, 'I', 'T', 'G', 0x0d, 0x0a, 0x1a, 0x0a};
inline constexpr std::uint32_t version = 1;
inline constexpr std::uint64_t alignment = 8;
inline constexpr std::uint64_t header_bytes = 24;
inline constexpr std::uint64_t section_header_bytes = 16;
inline constexpr std::uint64_t trailer_bytes = 16;
inline constexpr std::uint64_t max_name_bytes = 255;

/// Zero bytes that follow `size` bytes.
[[nodiscard]] constexpr std::uint64_t padding(std::uint64_t size) {
    return (alignment - size % alignment) % alignment;
}

/// A section's name: 1 ... 255 bytes without control characters, so that it can stand in messages and tables.
[[nodiscard]] inline bool is_valid_name(std::string_view name) {
    return !name.empty() && name.size() <= max_name_bytes && std::none_of(name.begin(), name.end(), [](char letter) {
        return static_cast<unsigned char>(letter) < 0x20 || letter == 0x7f;
    });
}

}  // namespace checkpoint_format
}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
