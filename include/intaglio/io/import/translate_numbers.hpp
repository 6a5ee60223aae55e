// Functions of single numbers in ONNX files: arithmetic, activations, quantisers. Part of ImportTranslator.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/io/import/functions.hpp"
#include "intaglio/io/import/translator.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::io_detail {

/// Of two images, or of an image and constants.
[[gnu::cold]] inline void ImportTranslator::translate_arithmetic() {
    const std::string& operation = node_->operation;
    if (operation == "Neg") {
        ScalarFunction function;
        function.a = {-1};
        add_scalar(real_value(0), std::move(function));
        return;
    }
    if (node_->inputs.size() != 2) refuse("has not two inputs");
    if (inputs_[0] != nullptr || inputs_[1] != nullptr) {
        const std::size_t at = inputs_[0] != nullptr ? 1 : 0;
        const ImportValue& from = real_value(at);
        std::vector<double> numbers = per_channel(*inputs_[1 - at], from, shape_of(from));
        ScalarFunction function;
        if (operation == "Mul") {
            function.a = std::move(numbers);
        } else if (operation == "Div" && at == 0) {
            for (double& x : numbers) {
                if (x == 0) refuse("divides by 0");
                x = 1 / x;
            }
            function.a = std::move(numbers);
        } else if (operation == "Add" || operation == "Sub") {
            if (operation == "Sub" && at == 0) {
                for (double& x : numbers) x = -x;
            }
            if (operation == "Sub" && at == 1) function.a = {-1};
            function.b = std::move(numbers);
        } else {
            refuse("is no affine function of its input");
        }
        add_scalar(from, std::move(function));
        return;
    }
    const ImportValue& first = real_value(0);
    const ImportValue& second = real_value(1);
    if (operation != "Add" && operation != "Mul") refuse("combines two images other than by Add or Mul");
    if (!(shape_of(first) == shape_of(second)) || first.axes != second.axes) {
        refuse("combines images of different shapes, for which there is no layer");
    }
    ImportNode node;
    node.kind = operation == "Add" ? ImportNode::Kind::add : ImportNode::Kind::multiply;
    node.inputs = {first.node, second.node};
    node.shape = shape_of(first);
    add(std::move(node), ImageAxes(first.axes));
}

/// Clip and Relu.
[[gnu::cold]] inline ScalarFunction ImportTranslator::clip_function() const {
    ScalarFunction function;
    function.kind = ScalarFunction::Kind::clip;
    function.lowest = -std::numeric_limits<double>::infinity();
    function.highest = std::numeric_limits<double>::infinity();
    if (node_->operation == "Relu") {
        function.lowest = 0;
        return function;
    }
    function.lowest = node_->real("min", function.lowest);
    function.highest = node_->real("max", function.highest);
    if (!node_->input(1).empty()) function.lowest = only_number(constant(1, "the lower bound"));
    if (!node_->input(2).empty()) function.highest = only_number(constant(2, "the upper bound"));
    if (!(function.lowest <= function.highest)) refuse("clips to nothing");
    return function;
}

[[gnu::cold]] inline void ImportTranslator::translate_quantizer() {
    const std::string& operation = node_->operation;
    if (operation == "DequantizeLinear") {
        const ImportValue from = value(0);
        const double scale = one_number(&constant(1, "the scale"), "the scale");
        const double zero = node_->input(2).empty() ? 0 : one_number(&constant(2, "the zero point"), "the zero point");
        if (from.is_raw) {
            if (scale != from.scale || zero != from.zero) {
                refuse("dequantises with another scale or zero point than its input was quantised with");
            }
            ImportValue real = from;
            real.is_raw = false;
            set_value(real);
            return;
        }
        if (from.node != 0) refuse("dequantises real numbers");
        ScalarFunction function;
        function.a = {scale};
        function.b = {-scale * zero};
        add_scalar(from, std::move(function));
        return;
    }
    const ImportValue& from = real_value(0);
    ScalarFunction function =
        operation == "MultiThreshold" ? thresholds_of(*node_, inputs_) : quantizer_of(*node_, inputs_);
    if (operation == "MultiThreshold") {
        const std::size_t rows = function.thresholds.size() / function.levels;
        const auto channels = static_cast<std::size_t>(shape_of(from).channels);
        const bool fits = rows == 1 || (rows == channels && !from.axes.empty() &&
                                        from.axes[0] == std::vector<ImageAxis>{ImageAxis::channel});
        if (!fits) refuse("has thresholds for another number of channels than its input");
    }
    const double scale = function.scale;
    const double zero = function.zero;
    add_scalar(from, std::move(function));
    if (operation == "QuantizeLinear") {
        ImportValue& raw = values_[node_->outputs[0]];
        raw.is_raw = true;
        raw.scale = scale;
        raw.zero = zero;
    }
}

/// What to do with each operator.
[[gnu::cold]] inline void ImportTranslator::translate_operation() {
    const std::string& operation = node_->operation;
    if (operation == "Conv") return translate_convolution();
    if (operation == "Gemm" || operation == "MatMul") return translate_dense();
    if (operation == "BatchNormalization") return translate_batch_norm();
    if (operation.ends_with("Pool") || operation == "ReduceMean") return translate_pool();
    if (operation == "Add" || operation == "Sub" || operation == "Mul" || operation == "Div" || operation == "Neg") {
        return translate_arithmetic();
    }
    if (operation == "Relu" || operation == "Clip") {
        const ImportValue from = value(0);
        ScalarFunction function = clip_function();
        if (!from.is_raw) {
            add_scalar(real_value(0), std::move(function));
            return;
        }
        function.lowest = (function.lowest - from.zero) * from.scale;
        function.highest = (function.highest - from.zero) * from.scale;
        add_scalar(from, std::move(function));
        ImportValue& result = values_[node_->outputs[0]];
        result.is_raw = true;
        result.scale = from.scale;
        result.zero = from.zero;
        return;
    }
    if (is_quantizer(operation) || operation == "MultiThreshold") return translate_quantizer();
    if (const NamedFunction* const named = find_function(operation)) {
        add_scalar(real_value(0), function_of(*node_, *named));
        return;
    }
    if (operation == "Pad") return translate_pad();
    if (operation == "Slice") return translate_slice();
    if (operation == "Concat") return translate_concat();
    if (operation == "Upsample" || operation == "Resize") return translate_resize();
    translate_view();
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::io_detail
