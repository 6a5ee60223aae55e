// Reading and checking the header of a safetensors file.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/data/file_error.hpp"
#include "intaglio/host/little_endian.hpp"
#include "intaglio/host/text.hpp"
#include "intaglio/io/safetensors_header.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

namespace io_detail {

inline constexpr std::uint64_t max_safetensors_header = 100'000'000;

/// Takes what the JSON parser finds in a header, one after the other. There is no tree of values: one takes forty times
/// the memory of its text where somebody wants it to. Every member function throws std::runtime_error that names the
/// file.
class SafetensorsEvents {
  public:
    using Json = nlohmann::json;

    [[gnu::cold]] SafetensorsEvents(const std::filesystem::path& path, SafetensorsHeader& header, std::size_t data,
                                    std::size_t end)
        : path_(path), header_(header), data_(data), end_(end) {}

    bool start_object(std::size_t /*size*/) {
        if (place_ == Place::file) return enter(Place::header);
        if (place_ == Place::header && name_ == metadata_name) return enter(Place::metadata);
        if (place_ != Place::header) wrong_value();
        header_.tensors.push_back({.name = name_});
        has_ = {};
        return enter(Place::tensor);
    }
    bool key(std::string& name) {
        if (place_ == Place::header) {
            if (name == metadata_name && std::exchange(has_metadata_, true)) two_entries(name);
            name_ = std::move(name);
            return true;
        }
        key_ = std::move(name);
        if (place_ == Place::metadata) {
            if (header_.metadata.contains(key_)) two_entries(key_);
            return true;
        }
        const auto* const at = std::find(std::begin(keys), std::end(keys), key_);
        if (at == std::end(keys)) fail(joined({"has an unknown entry '", key_, "'"}));
        if (std::exchange(has_[static_cast<std::size_t>(at - keys)], true)) two_entries(key_);
        return true;
    }
    bool end_object() {
        if (place_ == Place::tensor) check_tensor();
        return enter(place_ == Place::header ? Place::file : Place::header);
    }
    bool start_array(std::size_t /*size*/) {
        if (place_ != Place::tensor || key_ == keys[0]) wrong_value();
        return enter(key_ == keys[1] ? Place::shape : Place::offsets);
    }
    bool end_array() {
        if (place_ == Place::offsets && offsets_.size() != 2) fail("has data_offsets that are not two numbers");
        return enter(Place::tensor);
    }
    bool string(std::string& text) {
        if (place_ == Place::metadata) {
            header_.metadata.emplace(key_, std::move(text));
        } else if (place_ == Place::tensor && key_ == keys[0]) {
            header_.tensors.back().type = std::move(text);
        } else {
            wrong_value(joined({'\'', text, '\''}));
        }
        return true;
    }
    bool number_unsigned(std::uint64_t number) {
        constexpr std::size_t most_extents = 64;
        if (place_ == Place::offsets) {
            if (offsets_.size() == 2) fail("has data_offsets that are not two numbers");
            offsets_.push_back(number);
        } else if (place_ == Place::shape && number <= INT64_MAX) {
            std::vector<std::int64_t>& shape = header_.tensors.back().shape;
            if (shape.size() == most_extents) fail(joined({"has a shape of more than ", most_extents, " extents"}));
            shape.push_back(static_cast<std::int64_t>(number));
        } else {
            wrong_value(std::to_string(number));
        }
        return true;
    }
    bool number_integer(std::int64_t number) { wrong_value(std::to_string(number)); }
    bool number_float(double /*number*/, const std::string& text) { wrong_value(text); }
    bool boolean(bool value) { wrong_value(value ? "true" : "false"); }
    bool null() { wrong_value("null"); }
    bool binary(Json::binary_t& /*bytes*/) { wrong_value(); }
    bool parse_error(std::size_t /*position*/, const std::string& /*token*/, const Json::exception& error) {
        throw_file_error(path_, joined({"has a header that is not valid JSON: ", error.what()}));
    }

  private:
    enum class Place { file, header, metadata, tensor, shape, offsets };
    static constexpr std::string_view metadata_name = "__metadata__";
    static constexpr std::string_view keys[] = {"dtype", "shape", "data_offsets"};

    bool enter(Place place) {
        place_ = place;
        if (place == Place::offsets) offsets_.clear();
        return true;
    }

    [[noreturn]] void fail(std::string_view reason) const {
        throw_file_error(path_, joined({"tensor '", name_, "' ", reason}));
    }
    [[noreturn]] void two_entries(std::string_view name) const {
        throw_file_error(path_, joined({"has a header with two entries '", name, "'"}));
    }
    /// Here belongs another kind of value.
    [[noreturn]] void wrong_value(std::string_view text = "a list or an object") const {
        switch (place_) {
            case Place::file:
                throw_file_error(path_, "has a header that is not a JSON object");
            case Place::header:
                if (name_ != metadata_name) fail("is not described by a JSON object");
                throw_file_error(path_, "has metadata that are not a JSON object");
            case Place::metadata:
                throw_file_error(path_, joined({"has metadata '", key_, "' that are not text"}));
            case Place::shape:
                fail(joined({"has a shape with an extent ", text}));
            case Place::offsets:
                fail(joined({"has data_offsets with ", text, ", expected two numbers"}));
            case Place::tensor:
                break;
        }
        fail(joined({"has a ", key_, (key_ == keys[0] ? " that is not text" : " that is not a list")}));
    }

