// Nodes of an ONNX file as operations on images.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/io/import/constants.hpp"
#include "intaglio/io/import/graph.hpp"
#include "intaglio/io/import/operators.hpp"
#include "intaglio/io/import/quantizers.hpp"
#include "intaglio/io/import/views.hpp"
#include "intaglio/io/import/windows.hpp"
#include "intaglio/io/onnx/file.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::io_detail {

/// Walks over the nodes of a file in their order.
class ImportTranslator {
  public:
    [[gnu::cold]] ImportTranslator(const OnnxFile& file, ImportProblems& problems) : file_(file), problems_(problems) {
        for (const auto& [name, numbers] : file.constants) constants_[name] = {.numbers = numbers, .origin = name};
    }

    /// The operations; complete unless there are problems.
    [[gnu::cold]] [[nodiscard]] ImportGraph translate() {
        add_input();
        for (std::size_t i = 0; i < file_.nodes.size(); ++i) {
            const OnnxFileNode& node = file_.nodes[i];
            node_ = &node;
            place_ = node.name.empty()
                         ? joined({"node ", i, " (", printable(node.operation), ")"})
                         : joined({"node '", printable(node.name), "' (", printable(node.operation), ")"});
            try {
                if (!translate_node()) problems_.add(place_, unknown_text());
            } catch (const ImportRefusal& refusal) {
                problems_.add(place_, refusal.what());
            }
            for (const std::string& output : node.outputs) {
                if (!values_.contains(output) && !constants_.contains(output)) unknown_.insert(output);
            }
        }
        find_output();
        return std::move(graph_);
    }

  private:
    void add_input() {
        if (file_.inputs.size() != 1) {
            problems_.add("the graph", joined({"has ", file_.inputs.size(), " inputs, expected 1"}));
            for (const OnnxFileValue& input : file_.inputs) unknown_.insert(input.name);
            return;
        }
        const OnnxFileValue& input = file_.inputs[0];
        const std::vector<std::int64_t>& shape = input.shape;
        const bool known =
            shape.size() >= 2 && shape.size() <= 4 &&
            std::all_of(shape.begin() + 1, shape.end(), [](auto n) { return n > 0 && n <= INT32_MAX; }) &&
            shape[0] <= INT32_MAX;
        if (!known) {
            problems_.add(joined({"the input '", printable(input.name), "'"}),
                          "has no shape of an image, a signal or features: [N, channels, height, width], [N, channels,"
                          " length] or [N, features]");
            unknown_.insert(input.name);
            return;
        }
        batch_ = std::max<std::int64_t>(shape[0], 1);
        ImportNode node;
        node.name = input.name;
        graph_.input_is_channels_last = shape.size() == 4 && is_channels_last(input.name);
        std::vector<ImageAxis> axes{ImageAxis::channel, ImageAxis::row, ImageAxis::column};
        if (graph_.input_is_channels_last) axes = {ImageAxis::row, ImageAxis::column, ImageAxis::channel};
        if (shape.size() == 3) axes = {ImageAxis::channel, ImageAxis::column};
        axes.resize(shape.size() - 1);
        ImportValue value;
        for (std::size_t i = 0; i < axes.size(); ++i) {
            std::int64_t& size = axes[i] == ImageAxis::channel ? node.shape.channels
                                 : axes[i] == ImageAxis::row   ? node.shape.height
                                                               : node.shape.width;
            size = shape[i + 1];
            value.axes.push_back(size == 1 ? std::vector<ImageAxis>{} : std::vector<ImageAxis>{axes[i]});
        }
        if (node.shape.channels > most_channels || node.shape.pixels() > INT32_MAX || node.shape.size() > INT32_MAX) {
            problems_.add(joined({"the input '", printable(input.name), "'"}), "is too large");
            unknown_.insert(input.name);
            return;
        }
        graph_.input_name = input.name;
        graph_.input_type = input.type;
        // Files of this library have codes as real numbers.
        graph_.reads_codes = input.type == 2 || input.type == 3 || input.type == 5 || file_.producer == "intaglio";
        graph_.nodes.push_back(node);
        values_[input.name] = value;
    }
    /// Networks of TensorFlow bring their input into ONNX's order first.
    [[nodiscard]] bool is_channels_last(const std::string& input) const {
        for (const OnnxFileNode& node : file_.nodes) {
            if (node.input(0) == input) return node.operation == "Transpose" && node.list("perm") == channels_first;
        }
        return false;
    }
    static inline const std::vector<std::int64_t> channels_first{0, 3, 1, 2};

