// Layers of a network of real numbers: a teacher.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/number_text.hpp"
#include "intaglio/io/import/layer_builder.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::io_detail {

class FloatLayerBuilder : public LayerBuilder {
  public:
    using LayerBuilder::LayerBuilder;

  private:
    /// Numbers of a layer: weights and bias, then a norm or what is left of it.
    struct Product {
        std::vector<double> weights;
        std::vector<double> bias;
        bool has_norm = false;
        ScalarFunction norm{};
        std::string norm_name{};
    };

    void add_product(const Blocks& blocks, std::size_t& at, SequenceEnd end, Layers& layers) override {
        const ImportNode& of = node(blocks[at]);
        Product product{of.weights.reals(), of.bias};
        while (is_scalar(blocks, at + 1) && absorb(node(blocks[at + 1]), of, product)) ++at;
        const bool is_last = at + 1 == blocks.size() && end == SequenceEnd::network;
        ImportLayer layer = product_layer(of, is_last);
        layer.weight = "FloatWeights";
        const std::string name = names_.unique(of.weight_name, of.name);
        add_weights(name, of, product);
        layer.norm = add_norm(product, of.shape.channels);
        if (layer.kind != "Classifier") layer.activation = activation_after(blocks, at, end);
        layers.push_back(std::move(layer));
        is_open_ = layers.back().activation == "NoActivation" && !is_last;
    }

    void add_scalars(const Blocks& blocks, std::size_t& at, SequenceEnd end, Layers& layers) override {
        const ImportNode& of = node(blocks[at]);
        if (layers.empty() && end == SequenceEnd::network && of.inputs[0] == 0 &&
            of.function.kind == ScalarFunction::Kind::affine) {
            normalise_input(blocks, at);
            return;
        }
        const std::string activation = activation_name(of.function);
        if (!activation.empty()) {
            if (skipped_ == &of) return;
            layers.push_back({.kind = "Activate", .activation = activation, .source = printable(of.name)});
            is_open_ = is_normalised_ = false;
            return;
        }
        if (of.function.kind == ScalarFunction::Kind::other || of.function.has_codes()) {
            refuse("is a function for which there is no layer of real numbers");
        }
        if (is_normalised_) layers.push_back({.kind = "Activate", .activation = "Linear"});
        Product product;
        product.has_norm = true;
        product.norm = of.function;
        product.norm_name = of.name;
        const ImportNode identity = of;
        while (is_scalar(blocks, at + 1) && absorb(node(blocks[at + 1]), identity, product)) ++at;
        ImportLayer layer{.kind = "Normalize", .source = printable(of.name)};
        layer.norm = product.norm.kind == ScalarFunction::Kind::affine ? add_affine(product, of.shape.channels)
                                                                       : add_norm(product, of.shape.channels);
        layers.push_back(std::move(layer));
        is_open_ = true;
        is_normalised_ = true;
    }

    void add_join(const Blocks& blocks, std::size_t at, SequenceEnd, Layers& layers) override {
        const ImportNode& of = node(blocks[at]);
        const bool adds = of.kind == ImportNode::Kind::add;
        ImportLayer layer{.kind = adds                                    ? "Residual"
                                  : of.kind == ImportNode::Kind::multiply ? "Multiply"
                                                                          : "Concat",
                          .source = printable(of.name)};
        for (const Blocks* const branch : branches_of(blocks[at])) {
            is_open_ = false;
            is_normalised_ = false;
            Layers inside;
            sequence(*branch, adds ? SequenceEnd::addition : SequenceEnd::other, inside);
            if (!adds) close(inside);
            layer.children.push_back(as_one(std::move(inside)));
        }
        if (adds && layer.children[1].kind == "Identity") layer.children.pop_back();
        layers.push_back(std::move(layer));
        is_open_ = of.kind != ImportNode::Kind::concat;
        is_normalised_ = false;
    }