    static std::uint64_t checked_product(std::uint64_t a, std::uint64_t b, bool& overflows) {
        overflows |= b != 0 && a > UINT64_MAX / b;
        return a * b;
    }

    void check_tensor() const {
        for (std::size_t i = 0; i < std::size(keys); ++i) {
            if (!has_[i]) fail(joined({"has no entry '", keys[i], "'"}));
        }
        SafetensorsEntry& entry = header_.tensors.back();
        const std::size_t number_bytes = safetensors_type_bytes(entry.type);
        if (number_bytes == 0) fail(joined({"has the unknown dtype '", entry.type, "'"}));
        std::uint64_t needed = number_bytes;
        bool overflows = false;
        const bool empty = std::find(entry.shape.begin(), entry.shape.end(), 0) != entry.shape.end();
        for (const std::int64_t extent : entry.shape) {
            needed = checked_product(needed, static_cast<std::uint64_t>(extent), overflows);
        }
        overflows &= !empty;

        const std::uint64_t begin = offsets_[0];
        const std::uint64_t end = offsets_[1];
        const std::uint64_t size = end_ - data_;
        const std::string bytes = joined({"bytes [", begin, ",", end, "]"});
        if (begin > end) fail(joined({"ends before it begins: ", bytes}));
        if (end > size) {
            fail(joined({"has ", bytes, ", but the file has ", size, " after its header: it is truncated or damaged"}));
        }
        if (overflows || needed != end - begin) {
            fail(joined({"has ", end - begin, " bytes, but ", entry.type, " of shape ", shape_text(entry.shape),
                         " needs ", (overflows ? std::string("more than there can be") : std::to_string(needed))}));
        }
        entry.begin = data_ + static_cast<std::size_t>(begin);
        entry.end = data_ + static_cast<std::size_t>(end);
    }

    const std::filesystem::path& path_;
    SafetensorsHeader& header_;
    std::size_t data_;  ///< where the tensors begin
    std::size_t end_;   ///< of the file
    Place place_ = Place::file;
    std::string name_;  ///< in the header
    std::string key_;   ///< in what has the name
    std::array<bool, 3> has_{};
    bool has_metadata_ = false;
    std::vector<std::uint64_t> offsets_;
};

/// Throws std::runtime_error if tensors, in the order of their bytes, share some or leave some out.
[[gnu::cold]] inline void check_safetensors_ranges(const std::filesystem::path& path,
                                                   const std::vector<SafetensorsEntry>& tensors, std::size_t position,
                                                   std::size_t end) {
    const SafetensorsEntry* before = nullptr;
    for (const SafetensorsEntry& entry : tensors) {
        if (entry.begin < position) {
            throw_file_error(path, joined({"tensor '", entry.name, "' shares bytes with tensor '", before->name, "'"}));
        }
        if (entry.begin > position) {
            throw_file_error(path, joined({"tensor '", entry.name, "' comes after ", entry.begin - position,
                                           " bytes that belong to no tensor"}));
        }
        position = entry.end;
        before = &entry;
    }
    if (position != end) throw_file_error(path, joined({"has ", end - position, " bytes after the last tensor"}));
}

/// The header of a whole file. Throws std::runtime_error that names the file.
[[gnu::cold]] [[nodiscard]] inline SafetensorsHeader read_safetensors_header(const std::filesystem::path& path,
                                                                             std::span<const std::uint8_t> bytes) {
    constexpr std::size_t length_bytes = 8;
    if (bytes.size() < length_bytes) throw_file_error(path, "is truncated: no safetensors header");
    const auto length = load_little_endian<std::uint64_t>(bytes.data());
    if (length > max_safetensors_header) {
        throw_file_error(path, joined({"announces a header of ", length, " bytes, more than the limit of ",
                                       max_safetensors_header, ": no safetensors file"}));
    }
    if (length > bytes.size() - length_bytes) {
        throw_file_error(
            path, joined({"is truncated: its header has ", length, " bytes, found ", bytes.size() - length_bytes}));
    }
    const std::size_t data = length_bytes + static_cast<std::size_t>(length);
    SafetensorsHeader header;
    SafetensorsEvents events(path, header, data, bytes.size());
    (void)nlohmann::json::sax_parse(bytes.begin() + length_bytes, bytes.begin() + static_cast<std::ptrdiff_t>(data),
                                    &events);
    std::sort(header.tensors.begin(), header.tensors.end(), [](const auto& a, const auto& b) {
        return std::tie(a.begin, a.end, a.name) < std::tie(b.begin, b.end, b.name);
    });
    for (std::size_t i = 0; i < header.tensors.size(); ++i) {
        const std::string& name = header.tensors[i].name;
        if (!header.by_name.emplace(name, i).second) {
            throw_file_error(path, joined({"has a header with two entries '", name, "'"}));
        }
    }
    check_safetensors_ranges(path, header.tensors, data, bytes.size());
    return header;
}

}  // namespace io_detail

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
