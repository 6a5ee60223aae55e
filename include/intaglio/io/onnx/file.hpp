// What an ONNX file holds, read from its bytes. Field numbers are those of
// https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/text.hpp"
#include "intaglio/io/onnx/protobuf_reader.hpp"
#include "intaglio/io/onnx/tensor.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// An attribute of a node; what it does not have is empty.
struct OnnxFileAttribute {
    std::vector<std::int64_t> integers;  ///< `i` is a list of one
    std::vector<double> reals;
    std::vector<std::string> texts;
    OnnxNumbers tensor;
    bool has_tensor = false;
    bool has_graph = false;
};

struct OnnxFileNode {
    std::string name;
    std::string operation;
    std::string domain;
    std::vector<std::string> inputs;
    std::vector<std::string> outputs;
    std::map<std::string, OnnxFileAttribute> attributes;

    [[nodiscard]] const OnnxFileAttribute* find(const std::string& name_of_attribute) const {
        const auto at = attributes.find(name_of_attribute);
        return at == attributes.end() ? nullptr : &at->second;
    }
    [[nodiscard]] std::int64_t integer(const std::string& name_of_attribute, std::int64_t otherwise) const {
        const OnnxFileAttribute* const found = find(name_of_attribute);
        return found == nullptr || found->integers.empty() ? otherwise : found->integers.front();
    }
    [[nodiscard]] double real(const std::string& name_of_attribute, double otherwise) const {
        const OnnxFileAttribute* const found = find(name_of_attribute);
        return found == nullptr || found->reals.empty() ? otherwise : found->reals.front();
    }
    [[nodiscard]] std::string text(const std::string& name_of_attribute, std::string_view otherwise) const {
        const OnnxFileAttribute* const found = find(name_of_attribute);
        return found == nullptr || found->texts.empty() ? std::string(otherwise) : found->texts.front();
    }
    [[nodiscard]] std::vector<std::int64_t> list(const std::string& name_of_attribute) const {
        const OnnxFileAttribute* const found = find(name_of_attribute);
        return found == nullptr ? std::vector<std::int64_t>{} : found->integers;
    }
    /// The name of an input, empty if it is left out.
    [[nodiscard]] const std::string& input(std::size_t at) const {
        static const std::string left_out;
        return at < inputs.size() ? inputs[at] : left_out;
    }
};

/// An input or an output of the graph; a dimension without a size is -1.
struct OnnxFileValue {
    std::string name;
    int type = 0;
    std::vector<std::int64_t> shape;
};

struct OnnxFile {
    std::string producer;
    std::map<std::string, std::int64_t> operators;  ///< version of each domain
    std::map<std::string, std::string> notes;
    std::vector<OnnxFileNode> nodes;
    std::map<std::string, OnnxNumbers> constants;
    std::vector<OnnxFileValue> inputs;  ///< without those that are constants
    std::vector<OnnxFileValue> outputs;
};

