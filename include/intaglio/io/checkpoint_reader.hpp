// Reading a checkpoint; its layout is described in checkpoint_format.hpp.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/data/bytes_file.hpp"
#include "intaglio/data/file_error.hpp"
#include "intaglio/host/checksum.hpp"
#include "intaglio/host/little_endian.hpp"
#include "intaglio/host/text.hpp"
#include "intaglio/io/checkpoint_format.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// One section of a checkpoint, as a reader found it.
struct CheckpointSection {
    std::string name;
    ElementType type;
    std::size_t count;   ///< elements
    std::size_t offset;  ///< of the first element, from the beginning of the file
};

/// A checkpoint in memory. The constructor checks everything, the checksum first, before it trusts a number in the
/// file; what a file announces never decides how much memory is taken, only what it really holds.
/// Errors, all std::runtime_error that names the file: it is missing, truncated, damaged, of another kind or version,
/// larger than the limit; a section is missing, or of another type or count than asked for.
class CheckpointReader {
  public:
    static constexpr std::uint64_t default_limit = std::uint64_t{1} << 34;  ///< 16 GiB

    /// Reads and checks the whole file, of at most `max_bytes`.
    [[gnu::cold]] explicit CheckpointReader(const std::filesystem::path& path, std::uint64_t max_bytes = default_limit)
        : file(path), bytes(read_bytes(path, max_bytes)) {
        check_frame();
        read_sections();
    }

    [[nodiscard]] const std::filesystem::path& path() const { return file; }
    [[nodiscard]] const std::string& signature() const { return signature_text; }
    /// All sections in the order of the file.
    [[nodiscard]] const std::vector<CheckpointSection>& sections() const { return found; }
    [[nodiscard]] bool has(std::string_view name) const { return find(name) != nullptr; }

    /// Copies the section `name` to `out`. Its type must be T and its count out.size(), or nothing is written.
    template <FileNumber T>
    void read(std::string_view name, std::span<T> out) const {
        load_little_endian(section_bytes(name, element_type_of<T>, out.size()), out);
    }

    /// The only number of the section `name`.
    template <FileNumber T>
    [[nodiscard]] T value(std::string_view name) const {
        T number{};
        read(name, std::span<T>(&number, 1));
        return number;
    }

    /// All numbers of the section `name`, however many there are.
    template <FileNumber T>
    [[nodiscard]] std::vector<T> values(std::string_view name) const {
        std::vector<T> all(typed_section(name, element_type_of<T>).count);
        read(name, std::span<T>(all));
        return all;
    }

    /// The text in the section `name`, as CheckpointWriter::add_text stored it.
    [[nodiscard]] std::string text(std::string_view name) const {
        const auto& section = typed_section(name, element_type_of<std::uint8_t>);
        return std::string(reinterpret_cast<const char*>(bytes.data()) + section.offset, section.count);
    }

  private:
    [[gnu::cold]] void check_frame() {
        using namespace checkpoint_format;
        const std::uint64_t size = bytes.size();
        if (size == 0) throw_file_error(file, "is empty");
        const auto common = static_cast<std::size_t>(std::min<std::uint64_t>(size, magic.size()));
        if (!std::equal(magic.begin(), magic.begin() + static_cast<std::ptrdiff_t>(common), bytes.begin())) {
            throw_file_error(file, "is not a checkpoint: wrong magic number");
        }
        if (size < header_bytes + trailer_bytes) {
            throw_file_error(
                file, joined({"is truncated: ", size, " bytes, expected at least ", header_bytes + trailer_bytes}));
        }
        const auto* trailer = bytes.data() + (size - trailer_bytes);
        const auto announced = load_little_endian<std::uint64_t>(trailer);
        const auto sum = load_little_endian<std::uint64_t>(trailer + 8);
        const std::uint64_t found_sum = checksum_bytes(std::span(bytes).first(static_cast<std::size_t>(size - 8)));
        if (found_sum != sum) {
            throw_file_error(file, joined({"is truncated or damaged: the checksum does not match, expected ",
                                           checksum_text(sum), ", found ", checksum_text(found_sum)}));
        }
        if (announced != size) {
            throw_file_error(file, joined({"announces ", announced, " bytes, found ", size}));
        }
        const auto stored_version = load_little_endian<std::uint32_t>(bytes.data() + 8);
        if (stored_version != version) {
            throw_file_error(file, joined({"has format version ", stored_version, ", this program reads ", version}));
        }
    }

    [[gnu::cold]] void read_sections() {
        using namespace checkpoint_format;
        end = bytes.size() - static_cast<std::size_t>(trailer_bytes);
        std::size_t position = static_cast<std::size_t>(header_bytes);
        const auto count = load_little_endian<std::uint32_t>(bytes.data() + 12);
        signature_text = take_text(position, load_little_endian<std::uint64_t>(bytes.data() + 16), "signature");
        // Each section needs at least its header and one padded name, which bounds the memory for the list.
        const std::uint64_t most = (end - position) / (section_header_bytes + alignment);
        if (count > most) {
            throw_file_error(file, joined({"announces ", count, " sections, more than fit into it, which are ", most}));
        }
        found.reserve(count);
        for (std::uint32_t index = 0; index < count; ++index) found.push_back(take_section(position, index));
        if (position != end) {
            throw_file_error(file, joined({"has bytes after the last section: ", end - position}));
        }
        index_names();
    }

