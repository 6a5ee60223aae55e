// Reading safetensors files, in which other frameworks keep weights (nlohmann-json).
//
// A file is the length of its header (8 bytes, little-endian), the header (a JSON object: for each tensor its type,
// shape, and the range of its bytes after the header; `__metadata__` maps text to text) and the tensors' bytes, which
// fill the rest without a gap, least significant byte first and the last index innermost.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/data/bytes_file.hpp"
#include "intaglio/data/file_error.hpp"
#include "intaglio/host/finite.hpp"
#include "intaglio/host/little_endian.hpp"
#include "intaglio/host/text.hpp"
#include "intaglio/io/safetensors_header.hpp"
#include "intaglio/io/safetensors_header_reader.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

namespace io_detail {

/// The value of an IEEE number of 16 bits with 5 bits of exponent; every one is a float.
inline float half_value(std::uint16_t bits) {
    const int exponent = (bits >> 10) & 31;
    const int fraction = bits & 1023;
    const float sign = (bits & 0x8000U) != 0 ? -1.0F : 1.0F;
    if (exponent == 31) return fraction == 0 ? sign * HUGE_VALF : std::nanf("");
    if (exponent == 0) return sign * std::ldexp(static_cast<float>(fraction), -24);
    return sign * std::ldexp(static_cast<float>(1024 + fraction), exponent - 25);
}

}  // namespace io_detail

/// A safetensors file in memory. The constructor checks everything before it trusts a number in the file; what a file
/// announces never decides how much memory is taken, only what it really holds.
/// Errors, all std::runtime_error that names the file, the tensor and the reason: the file is missing, truncated,
/// damaged or larger than the limit; its header is no valid JSON or longer than 100 MB; a name occurs twice; a type,
/// shape or range of bytes is not valid; tensors overlap or leave bytes out.
class SafetensorsFile {
  public:
    static constexpr std::uint64_t default_limit = std::uint64_t{1} << 34;  ///< 16 GiB

    /// Reads and checks the whole file, of at most `max_bytes`.
    [[gnu::cold]] explicit SafetensorsFile(const std::filesystem::path& path, std::uint64_t max_bytes = default_limit)
        : file_(path), bytes_(read_bytes(path, max_bytes)), header_(io_detail::read_safetensors_header(path, bytes_)) {}

    [[nodiscard]] const std::filesystem::path& path() const { return file_; }
    /// All tensors, in the order of their bytes.
    [[nodiscard]] const std::vector<SafetensorsEntry>& tensors() const { return header_.tensors; }
    /// What the file says about itself.
    [[nodiscard]] const std::map<std::string, std::string>& metadata() const { return header_.metadata; }

    [[nodiscard]] bool has(std::string_view name) const { return find(name) != nullptr; }
    /// Throws std::runtime_error if there is no tensor of this name.
    [[nodiscard]] const SafetensorsEntry& tensor(std::string_view name) const {
        const SafetensorsEntry* const entry = find(name);
        if (entry == nullptr) throw_file_error(file_, joined({"has no tensor '", name, "'"}));
        return *entry;
    }

    /// The numbers of a tensor of type F32, F16, BF16, or F64, which are rounded. Throws std::runtime_error if there is
    /// no such tensor, if it is of another type, or if a number is not finite.
    [[gnu::cold]] [[nodiscard]] std::vector<float> read(std::string_view name) const {
        const SafetensorsEntry& entry = tensor(name);
        const std::uint8_t* const from = bytes_.data() + entry.begin;
        std::vector<float> values(entry.count());
        if (entry.type == "F32") {
            load_little_endian(from, std::span<float>(values));
        } else if (entry.type == "F64") {
            convert<double>(from, values, [](double x) { return static_cast<float>(x); });
        } else if (entry.type == "F16") {
            convert<std::uint16_t>(from, values, io_detail::half_value);
        } else if (entry.type == "BF16") {
            convert<std::uint16_t>(from, values,
                                   [](std::uint16_t x) { return std::bit_cast<float>(std::uint32_t{x} << 16); });
        } else {
            throw_file_error(file_, joined({"tensor '", entry.name, "' has type ", entry.type, ", expected F32"}));
        }
        for (std::size_t i = 0; i < values.size(); ++i) {
            if (!train::is_finite(values[i])) {
                throw_file_error(file_, joined({"tensor '", entry.name, "': number ", i, " is not finite"}));
            }
        }
        return values;
    }

    /// The numbers of a tensor of exactly this type. Throws std::runtime_error if there is no such tensor, or if it is
    /// of another type.
    template <FileNumber T>
    [[gnu::cold]] [[nodiscard]] std::vector<T> numbers(std::string_view name) const {
        const SafetensorsEntry& entry = tensor(name);
        if (entry.type != io_detail::safetensors_type<T>()) {
            throw_file_error(file_, joined({"tensor '", entry.name, "' has type ", entry.type, ", expected ",
                                            io_detail::safetensors_type<T>()}));
        }
        std::vector<T> values(entry.count());
        load_little_endian(bytes_.data() + entry.begin, std::span<T>(values));
        return values;
    }

  private:
    template <class T, class Function>
    static void convert(const std::uint8_t* from, std::vector<float>& values, const Function& function) {
        for (std::size_t i = 0; i < values.size(); ++i) {
            values[i] = function(load_little_endian<T>(from + i * sizeof(T)));
        }
    }

    [[nodiscard]] const SafetensorsEntry* find(std::string_view name) const {
        const auto at = header_.by_name.find(name);
        return at == header_.by_name.end() ? nullptr : &header_.tensors[at->second];
    }

    std::filesystem::path file_;
    std::vector<std::uint8_t> bytes_;
    io_detail::SafetensorsHeader header_;
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
