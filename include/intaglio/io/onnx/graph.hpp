// An ONNX graph under construction. Field numbers are those of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "intaglio/core/codes.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/little_endian.hpp"
#include "intaglio/host/text.hpp"
#include "intaglio/io/onnx/protobuf.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// Types of tensors, by the numbers of TensorProto.DataType.
enum class OnnxType : std::uint8_t {
    float32 = 1,
    uint8 = 2,
    int8 = 3,
    int16 = 5,
    int32 = 6,
    int64 = 7,
    boolean = 9,
    float64 = 11
};

/// A tensor of the graph.
struct OnnxTensor {
    std::string name;
    OnnxType type = OnnxType::int32;
    bool is_scaled = false;  ///< in QDQ: sums that have the slope and the offset of their step already
};

/// A dimension: a size, or -1 for that of the batch.
using OnnxShape = std::vector<std::int64_t>;

/// An attribute of a node.
class OnnxAttribute {
  public:
    // Templates, so that a list in braces is one of integers.
    template <std::signed_integral Integer>
    [[gnu::cold]] OnnxAttribute(std::string_view name, Integer value) : OnnxAttribute(name, Kind::number) {
        message_.number(3, value);
    }
    [[gnu::cold]] OnnxAttribute(std::string_view name, const std::vector<std::int64_t>& values)
        : OnnxAttribute(name, Kind::numbers) {
        message_.numbers(8, values);
    }
    template <std::same_as<float> Real>
    [[gnu::cold]] OnnxAttribute(std::string_view name, Real value) : OnnxAttribute(name, Kind::real) {
        message_.real(2, value);
    }
    template <std::same_as<std::string> Text>
    [[gnu::cold]] OnnxAttribute(std::string_view name, const Text& value) : OnnxAttribute(name, Kind::text) {
        message_.text(4, value);
    }
    [[nodiscard]] const ProtobufMessage& message() const { return message_; }

  private:
    /// Numbers of AttributeProto.AttributeType.
    enum class Kind : std::uint8_t { real = 1, number = 2, text = 3, numbers = 7 };
    OnnxAttribute(std::string_view name, Kind kind) {
        message_.text(1, name);
        message_.number(20, static_cast<std::int64_t>(kind));
    }
    ProtobufMessage message_;
};

/// Collects nodes and initialisers. What is added gets names of the row that is written: "row.3.weights", "row.3.1".
class OnnxGraph {
  public:
    [[gnu::cold]] explicit OnnxGraph(std::string_view name) { graph_.text(2, name); }

    /// What follows gets names that begin with `prefix`, "row.3."; `place` says for people what it belongs to.
    [[gnu::cold]] void begin(std::string prefix, std::string place) {
        prefix_ = std::move(prefix);
        place_ = std::move(place);
        count_ = 0;
    }

    [[gnu::cold]] void input(const OnnxTensor& tensor, const OnnxShape& shape, std::string_view meaning) {
        graph_.message(11, value_info(tensor, shape, meaning));
    }
    [[gnu::cold]] void output(const OnnxTensor& tensor, const OnnxShape& shape, std::string_view meaning) {
        graph_.message(12, value_info(tensor, shape, meaning));
    }

    /// An initialiser that a row has once; the name is completed by that of the row.
    [[gnu::cold]] std::string constant(std::string_view name, OnnxType type, const OnnxShape& shape,
                                       std::span<const std::int64_t> numbers) {
        std::string full_name = prefix_ + std::string(name);
        add_constant(full_name, type, shape, raw_bytes(type, numbers));
        return full_name;
    }
    /// The same of real numbers, as float32.
    [[gnu::cold]] std::string reals(std::string_view name, const OnnxShape& shape, std::span<const double> numbers) {
        std::string full_name = prefix_ + std::string(name);
        std::string bytes(4 * numbers.size(), '\0');
        for (std::size_t i = 0; i < numbers.size(); ++i) {
            store_little_endian(static_cast<float>(numbers[i]), reinterpret_cast<std::uint8_t*>(bytes.data()) + 4 * i);
        }
        add_constant(full_name, OnnxType::float32, shape, bytes);
        return full_name;
    }
    /// A number; equal ones are one initialiser.
    [[gnu::cold]] std::string scalar(OnnxType type, std::int64_t number) {
        return shared(joined({"constant.", static_cast<int>(type), ".", number}), type, {},
                      std::span<const std::int64_t>(&number, 1));
    }
    /// A list of integers: axes, sizes, the extents of a shape; equal ones are one initialiser.
    [[gnu::cold]] std::string list(std::initializer_list<std::int64_t> numbers) {
        std::string name = "list";
        for (const std::int64_t number : numbers) name += joined({".", number});
        return shared(name, OnnxType::int64, {static_cast<std::int64_t>(numbers.size())},
                      std::span<const std::int64_t>(numbers.begin(), numbers.size()));
    }

