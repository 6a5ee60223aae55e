// Quantisers in ONNX files: QuantizeLinear and DequantizeLinear, and the nodes of QONNX
// (https://github.com/fastmachinelearning/qonnx/tree/main/docs/qonnx-custom-ops).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/io/import/constants.hpp"
#include "intaglio/io/import/graph.hpp"
#include "intaglio/io/onnx/file.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::io_detail {

struct ImportRange {
    double lowest = 0;
    double highest = 0;
};

/// The codes of a type, as TensorProto.DataType counts.
[[gnu::cold]] inline ImportRange range_of_type(int type) {
    if (type == 2) return {0, 255};
    if (type == 3) return {-128, 127};
    if (type == 4) return {0, 65535};
    if (type == 5) return {-32768, 32767};
    if (type == 21) return {0, 15};
    if (type == 22) return {-8, 7};
    if (type == 6) return {-2147483648.0, 2147483647.0};
    refuse(joined({"codes are of type ", type, ", which is not read"}));
}

[[nodiscard]] inline bool is_quantizer(const std::string& operation) {
    return operation == "Quant" || operation == "IntQuant" || operation == "BipolarQuant" ||
           operation == "QuantizeLinear" || operation == "DequantizeLinear";
}

/// One number for the whole tensor.
[[gnu::cold]] inline double one_number(const ImportConstant* constant, const char* what) {
    if (constant == nullptr) refuse(joined({what, " is computed from the input"}));
    const std::vector<double> all = constant->reals();
    if (all.empty() || !std::all_of(all.begin(), all.end(), [&](double x) { return x == all[0]; })) {
        refuse(joined({what, " is another one for each channel, which activations do not have here"}));
    }
    if (!std::isfinite(all[0])) refuse(joined({what, " is not finite"}));
    return all[0];
}

/// The quantiser of an activation. `inputs` are the node's constants, null where it has none.
[[gnu::cold]] inline ScalarFunction quantizer_of(const OnnxFileNode& node,
                                                 const std::vector<const ImportConstant*>& inputs) {
    const auto input = [&](std::size_t at) { return at < inputs.size() ? inputs[at] : nullptr; };
    ScalarFunction function;
    function.scale = one_number(input(1), "the scale");
    if (!(function.scale > 0)) refuse("the scale is not positive");
    if (node.operation == "BipolarQuant") {
        function.kind = ScalarFunction::Kind::sign;
        return function;
    }
    function.kind = ScalarFunction::Kind::quantize;
    if (node.operation == "QuantizeLinear") {
        const bool has_zero = !node.input(2).empty();
        function.zero = has_zero ? one_number(input(2), "the zero point") : 0;
        const auto type = static_cast<int>(node.integer("output_dtype", 0));
        const ImportRange range = range_of_type(has_zero ? input(2)->numbers.type : type != 0 ? type : 2);
        function.lowest = range.lowest;
        function.highest = range.highest;
        function.rounds_before_zero = true;
        return function;
    }
    function.zero = one_number(input(2), "the zero point");
    const double bits = one_number(input(3), "the number of bits");
    if (!(bits >= 1 && bits <= 32) || bits != std::floor(bits)) refuse("the number of bits is none of 1 ... 32");
    const bool narrow = node.integer("narrow", 0) != 0;
    const bool is_signed = node.integer("signed", 1) != 0;
    const double half = std::ldexp(1.0, static_cast<int>(bits) - 1);
    function.lowest = is_signed ? -half + (narrow ? 1 : 0) : 0;
    function.highest = is_signed ? half - 1 : 2 * half - 1 - (narrow ? 1 : 0);
    function.rounding = qonnx_rounding(node);
    return function;
}

/// The scales of a constant tensor's codes, and the axis along which they differ.
[[gnu::cold]] inline void take_scales(const OnnxFileNode& node, const ImportConstant& scale, ImportConstant& to) {
    to.scales = scale.reals();
    for (const double x : to.scales) {
        if (!(x > 0) || !std::isfinite(x)) refuse("a scale is not positive");
    }
    if (to.scales.empty()) refuse("has no scale");
    if (to.scales.size() == 1) return;
    const std::vector<std::int64_t>& shape = scale.numbers.shape;
    const std::size_t rank = to.numbers.shape.size();
    to.axis = rank;
    if (node.operation == "DequantizeLinear" || node.operation == "QuantizeLinear") {
        to.axis = axis_of(node.integer("axis", 1), rank);
    } else {
        for (std::size_t i = 0; i < shape.size() && i < rank; ++i) {
            if (shape[shape.size() - 1 - i] == static_cast<std::int64_t>(to.scales.size())) to.axis = rank - 1 - i;
        }
    }
    if (to.axis >= rank || to.numbers.shape[to.axis] != static_cast<std::int64_t>(to.scales.size())) {
        refuse("the scales do not fit the weights");
    }
}

