// The header of a safetensors file, read and checked; see safetensors.hpp.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/data/file_error.hpp"
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

inline constexpr std::uint64_t max_safetensors_header = 100'000'000;

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

/// Reads the header; every member function throws std::runtime_error that names the file.
class SafetensorsHeaderReader {
  public:
    [[gnu::cold]] SafetensorsHeaderReader(const std::filesystem::path& path, const std::vector<std::uint8_t>& bytes)
        : path_(path), bytes_(bytes) {}

    [[gnu::cold]] [[nodiscard]] SafetensorsHeader read() {
        constexpr std::size_t length_bytes = 8;
        if (bytes_.size() < length_bytes) throw_file_error(path_, "is truncated: no safetensors header");
        const auto length = load_little_endian<std::uint64_t>(bytes_.data());
        if (length > max_safetensors_header) {
            throw_file_error(path_, joined({"announces a header of ", length, " bytes, more than the limit of ",
                                            max_safetensors_header, ": no safetensors file"}));
        }
        if (length > bytes_.size() - length_bytes) {
            throw_file_error(path_, joined({"is truncated: its header has ", length, " bytes, found ",
                                            bytes_.size() - length_bytes}));
        }
        data_ = length_bytes + static_cast<std::size_t>(length);
        const nlohmann::json header = parse(length_bytes);
        SafetensorsHeader result;
        for (const auto& [name, value] : header.items()) {
            if (name == "__metadata__") {
                read_metadata(value, result.metadata);
            } else {
                result.tensors.push_back(read_entry(name, value));
            }
        }
        std::sort(result.tensors.begin(), result.tensors.end(), [](const auto& a, const auto& b) {
            return std::tie(a.begin, a.end, a.name) < std::tie(b.begin, b.end, b.name);
        });
        check_ranges(result.tensors);
        for (std::size_t i = 0; i < result.tensors.size(); ++i) result.by_name.emplace(result.tensors[i].name, i);
        return result;
    }

  private:
    /// JSON that keeps the last of two equal names would hide the first: here they are an error.
    [[nodiscard]] nlohmann::json parse(std::size_t begin) const {
        using Json = nlohmann::json;
        std::vector<std::set<std::string>> names;
        const Json::parser_callback_t callback = [&](int depth, Json::parse_event_t event, Json& parsed) {
            if (depth > 3) throw_file_error(path_, "has a header that is nested too deeply");
            if (event == Json::parse_event_t::object_start) names.emplace_back();
            if (event == Json::parse_event_t::object_end) names.pop_back();
            if (event == Json::parse_event_t::key) {
                const auto name = parsed.get<std::string>();
                if (!names.back().insert(name).second) {
                    throw_file_error(path_, joined({"has a header with two entries '", name, "'"}));
                }
            }
            return true;
        };
        const auto at = [&](std::size_t i) { return bytes_.begin() + static_cast<std::ptrdiff_t>(i); };
        Json header;
        try {
            header = Json::parse(at(begin), at(data_), callback);
        } catch (const Json::exception& error) {
            throw_file_error(path_, std::string("has a header that is not valid JSON: ") + error.what());
        }
        if (!header.is_object()) throw_file_error(path_, "has a header that is not a JSON object");
        return header;
    }

    void read_metadata(const nlohmann::json& value, std::map<std::string, std::string>& metadata) const {
        if (!value.is_object()) throw_file_error(path_, "has metadata that are not a JSON object");
        for (const auto& [key, text] : value.items()) {
            if (!text.is_string()) throw_file_error(path_, joined({"has metadata '", key, "' that are not text"}));
            metadata.emplace(key, text.get<std::string>());
        }
    }

    [[noreturn]] void fail(const std::string& name, const std::string& reason) const {
        throw_file_error(path_, joined({"tensor '", name, "' ", reason}));
    }

    [[nodiscard]] static std::uint64_t checked_product(std::uint64_t a, std::uint64_t b, bool& overflows) {
        overflows |= b != 0 && a > UINT64_MAX / b;
        return a * b;
    }

