// ONNX nodes of convolutions and dense layers: ConvInteger and MatMulInteger of unsigned bytes.
//
// Both operands are uint8 with a zero point: with int8 weights, ONNX Runtime adds pairs of products in 16 bits on
// processors without a byte dot product, which saturates. Codes of 16 bits, and weights that do not fit 8, are digits
// to the base of 256, each with a product of its own.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/text.hpp"
#include "intaglio/integer/site.hpp"
#include "intaglio/io/onnx/operation.hpp"
#include "intaglio/io/onnx/qdq.hpp"
#include "intaglio/io/onnx/qonnx.hpp"
#include "intaglio/model/primitives.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

namespace io_detail {

/// Part of an operand: (tensor - zero_point) * factor.
struct OnnxDigit {
    std::string tensor;
    std::int32_t zero_point;
    std::int64_t factor;
};

class OnnxProduct {
  public:
    [[gnu::cold]] explicit OnnxProduct(const OnnxOperation& operation)
        : op_(operation), graph_(operation.graph), e_(operation.row().extents) {}

    [[nodiscard]] [[gnu::cold]] OnnxTensor write() {
        OnnxTensor codes = op_.input();
        bool pads = e_.has_padding();
        if (pads && has_padding_codes()) {
            codes = padded(codes);
            pads = false;
        }
        if (is_dense()) {
            codes = graph_.node("Reshape", codes.type, {codes.name, graph_.list({0, e_.in.channels})});
        }
        OnnxTensor sum = op_.dialect == OnnxDialect::qonnx
                             ? product_node("MatMul", "Conv", OnnxType::float32, {codes.name, real_weights()}, pads)
                         : op_.dialect == OnnxDialect::qdq ? quantized(codes, pads)
                                                           : sum_of_digits(codes, pads);
        if (!is_dense()) return sum;
        OnnxTensor pixel = graph_.node("Reshape", sum.type, {sum.name, graph_.list({0, e_.out.channels, 1, 1})});
        pixel.is_scaled = sum.is_scaled;
        return pixel;
    }

  private:
    [[nodiscard]] [[gnu::cold]] OnnxTensor sum_of_digits(const OnnxTensor& codes, bool pads) {
        OnnxTensor sum;
        for (const OnnxDigit& weight : weight_digits()) {
            for (const OnnxDigit& code : code_digits(codes)) add(product(code, weight, pads), code, weight, sum);
        }
        return sum;
    }

    /// A dense layer reads an image as one pixel.
    [[nodiscard]] bool is_dense() const {
        return e_.in.pixels() == 1 && e_.kernel_height == 1 && e_.kernel_width == 1 && e_.groups == 1 &&
               !e_.has_padding() && e_.out.pixels() == 1;
    }
    [[nodiscard]] bool has_padding_codes() const {
        for (std::int32_t c = 0; c < e_.in.channels; ++c) {
            if (e_.padding_code_of(c) != 0) return true;
        }
        return false;
    }

    /// The image with its padding: codes less those of the padding, padded with 0.
    [[nodiscard]] [[gnu::cold]] OnnxTensor padded(const OnnxTensor& codes) {
        std::vector<std::int64_t> padding;
        for (std::int32_t c = 0; c < e_.in.channels; ++c) padding.push_back(e_.padding_code_of(c));
        const OnnxType type = op_.number_type();
        const std::string pixel = graph_.constant("padding", type, {e_.in.channels, 1, 1}, padding);
        const std::string sizes =
            graph_.list({0, 0, e_.padding_height, e_.padding_width, 0, 0, e_.padding_below(), e_.padding_right()});
        const OnnxTensor numbers = graph_.cast(codes, type);
        const OnnxTensor less = graph_.node("Sub", type, {numbers.name, pixel});
        const OnnxTensor image = graph_.node("Pad", type, {less.name, sizes});
        return graph_.cast(graph_.node("Add", type, {image.name, pixel}), codes.type);
    }

    [[nodiscard]] [[gnu::cold]] std::vector<OnnxDigit> code_digits(const OnnxTensor& codes) {
        if (codes.type == OnnxType::uint8) return {{codes.name, 0, 1}};
        const auto node = [&](std::string_view operation, const OnnxTensor& a, std::int64_t b) {
            return graph_.node(operation, OnnxType::int32, {a.name, graph_.scalar(OnnxType::int32, b)});
        };
        const auto bytes = [&](const OnnxTensor& numbers) { return graph_.cast(numbers, OnnxType::uint8).name; };
        if (code_digits_.empty() && codes.type == OnnxType::int8) {
            code_digits_ = {{bytes(node("Add", graph_.cast(codes, OnnxType::int32), 128)), 128, 1}};
        } else if (code_digits_.empty()) {
            const OnnxTensor high = node("Div", node("Add", codes, 32768), 256);
            code_digits_ = {{bytes(node("Mod", codes, 256)), 0, 1}, {bytes(high), 128, 256}};
        }
        return code_digits_;
    }

