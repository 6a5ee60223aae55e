// Tensors in ONNX files: TensorProto of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/little_endian.hpp"
#include "intaglio/host/text.hpp"
#include "intaglio/io/onnx/protobuf_reader.hpp"
#include "intaglio/io/safetensors.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// The numbers of a tensor, whatever their type in the file; integers beyond 2^53 are rounded. Without a shape it is
/// one number.
struct OnnxNumbers {
    std::vector<std::int64_t> shape;
    std::vector<double> values;
    int type = 1;  ///< as TensorProto.DataType counts

    [[nodiscard]] std::int64_t count() const { return static_cast<std::int64_t>(values.size()); }
    [[nodiscard]] bool is_scalar() const { return values.size() == 1; }
};

namespace io_detail {

/// The product of a shape; throws if it is more than `most`.
[[gnu::cold]] inline std::int64_t onnx_count(const std::vector<std::int64_t>& shape, std::int64_t most) {
    std::int64_t count = 1;
    bool empty = false;
    for (const std::int64_t size : shape) {
        if (size < 0) throw std::runtime_error(joined({"a tensor has a dimension of ", size}));
        empty = empty || size == 0;
        if (size == 0) continue;
        if (count > most / size) throw std::runtime_error("a tensor announces more numbers than the file has");
        count *= size;
    }
    return empty ? 0 : count;
}

template <class T, class Convert>
void append_raw(std::span<const std::uint8_t> bytes, std::vector<double>& values, const Convert& convert) {
    if (bytes.size() % sizeof(T) != 0) throw std::runtime_error("a tensor has a part of a number");
    values.reserve(bytes.size() / sizeof(T));
    for (std::size_t at = 0; at < bytes.size(); at += sizeof(T)) {
        values.push_back(convert(load_little_endian<T>(bytes.data() + at)));
    }
}

[[gnu::cold]] inline double bfloat_value(std::uint16_t bits) {
    return static_cast<double>(std::bit_cast<float>(std::uint32_t{bits} << 16U));
}

/// Numbers that lie as bytes, of the type that TensorProto.DataType counts.
[[gnu::cold]] inline void append_onnx_bytes(int type, std::span<const std::uint8_t> bytes,
                                            std::vector<double>& values) {
    const auto number = [](auto x) { return static_cast<double>(x); };
    switch (type) {
        case 1:
            return append_raw<float>(bytes, values, number);
        case 2:
        case 9:
            return append_raw<std::uint8_t>(bytes, values, number);
        case 3:
            return append_raw<std::int8_t>(bytes, values, number);
        case 4:
            return append_raw<std::uint16_t>(bytes, values, number);
        case 5:
            return append_raw<std::int16_t>(bytes, values, number);
        case 6:
            return append_raw<std::int32_t>(bytes, values, number);
        case 7:
            return append_raw<std::int64_t>(bytes, values, number);
        case 10:
            return append_raw<std::uint16_t>(bytes, values,
                                             [](std::uint16_t x) { return static_cast<double>(half_value(x)); });
        case 11:
            return append_raw<double>(bytes, values, number);
        case 12:
            return append_raw<std::uint32_t>(bytes, values, number);
        case 13:
            return append_raw<std::uint64_t>(bytes, values, number);
        case 16:
            return append_raw<std::uint16_t>(bytes, values, bfloat_value);
        default:
            throw std::runtime_error(joined({"a tensor has numbers of type ", type, ", which is not read"}));
    }
}

/// Numbers that lie in the field int32_data, which narrow types share.
[[gnu::cold]] inline double onnx_number(int type, std::int64_t number) {
    if (type == 10) return static_cast<double>(half_value(static_cast<std::uint16_t>(number)));
    if (type == 16) return bfloat_value(static_cast<std::uint16_t>(number));
    return static_cast<double>(type == 6 ? static_cast<std::int32_t>(number) : number);
}

/// The name of a tensor, and its numbers.
[[gnu::cold]] inline std::pair<std::string, OnnxNumbers> read_onnx_tensor(std::span<const std::uint8_t> bytes) {
    std::string name;
    OnnxNumbers tensor{{}, {}, 0};
    std::span<const std::uint8_t> raw;
    std::vector<std::int64_t> integers;
    bool is_elsewhere = false;
    ProtobufReader reader(bytes);
    ProtobufField field;
    while (reader.next(field)) {
        switch (field.field) {
            case 1:
                append_integers(field, tensor.shape);
                break;
            case 2:
                tensor.type = static_cast<int>(field.integer());
                break;
            case 4:
                append_reals<float>(field, tensor.values);
                break;
            case 5:
            case 7:
            case 11:
                append_integers(field, integers);
                break;
            case 8:
                name = field.text();
                break;
            case 9:
                raw = field.message();
                break;
            case 10:
                append_reals<double>(field, tensor.values);
                break;
            case 14:
                is_elsewhere = field.integer() != 0;
                break;
            default:
                break;
        }
    }
    if (is_elsewhere) {
        throw std::runtime_error(joined({"the numbers of '", name, "' are in a file of their own, which is not read"}));
    }
    for (const std::int64_t number : integers) tensor.values.push_back(onnx_number(tensor.type, number));
    append_onnx_bytes(tensor.type, raw, tensor.values);
    const std::int64_t count = onnx_count(tensor.shape, tensor.count());
    if (count != tensor.count()) {
        throw std::runtime_error(joined({"'", name, "' has ", tensor.count(), " numbers, but a shape of ", count}));
    }
    return {std::move(name), std::move(tensor)};
}

}  // namespace io_detail

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
