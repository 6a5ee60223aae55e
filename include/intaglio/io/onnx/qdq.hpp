// What only the dialect QDQ has: QuantizeLinear and DequantizeLinear around operators of real numbers, and steps as
// rounded lines, whose slope and offset lie in the weights and the bias of the product before them.
// Operators: https://onnx.ai/onnx/operators/onnx__QuantizeLinear.html
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/integer/site.hpp"
#include "intaglio/io/onnx/operation.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::io_detail {

/// A real function of a position or an accumulator.
struct QdqLine {
    double slope = 0;
    double offset = 0;
};

/// The line that, rounded, is the number of thresholds that a position has reached, for all positions if there is such
/// a line: of all lines the one that stays farthest from the wrong side of a step. It is constant if no step lies
/// within the range.
[[nodiscard]] [[gnu::cold]] inline QdqLine qdq_line(const std::vector<std::int64_t>& rising, CodeRange positions) {
    const auto reached = [&](std::int64_t position) {
        return std::count_if(rising.begin(), rising.end(), [&](std::int64_t t) { return t <= position; });
    };
    if (reached(positions.lowest) == reached(positions.highest)) {
        return {0, static_cast<double>(reached(positions.lowest))};
    }
    struct Bounds {
        double lowest = -std::numeric_limits<double>::infinity();
        double highest = std::numeric_limits<double>::infinity();
    };
    // Of the offset of a line with this slope.
    const auto bounds = [&](double slope) {
        Bounds found;
        for (std::size_t m = 0; m < rising.size(); ++m) {
            const double between = static_cast<double>(m) + 0.5;
            const std::int64_t t = std::clamp(rising[m], positions.lowest, positions.highest + 1);
            const double above = between - slope * static_cast<double>(t);
            if (t <= positions.highest) found.lowest = std::max(found.lowest, above);
            if (t > positions.lowest) found.highest = std::min(found.highest, above + slope);
        }
        return found;
    };
    // What lies between the bounds is a concave function of the slope.
    const auto margin = [&](double slope) { return bounds(slope).highest - bounds(slope).lowest; };
    double from = 0;
    double to = static_cast<double>(rising.size());
    for (int turn = 0; turn < 150; ++turn) {
        const double third = (to - from) / 3;
        if (margin(from + third) < margin(to - third)) {
            from += third;
        } else {
            to -= third;
        }
    }
    const double slope = (from + to) / 2;
    return {slope, (bounds(slope).lowest + bounds(slope).highest) / 2};
}

/// For each channel the line of its accumulators that, rounded and clipped, is the code of a step, or its place among
/// the codes where these lie apart.
[[nodiscard]] [[gnu::cold]] inline std::vector<QdqLine> qdq_lines(const FactsView& facts, const ModelNumbers& model,
                                                                  std::int32_t step) {
    const Row& row = facts.row(step);
    const RowNumbers& numbers = model.rows[static_cast<std::size_t>(step)];
    const integer::StepForm form = integer::step_form(row);
    const CodeRange range = facts.value(row.input).codes;
    const auto channels = static_cast<std::size_t>(facts.value(row.output).shape.channels);
    std::vector<QdqLine> lines;
    for (std::size_t c = 0; c < channels; ++c) {
        if (!row.has_thresholds()) {
            // (acc * multiplier + addend) >> shift rounds down: half of the last bit keeps ties away.
            const std::size_t m = form.one_multiplier ? 0 : c;
            const auto addend = static_cast<double>(numbers.addends[form.one_addend ? 0 : c]);
            lines.push_back({std::ldexp(numbers.multipliers[m], -numbers.shifts[m]),
                             std::ldexp(addend + 0.5, -numbers.shifts[m]) - 0.5});
            continue;
        }
        const bool falls = numbers.falling[c] != 0;
        std::vector<std::int64_t> rising;
        for (std::int64_t level = 0; level < form.levels; level += form.spacing) {
            rising.push_back(numbers.thresholds[static_cast<std::size_t>(level) * channels + c]);
        }
        std::sort(rising.begin(), rising.end());
        QdqLine line = qdq_line(rising, falls ? CodeRange{-range.highest - 1, -range.lowest - 1} : range);
        // The position is -acc - 1 where codes fall.
        if (falls) line = {-line.slope, line.offset - line.slope};
        if (form.spacing == 1) line.offset += form.lowest;
        lines.push_back(line);
    }
    return lines;
}

