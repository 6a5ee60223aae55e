// ONNX nodes of all primitive operations but products, steps and logits.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "intaglio/core/inside_taps.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/io/onnx/operation.hpp"
#include "intaglio/io/onnx/product.hpp"
#include "intaglio/io/onnx/qonnx.hpp"
#include "intaglio/io/onnx/step.hpp"
#include "intaglio/model/code_table.hpp"
#include "intaglio/model/concat.hpp"
#include "intaglio/model/dropout.hpp"
#include "intaglio/model/integer_scale.hpp"
#include "intaglio/model/max_pool.hpp"
#include "intaglio/model/multiply.hpp"
#include "intaglio/model/padded_pool.hpp"
#include "intaglio/model/primitives.hpp"
#include "intaglio/model/rearrange.hpp"
#include "intaglio/model/transposed_convolution.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

template <class Normalization, bool OneGain>
struct OnnxNodes<primitive::Norm<Normalization, OneGain>> : OnnxIdle {};
template <class Mode>
struct OnnxNodes<primitive::IntegerScale<Mode>> : OnnxIdle {};
template <Rate Drop>
struct OnnxNodes<primitive::Dropout<Drop>> : OnnxIdle {};

namespace io_detail {

/// Of two values.
[[gnu::cold]] inline OnnxTensor onnx_join(const OnnxOperation& op, std::string_view operation) {
    if (op.dialect == OnnxDialect::qonnx) require_exact_reals(op, op.out().codes);
    const OnnxType type = op.number_type();
    const OnnxTensor first = op.graph.cast(op.input(), type);
    const OnnxTensor second = op.graph.cast(op.second_input(), type);
    return op.graph.cast(op.graph.node(operation, type, {first.name, second.name}), op.out_type());
}

/// Every `stride`-th element of an axis, `count` of them, from `first` on.
[[gnu::cold]] inline OnnxTensor onnx_slice(OnnxGraph& graph, const OnnxTensor& tensor, std::int64_t axis,
                                           std::int64_t first, std::int64_t count, std::int64_t stride) {
    return graph.node("Slice", tensor.type,
                      {tensor.name, graph.list({first}), graph.list({first + (count - 1) * stride + 1}),
                       graph.list({axis}), graph.list({stride})});
}

/// Sums of `size` neighbours along an axis.
[[gnu::cold]] inline OnnxTensor onnx_window_sums(OnnxGraph& graph, const OnnxTensor& tensor, std::int64_t axis,
                                                 std::int64_t size, std::int64_t count, std::int64_t stride) {
    OnnxTensor sum = onnx_slice(graph, tensor, axis, 0, count, stride);
    for (std::int64_t i = 1; i < size; ++i) {
        const OnnxTensor next = onnx_slice(graph, tensor, axis, i, count, stride);
        sum = graph.node("Add", tensor.type, {sum.name, next.name});
    }
    return sum;
}

}  // namespace io_detail

template <>
struct OnnxNodes<primitive::Add> {
    static OnnxTensor write(const OnnxOperation& op) { return io_detail::onnx_join(op, "Add"); }
};

template <>
struct OnnxNodes<primitive::Multiply> {
    static OnnxTensor write(const OnnxOperation& op) { return io_detail::onnx_join(op, "Mul"); }
};

