// From operations to layers: what networks of real numbers and of codes have in common.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/io/import/graph.hpp"
#include "intaglio/io/import/layers.hpp"
#include "intaglio/io/import/result.hpp"
#include "intaglio/io/import/structure.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::io_detail {

/// Where a sequence of operations ends.
enum class SequenceEnd : std::uint8_t { network, addition, other };

/// Walks over blocks. Derived classes say what a product with what follows it becomes, and a function of single
/// numbers.
class LayerBuilder {
  public:
    LayerBuilder(const ImportGraph& graph, ImportProblems& problems)
        : graph_(graph), problems_(problems), one_dimensional_(graph.nodes[0].shape.height == 1) {}
    LayerBuilder(const LayerBuilder&) = delete;
    LayerBuilder& operator=(const LayerBuilder&) = delete;
    virtual ~LayerBuilder() = default;

    [[gnu::cold]] [[nodiscard]] ImportedLayers build(const std::vector<ImportBlock>& blocks) {
        sequence(blocks, SequenceEnd::network, result_.layers);
        finish(blocks);
        result_.notes.insert(result_.notes.begin(), graph_.notes.begin(), graph_.notes.end());
        return std::move(result_);
    }

  protected:
    using Blocks = std::vector<ImportBlock>;
    using Layers = std::vector<ImportLayer>;

    /// The layer of the product at blocks[at] and of what follows and belongs to it; `at` moves to the last of these.
    virtual void add_product(const Blocks& blocks, std::size_t& at, SequenceEnd end, Layers& layers) = 0;
    /// The layers of functions of single numbers that begin at blocks[at].
    virtual void add_scalars(const Blocks& blocks, std::size_t& at, SequenceEnd end, Layers& layers) = 0;
    /// The layer of an operation that joins branches.
    virtual void add_join(const Blocks& blocks, std::size_t at, SequenceEnd end, Layers& layers) = 0;
    /// Called before a layer that reads codes, or real numbers behind an activation.
    virtual void before_reader(const Blocks& blocks, std::size_t at, Layers& layers) = 0;
    virtual void pooled(const ImportNode& node) = 0;
    virtual void finish(const Blocks& blocks) = 0;

    void sequence(const Blocks& blocks, SequenceEnd end, Layers& layers) {
        for (std::size_t at = 0; at < blocks.size(); ++at) {
            const std::size_t first = at;
            try {
                block(blocks, at, end, layers);
            } catch (const std::runtime_error& refusal) {  // or of a step that is too steep
                problems_.add(joined({"node '", printable(node(blocks[first]).name), "'"}), refusal.what());
            }
        }
    }

    [[nodiscard]] const ImportNode& node(const ImportBlock& block) const {
        return graph_.nodes[static_cast<std::size_t>(block.node)];
    }
    [[nodiscard]] bool is_scalar(const Blocks& blocks, std::size_t at) const {
        return at < blocks.size() && node(blocks[at]).kind == ImportNode::Kind::scalar;
    }
    [[nodiscard]] const ImageShape& input_shape(const ImportNode& of) const {
        return graph_.nodes[static_cast<std::size_t>(of.inputs[0])].shape;
    }

    /// "Conv", "Dense" ... with all options but weights, norm and activation.
    [[nodiscard]] ImportLayer product_layer(const ImportNode& of, bool is_last) const {
        const ImageShape& in = input_shape(of);
        // A convolution of one pixel is a dense layer.
        const bool is_dense =
            of.is_dense || (is_last && in.pixels() == 1 && of.shape.pixels() == 1 && !of.window.has_padding() &&
                            of.groups == 1 && of.window.height == 1 && of.window.width == 1);
        ImportLayer layer{.kind = "Conv", .source = printable(of.name)};
        if (is_dense) {
            layer.kind = is_last ? "Classifier" : "Dense";
            if (!is_last && in.pixels() > 1) layer.options.emplace_back("Flatten");
            layer.options.push_back(joined({"Out<", of.shape.channels, ">"}));
            return layer;
        }
        const bool is_depthwise = of.groups > 1 && of.groups == in.channels;
        const bool is_signal = one_dimensional_ && !is_depthwise;
        layer.kind = is_depthwise ? "DepthwiseConv" : is_signal ? "Conv1d" : "Conv";
        if (is_depthwise) {
            const std::int64_t factor = of.shape.channels / in.channels;
            if (factor != 1) layer.options.push_back(joined({"ChannelMultiplier<", factor, ">"}));
        } else {
            layer.options.push_back(joined({"Out<", of.shape.channels, ">"}));
            if (of.groups != 1) layer.options.push_back(joined({"Groups<", of.groups, ">"}));
        }
        for (std::string& option : window_options(of.window, is_signal)) layer.options.push_back(std::move(option));
        return layer;
    }

