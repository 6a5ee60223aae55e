// Writing a checkpoint; its layout is described in checkpoint_format.hpp.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/checksum.hpp"
#include "intaglio/host/little_endian.hpp"
#include "intaglio/host/text.hpp"
#include "intaglio/io/atomic_file.hpp"
#include "intaglio/io/checkpoint_format.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// Collects named arrays of numbers (copies), then writes them in one go. The same content gives the same bytes.
class CheckpointWriter {
  public:
    /// `signature`: text that says what the numbers belong to, usually the description of the model type, many lines.
    [[gnu::cold]] explicit CheckpointWriter(std::string signature) : signature_text(std::move(signature)) {}

    /// Adds a section; sections keep their order. For a container name the type: add<float>("gain", vector).
    /// Errors: std::invalid_argument when the name is empty, longer than 255 bytes, has control characters or is taken.
    template <FileNumber T>
    void add(std::string name, std::span<const T> values) {
        store_little_endian(values, add_section(std::move(name), element_type_of<T>, values.size(), sizeof(T)));
    }

    /// Adds one number.
    template <FileNumber T>
    void add_value(std::string name, T value) {
        add(std::move(name), std::span<const T>(&value, 1));
    }

    /// Adds text, as a section of uint8.
    void add_text(std::string name, std::string_view text) {
        add(std::move(name), std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
    }

    /// Writes the file, completely or not at all. Errors: as AtomicFile.
    [[gnu::cold]] void write(const std::filesystem::path& path) const {
        Output output(path);
        output.put_bytes(checkpoint_format::magic);
        output.put(checkpoint_format::version);
        output.put(static_cast<std::uint32_t>(sections.size()));
        output.put(std::uint64_t{signature_text.size()});
        output.put_text(signature_text);
        for (const auto& section : sections) {
            output.put(static_cast<std::uint32_t>(section.name.size()));
            output.put(static_cast<std::uint32_t>(section.type));
            output.put(std::uint64_t{section.count});
            output.put_text(section.name);
            output.put_bytes(section.bytes);
            output.pad();
        }
        output.finish();
    }

  private:
    struct Section {
        std::string name;
        ElementType type;
        std::size_t count;
        std::vector<std::uint8_t> bytes;
    };

    /// The bytes of a new section, to be filled.
    [[gnu::cold]] std::uint8_t* add_section(std::string name, ElementType type, std::size_t count, std::size_t size) {
        if (!checkpoint_format::is_valid_name(name)) {
            throw std::invalid_argument(joined({"checkpoint section name '", name.substr(0, 40),
                                                "': not 1 ... 255 bytes without control characters"}));
        }
        if (std::any_of(sections.begin(), sections.end(), [&](const Section& other) { return other.name == name; })) {
            throw std::invalid_argument(joined({"checkpoint section name '", name, "' is used twice"}));
        }
        sections.push_back({std::move(name), type, count, std::vector<std::uint8_t>(count * size)});
        return sections.back().bytes.data();
    }

    /// Counts and hashes what goes into the file, in blocks: headers are tiny, and each write is a system call.
    class Output {
      public:
        explicit Output(const std::filesystem::path& path) : file(path) {}

        [[gnu::cold]] void put_bytes(std::span<const std::uint8_t> bytes) {
            sum.add_bytes(bytes);
            size += bytes.size();
            if (bytes.size() >= block_bytes) {
                flush();
                file.write(bytes);
                return;
            }
            pending.insert(pending.end(), bytes.begin(), bytes.end());
            if (pending.size() >= block_bytes) flush();
        }
        template <class T>
        void put(T value) {
            std::array<std::uint8_t, sizeof(T)> bytes;
            store_little_endian(value, bytes.data());
            put_bytes(bytes);
        }
        void put_text(std::string_view text) {
            put_bytes(std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
            pad();
        }
        void pad() {
            constexpr std::array<std::uint8_t, checkpoint_format::alignment> zeros{};
            put_bytes(std::span(zeros).first(static_cast<std::size_t>(checkpoint_format::padding(size))));
        }
        [[gnu::cold]] void finish() {
            put(size + checkpoint_format::trailer_bytes);
            put(sum.value());
            flush();
            file.commit();
        }

      private:
        static constexpr std::size_t block_bytes = std::size_t{1} << 16;

        void flush() {
            file.write(std::span<const std::uint8_t>(pending));
            pending.clear();
        }

        AtomicFile file;
        Checksum sum;
        std::uint64_t size = 0;
        std::vector<std::uint8_t> pending;
    };

    std::string signature_text;
    std::vector<Section> sections;
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