    /// Sorted once: with a search through all names for each section, a hostile file could keep us busy for hours.
    [[gnu::cold]] void index_names() {
        by_name.resize(found.size());
        std::iota(by_name.begin(), by_name.end(), std::size_t{0});
        std::sort(by_name.begin(), by_name.end(),
                  [&](std::size_t left, std::size_t right) { return found[left].name < found[right].name; });
        const auto twice = std::adjacent_find(by_name.begin(), by_name.end(), [&](std::size_t left, std::size_t right) {
            return found[left].name == found[right].name;
        });
        if (twice != by_name.end())
            throw_file_error(file, joined({"has two sections named '", found[*twice].name, "'"}));
    }

    [[gnu::cold]] [[nodiscard]] CheckpointSection take_section(std::size_t& position, std::uint32_t index) const {
        using namespace checkpoint_format;
        const auto where = joined({"section ", index});
        if (end - position < section_header_bytes) throw_outside(where, position, section_header_bytes);
        const auto* header = bytes.data() + position;
        const auto name_bytes = load_little_endian<std::uint32_t>(header);
        const auto type = static_cast<ElementType>(load_little_endian<std::uint32_t>(header + 4));
        const auto elements = load_little_endian<std::uint64_t>(header + 8);
        position += static_cast<std::size_t>(section_header_bytes);
        if (name_bytes > max_name_bytes) {
            throw_file_error(file, joined({where, " has a name that is too long: ", name_bytes,
                                           " bytes, expected at most ", max_name_bytes}));
        }
        auto name = take_text(position, name_bytes, where);
        if (!is_valid_name(name)) throw_file_error(file, joined({where, " has an unprintable or empty name"}));
        if (element_type_name(type) == nullptr) {
            throw_file_error(
                file, joined({"section '", name, "' has the unknown element type ", static_cast<std::uint32_t>(type)}));
        }
        // Division, because the product could overflow.
        if (elements > (end - position) / element_bytes(type)) {
            throw_file_error(
                file, joined({"section '", name, "' announces ", elements,
                              " elements, more than fit into it, which are ", (end - position) / element_bytes(type)}));
        }
        CheckpointSection section{std::move(name), type, static_cast<std::size_t>(elements), position};
        skip(position, elements * element_bytes(type), where);
        return section;
    }

    [[noreturn]] void throw_outside(const std::string& where, std::size_t position, std::uint64_t size) const {
        throw_file_error(file, joined({where, " lies outside the file: ", size, " bytes from byte ", position,
                                       " on, found ", end - position}));
    }

    [[nodiscard]] std::string take_text(std::size_t& position, std::uint64_t size, const std::string& where) const {
        if (size > end - position) throw_outside(where, position, size);
        std::string text(reinterpret_cast<const char*>(bytes.data()) + position, static_cast<std::size_t>(size));
        skip(position, size, where);
        return text;
    }

    /// Goes past `size` bytes, which are known to be there, and past their padding, which must be zeros.
    void skip(std::size_t& position, std::uint64_t size, const std::string& where) const {
        position += static_cast<std::size_t>(size);
        for (auto left = checkpoint_format::padding(size); left > 0; --left, ++position) {
            if (position >= end || bytes[position] != 0)
                throw_file_error(file, joined({where, " is not padded with zeros"}));
        }
    }

    [[nodiscard]] const CheckpointSection* find(std::string_view name) const {
        const auto at =
            std::lower_bound(by_name.begin(), by_name.end(), name,
                             [&](std::size_t index, std::string_view wanted) { return found[index].name < wanted; });
        return at == by_name.end() || found[*at].name != name ? nullptr : &found[*at];
    }

    [[gnu::cold]] [[nodiscard]] const CheckpointSection& typed_section(std::string_view name, ElementType type) const {
        const auto* section = find(name);
        if (section == nullptr) throw_file_error(file, joined({"has no section '", name, "'"}));
        if (section->type != type) {
            throw_file_error(file, joined({"section '", name, "' holds ", element_type_name(section->type),
                                           ", expected ", element_type_name(type)}));
        }
        return *section;
    }
    [[gnu::cold]] [[nodiscard]] const std::uint8_t* section_bytes(std::string_view name, ElementType type,
                                                                  std::size_t count) const {
        const auto& section = typed_section(name, type);
        if (section.count != count) {
            throw_file_error(file, joined({"section '", name, "' has ", section.count, " elements, expected ", count}));
        }
        return bytes.data() + section.offset;
    }

    std::filesystem::path file;
    std::vector<std::uint8_t> bytes;
    std::size_t end = 0;  ///< where the trailer begins
    std::string signature_text;
    std::vector<CheckpointSection> found;
    std::vector<std::size_t> by_name;  ///< positions in `found`, sorted by name
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