    [[nodiscard]] SafetensorsEntry read_entry(const std::string& name, const nlohmann::json& value) const {
        if (!value.is_object()) fail(name, "is not described by a JSON object");
        for (const auto& [key, unused] : value.items()) {
            if (key != "dtype" && key != "shape" && key != "data_offsets")
                fail(name, joined({"has an unknown entry '", key, "'"}));
        }
        for (const char* const key : {"dtype", "shape", "data_offsets"}) {
            if (!value.contains(key)) fail(name, joined({"has no entry '", key, "'"}));
        }
        const nlohmann::json& type = value["dtype"];
        if (!type.is_string()) fail(name, "has a dtype that is not text");
        SafetensorsEntry entry{.name = name, .type = type.get<std::string>()};
        const std::size_t number_bytes = safetensors_type_bytes(entry.type);
        if (number_bytes == 0) fail(name, joined({"has the unknown dtype '", entry.type, "'"}));

        const nlohmann::json& shape = value["shape"];
        if (!shape.is_array()) fail(name, "has a shape that is not a list");
        std::uint64_t needed = number_bytes;
        bool overflows = false;
        bool empty = false;
        for (const nlohmann::json& extent : shape) {
            if (!extent.is_number_unsigned() || extent.get<std::uint64_t>() > INT64_MAX) {
                fail(name, joined({"has a shape with an extent ", extent.dump()}));
            }
            const auto number = extent.get<std::uint64_t>();
            empty |= number == 0;
            needed = checked_product(needed, number, overflows);
            entry.shape.push_back(static_cast<std::int64_t>(number));
        }
        if (empty) needed = 0;

        const nlohmann::json& offsets = value["data_offsets"];
        if (!offsets.is_array() || offsets.size() != 2 || !offsets[0].is_number_unsigned() ||
            !offsets[1].is_number_unsigned()) {
            fail(name, joined({"has data_offsets ", offsets.dump(), ", expected two numbers"}));
        }
        const auto begin = offsets[0].get<std::uint64_t>();
        const auto end = offsets[1].get<std::uint64_t>();
        const std::uint64_t size = bytes_.size() - data_;
        if (begin > end) fail(name, joined({"ends before it begins: bytes ", offsets.dump()}));
        if (end > size) {
            fail(name, joined({"has bytes ", offsets.dump(), ", but the file has ", size,
                               " after its header: it is truncated or damaged"}));
        }
        if ((overflows && !empty) || needed != end - begin) {
            fail(name,
                 joined({"has ", end - begin, " bytes, but ", entry.type, " of shape ", shape_text(entry.shape),
                         " needs ",
                         (overflows && !empty ? std::string("more than there can be") : std::to_string(needed))}));
        }
        entry.begin = data_ + static_cast<std::size_t>(begin);
        entry.end = data_ + static_cast<std::size_t>(end);
        return entry;
    }

    void check_ranges(const std::vector<SafetensorsEntry>& tensors) const {
        std::size_t position = data_;
        const SafetensorsEntry* before = nullptr;
        for (const SafetensorsEntry& entry : tensors) {
            if (entry.begin < position) fail(entry.name, joined({"shares bytes with tensor '", before->name, "'"}));
            if (entry.begin > position) {
                fail(entry.name, joined({"comes after ", entry.begin - position, " bytes that belong to no tensor"}));
            }
            position = entry.end;
            before = &entry;
        }
        if (position != bytes_.size()) {
            throw_file_error(path_, joined({"has ", bytes_.size() - position, " bytes after the last tensor"}));
        }
    }

    const std::filesystem::path& path_;
    const std::vector<std::uint8_t>& bytes_;
    std::size_t data_ = 0;  ///< where the tensors begin
};

[[gnu::cold]] [[nodiscard]] inline SafetensorsHeader read_safetensors_header(const std::filesystem::path& path,
                                                                             const std::vector<std::uint8_t>& bytes) {
    return SafetensorsHeaderReader(path, bytes).read();
}

}  // namespace io_detail

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