/// Sums of rows, then of columns; of the whole image, one sum.
template <>
struct OnnxNodes<primitive::SumPool> {
    [[gnu::cold]] static OnnxTensor write(const OnnxOperation& op) {
        const ConvolutionExtents& e = op.row().extents;
        OnnxGraph& graph = op.graph;
        if (op.dialect == OnnxDialect::qonnx) io_detail::require_exact_reals(op, op.out().codes);
        OnnxTensor sum = graph.cast(op.input(), op.number_type());
        if (e.kernel_height == e.in.height && e.kernel_width == e.in.width) {
            sum = graph.node("ReduceSum", sum.type, {sum.name, graph.list({2, 3})});
        } else if (op.dialect == OnnxDialect::qdq) {
            sum = graph.node(
                "AveragePool", sum.type, {sum.name},
                {{"kernel_shape", {e.kernel_height, e.kernel_width}}, {"strides", {e.stride_height, e.stride_width}}});
            sum = graph.node("Mul", sum.type,
                             {sum.name, graph.scalar(sum.type, std::int64_t{e.kernel_height} * e.kernel_width)});
            sum = graph.node("Round", sum.type, {sum.name});
        } else {
            sum = io_detail::onnx_window_sums(graph, sum, 2, e.kernel_height, e.out.height, e.stride_height);
            sum = io_detail::onnx_window_sums(graph, sum, 3, e.kernel_width, e.out.width, e.stride_width);
        }
        return graph.cast(sum, op.out_type());
    }
};

/// The same of an image with zeros around it, times a factor for each window that holds fewer codes.
template <bool CountsPadding>
struct OnnxNodes<primitive::PaddedSumPool<CountsPadding>> {
    [[gnu::cold]] static OnnxTensor write(const OnnxOperation& op) {
        const ConvolutionExtents& e = op.row().extents;
        OnnxGraph& graph = op.graph;
        if (op.dialect == OnnxDialect::qonnx) io_detail::require_exact_reals(op, op.out().codes);
        OnnxTensor sum = graph.cast(op.input(), op.number_type());
        if (e.has_padding()) {
            sum = graph.node("Pad", sum.type,
                             {sum.name, graph.list({0, 0, e.padding_height, e.padding_width, 0, 0, e.padding_below(),
                                                    e.padding_right()})});
        }
        sum = io_detail::onnx_window_sums(graph, sum, 2, e.kernel_height, e.out.height, e.stride_height);
        sum = io_detail::onnx_window_sums(graph, sum, 3, e.kernel_width, e.out.width, e.stride_width);
        if (!CountsPadding) {
            std::vector<std::int64_t> factors;
            for (std::int32_t y = 0; y < e.out.height; ++y) {
                const auto rows = inside_taps(y, e.stride_height, e.padding_height, e.kernel_height, e.in.height);
                for (std::int32_t x = 0; x < e.out.width; ++x) {
                    const auto columns = inside_taps(x, e.stride_width, e.padding_width, e.kernel_width, e.in.width);
                    factors.push_back(op.row().settings[0] / rows.count * (op.row().settings[1] / columns.count));
                }
            }
            const std::string name = graph.constant("factors", sum.type, {e.out.height, e.out.width}, factors);
            sum = graph.node("Mul", sum.type, {sum.name, name});
        }
        return graph.cast(sum, op.out_type());
    }
};

/// ONNX has maxima of bytes and of real numbers: wider codes are float64, which holds them all.
template <>
struct OnnxNodes<primitive::MaxPool> {
    [[gnu::cold]] static OnnxTensor write(const OnnxOperation& op) {
        const ConvolutionExtents& e = op.row().extents;
        const OnnxTensor in =
            op.input().type == OnnxType::int32 ? op.graph.cast(op.input(), OnnxType::float64) : op.input();
        const OnnxTensor largest =
            op.graph.node("MaxPool", in.type, {in.name},
                          {{"kernel_shape", {e.kernel_height, e.kernel_width}},
                           {"strides", {e.stride_height, e.stride_width}},
                           {"dilations", {e.dilation, e.dilation}},
                           {"pads", {e.padding_height, e.padding_width, e.padding_below(), e.padding_right()}}});
        return op.graph.cast(largest, op.out_type());
    }
};

/// Entries at the places of codes, which count from the lowest one.
template <class Function>
struct OnnxNodes<primitive::CodeTable<Function>> {
    [[gnu::cold]] static OnnxTensor write(const OnnxOperation& op) {
        OnnxTensor place = op.graph.cast(op.input(), OnnxType::int32);
        if (const std::int64_t lowest = op.in().codes.lowest; lowest != 0) {
            place = op.graph.node("Sub", place.type, {place.name, op.graph.scalar(place.type, lowest)});
        }
        const std::vector<std::int64_t>& entries = op.numbers().numbers;
        const std::string table =
            op.graph.constant("table", op.out_type(), {static_cast<std::int64_t>(entries.size())}, entries);
        return op.graph.node("Gather", op.out_type(), {table, place.name}, {{"axis", 0}});
    }
};

