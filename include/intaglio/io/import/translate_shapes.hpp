// Operators of ONNX files that move numbers and change none. Part of ImportTranslator.
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

/// Whether a tensor is the output, or becomes it by quantisers alone.
[[gnu::cold]] inline bool ImportTranslator::leads_to_output(std::string name) const {
    for (const OnnxFileNode& node : file_.nodes) {
        const bool passes_on = is_quantizer(node.operation) || node.operation == "Identity";
        if (node.input(0) == name && passes_on && !node.outputs.empty()) name = node.outputs[0];
    }
    return !file_.outputs.empty() && file_.outputs[0].name == name;
}

[[gnu::cold]] inline void ImportTranslator::translate_view() {
    const std::string& operation = node_->operation;
    ImportValue result = value(0);
    const ImageShape& shape = shape_of(result);
    const std::vector<std::int64_t> sizes = dimensions(result);
    if (operation == "Identity" || operation == "Dropout") {
        set_value(result);
        return;
    }
    if (operation == "Cast") {
        const std::int64_t to = node_->integer("to", 1);
        if (to != 1 && to != 10 && to != 11 && to != 16 && !result.is_raw) refuse("rounds to integers");
        set_value(result);
        return;
    }
    if (operation == "Softmax" || operation == "LogSoftmax" || operation == "ArgMax") {
        if (!leads_to_output(node_->outputs[0])) refuse("is not the last node");
        graph_.notes.push_back(joined({place_, " is left out: the network gives logits"}));
        set_value(result);
        return;
    }
    if (result.padding != std::array<std::int64_t, 4>{}) refuse("reads a padded image, which is not read");
    if (operation == "Transpose") {
        const std::vector<std::int64_t> order = node_->list("perm");
        if (order.size() != sizes.size() || order[0] != 0) refuse("moves the axis of images");
        ImageAxes axes(result.axes.size());
        std::vector<bool> seen(axes.size(), false);
        for (std::size_t i = 0; i < axes.size(); ++i) {
            const std::size_t from = axis_of(order[i + 1], sizes.size());
            if (from == 0 || seen[from - 1]) refuse("has a list of axes that is no permutation");
            seen[from - 1] = true;
            axes[i] = result.axes[from - 1];
        }
        result.axes = std::move(axes);
    } else if (operation == "Reshape") {
        const OnnxNumbers& wanted = constant(1, "the shape").numbers;
        const bool zero_keeps = node_->integer("allowzero", 0) == 0;
        result.axes = regrouped(result, shape, reshaped(sizes, wanted, zero_keeps, batch_ * shape.size()), batch_);
    } else if (operation == "Flatten") {
        if (axis_of(node_->integer("axis", 1), sizes.size() + 1) != 1) refuse("flattens across images");
        result.axes = regrouped(result, shape, {batch_, shape.size()}, batch_);
    } else if (operation == "Squeeze" || operation == "Unsqueeze") {
        std::vector<std::int64_t> axes = node_->list("axes");
        if (!node_->input(1).empty()) axes = integers(constant(1, "the list of axes").numbers);
        const bool adds = operation == "Unsqueeze";
        const std::size_t rank = sizes.size() + (adds ? axes.size() : 0);
        std::vector<bool> chosen(rank, axes.empty());
        for (const std::int64_t axis : axes) chosen[axis_of(axis, rank)] = true;
        if (chosen[0] && (adds || !axes.empty())) refuse("moves the axis of images");
        ImageAxes changed;
        std::size_t from = 0;
        for (std::size_t i = 1; i < rank; ++i) {
            if (adds && chosen[i]) {
                changed.emplace_back();
                continue;
            }
            const std::vector<ImageAxis>& axis = result.axes[from++];
            if (adds || !(chosen[i] && axis.empty())) changed.push_back(axis);
        }
        result.axes = std::move(changed);
    } else {
        refuse("reads an image, for which there is no layer");
    }
    if (result.axes.empty()) refuse("leaves no axis");
    set_value(result);
}

/// Zeros around the image go into the next convolution; zeros as channels are a layer.
[[gnu::cold]] inline void ImportTranslator::translate_pad() {
    ImportValue result = real_value(0);
    if (node_->text("mode", "constant") != "constant")
        refuse("repeats or mirrors the image, for which there is no layer");
    double filling = node_->real("value", 0);
    if (!node_->input(2).empty()) filling = only_number(constant(2, "the filling"));
    if (filling != 0) refuse("fills with a number other than 0, for which there is no layer");
    std::vector<std::int64_t> pads = node_->list("pads");
    if (!node_->input(1).empty()) pads = integers(constant(1, "the padding").numbers);
    const std::size_t rank = result.axes.size() + 1;
    if (!node_->input(3).empty()) {
        const std::vector<std::int64_t> axes = integers(constant(3, "the list of axes").numbers);
        std::vector<std::int64_t> all(2 * rank, 0);
        if (pads.size() != 2 * axes.size()) refuse("has another number of axes than of sizes");
        for (std::size_t i = 0; i < axes.size(); ++i) {
            all[axis_of(axes[i], rank)] = pads[i];
            all[rank + axis_of(axes[i], rank)] = pads[axes.size() + i];
        }
        pads = all;
    }
    if (pads.size() != 2 * rank || pads[0] != 0 || pads[rank] != 0) refuse("pads something other than images");
    for (const std::int64_t pad : pads) {
        if (pad < 0 || pad > 65536) refuse(joined({"pads ", pad, " pixels"}));
    }
    require_image(result);
    const auto before = [&](std::size_t from_end) { return pads[rank - 1 - from_end]; };
    const auto after = [&](std::size_t from_end) { return pads[2 * rank - 1 - from_end]; };
    result.padding = {rank == 4 ? before(1) : 0, before(0), rank == 4 ? after(1) : 0, after(0)};
    const std::size_t channel = rank - 2;
    if (before(channel) + after(channel) == 0) {
        set_value(result);
        return;
    }
    if (result.padding != std::array<std::int64_t, 4>{})
        refuse("pads channels and pixels, for which there is no layer");
    ImportNode node;
    node.kind = ImportNode::Kind::pad_channels;
    node.inputs = {result.node};
    node.shape = shape_of(result);
    node.before = before(channel);
    node.after = after(channel);
    node.shape.channels += node.before + node.after;
    add(std::move(node), image_axes(rank - 1));
}

