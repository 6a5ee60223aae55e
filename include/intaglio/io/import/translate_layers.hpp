// Convolutions, dense layers, norms and pools of ONNX files. Part of ImportTranslator.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/io/import/translator.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::io_detail {

/// Throws unless all numbers are finite.
[[gnu::cold]] inline void require_finite_numbers(const std::vector<double>& numbers, const char* what) {
    for (const double x : numbers) {
        if (!(x - x == 0)) refuse(joined({what, " have a number that is not finite"}));
    }
}

[[gnu::cold]] inline void ImportTranslator::translate_convolution() {
    ImportValue from = value(0);
    const auto padding = from.padding;
    from.padding = {};
    if (from.is_raw) refuse("reads codes that are not dequantised, which is not read");
    require_image(from);
    const ImportConstant& weights = constant(1, "the weight");
    const std::vector<std::int64_t>& shape = weights.numbers.shape;
    const std::size_t rank = from.axes.size() - 1;
    if (shape.size() != rank + 2) refuse("has weights of another number of dimensions than its input");
    const ImageShape& in = shape_of(from);
    ImportNode node;
    node.kind = ImportNode::Kind::product;
    node.inputs = {from.node};
    node.groups = node_->integer("group", 1);
    if (node.groups < 1 || in.channels % node.groups != 0 || shape[1] != in.channels / node.groups ||
        shape[0] % node.groups != 0) {
        refuse(joined(
            {"has weights for ", shape[1], " channels in ", node.groups, " groups, but its input has ", in.channels}));
    }
    node.shape.channels = shape[0];
    ImageShape padded = in;
    padded.height += padding[0] + padding[2];
    padded.width += padding[1] + padding[3];
    const std::vector<std::int64_t> kernel(shape.begin() + 2, shape.end());
    node.window = window_of(*node_, kernel, padded, node.shape);
    node.window.top += padding[0];
    node.window.left += padding[1];
    node.window.bottom += padding[2];
    node.window.right += padding[3];
    node.weights = weights;
    if (rank == 1) node.weights.numbers.shape = {shape[0], shape[1], 1, shape[2]};
    if (weights.scales.size() > 1 && weights.axis != 0) refuse("has a scale for each input channel of its weights");
    if (!node_->input(2).empty()) node.bias = constant(2, "the bias").reals();
    if (!node.bias.empty() && static_cast<std::int64_t>(node.bias.size()) != shape[0])
        refuse("has a bias of another size");
    node.weight_name = weights.origin;
    require_finite_numbers(node.weights.numbers.values, "the weights");
    require_finite_numbers(node.bias, "the biases");
    add(std::move(node), image_axes(from.axes.size()));
}

/// Gemm and MatMul: of a vector, or of the channels of each pixel where these lie innermost.
[[gnu::cold]] inline void ImportTranslator::translate_dense() {
    const bool is_gemm = node_->operation == "Gemm";
    const ImportValue& from = real_value(0);
    ImportConstant weights = constant(1, "the weight");
    if (weights.numbers.shape.size() != 2) refuse("has weights that are no matrix");
    if (is_gemm && node_->integer("transA", 0) != 0) refuse("has transA, which is not read");
    if (!is_gemm || node_->integer("transB", 0) == 0) {
        weights.numbers = permuted(weights.numbers, {1, 0});
        weights.axis = 1 - std::min<std::size_t>(weights.axis, 1);
    }
    if (weights.scales.size() > 1 && weights.axis != 0) refuse("has a scale for each input of its weights");
    const double alpha = is_gemm ? node_->real("alpha", 1) : 1;
    if (alpha != 1) {
        if (weights.is_quantized && !(alpha > 0)) refuse("has an alpha that is not positive");
        for (double& x : weights.is_quantized ? weights.scales : weights.numbers.values) x *= alpha;
    }
    const ImageShape& in = shape_of(from);
    const std::int64_t units = weights.numbers.shape[0];
    const std::int64_t inputs = weights.numbers.shape[1];
    ImportNode node;
    node.kind = ImportNode::Kind::product;
    node.inputs = {from.node};
    ImageAxes axes = from.axes;
    const bool is_vector =
        std::all_of(axes.begin(), axes.end() - 1, [](const std::vector<ImageAxis>& axis) { return axis.empty(); });
    const std::vector<ImageAxis> last = axes.back();
    if (axis_size(last, in) != inputs) {
        refuse(joined({"has weights for ", inputs, " inputs, but reads ", axis_size(last, in)}));
    }
    if (is_vector) {
        node.is_dense = true;
        if (flat_order(last) == FlatOrder::channels_last && in.pixels() > 1) {
            std::vector<double>& values = weights.numbers.values;
            std::vector<double> ordered(values.size());
            for (std::size_t i = 0; i < values.size(); ++i) {
                const auto k = static_cast<std::int64_t>(i) % inputs;
                ordered[i - static_cast<std::size_t>(k) +
                        static_cast<std::size_t>(k % in.channels * in.pixels() + k / in.channels)] = values[i];
            }
            values = std::move(ordered);
        }
        node.shape = {units, 1, 1};
    } else {
        if (!last.empty() && last != std::vector<ImageAxis>{ImageAxis::channel}) {
            refuse("multiplies an image along its rows or columns, for which there is no layer");
        }
        weights.numbers.shape = {units, inputs, 1, 1};
        node.shape = {units, in.height, in.width};
    }
    if (is_gemm && !node_->input(2).empty()) {
        node.bias = constant(2, "the bias").reals();
        if (node.bias.size() == 1) node.bias.assign(static_cast<std::size_t>(units), node.bias[0]);
        if (static_cast<std::int64_t>(node.bias.size()) != units) refuse("has a bias of another size");
        for (double& x : node.bias) x *= node_->real("beta", 1);
    }
    node.weight_name = weights.origin;
    node.weights = std::move(weights);
    require_finite_numbers(node.weights.numbers.values, "the weights");
    require_finite_numbers(node.bias, "the biases");
    axes.back() = {ImageAxis::channel};
    add(std::move(node), std::move(axes));
}