template <>
struct OnnxNodes<primitive::Concat> {
    [[gnu::cold]] static OnnxTensor write(const OnnxOperation& op) {
        const OnnxTensor first = op.graph.cast(op.input(), op.out_type());
        const OnnxTensor second = op.graph.cast(op.second_input(), op.out_type());
        return op.graph.node("Concat", op.out_type(), {first.name, second.name}, {{"axis", 1}});
    }
};

template <>
struct OnnxNodes<primitive::Subsample> {
    [[gnu::cold]] static OnnxTensor write(const OnnxOperation& op) {
        const ConvolutionExtents& e = op.row().extents;
        const Shape out = op.out().shape;
        const OnnxTensor rows = io_detail::onnx_slice(op.graph, op.input(), 2, 0, out.height, e.stride_height);
        return io_detail::onnx_slice(op.graph, rows, 3, 0, out.width, e.stride_width);
    }
};

template <>
struct OnnxNodes<primitive::PadChannels> {
    [[gnu::cold]] static OnnxTensor write(const OnnxOperation& op) {
        const std::int32_t before = op.row().channels_before;
        const std::int32_t after = op.out().shape.channels - op.in().shape.channels - before;
        const OnnxTensor in = op.graph.cast(op.input(), op.out_type());
        return op.graph.node("Pad", op.out_type(), {in.name, op.graph.list({0, before, 0, 0, 0, after, 0, 0})});
    }
};

/// Zeros along axes of their own; those behind the last pixel are cut off.
template <>
struct OnnxNodes<primitive::InsertZeros> {
    [[gnu::cold]] static OnnxTensor write(const OnnxOperation& op) {
        const ConvolutionExtents& e = op.row().extents;
        const Shape in = op.in().shape;
        const Shape out = op.out().shape;
        OnnxGraph& graph = op.graph;
        const OnnxTensor codes = graph.cast(op.input(), op.out_type());
        const OnnxTensor apart =
            graph.node("Reshape", codes.type, {codes.name, graph.list({0, in.channels, in.height, 1, in.width, 1})});
        const OnnxTensor zeros = graph.node(
            "Pad", codes.type,
            {apart.name, graph.list({0, 0, 0, 0, 0, 0, 0, 0, 0, e.stride_height - 1, 0, e.stride_width - 1})});
        const OnnxTensor whole =
            graph.node("Reshape", codes.type,
                       {zeros.name, graph.list({0, in.channels, std::int64_t{in.height} * e.stride_height,
                                                std::int64_t{in.width} * e.stride_width})});
        const OnnxTensor rows = io_detail::onnx_slice(graph, whole, 2, 0, out.height, 1);
        return io_detail::onnx_slice(graph, rows, 3, 0, out.width, 1);
    }
};

/// Copies along axes of their own. Resize would compute places in real numbers.
template <>
struct OnnxNodes<primitive::Upsample> {
    [[gnu::cold]] static OnnxTensor write(const OnnxOperation& op) {
        const Shape in = op.in().shape;
        const Shape out = op.out().shape;
        const OnnxType type = op.out_type();
        OnnxGraph& graph = op.graph;
        const OnnxTensor apart =
            graph.node("Reshape", type, {op.input().name, graph.list({0, in.channels, in.height, 1, in.width, 1})});
        const OnnxTensor copies = graph.node(
            "Tile", type, {apart.name, graph.list({1, 1, 1, out.height / in.height, 1, out.width / in.width})});
        return graph.node("Reshape", type, {copies.name, graph.list({0, out.channels, out.height, out.width})});
    }
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