    /// Weights [out][in][kernel row][kernel column], or [in][out] of a dense layer, as digits of -128 ... 127.
    [[nodiscard]] [[gnu::cold]] std::vector<OnnxDigit> weight_digits() {
        std::vector<std::int64_t> rest = ordered_weights();
        const OnnxShape shape = weight_shape();
        std::vector<OnnxDigit> digits;
        for (std::int64_t factor = 1; digits.empty() || has_any(rest); factor *= 256) {
            std::vector<std::int64_t> bytes;
            for (std::int64_t& weight : rest) {
                const std::int64_t byte = (weight + 128) & 255;
                bytes.push_back(byte);
                weight = (weight - (byte - 128)) / 256;
            }
            const std::string name = factor == 1 ? "weights" : joined({"weights.", factor});
            digits.push_back({graph_.constant(name, OnnxType::uint8, shape, bytes), 128, factor});
        }
        return digits;
    }
    /// Weights with a quantiser of QONNX, which leaves them as they are and tells their type.
    [[nodiscard]] [[gnu::cold]] std::string real_weights() {
        const std::vector<std::int64_t> weights = ordered_weights();
        require_exact_reals(op_, largest_sum(weights));
        const std::string numbers = graph_.constant("weights", OnnxType::float32, weight_shape(), weights);
        const Row& row = op_.row();
        const CodeRange range{row.weight_spacing * row.weight_codes.lowest + row.weight_offset,
                              row.weight_spacing * row.weight_codes.highest + row.weight_offset};
        const bool signs = row.weight_states == 2 && range == CodeRange{-1, 1};
        return qonnx_quantizer(graph_, numbers, range, signs).name;
    }
    /// Weights of 8 bits behind a DequantizeLinear, and in them the slope of the step, whose offset is the bias.
    [[nodiscard]] [[gnu::cold]] OnnxTensor quantized(const OnnxTensor& codes, bool pads) {
        const std::vector<std::int64_t> weights = ordered_weights();
        const std::int64_t axis = is_dense() ? 1 : 0;
        const auto is_byte = [](std::int64_t weight) { return weight >= -127 && weight <= 127; };
        if (!std::all_of(weights.begin(), weights.end(), is_byte)) {
            const std::string reals = graph_.constant("weights", OnnxType::float32, weight_shape(), weights);
            return product_node("MatMul", "Conv", OnnxType::float32, {codes.name, reals}, pads);
        }
        const QdqWeights scaled =
            qdq_weights(op_, weights, [&](std::size_t i) { return output_of(i, weights.size()); });
        const std::string bytes = graph_.constant("weights", OnnxType::int8, weight_shape(), scaled.weights);
        const auto channels = static_cast<std::int64_t>(scaled.scales.size());
        const std::string scales =
            scaled.has_step ? graph_.reals("scales", {channels}, scaled.scales) : graph_.scalar(OnnxType::float32, 1);
        const auto dequantized = [&](std::initializer_list<std::string> inputs, std::int64_t of_axis) {
            if (!scaled.has_step) return graph_.node("DequantizeLinear", OnnxType::float32, inputs).name;
            return graph_.node("DequantizeLinear", OnnxType::float32, inputs, {{"axis", of_axis}}).name;
        };
        // ONNX Runtime 1.32 fails on weights of bytes with scales for each channel but no zero points.
        const std::vector<std::int64_t> zeros(scaled.scales.size());
        const std::string zero = scaled.has_step ? graph_.constant("zeros", OnnxType::int8, {channels}, zeros)
                                                 : graph_.scalar(OnnxType::int8, 0);
        const std::string factors = dequantized({bytes, scales, zero}, axis);
        if (!scaled.has_step) return product_node("MatMul", "Conv", OnnxType::float32, {codes.name, factors}, pads);
        const std::string bias =
            dequantized({graph_.constant("bias", OnnxType::int32, {channels}, scaled.biases), scales}, 0);
        OnnxTensor sum = product_node("Gemm", "Conv", OnnxType::float32, {codes.name, factors, bias}, pads);
        sum.is_scaled = true;
        return sum;
    }
    /// The output channel of a weight of the file.
    [[nodiscard]] std::size_t output_of(std::size_t weight, std::size_t count) const {
        const auto outputs = static_cast<std::size_t>(e_.out.channels);
        return is_dense() ? weight % outputs : weight / (count / outputs);
    }
    /// What no sum of this layer exceeds, on either side of 0.
    [[nodiscard]] [[gnu::cold]] CodeRange largest_sum(const std::vector<std::int64_t>& weights) const {
        std::int64_t largest_code = std::max(-op_.in().codes.lowest, op_.in().codes.highest);
        for (std::int32_t c = 0; c < e_.in.channels; ++c) {
            largest_code = std::max<std::int64_t>(largest_code, std::abs(e_.padding_code_of(c)));
        }
        const auto outputs = static_cast<std::size_t>(e_.out.channels);
        std::vector<std::int64_t> sums(outputs);
        for (std::size_t i = 0; i < weights.size(); ++i) {
            sums[output_of(i, weights.size())] += std::abs(weights[i]) * largest_code;
        }
        const std::int64_t largest = *std::max_element(sums.begin(), sums.end());
        return {-largest, largest};
    }
    [[nodiscard]] OnnxShape weight_shape() const {
        if (is_dense()) return {e_.in.channels, e_.out.channels};
        return {e_.out.channels, e_.channels_per_group(), e_.kernel_height, e_.kernel_width};
    }
    [[nodiscard]] static bool has_any(const std::vector<std::int64_t>& numbers) {
        for (const std::int64_t number : numbers) {
            if (number != 0) return true;
        }
        return false;
    }
    /// The weights as they lie in the file. The channels of an image come before its pixels there.
    [[nodiscard]] [[gnu::cold]] std::vector<std::int64_t> ordered_weights() const {
        const std::vector<std::int8_t>& weights = op_.numbers().weights;
        const Shape window =
            is_dense() ? op_.in().shape : Shape{e_.kernel_height, e_.kernel_width, e_.channels_per_group()};
        const integer::WeightForm form = integer::weight_form(op_.row());
        const auto outputs = static_cast<std::size_t>(e_.out.channels);
        const auto pixels = static_cast<std::size_t>(window.pixels());
        const auto channels = static_cast<std::size_t>(window.channels);
        std::vector<std::int64_t> ordered(weights.size());
        for (std::size_t o = 0; o < outputs; ++o) {
            for (std::size_t p = 0; p < pixels; ++p) {
                for (std::size_t c = 0; c < channels; ++c) {
                    const std::size_t to =
                        is_dense() ? (c * pixels + p) * outputs + o : (o * channels + c) * pixels + p;
                    ordered[to] = form.spacing * weights[(o * pixels + p) * channels + c] + form.offset;
                }
            }
        }
        return ordered;
    }