/// The index of the scale of a number.
[[nodiscard]] inline std::size_t scale_at(const ImportConstant& constant, std::size_t at, std::size_t count) {
    if (count == 1) return 0;
    std::size_t inner = 1;
    for (std::size_t i = constant.axis + 1; i < constant.numbers.shape.size(); ++i) {
        inner *= static_cast<std::size_t>(constant.numbers.shape[i]);
    }
    return at / inner % count;
}

/// What a quantiser makes of constants.
[[gnu::cold]] inline ImportConstant quantized(const OnnxFileNode& node,
                                              const std::vector<const ImportConstant*>& inputs) {
    if (inputs.size() < 2 || inputs[0] == nullptr || inputs[1] == nullptr) refuse("has no scale");
    const ImportConstant& from = *inputs[0];
    if (from.is_quantized) refuse("quantises constants a second time");
    ImportConstant to{from.numbers};
    take_scales(node, *inputs[1], to);
    const std::size_t count = to.scales.size();
    std::vector<double> zeros{0};
    if (inputs.size() > 2 && inputs[2] != nullptr) zeros = inputs[2]->reals();
    if (zeros.empty() || (zeros.size() != 1 && zeros.size() != count)) refuse("the zero points do not fit the scales");
    std::vector<double>& values = to.numbers.values;

    if (node.operation == "DequantizeLinear") {
        const bool is_known = from.lowest < from.highest;
        const ImportRange range = is_known ? ImportRange{from.lowest, from.highest} : range_of_type(from.numbers.type);
        const auto [least, most] = std::minmax_element(zeros.begin(), zeros.end());
        to.lowest = range.lowest - *most;
        to.highest = range.highest - *least;
        for (std::size_t i = 0; i < values.size(); ++i) {
            values[i] -= zeros[zeros.size() == 1 ? 0 : scale_at(to, i, count)];
        }
        to.is_quantized = true;
        return to;
    }
    OnnxFileNode node_of_one = node;
    const ImportConstant one{{{}, {1}, 1}};
    std::vector<const ImportConstant*> of_one = inputs;
    of_one[1] = &one;
    const ImportConstant zero{{{}, {0}, inputs.size() > 2 && inputs[2] != nullptr ? inputs[2]->numbers.type : 2}};
    if (of_one.size() > 2) of_one[2] = &zero;
    const ScalarFunction function = quantizer_of(node_of_one, of_one);
    const bool is_raw = node.operation == "QuantizeLinear";
    for (std::size_t i = 0; i < values.size(); ++i) {
        const double scale = to.scales[scale_at(to, i, count)];
        const double shift = zeros[zeros.size() == 1 ? 0 : scale_at(to, i, count)];
        if (function.kind == ScalarFunction::Kind::sign) {
            values[i] = values[i] >= 0 ? 1 : -1;
            continue;
        }
        const double code =
            std::clamp(rounded(values[i] / scale + (is_raw ? 0 : shift), function.rounding) + (is_raw ? shift : 0),
                       function.lowest, function.highest);
        values[i] = is_raw ? code : code - shift;
    }
    to.is_sign = function.kind == ScalarFunction::Kind::sign;
    to.lowest = to.is_sign ? -1 : function.lowest - (is_raw ? 0 : *std::max_element(zeros.begin(), zeros.end()));
    to.highest = to.is_sign ? 1 : function.highest - (is_raw ? 0 : *std::min_element(zeros.begin(), zeros.end()));
    to.is_quantized = !is_raw;
    if (is_raw) {
        to.scales.clear();
        to.numbers.type = inputs.size() > 2 && inputs[2] != nullptr ? inputs[2]->numbers.type : 2;
    }
    return to;
}

/// Thresholds of a MultiThreshold.
[[gnu::cold]] inline ScalarFunction thresholds_of(const OnnxFileNode& node,
                                                  const std::vector<const ImportConstant*>& inputs) {
    if (inputs.size() < 2 || inputs[1] == nullptr) refuse("the thresholds are computed from the input");
    const std::vector<std::int64_t>& shape = inputs[1]->numbers.shape;
    if (shape.size() != 2 || shape[0] < 1 || shape[1] < 1) refuse("the thresholds are no table");
    ScalarFunction function;
    function.kind = ScalarFunction::Kind::thresholds;
    function.thresholds = inputs[1]->reals();
    function.levels = static_cast<std::size_t>(shape[1]);
    function.a = {node.real("out_scale", 1)};
    function.b = {node.real("out_bias", 0)};
    if (!(function.a[0] > 0)) refuse("out_scale is not positive");
    for (std::size_t i = 0; i < function.thresholds.size(); ++i) {
        if (i % function.levels > 0 && function.thresholds[i] < function.thresholds[i - 1]) {
            refuse("the thresholds of a channel do not rise");
        }
    }
    return function;
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::io_detail