/// Every second pixel, or as many as the stride says: a layer. All of an axis: nothing.
[[gnu::cold]] inline void ImportTranslator::translate_slice() {
    const ImportValue& from = real_value(0);
    require_image(from);
    const std::size_t rank = from.axes.size() + 1;
    const auto list = [&](std::size_t at, const char* name) {
        return node_->input(at).empty() ? node_->list(name) : integers(constant(at, name).numbers);
    };
    const std::vector<std::int64_t> starts = list(1, "starts");
    const std::vector<std::int64_t> ends = list(2, "ends");
    std::vector<std::int64_t> axes = list(3, "axes");
    std::vector<std::int64_t> steps = list(4, "steps");
    for (std::size_t i = axes.size(); i < starts.size() && list(3, "axes").empty(); ++i) {
        axes.push_back(static_cast<std::int64_t>(i));
    }
    steps.resize(starts.size(), 1);
    if (ends.size() != starts.size() || axes.size() != starts.size()) refuse("has lists of different sizes");
    const std::vector<std::int64_t> sizes = dimensions(from);
    ImportNode node;
    node.kind = ImportNode::Kind::subsample;
    node.inputs = {from.node};
    node.shape = shape_of(from);
    for (std::size_t i = 0; i < starts.size(); ++i) {
        const std::size_t axis = axis_of(axes[i], rank);
        if (starts[i] != 0 || ends[i] < sizes[axis] || steps[i] < 1 || steps[i] > 65536) {
            refuse("cuts a part out of the image, for which there is no layer");
        }
        if (steps[i] == 1) continue;
        if (axis + 2 < rank || axis < 2) refuse("takes some of the channels, for which there is no layer");
        const bool is_column = axis + 1 == rank;
        (is_column ? node.window.stride_width : node.window.stride_height) = steps[i];
        std::int64_t& size = is_column ? node.shape.width : node.shape.height;
        size = (size + steps[i] - 1) / steps[i];
    }
    add(std::move(node), image_axes(rank - 1));
}

[[gnu::cold]] inline void ImportTranslator::translate_concat() {
    ImportNode node;
    node.kind = ImportNode::Kind::concat;
    node.shape = shape_of(real_value(0));
    node.shape.channels = 0;
    const ImageAxes axes = real_value(0).axes;
    const std::size_t axis = axis_of(node_->integer("axis", 1), axes.size() + 1);
    for (std::size_t i = 0; i < node_->inputs.size(); ++i) {
        const ImportValue& from = real_value(i);
        require_image(from);
        const ImageShape& shape = shape_of(from);
        if (axis != 1 || shape.height != node.shape.height || shape.width != node.shape.width) {
            refuse("puts images together other than by their channels, for which there is no layer");
        }
        node.inputs.push_back(from.node);
        node.shape.channels += shape.channels;
    }
    add(std::move(node), image_axes(axes.size()));
}

/// Copies of pixels.
[[gnu::cold]] inline void ImportTranslator::translate_resize() {
    const ImportValue& from = real_value(0);
    require_image(from);
    if (node_->text("mode", "nearest") != "nearest") refuse("interpolates, for which there is no layer");
    const std::size_t at = node_->operation == "Upsample" ? 1 : 2;
    std::vector<double> scales;
    if (!node_->input(at).empty()) scales = constant(at, "the scale").numbers.values;
    const std::vector<std::int64_t> sizes = dimensions(from);
    if (scales.empty() && !node_->input(3).empty()) {
        scales = constant(3, "the size").numbers.values;
        if (scales.size() != sizes.size()) refuse("has another number of sizes than of axes");
        for (std::size_t i = 0; i < sizes.size(); ++i) scales[i] /= static_cast<double>(sizes[i]);
    }
    if (scales.size() != 4 || scales[0] != 1 || scales[1] != 1 || scales[2] != scales[3] || !(scales[2] >= 1) ||
        scales[2] > 64 || scales[2] != static_cast<double>(static_cast<std::int64_t>(scales[2]))) {
        refuse("enlarges other than by one whole number in both directions, for which there is no layer");
    }
    ImportNode node;
    node.kind = ImportNode::Kind::upsample;
    node.inputs = {from.node};
    node.shape = shape_of(from);
    node.before = static_cast<std::int64_t>(scales[2]);
    node.shape.height *= node.before;
    node.shape.width *= node.before;
    add(std::move(node), image_axes(3));
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::io_detail