    void find_output() {
        if (problems_.exist()) return;
        if (file_.outputs.size() != 1) {
            problems_.add("the graph", joined({"has ", file_.outputs.size(), " outputs, expected 1"}));
            return;
        }
        const auto at = values_.find(file_.outputs[0].name);
        if (at == values_.end()) {
            problems_.add("the graph", "has an output that does not depend on its input");
        } else {
            graph_.output = at->second.node;
        }
    }

    /// False if there is no such operation here.
    [[nodiscard]] bool translate_node() {
        const std::string& operation = node_->operation;
        if (!is_known_operator(operation)) return false;
        for (const auto& [name, attribute] : node_->attributes) {
            if (attribute.has_graph) refuse("holds a graph of its own, which is not read");
        }
        if (node_->outputs.empty() || node_->outputs[0].empty()) return true;
        std::vector<const ImportConstant*> inputs;
        bool all_constant = true;
        for (const std::string& input : node_->inputs) {
            if (unknown_.contains(input)) return true;  // the node that should have written it is reported
            const auto at = constants_.find(input);
            inputs.push_back(at == constants_.end() ? nullptr : &at->second);
            if (input.empty()) continue;
            all_constant = all_constant && inputs.back() != nullptr;
            if (inputs.back() == nullptr && !values_.contains(input)) {
                refuse(joined({"reads '", printable(input), "', which no node before it writes"}));
            }
        }
        inputs_ = std::move(inputs);
        if (operation == "Shape") {
            set_constant({{{}, {}, 7}});
            ImportConstant& shape = constants_[node_->outputs[0]];
            for (const std::int64_t size : dimensions(value(0))) {
                shape.numbers.values.push_back(static_cast<double>(size));
            }
            shape.numbers.shape = {shape.numbers.count()};
        } else if (all_constant) {
            fold();
        } else {
            translate_operation();
        }
        return true;
    }

    [[nodiscard]] std::string unknown_text() const {
        const std::string& domain = node_->domain;
        return joined({"there is no layer for the operator ", printable(node_->operation),
                       (domain.empty() ? std::string() : joined({" of ", printable(domain)}))});
    }

    void fold() {
        if (node_->operation == "Clip") {
            const ScalarFunction clip = clip_function();
            ImportConstant result = *inputs_[0];
            if (result.is_quantized) refuse("clips quantised constants, which is not read");
            for (double& x : result.numbers.values) x = std::min(std::max(x, clip.lowest), clip.highest);
            const bool is_known = result.lowest < result.highest;
            result.lowest = is_known ? std::max(result.lowest, clip.lowest) : clip.lowest;
            result.highest = is_known ? std::min(result.highest, clip.highest) : clip.highest;
            set_constant(std::move(result));
        } else if (is_quantizer(node_->operation)) {
            set_constant(quantized(*node_, inputs_));
        } else if (std::optional<ImportConstant> result = ConstantFolder(*node_, inputs_).fold()) {
            set_constant(std::move(*result));
        } else {
            refuse("reads constants alone, which is not computed");
        }
    }
    void set_constant(ImportConstant constant) {
        if (constant.origin.empty() && !inputs_.empty() && inputs_[0] != nullptr) constant.origin = inputs_[0]->origin;
        constants_[node_->outputs[0]] = std::move(constant);
    }