    void before_reader(const Blocks&, std::size_t, Layers& layers) override { close(layers); }
    void close(Layers& layers) {
        if (!is_open_) return;
        layers.push_back({.kind = "Activate", .activation = "Linear"});
        is_open_ = false;
        is_normalised_ = false;
    }
    void pooled(const ImportNode&) override {}
    void finish(const Blocks&) override {}

    /// Takes a function into the numbers of the layer before it; false if it is not affine.
    [[nodiscard]] static bool absorb(const ImportNode& of, const ImportNode& product_node, Product& product) {
        const ScalarFunction& f = of.function;
        const auto channels = static_cast<std::size_t>(product_node.shape.channels);
        if (f.kind == ScalarFunction::Kind::batch_norm && !product.has_norm) {
            product.has_norm = true;
            product.norm = f;
            product.norm_name = of.name;
            return true;
        }
        if (f.kind != ScalarFunction::Kind::affine && f.kind != ScalarFunction::Kind::batch_norm) return false;
        std::vector<double> a(channels);
        std::vector<double> b(channels);
        for (std::size_t c = 0; c < channels; ++c) affine_of(f, c, a[c], b[c]);
        if (product.has_norm) {
            std::vector<double>& gains = product.norm.a;
            std::vector<double>& biases = product.norm.b;
            gains.resize(channels, gains[0]);
            biases.resize(channels, biases[0]);
            for (std::size_t c = 0; c < channels; ++c) {
                gains[c] *= a[c];
                biases[c] = biases[c] * a[c] + b[c];
            }
            return true;
        }
        const std::size_t unit = product.weights.size() / channels;
        const bool moves = std::any_of(b.begin(), b.end(), [](double x) { return x != 0; });
        if (moves && product.bias.empty()) product.bias.assign(channels, 0);
        for (std::size_t c = 0; c < channels; ++c) {
            for (std::size_t i = 0; i < unit; ++i) product.weights[c * unit + i] *= a[c];
            if (!product.bias.empty()) product.bias[c] = product.bias[c] * a[c] + b[c];
        }
        return true;
    }

    /// x * a + b of one channel.
    static void affine_of(const ScalarFunction& f, std::size_t c, double& a, double& b) {
        const auto of = [&](const std::vector<double>& all) { return all[all.size() == 1 ? 0 : c]; };
        a = of(f.a);
        b = of(f.b);
        if (f.kind != ScalarFunction::Kind::batch_norm) return;
        a /= std::sqrt(of(f.variance) + f.epsilon);
        b -= of(f.mean) * a;
    }

    void add_tensor(const std::string& name, std::vector<std::int64_t> shape, const std::vector<double>& numbers) {
        std::vector<float> floats;
        for (const double x : numbers) {
            floats.push_back(static_cast<float>(x));
            if (!(std::fabs(floats.back()) <= std::numeric_limits<float>::max())) {
                refuse("has numbers that are too large for 32 bits");
            }
        }
        result_.tensors.push_back({name, std::move(shape), std::move(floats)});
    }

    void add_weights(const std::string& name, const ImportNode& of, const Product& product) {
        result_.names.push_back(name);
        add_tensor(joined({name, ".weight"}), of.weights.numbers.shape, product.weights);
        if (!product.bias.empty()) add_tensor(joined({name, ".bias"}), {of.shape.channels}, product.bias);
    }

