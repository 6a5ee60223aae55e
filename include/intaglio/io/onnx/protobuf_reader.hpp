// Reading messages of protocol buffers, as far as ONNX files need them:
// https://protobuf.dev/programming-guides/encoding
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/little_endian.hpp"
#include "intaglio/host/text.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// A field of a message: its number in the schema, how it is written, and what it holds.
struct ProtobufField {
    enum class Wire : std::uint8_t { varint = 0, eight_bytes = 1, bytes = 2, four_bytes = 5 };

    std::uint32_t field = 0;
    Wire wire = Wire::varint;
    std::uint64_t number = 0;             ///< of a varint, or the bits of four or eight bytes
    std::span<const std::uint8_t> bytes;  ///< of a text, a message or packed numbers

    [[nodiscard]] std::int64_t integer() const { return static_cast<std::int64_t>(of(Wire::varint).number); }
    [[nodiscard]] float real() const {
        return std::bit_cast<float>(static_cast<std::uint32_t>(of(Wire::four_bytes).number));
    }
    [[nodiscard]] std::span<const std::uint8_t> message() const { return of(Wire::bytes).bytes; }
    [[nodiscard]] std::string text() const {
        const std::span<const std::uint8_t> all = message();
        return {reinterpret_cast<const char*>(all.data()), all.size()};
    }

  private:
    /// The field, which must be written in this way.
    [[nodiscard]] const ProtobufField& of(Wire expected) const {
        if (wire == expected) return *this;
        throw std::runtime_error(joined({"protobuf: field ", field, " has wire type ", static_cast<int>(wire),
                                         ", expected ", static_cast<int>(expected)}));
    }
};

/// Takes the fields of one message in their order. It copies nothing and believes no length that the bytes do not have.
/// Throws std::runtime_error where the bytes are no message.
class ProtobufReader {
  public:
    explicit ProtobufReader(std::span<const std::uint8_t> bytes) : rest_(bytes) {}

    /// The next field; false at the end of the message.
    [[gnu::cold]] [[nodiscard]] bool next(ProtobufField& found) {
        if (rest_.empty()) return false;
        const std::uint64_t key = varint();
        found = {};
        if (key >> 3U == 0 || key >> 3U > 0x1FFFFFFF) fail(joined({"there is no field ", key >> 3U}));
        found.field = static_cast<std::uint32_t>(key >> 3U);
        found.wire = static_cast<ProtobufField::Wire>(key & 7U);
        switch (found.wire) {
            case ProtobufField::Wire::varint:
                found.number = varint();
                return true;
            case ProtobufField::Wire::eight_bytes:
                found.number = load_little_endian<std::uint64_t>(take(8).data());
                return true;
            case ProtobufField::Wire::four_bytes:
                found.number = load_little_endian<std::uint32_t>(take(4).data());
                return true;
            case ProtobufField::Wire::bytes:
                found.bytes = take(varint());
                return true;
        }
        fail(joined({"field ", found.field, " has wire type ", key & 7U, ", which ONNX does not use"}));
    }

    [[nodiscard]] bool at_end() const { return rest_.empty(); }
    /// Seven bits a byte, the lowest first; the highest bit says that more follow.
    [[gnu::cold]] [[nodiscard]] std::uint64_t varint() {
        std::uint64_t value = 0;
        for (unsigned place = 0; place < 64; place += 7) {
            const std::uint8_t byte = take(1)[0];
            if (place == 63 && byte > 1) break;
            value |= std::uint64_t{byte & 127U} << place;
            if (byte < 128) return value;
        }
        fail("a number has more than 64 bits");
    }
    [[nodiscard]] std::span<const std::uint8_t> take(std::uint64_t count) {
        if (count > rest_.size()) fail(joined({"a field of ", count, " bytes, of which ", rest_.size(), " are there"}));
        const auto taken = rest_.first(static_cast<std::size_t>(count));
        rest_ = rest_.subspan(taken.size());
        return taken;
    }

  private:
    [[noreturn]] static void fail(std::string_view reason) { throw std::runtime_error(joined({"protobuf: ", reason})); }

    std::span<const std::uint8_t> rest_;
};

/// Adds the numbers of a repeated field, packed or one alone.
[[gnu::cold]] inline void append_integers(const ProtobufField& field, std::vector<std::int64_t>& numbers) {
    if (field.wire == ProtobufField::Wire::varint) {
        numbers.push_back(field.integer());
        return;
    }
    ProtobufReader packed(field.message());
    while (!packed.at_end()) numbers.push_back(static_cast<std::int64_t>(packed.varint()));
}

/// The same for real numbers of type T, float or double.
template <class T>
[[gnu::cold]] void append_reals(const ProtobufField& field, std::vector<double>& numbers) {
    using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
    if (field.wire != ProtobufField::Wire::bytes) {
        numbers.push_back(std::bit_cast<T>(static_cast<Bits>(field.number)));
        return;
    }
    if (field.bytes.size() % sizeof(T) != 0) {
        throw std::runtime_error(joined({"protobuf: field ", field.field, " has a part of a number"}));
    }
    for (std::size_t at = 0; at < field.bytes.size(); at += sizeof(T)) {
        numbers.push_back(load_little_endian<T>(field.bytes.data() + at));
    }
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