    /// Adds a node with one result of the type; returns the result. Without `output` it gets a name of the row.
    [[gnu::cold]] OnnxTensor node(std::string_view operation, OnnxType type, std::initializer_list<std::string> inputs,
                                  std::initializer_list<OnnxAttribute> attributes = {}, std::string output = {}) {
        return add_node(operation, {}, type, inputs, attributes, std::move(output));
    }
    /// A node of an operator that is not one of ONNX itself.
    [[gnu::cold]] OnnxTensor node_of(std::string_view domain, std::string_view operation, OnnxType type,
                                     std::initializer_list<std::string> inputs,
                                     std::initializer_list<OnnxAttribute> attributes = {}) {
        return add_node(operation, domain, type, inputs, attributes, {});
    }

    /// The tensor in another type; converted once however many ask.
    [[gnu::cold]] OnnxTensor cast(const OnnxTensor& tensor, OnnxType type) {
        if (tensor.type == type) return tensor;
        const auto [entry, is_new] = casts_.try_emplace({tensor.name, type});
        if (is_new) {
            entry->second = node("Cast", type, {tensor.name}, {{"to", static_cast<std::int64_t>(type)}}).name;
        }
        return {entry->second, type};
    }

    [[nodiscard]] const ProtobufMessage& message() const { return graph_; }

  private:
    [[gnu::cold]] OnnxTensor add_node(std::string_view operation, std::string_view domain, OnnxType type,
                                      std::initializer_list<std::string> inputs,
                                      std::initializer_list<OnnxAttribute> attributes, std::string output) {
        if (output.empty()) output = joined({prefix_, ++count_});
        ProtobufMessage message;
        for (const std::string& input : inputs) message.text(1, input);
        message.text(2, output);
        message.text(3, joined({place_, ": ", output}));
        message.text(4, operation);
        for (const OnnxAttribute& attribute : attributes) message.message(5, attribute.message());
        if (!domain.empty()) message.text(7, domain);
        graph_.message(1, message);
        return {std::move(output), type};
    }

    [[gnu::cold]] std::string shared(const std::string& name, OnnxType type, const OnnxShape& shape,
                                     std::span<const std::int64_t> numbers) {
        if (shared_.try_emplace(name).second) add_constant(name, type, shape, raw_bytes(type, numbers));
        return name;
    }

    [[gnu::cold]] void add_constant(const std::string& name, OnnxType type, const OnnxShape& shape,
                                    std::string_view bytes) {
        ProtobufMessage tensor;
        if (!shape.empty()) tensor.numbers(1, shape);
        tensor.number(2, static_cast<std::int64_t>(type));
        tensor.text(8, name);
        tensor.text(9, bytes);
        graph_.message(5, tensor);
    }

    [[gnu::cold]] static std::string raw_bytes(OnnxType type, std::span<const std::int64_t> numbers) {
        const bool is_real = type == OnnxType::float32;
        const std::size_t size = type == OnnxType::int64 ? 8 : type == OnnxType::int32 || is_real ? 4 : 1;
        std::string bytes;
        bytes.reserve(size * numbers.size());
        for (const std::int64_t number : numbers) {
            std::uint8_t all[8];
            if (is_real) {
                store_little_endian(static_cast<float>(number), all);
            } else {
                store_little_endian(number, all);
            }
            bytes.append(all, all + size);
        }
        return bytes;
    }

    [[nodiscard]] [[gnu::cold]] static ProtobufMessage value_info(const OnnxTensor& tensor, const OnnxShape& shape,
                                                                  std::string_view meaning) {
        ProtobufMessage dimensions;
        for (const std::int64_t size : shape) {
            ProtobufMessage dimension;
            if (size < 0) {
                dimension.text(2, "N");
            } else {
                dimension.number(1, size);
            }
            dimensions.message(1, dimension);
        }
        ProtobufMessage tensor_type;
        tensor_type.number(1, static_cast<std::int64_t>(tensor.type));
        tensor_type.message(2, dimensions);
        ProtobufMessage type;
        type.message(1, tensor_type);
        ProtobufMessage info;
        info.text(1, tensor.name);
        info.message(2, type);
        info.text(3, meaning);
        return info;
    }

    ProtobufMessage graph_;
    std::string prefix_;
    std::string place_;
    int count_ = 0;
    std::map<std::string, bool> shared_;
    std::map<std::pair<std::string, OnnxType>, std::string> casts_;
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