    void block(const Blocks& blocks, std::size_t& at, SequenceEnd end, Layers& layers) {
        const ImportNode& of = node(blocks[at]);
        ImportLayer layer{.kind = {}, .source = printable(of.name)};
        switch (of.kind) {
            case ImportNode::Kind::product:
                before_reader(blocks, at, layers);
                add_product(blocks, at, end, layers);
                return;
            case ImportNode::Kind::scalar:
                add_scalars(blocks, at, end, layers);
                return;
            case ImportNode::Kind::add:
            case ImportNode::Kind::multiply:
            case ImportNode::Kind::concat:
                before_reader(blocks, at, layers);
                add_join(blocks, at, end, layers);
                return;
            case ImportNode::Kind::max_pool:
                layer.kind = one_dimensional_ ? "MaxPool1d" : "MaxPool";
                layer.options = pool_options(of.window, input_shape(of), one_dimensional_);
                break;
            case ImportNode::Kind::average_pool:
                if (of.window.has_padding()) refuse("averages with padding, for which there is no layer");
                if (of.shape.pixels() == 1 && of.window.height == input_shape(of).height &&
                    of.window.width == input_shape(of).width) {
                    layer.kind = "GlobalAvgPool";
                } else {
                    layer.kind = one_dimensional_ ? "AvgPool1d" : "AvgPool";
                    layer.options = pool_options(of.window, input_shape(of), one_dimensional_);
                }
                break;
            case ImportNode::Kind::subsample:
                if (of.shape == input_shape(of)) return;
                layer.kind = "Subsample";
                layer.options = {joined({of.window.stride_height, ", ", of.window.stride_width})};
                if (of.window.stride_height == of.window.stride_width) {
                    layer.options = {std::to_string(of.window.stride_height)};
                }
                break;
            case ImportNode::Kind::pad_channels:
                layer.kind = "PadChannels";
                layer.options = {std::to_string(of.before), std::to_string(of.after)};
                break;
            case ImportNode::Kind::upsample:
                layer.kind = "Upsample";
                layer.options = {std::to_string(of.before)};
                break;
            case ImportNode::Kind::input:
                return;
        }
        before_reader(blocks, at, layers);
        pooled(of);
        layers.push_back(std::move(layer));
    }

    /// The branches of a block; of an addition the longer one, which is the main one, first.
    [[nodiscard]] std::vector<const Blocks*> branches_of(const ImportBlock& block) const {
        std::vector<const Blocks*> branches;
        for (const Blocks& branch : block.branches) branches.push_back(&branch);
        const bool adds = node(block).kind == ImportNode::Kind::add;
        if (adds && branches[0]->size() < branches[1]->size()) std::swap(branches[0], branches[1]);
        return branches;
    }

    /// Several layers where one is expected.
    [[nodiscard]] static ImportLayer as_one(Layers layers) {
        if (layers.empty()) return {.kind = "Identity"};
        if (layers.size() == 1) return std::move(layers[0]);
        return {.kind = "Sequence", .children = std::move(layers)};
    }

    const ImportGraph& graph_;
    ImportProblems& problems_;
    bool one_dimensional_;
    ImportedLayers result_;
    ImportNames names_;
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::io_detail