    /// The norm of a layer. A bias without a norm is a TrainedBias.
    [[nodiscard]] std::string add_norm(const Product& product, std::int64_t channels) {
        if (!product.has_norm) return product.bias.empty() ? "NoNorm" : "TrainedBias";
        const std::string name = names_.unique("", product.norm_name);
        result_.names.push_back(name);
        const std::pair<const char*, const std::vector<double>*> parts[] = {{".weight", &product.norm.a},
                                                                            {".bias", &product.norm.b},
                                                                            {".running_mean", &product.norm.mean},
                                                                            {".running_var", &product.norm.variance}};
        for (const auto& [part, numbers] : parts) add_tensor(name + part, {channels}, *numbers);
        if (static_cast<float>(product.norm.epsilon) == 1e-5F) return "BatchNorm";
        return joined(
            {"WithEpsilon<BatchNorm, Epsilon{", number_text(std::stod(rounded_text(product.norm.epsilon))), "}>"});
    }
    [[nodiscard]] std::string add_affine(Product& product, std::int64_t channels) {
        const std::string name = names_.unique("", product.norm_name);
        result_.names.push_back(name);
        product.norm.a.resize(static_cast<std::size_t>(channels), product.norm.a[0]);
        product.norm.b.resize(static_cast<std::size_t>(channels), product.norm.b[0]);
        add_tensor(joined({name, ".weight"}), {channels}, product.norm.a);
        add_tensor(joined({name, ".bias"}), {channels}, product.norm.b);
        return "AffineNorm";
    }

    /// "" if the function is no activation.
    [[nodiscard]] static std::string activation_name(const ScalarFunction& f) {
        if (f.kind != ScalarFunction::Kind::clip) return "";
        if (f.lowest == 0 && std::isinf(f.highest)) return "Relu";
        if (f.lowest == 0 && f.highest == 6) return "Relu6";
        if (f.lowest == 0 && f.highest > 0) return joined({"ClippedRelu<Ceiling{", number_text(f.highest), "}>"});
        refuse(joined({"clips to ", number_text(f.lowest), " ... ", number_text(f.highest),
                       ", for which there is no activation of real numbers"}));
    }

    /// The activation of the layer at blocks[at], which it takes over from the blocks that follow.
    [[nodiscard]] std::string activation_after(const Blocks& blocks, std::size_t& at, SequenceEnd end) {
        if (is_scalar(blocks, at + 1)) {
            const ScalarFunction& f = node(blocks[at + 1]).function;
            const std::string name = activation_name(f);
            if (name.empty()) return "NoActivation";
            ++at;
            return name;
        }
        // The largest of what is clipped from below is the largest, clipped: an activation may come before a pool.
        const bool pools = at + 1 < blocks.size() && node(blocks[at + 1]).kind == ImportNode::Kind::max_pool;
        if (pools && is_scalar(blocks, at + 2) && node(blocks[at + 2]).function.is_relu()) {
            skipped_ = &node(blocks[at + 2]);
            return activation_name(skipped_->function);
        }
        if (at + 1 == blocks.size()) return end == SequenceEnd::other ? "Linear" : "NoActivation";
        return "Linear";
    }

    /// x * a + b is (x - mean) / deviation.
    void normalise_input(const Blocks& blocks, std::size_t& at) {
        const auto channels = static_cast<std::size_t>(graph_.nodes[0].shape.channels);
        std::vector<double> a(channels, 1);
        std::vector<double> b(channels, 0);
        for (;; ++at) {
            for (std::size_t c = 0; c < channels; ++c) {
                double slope = 0;
                double offset = 0;
                affine_of(node(blocks[at]).function, c, slope, offset);
                a[c] *= slope;
                b[c] = b[c] * slope + offset;
            }
            if (!is_scalar(blocks, at + 1) || node(blocks[at + 1]).function.kind != ScalarFunction::Kind::affine) break;
        }
        for (std::size_t c = 0; c < channels; ++c) {
            if (!(a[c] > 0)) refuse("multiplies the input by a number that is not positive");
            result_.mean.push_back(-b[c] / a[c]);
            result_.deviation.push_back(1 / a[c]);
        }
    }

    const ImportNode* skipped_ = nullptr;  ///< an activation that has moved to the layer before
    bool is_open_ = false;                 ///< what was added last has no activation yet
    bool is_normalised_ = false;           ///< and it is a norm
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::io_detail
