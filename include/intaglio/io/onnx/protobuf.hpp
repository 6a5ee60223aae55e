// Messages of protocol buffers, as far as ONNX files need them: https://protobuf.dev/programming-guides/encoding
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/little_endian.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// Collects the fields of one message, each with the number that the schema gives it.
class ProtobufMessage {
  public:
    [[gnu::cold]] void number(std::uint32_t field, std::int64_t value) {
        add_key(field, 0);
        add_varint(static_cast<std::uint64_t>(value));
    }
    [[gnu::cold]] void real(std::uint32_t field, float value) {
        add_key(field, 5);
        std::uint8_t bytes[4];
        store_little_endian(value, bytes);
        bytes_.append(bytes, bytes + 4);
    }
    /// A text, or bytes.
    [[gnu::cold]] void text(std::uint32_t field, std::string_view value) {
        add_key(field, 2);
        add_varint(value.size());
        bytes_ += value;
    }
    [[gnu::cold]] void message(std::uint32_t field, const ProtobufMessage& value) { text(field, value.bytes_); }
    /// A repeated number, packed.
    [[gnu::cold]] void numbers(std::uint32_t field, std::span<const std::int64_t> values) {
        ProtobufMessage packed;
        for (const std::int64_t value : values) packed.add_varint(static_cast<std::uint64_t>(value));
        message(field, packed);
    }

    [[nodiscard]] const std::string& bytes() const { return bytes_; }

  private:
    /// Wire types: 0 a varint, 2 a length and as many bytes, 5 four bytes.
    void add_key(std::uint32_t field, std::uint32_t wire_type) { add_varint(field << 3U | wire_type); }
    /// Seven bits a byte, the lowest first; the highest bit says that more follow.
    void add_varint(std::uint64_t value) {
        for (; value >= 128; value >>= 7U) bytes_ += static_cast<char>(value | 128U);
        bytes_ += static_cast<char>(value);
    }

    std::string bytes_;
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
