// A canonical model as bytes: the same from every compiler, flag set, instruction set and byte order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <vector>

#include "intaglio/canonical/model.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/little_endian.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

namespace canonical_detail {

template <class T>
void append_numbers(std::vector<std::byte>& bytes, std::span<const T> numbers) {
    const std::size_t size = bytes.size();
    bytes.resize(size + numbers.size_bytes());
    store_little_endian(numbers, reinterpret_cast<std::uint8_t*>(bytes.data() + size));
}
template <class T>
void append_number(std::vector<std::byte>& bytes, const T& number) {
    append_numbers(bytes, std::span<const T>(&number, 1));
}
template <class T>
void append_list(std::vector<std::byte>& bytes, const std::vector<T>& numbers) {
    append_number(bytes, std::uint64_t{numbers.size()});
    append_numbers(bytes, std::span<const T>(numbers));
}

}  // namespace canonical_detail

/// The exponent of the logits and the number of rows, then for each row its lists in the order of RowNumbers, each
/// after its length in 8 bytes. All numbers are little-endian and as wide as their type.
[[nodiscard]] inline std::vector<std::byte> canonical_bytes(const ModelNumbers& model) {
    std::vector<std::byte> bytes;
    canonical_detail::append_number(bytes, model.logit_exponent);
    canonical_detail::append_number(bytes, std::uint64_t{model.rows.size()});
    for (const RowNumbers& row : model.rows) {
        canonical_detail::append_list(bytes, row.weights);
        canonical_detail::append_list(bytes, row.thresholds);
        canonical_detail::append_list(bytes, row.falling);
        canonical_detail::append_list(bytes, row.multipliers);
        canonical_detail::append_list(bytes, row.addends);
        canonical_detail::append_list(bytes, row.shifts);
        canonical_detail::append_list(bytes, row.numbers);
    }
    return bytes;
}

namespace canonical_detail {

/// Takes numbers off the front of bytes. Throws std::invalid_argument where they end.
class ByteReader {
  public:
    explicit ByteReader(std::span<const std::byte> bytes) : rest_(bytes) {}

    template <class T>
    void take(std::span<T> numbers) {
        if (rest_.size() < numbers.size_bytes()) throw_wrong();
        load_little_endian(reinterpret_cast<const std::uint8_t*>(rest_.data()), numbers);
        rest_ = rest_.subspan(numbers.size_bytes());
    }
    template <class T>
    [[nodiscard]] T take_number() {
        T number{};
        take(std::span<T>(&number, 1));
        return number;
    }
    template <class T>
    void take_list(std::vector<T>& numbers) {
        const auto count = take_number<std::uint64_t>();
        if (count > rest_.size() / sizeof(T)) throw_wrong();
        numbers.resize(static_cast<std::size_t>(count));
        take(std::span<T>(numbers));
    }
    [[nodiscard]] std::size_t left() const { return rest_.size(); }
    [[noreturn]] static void throw_wrong() { throw std::invalid_argument("bytes are none of a canonical model"); }

  private:
    std::span<const std::byte> rest_;
};

}  // namespace canonical_detail

/// The model whose canonical_bytes these are. Throws std::invalid_argument if they are those of none.
[[nodiscard]] inline ModelNumbers read_canonical_bytes(std::span<const std::byte> bytes) {
    canonical_detail::ByteReader reader(bytes);
    ModelNumbers model;
    model.logit_exponent = reader.take_number<std::int32_t>();
    const auto rows = reader.take_number<std::uint64_t>();
    // A row has seven lists, each with a length.
    if (rows > reader.left() / (7 * sizeof(std::uint64_t))) canonical_detail::ByteReader::throw_wrong();
    model.rows.resize(static_cast<std::size_t>(rows));
    for (RowNumbers& row : model.rows) {
        reader.take_list(row.weights);
        reader.take_list(row.thresholds);
        reader.take_list(row.falling);
        reader.take_list(row.multipliers);
        reader.take_list(row.addends);
        reader.take_list(row.shifts);
        reader.take_list(row.numbers);
    }
    if (reader.left() != 0) canonical_detail::ByteReader::throw_wrong();
    return model;
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