    [[nodiscard]] [[gnu::cold]] OnnxTensor product(const OnnxDigit& code, const OnnxDigit& weight, bool pads) {
        const std::string code_zero = graph_.scalar(OnnxType::uint8, code.zero_point);
        const std::string weight_zero = graph_.scalar(OnnxType::uint8, weight.zero_point);
        return product_node("MatMulInteger", "ConvInteger", OnnxType::int32,
                            {code.tensor, weight.tensor, code_zero, weight_zero}, pads);
    }
    [[nodiscard]] [[gnu::cold]] OnnxTensor product_node(std::string_view dense, std::string_view convolution,
                                                        OnnxType type, std::initializer_list<std::string> inputs,
                                                        bool pads) {
        if (is_dense()) return graph_.node(dense, type, inputs);
        const std::vector<std::int64_t> padding =
            pads
                ? std::vector<std::int64_t>{e_.padding_height, e_.padding_width, e_.padding_below(), e_.padding_right()}
                : std::vector<std::int64_t>(4);
        return graph_.node(convolution, type, inputs,
                           {{"kernel_shape", {e_.kernel_height, e_.kernel_width}},
                            {"strides", {e_.stride_height, e_.stride_width}},
                            {"dilations", {e_.dilation, e_.dilation}},
                            {"group", e_.groups},
                            {"pads", padding}});
    }

    /// Adds to a sum, which is empty at first.
    [[gnu::cold]] void add(OnnxTensor term, const OnnxDigit& code, const OnnxDigit& weight, OnnxTensor& sum) {
        if (const std::int64_t factor = code.factor * weight.factor; factor != 1) {
            term = graph_.node("Mul", OnnxType::int32, {term.name, graph_.scalar(OnnxType::int32, factor)});
        }
        sum = sum.name.empty() ? term : graph_.node("Add", OnnxType::int32, {sum.name, term.name});
    }

    const OnnxOperation& op_;
    OnnxGraph& graph_;
    const ConvolutionExtents& e_;
    std::vector<OnnxDigit> code_digits_;
};

}  // namespace io_detail

template <class Weight, class Standardization>
struct OnnxNodes<primitive::Product<Weight, Standardization>> {
    static constexpr bool shares_scale = true;
    static OnnxTensor write(const OnnxOperation& op) { return io_detail::OnnxProduct(op).write(); }
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
