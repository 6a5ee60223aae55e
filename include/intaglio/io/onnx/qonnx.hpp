// What only the dialect QONNX has: quantisers as nodes, steps as MultiThreshold, integers as float32.
// Operators: https://github.com/fastmachinelearning/qonnx/tree/main/docs/qonnx-custom-ops
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "intaglio/canonical/describe.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/text.hpp"
#include "intaglio/integer/site.hpp"
#include "intaglio/io/onnx/operation.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::io_detail {

inline constexpr std::string_view qonnx_domain = "qonnx.custom_op.general";

/// float32 has all integers up to 2^24: sums of smaller ones are exact in any order. Throws std::invalid_argument
/// otherwise.
[[gnu::cold]] inline void require_exact_reals(const OnnxOperation& op, CodeRange sums) {
    constexpr std::int64_t most = std::int64_t{1} << 24;
    if (sums.lowest >= -most && sums.highest <= most) return;
    throw std::invalid_argument(joined({"QONNX, ", place_text(op.row()), ": sums ", range_text(sums),
                                        " are not exact in float32, which has all integers up to ", most}));
}

/// A quantiser that leaves integers of the range as they are.
[[gnu::cold]] inline OnnxTensor qonnx_quantizer(OnnxGraph& graph, const std::string& tensor, CodeRange range,
                                                bool signs) {
    const std::string one = graph.scalar(OnnxType::float32, 1);
    if (signs) return graph.node_of(qonnx_domain, "BipolarQuant", OnnxType::float32, {tensor, one});
    const bool narrow = range.lowest < 0 && range.lowest == -range.highest;
    return graph.node_of(
        qonnx_domain, "Quant", OnnxType::float32,
        {tensor, one, graph.scalar(OnnxType::float32, 0), graph.scalar(OnnxType::float32, range.bits())},
        {{"signed", range.lowest < 0 ? 1 : 0}, {"narrow", narrow ? 1 : 0}, {"rounding_mode", std::string("ROUND")}});
}

/// Where the codes of a channel rise: positions are accumulators, or minus accumulators where codes fall.
struct QonnxChannel {
    bool falls;
    std::vector<std::int64_t> thresholds;
};
[[nodiscard]] [[gnu::cold]] inline QonnxChannel qonnx_channel(const OnnxOperation& op, std::size_t c) {
    const RowNumbers& numbers = op.numbers();
    const integer::StepForm form = integer::step_form(op.row());
    const CodeRange range = op.in().codes;
    const bool by_thresholds = op.row().has_thresholds();
    const std::size_t m = form.one_multiplier ? 0 : c;
    const bool falls = by_thresholds ? numbers.falling[c] != 0 : numbers.multipliers[m] < 0;
    const CodeRange positions = falls ? CodeRange{-range.highest, -range.lowest} : range;
    QonnxChannel channel{falls, {}};
    for (std::int64_t level = 0; level < form.levels; level += form.spacing) {
        std::int64_t lowest = positions.lowest;
        std::int64_t highest = positions.highest + 1;
        if (by_thresholds) {
            // -a - 1 >= t where -a > t.
            const std::int64_t threshold =
                numbers.thresholds[static_cast<std::size_t>(level) * numbers.falling.size() + c];
            lowest = std::clamp(falls ? threshold + 1 : threshold, lowest, highest);
        } else {
            // The lowest position with this code or a higher one.
            const std::int64_t addend = numbers.addends[form.one_addend ? 0 : c];
            while (lowest < highest) {
                const std::int64_t middle = lowest + (highest - lowest) / 2;
                const std::int64_t acc = falls ? -middle : middle;
                const bool reached =
                    (acc * numbers.multipliers[m] + addend) >> numbers.shifts[m] >= form.lowest + level + 1;
                if (reached) {
                    highest = middle;
                } else {
                    lowest = middle + 1;
                }
            }
        }
        channel.thresholds.push_back(lowest);
    }
    return channel;
}

[[gnu::cold]] inline OnnxTensor qonnx_step(const OnnxOperation& op) {
    const integer::StepForm form = integer::step_form(op.row());
    const std::int64_t channels = op.in().shape.channels;
    std::vector<std::int64_t> thresholds;
    std::vector<std::int64_t> signs;
    for (std::int64_t c = 0; c < channels; ++c) {
        const QonnxChannel channel = qonnx_channel(op, static_cast<std::size_t>(c));
        thresholds.insert(thresholds.end(), channel.thresholds.begin(), channel.thresholds.end());
        signs.push_back(channel.falls ? -1 : 1);
    }
    OnnxTensor position = op.input();
    if (std::find(signs.begin(), signs.end(), -1) != signs.end()) {
        const std::string factors = op.graph.constant("signs", OnnxType::float32, {channels, 1, 1}, signs);
        position = op.graph.node("Mul", OnnxType::float32, {position.name, factors});
    }
    const CodeRange codes = op.row().codes;
    const bool is_sign = form.spacing == 2 && codes == CodeRange{-1, 1};
    const std::string type = is_sign ? "BIPOLAR" : joined({codes.lowest < 0 ? "INT" : "UINT", codes.bits()});
    return op.graph.node_of(qonnx_domain, "MultiThreshold", OnnxType::float32,
                            {position.name, op.graph.constant("thresholds", OnnxType::float32,
                                                              {channels, form.levels / form.spacing}, thresholds)},
                            {{"out_dtype", type},
                             {"out_scale", static_cast<float>(form.spacing)},
                             {"out_bias", static_cast<float>(form.lowest)},
                             {"data_layout", std::string("NCHW")}});
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::io_detail