[[gnu::cold]] inline void ImportTranslator::translate_batch_norm() {
    const ImportValue& from = real_value(0);
    const auto channels = static_cast<std::size_t>(shape_of(from).channels);
    if (node_->integer("training_mode", 0) != 0) refuse("has training_mode, which is not read");
    if (from.axes.empty() || (from.axes[0] != std::vector<ImageAxis>{ImageAxis::channel} && channels > 1)) {
        refuse("normalises something other than channels");
    }
    ScalarFunction function;
    function.kind = ScalarFunction::Kind::batch_norm;
    std::vector<double>* const parts[] = {&function.a, &function.b, &function.mean, &function.variance};
    for (std::size_t i = 0; i < 4; ++i) {
        *parts[i] = constant(i + 1, "a number of the norm").reals();
        if (parts[i]->size() != channels) refuse("has another number of channels than its input");
        require_finite_numbers(*parts[i], "the numbers of the norm");
    }
    function.epsilon = node_->real("epsilon", 1e-5);
    for (const double variance : function.variance) {
        if (!(variance >= 0) || !(variance + function.epsilon > 0)) refuse("has a variance that is not positive");
    }
    add_scalar(from, std::move(function));
}

[[gnu::cold]] inline void ImportTranslator::translate_pool() {
    const std::string& operation = node_->operation;
    const bool is_max = operation == "MaxPool" || operation == "GlobalMaxPool";
    // The largest code is that of the largest number.
    const ImportValue from = is_max ? value(0) : real_value(0);
    if (from.padding != std::array<std::int64_t, 4>{}) refuse("pools a padded image, for which there is no layer");
    const ImageShape& in = shape_of(from);
    ImportNode node;
    node.kind = is_max ? ImportNode::Kind::max_pool : ImportNode::Kind::average_pool;
    node.inputs = {from.node};
    node.shape = in;
    ImageAxes axes = from.axes;
    if (operation == "ReduceMean") {
        std::vector<std::int64_t> over = node_->list("axes");
        if (over.empty() && !node_->input(1).empty()) over = integers(constant(1, "the list of axes").numbers);
        std::vector<bool> reduced(axes.size(), false);
        for (const std::int64_t axis : over) {
            const std::size_t at = axis_of(axis, axes.size() + 1);
            if (at == 0) refuse("averages over images");
            reduced[at - 1] = true;
        }
        for (std::size_t i = axes.size(); i-- > 0;) {
            const bool has_channels = std::find(axes[i].begin(), axes[i].end(), ImageAxis::channel) != axes[i].end();
            if (reduced[i] ? has_channels : !axes[i].empty() && !has_channels) {
                refuse("averages over something other than the whole image");
            }
            if (!reduced[i]) continue;
            axes[i].clear();
            if (node_->integer("keepdims", 1) == 0) axes.erase(axes.begin() + static_cast<std::ptrdiff_t>(i));
        }
        node.window = {.height = in.height, .width = in.width};
        node.shape.height = node.shape.width = 1;
    } else {
        require_image(from);
        std::vector<std::int64_t> kernel = node_->list("kernel_shape");
        if (operation.starts_with("Global")) kernel = {in.height, in.width};
        if (!operation.starts_with("Global") && kernel.size() + 1 != axes.size()) refuse("has no kernel_shape");
        node.window = window_of(*node_, kernel, in, node.shape);
        if (node.window.dilation_height * node.window.dilation_width != 1) {
            refuse("pools with dilation, for which there is no layer");
        }
        node.before = node_->integer("count_include_pad", 0);
    }
    add(std::move(node), std::move(axes));
    ImportValue& result = values_[node_->outputs[0]];
    result.is_raw = from.is_raw;
    result.scale = from.scale;
    result.zero = from.zero;
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::io_detail
