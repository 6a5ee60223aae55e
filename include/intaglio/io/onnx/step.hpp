// ONNX nodes of steps: from accumulators to codes.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/integer/site.hpp"
#include "intaglio/io/onnx/operation.hpp"
#include "intaglio/io/onnx/qdq.hpp"
#include "intaglio/io/onnx/qonnx.hpp"
#include "intaglio/model/primitives.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

namespace io_detail {

/// Comparisons with all thresholds at once, along an axis of their own, and their number.
[[gnu::cold]] inline OnnxTensor onnx_thresholds(const OnnxOperation& op) {
    OnnxGraph& graph = op.graph;
    const RowNumbers& numbers = op.numbers();
    const integer::StepForm form = integer::step_form(op.row());
    const CodeRange range = op.in().codes;
    const std::size_t channels = numbers.falling.size();
    const auto levels = static_cast<std::size_t>(form.levels);
    // -a - 1 >= t where a < -t. Thresholds lie no further away than accumulators, so that all are numbers of 32 bits.
    std::vector<std::int64_t> thresholds(levels * channels);
    for (std::size_t i = 0; i < thresholds.size(); ++i) {
        const std::int64_t threshold = numbers.thresholds[i];
        thresholds[i] =
            std::clamp(numbers.falling[i % channels] != 0 ? -threshold : threshold, range.lowest, range.highest + 1);
    }
    OnnxTensor acc = graph.cast(op.input(), OnnxType::int32);
    OnnxShape shape{static_cast<std::int64_t>(channels), 1, 1};
    if (levels > 1) {
        acc = graph.node("Unsqueeze", OnnxType::int32, {acc.name, graph.list({1})});
        shape.insert(shape.begin(), form.levels);
    }
    OnnxTensor reached = graph.node("GreaterOrEqual", OnnxType::boolean,
                                    {acc.name, graph.constant("thresholds", OnnxType::int32, shape, thresholds)});
    if (std::any_of(numbers.falling.begin(), numbers.falling.end(), [](auto f) { return f != 0; })) {
        const std::vector<std::int64_t> falling(numbers.falling.begin(), numbers.falling.end());
        const std::string flags =
            graph.constant("falling", OnnxType::boolean, {static_cast<std::int64_t>(channels), 1, 1}, falling);
        reached = graph.node("Xor", OnnxType::boolean, {reached.name, flags});
    }
    OnnxTensor code = graph.cast(reached, OnnxType::int32);
    if (levels > 1) {
        code = graph.node("ReduceSum", OnnxType::int32, {code.name, graph.list({1})}, {{"keepdims", 0}});
    }
    if (form.lowest != 0) {
        code = graph.node("Add", OnnxType::int32, {code.name, graph.scalar(OnnxType::int32, form.lowest)});
    }
    return graph.cast(code, op.out_type());
}

/// A constant for each channel, or one for all, of the type of scaled sums.
[[gnu::cold]] inline std::string onnx_per_channel(const OnnxOperation& op, std::string_view name,
                                                  const std::vector<std::int64_t>& numbers) {
    const OnnxType type = op.is_real() ? OnnxType::float32 : OnnxType::int64;
    return op.graph.constant(name, type, {static_cast<std::int64_t>(numbers.size()), 1, 1}, numbers);
}

/// accumulator * multiplier + addend, in 64 bits; in QONNX and QDQ real numbers, which round.
[[gnu::cold]] inline OnnxTensor onnx_scaled(const OnnxOperation& op) {
    const RowNumbers& numbers = op.numbers();
    const std::vector<std::int64_t> multipliers(numbers.multipliers.begin(), numbers.multipliers.end());
    const OnnxType type = op.is_real() ? OnnxType::float32 : OnnxType::int64;
    const OnnxTensor acc = op.graph.cast(op.input(), type);
    const OnnxTensor product = op.graph.node("Mul", type, {acc.name, onnx_per_channel(op, "multipliers", multipliers)});
    return op.graph.node("Add", type, {product.name, onnx_per_channel(op, "addends", numbers.addends)});
}

/// Integer division rounds towards zero, unlike a shift: the remainder, which is never negative, is taken away first.
[[gnu::cold]] inline OnnxTensor onnx_multiply_shift(const OnnxOperation& op) {
    OnnxGraph& graph = op.graph;
    std::vector<std::int64_t> divisors;
    for (const std::uint8_t shift : op.numbers().shifts) divisors.push_back(std::int64_t{1} << shift);
    const std::string divisor = onnx_per_channel(op, "divisors", divisors);
    const OnnxTensor sum = onnx_scaled(op);
    const OnnxTensor rest = graph.node("Mod", OnnxType::int64, {sum.name, divisor});
    const OnnxTensor multiple = graph.node("Sub", OnnxType::int64, {sum.name, rest.name});
    const OnnxTensor code = graph.node("Div", OnnxType::int64, {multiple.name, divisor});
    const CodeRange codes = op.row().codes;
    const OnnxTensor clipped = graph.node(
        "Clip", OnnxType::int64,
        {code.name, graph.scalar(OnnxType::int64, codes.lowest), graph.scalar(OnnxType::int64, codes.highest)});
    return graph.cast(clipped, op.out_type());
}

}  // namespace io_detail

template <class Target>
struct OnnxNodes<primitive::Quantize<Target>> {
    static constexpr bool shares_scale = true;
    static OnnxTensor write(const OnnxOperation& op) {
        if (op.dialect == OnnxDialect::qonnx) return io_detail::qonnx_step(op);
        if (op.dialect == OnnxDialect::qdq) return io_detail::qdq_step(op);
        return op.row().has_thresholds() ? io_detail::onnx_thresholds(op) : io_detail::onnx_multiply_shift(op);
    }
};

/// The integer logits, [N, classes].
template <>
struct OnnxNodes<primitive::Logits> {
    static OnnxTensor write(const OnnxOperation& op) {
        const OnnxTensor logits = io_detail::onnx_scaled(op);
        return op.graph.node("Reshape", logits.type, {logits.name, op.graph.list({0, op.in().shape.channels})}, {},
                             "logits");
    }
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