/// The weights of a product as bytes; with the step after it, if it has room for that, also scales and biases of the
/// output channels: code = round(scale * (sum of weights and codes + bias)).
struct QdqWeights {
    std::vector<std::int64_t> weights;
    std::vector<double> scales;
    std::vector<std::int64_t> biases;
    bool has_step = false;
};
/// `output(i)` is the output channel of weight i.
template <class Output>
[[nodiscard]] [[gnu::cold]] QdqWeights qdq_weights(const OnnxOperation& op, std::vector<std::int64_t> weights,
                                                   const Output& output) {
    if (op.step == none) return {std::move(weights), {}, {}, false};
    const std::vector<QdqLine> lines = qdq_lines(op.facts, op.model, op.step);
    std::vector<std::int64_t> largest(lines.size());
    std::vector<std::int64_t> sums(lines.size());
    for (std::size_t i = 0; i < weights.size(); ++i) {
        const std::int64_t size = std::abs(weights[i]);
        largest[output(i)] = std::max(largest[output(i)], size);
        sums[output(i)] += size;
    }
    const std::int64_t largest_code = std::max(-op.in().codes.lowest, op.in().codes.highest);
    QdqWeights scaled{weights, {}, {}, true};
    std::vector<std::int64_t> factors;
    for (std::size_t c = 0; c < lines.size(); ++c) {
        // A bias is a whole number of scales: small weights are multiplied for the sake of finer ones. Pairs of
        // products of weights within -63 ... 63 fit the 16 bits in which processors without a byte dot product add
        // them.
        std::int64_t factor = largest[c] == 0 ? 63 : std::max<std::int64_t>(1, 63 / largest[c]);
        double scale = std::abs(lines[c].slope) / static_cast<double>(factor);
        if (lines[c].slope < 0) factor = -factor;
        if (lines[c].slope == 0) {
            factor = 0;
            scale = 1.0 / 1024;
        }
        const double bias = std::nearbyint(lines[c].offset / scale);
        const double most = std::abs(bias) + static_cast<double>(std::abs(factor) * sums[c] * largest_code);
        if (!(most < 2147483648.0)) return {std::move(weights), {}, {}, false};
        factors.push_back(factor);
        scaled.scales.push_back(scale);
        scaled.biases.push_back(static_cast<std::int64_t>(bias));
    }
    for (std::size_t i = 0; i < weights.size(); ++i) scaled.weights[i] *= factors[output(i)];
    return scaled;
}

/// A step: a line, unless the product before it has it already, then numbers of 8 bits and back.
[[gnu::cold]] inline OnnxTensor qdq_step(const OnnxOperation& op) {
    constexpr OnnxType real = OnnxType::float32;
    OnnxGraph& graph = op.graph;
    const integer::StepForm form = integer::step_form(op.row());
    OnnxTensor number = op.input();
    if (!number.is_scaled) {
        std::vector<double> slopes;
        std::vector<double> offsets;
        for (const QdqLine& line : qdq_lines(op.facts, op.model, op.index)) {
            slopes.push_back(line.slope);
            offsets.push_back(line.offset);
        }
        const OnnxShape shape{static_cast<std::int64_t>(slopes.size()), 1, 1};
        number = graph.node("Mul", real, {number.name, graph.reals("slopes", shape, slopes)});
        number = graph.node("Add", real, {number.name, graph.reals("offsets", shape, offsets)});
    }
    const CodeRange range =
        form.spacing == 1 ? CodeRange{form.lowest, form.highest} : CodeRange{0, form.levels / form.spacing};
    const CodeRange bytes = range.lowest < 0 ? CodeRange{-128, 127} : CodeRange{0, 255};
    const bool is_byte = range.lowest >= bytes.lowest && range.highest <= bytes.highest;
    const OnnxType type = !is_byte ? real : range.lowest < 0 ? OnnxType::int8 : OnnxType::uint8;
    if (is_byte) {
        number = graph.node("QuantizeLinear", type, {number.name, graph.scalar(real, 1), graph.scalar(type, 0)});
    } else {
        number = graph.node("Round", real, {number.name});
    }
    if (range != bytes) {
        number = graph.node("Clip", type,
                            {number.name, graph.scalar(type, range.lowest), graph.scalar(type, range.highest)});
    }
    if (is_byte) {
        number = graph.node("DequantizeLinear", real,
                            {number.name, graph.scalar(real, form.spacing), graph.scalar(type, 0)});
    }
    if (form.spacing == 1 || form.lowest == 0) return number;
    return graph.node("Add", real, {number.name, graph.scalar(real, form.lowest)});
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::io_detail