namespace io_detail {

/// Calls `visit` for each field of a message.
template <class Visit>
void for_each_field(std::span<const std::uint8_t> bytes, const Visit& visit) {
    ProtobufReader reader(bytes);
    ProtobufField field;
    while (reader.next(field)) visit(field);
}

[[gnu::cold]] inline std::pair<std::string, std::string> read_onnx_note(std::span<const std::uint8_t> bytes) {
    std::pair<std::string, std::string> note;
    for_each_field(bytes, [&](const ProtobufField& field) {
        if (field.field == 1) note.first = field.text();
        if (field.field == 2) note.second = field.text();
    });
    return note;
}

[[gnu::cold]] inline std::pair<std::string, OnnxFileAttribute> read_onnx_attribute(
    std::span<const std::uint8_t> bytes) {
    std::string name;
    OnnxFileAttribute attribute;
    for_each_field(bytes, [&](const ProtobufField& field) {
        switch (field.field) {
            case 1:
                name = field.text();
                break;
            case 2:
                attribute.reals.push_back(static_cast<double>(field.real()));
                break;
            case 3:
                attribute.integers.push_back(field.integer());
                break;
            case 4:
            case 9:
                attribute.texts.push_back(field.text());
                break;
            case 5:
                attribute.tensor = read_onnx_tensor(field.message()).second;
                attribute.has_tensor = true;
                break;
            case 6:
            case 11:
                attribute.has_graph = true;
                break;
            case 7:
                append_reals<float>(field, attribute.reals);
                break;
            case 8:
                append_integers(field, attribute.integers);
                break;
            default:
                break;
        }
    });
    return {std::move(name), std::move(attribute)};
}

[[gnu::cold]] inline OnnxFileNode read_onnx_node(std::span<const std::uint8_t> bytes) {
    OnnxFileNode node;
    for_each_field(bytes, [&](const ProtobufField& field) {
        if (field.field == 1) node.inputs.push_back(field.text());
        if (field.field == 2) node.outputs.push_back(field.text());
        if (field.field == 3) node.name = field.text();
        if (field.field == 4) node.operation = field.text();
        if (field.field == 5) node.attributes.insert(read_onnx_attribute(field.message()));
        if (field.field == 7) node.domain = field.text();
    });
    if (node.domain == "ai.onnx") node.domain.clear();
    return node;
}

[[gnu::cold]] inline OnnxFileValue read_onnx_value(std::span<const std::uint8_t> bytes) {
    OnnxFileValue value;
    const auto read_dimension = [&](const ProtobufField& dimension) {
        std::int64_t size = -1;
        for_each_field(dimension.message(), [&](const ProtobufField& field) {
            if (field.field == 1) size = field.integer();
        });
        value.shape.push_back(size > 0 ? size : -1);
    };
    const auto read_tensor_type = [&](const ProtobufField& field) {
        if (field.field == 1) value.type = static_cast<int>(field.integer());
        if (field.field == 2) {
            for_each_field(field.message(), [&](const ProtobufField& dimension) {
                if (dimension.field == 1) read_dimension(dimension);
            });
        }
    };
    for_each_field(bytes, [&](const ProtobufField& field) {
        if (field.field == 1) value.name = field.text();
        if (field.field != 2) return;
        for_each_field(field.message(), [&](const ProtobufField& type) {
            if (type.field == 1) for_each_field(type.message(), read_tensor_type);
        });
    });
    return value;
}

[[gnu::cold]] inline void read_onnx_graph(std::span<const std::uint8_t> bytes, OnnxFile& file) {
    std::vector<OnnxFileValue> inputs;
    for_each_field(bytes, [&](const ProtobufField& field) {
        if (field.field == 1) {
            constexpr std::size_t most = 65536;  // each takes more memory than it may have bytes
            if (file.nodes.size() == most) throw std::runtime_error(joined({"has more than ", most, " nodes"}));
            file.nodes.push_back(read_onnx_node(field.message()));
        }
        if (field.field == 5) {
            auto [name, tensor] = read_onnx_tensor(field.message());
            if (!file.constants.emplace(name, std::move(tensor)).second) {
                throw std::runtime_error(joined({"two initialisers have the name '", name, "'"}));
            }
        }
        if (field.field == 11) inputs.push_back(read_onnx_value(field.message()));
        if (field.field == 12) file.outputs.push_back(read_onnx_value(field.message()));
        if (field.field == 15) throw std::runtime_error("the file has sparse initialisers, which are not read");
    });
    for (OnnxFileValue& input : inputs) {
        if (!file.constants.contains(input.name)) file.inputs.push_back(std::move(input));
    }
}

}  // namespace io_detail

/// Reads the bytes of an ONNX file. Takes a small multiple of their number of memory. Throws std::runtime_error that
/// says what is wrong with them.
[[gnu::cold]] inline OnnxFile read_onnx(std::span<const std::uint8_t> bytes) {
    OnnxFile file;
    bool has_graph = false;
    io_detail::for_each_field(bytes, [&](const ProtobufField& field) {
        switch (field.field) {
            case 2:
                file.producer = field.text();
                break;
            case 7:
                if (has_graph) throw std::runtime_error("the file has two graphs");
                has_graph = true;
                io_detail::read_onnx_graph(field.message(), file);
                break;
            case 8: {
                std::string domain;
                std::int64_t version = 0;
                io_detail::for_each_field(field.message(), [&](const ProtobufField& part) {
                    if (part.field == 1) domain = part.text();
                    if (part.field == 2) version = part.integer();
                });
                file.operators[domain == "ai.onnx" ? std::string() : domain] = version;
                break;
            }
            case 14:
                file.notes.insert(io_detail::read_onnx_note(field.message()));
                break;
            default:
                break;
        }
    });
    if (!has_graph) throw std::runtime_error("is no ONNX file: it has no graph");
    return file;
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