    // In translate_layers.hpp, translate_numbers.hpp and translate_shapes.hpp.
    void translate_operation();
    void translate_view();
    [[nodiscard]] bool leads_to_output(std::string name) const;
    void translate_convolution();
    void translate_dense();
    void translate_pool();
    void translate_arithmetic();
    void translate_batch_norm();
    void translate_quantizer();
    void translate_pad();
    void translate_slice();
    void translate_concat();
    void translate_resize();
    [[nodiscard]] ScalarFunction clip_function() const;

    /// The image that an input of the node is.
    [[nodiscard]] const ImportValue& value(std::size_t at) const {
        const auto found = values_.find(node_->input(at));
        if (found == values_.end()) refuse(joined({"input ", at, " is a constant, which is not read"}));
        return found->second;
    }
    /// The same, of real numbers.
    [[nodiscard]] const ImportValue& real_value(std::size_t at) const {
        const ImportValue& found = value(at);
        if (found.is_raw) refuse("reads codes that are not dequantised, which is not read");
        if (found.padding != std::array<std::int64_t, 4>{}) {
            refuse("reads a padded image; only convolutions take their padding from a Pad");
        }
        return found;
    }
    [[nodiscard]] const ImportConstant& constant(std::size_t at, const char* what) const {
        if (at >= inputs_.size() || inputs_[at] == nullptr) refuse(joined({what, " is computed from the input"}));
        return *inputs_[at];
    }
    [[nodiscard]] const ImageShape& shape_of(const ImportValue& of) const {
        return graph_.nodes[static_cast<std::size_t>(of.node)].shape;
    }
    [[nodiscard]] std::vector<std::int64_t> dimensions(const ImportValue& of) const {
        std::vector<std::int64_t> sizes{batch_};
        for (const std::vector<ImageAxis>& axis : of.axes) sizes.push_back(axis_size(axis, shape_of(of)));
        return sizes;
    }
    /// So that a short file does not ask for much memory.
    static constexpr std::int64_t most_channels = 1 << 20;
    static void check_size(const ImageShape& shape) {
        for (const std::int64_t size : {shape.channels, shape.height, shape.width}) {
            if (size < 1 || size > INT32_MAX) refuse("its result has no size");
        }
        if (shape.channels > most_channels) refuse(joined({"has more than ", most_channels, " channels or features"}));
        if (shape.pixels() > INT32_MAX || shape.size() > INT32_MAX) refuse("its result has more than 2^31 numbers");
    }

    /// Adds an operation that reads images, and a value for its result with these axes.
    void add(ImportNode node, std::vector<std::vector<ImageAxis>> axes) {
        check_size(node.shape);
        if (axes.empty()) refuse("leaves no axis");
        node.name = node_->name.empty() ? node_->outputs[0] : node_->name;
        for (std::vector<ImageAxis>& axis : axes) {
            std::erase_if(axis, [&](ImageAxis of) { return node.shape.of(of) == 1; });
        }
        graph_.nodes.push_back(std::move(node));
        values_[node_->outputs[0]] = {.node = static_cast<int>(graph_.nodes.size()) - 1, .axes = std::move(axes)};
    }
    /// Adds a function of one number after an image.
    void add_scalar(const ImportValue& from, ScalarFunction function) {
        ImportNode node;
        node.kind = ImportNode::Kind::scalar;
        node.inputs = {from.node};
        node.shape = shape_of(from);
        node.function = std::move(function);
        add(std::move(node), std::vector<std::vector<ImageAxis>>(from.axes));
    }
    void set_value(ImportValue value) { values_[node_->outputs[0]] = std::move(value); }

    const OnnxFile& file_;
    ImportProblems& problems_;
    ImportGraph graph_;
    std::map<std::string, ImportConstant> constants_;
    std::map<std::string, ImportValue> values_;
    std::set<std::string> unknown_;  ///< results of nodes that have problems
    const OnnxFileNode* node_ = nullptr;
    std::string place_;
    std::vector<const ImportConstant*> inputs_;
    std::int64_t batch_ = 1;
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::io_detail
