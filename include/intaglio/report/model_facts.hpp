// The facts of a network as a table for people.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "intaglio/canonical/describe.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/text.hpp"
#include "intaglio/integer/kernel_choice.hpp"
#include "intaglio/integer/program.hpp"
#include "intaglio/model/network.hpp"
#include "intaglio/report/table.hpp"
#include "intaglio/simd/simd.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// One layer as a person sees it: an operation with the norm and the step that belong to it.
struct LayerFacts {
    std::string path;       ///< place in the network: "5", "6.repetition 2.1"
    std::string kind;       ///< "product", "pool", "add", "step"
    std::string norm;       ///< empty if there is none
    std::string step;       ///< surrogate of the step, function of real numbers; empty if there is none
    std::string kernel;     ///< name of the integer kernel, "float" where numbers are real
    std::string quantizer;  ///< name of the weight quantiser; empty if its codes tell it
    std::string trained;    ///< what quantiser and step train, with its number: "step size (1)"; empty if nothing
    Shape in{};
    Shape out{};
    CodeRange in_codes{};
    CodeRange weight_codes{};
    CodeRange accumulators{};
    CodeRange out_codes{};
    std::string out_layout;          ///< how the integer program keeps them, if not as numbers: "bits" or "planes"
    std::int64_t weight_states = 0;  ///< M_w; 0 if there are no weight codes
    int weight_bits = 0;             ///< that tell the states apart: 1 for -1 and 1, 2 for -1 ... 1
    std::int64_t out_states = 0;     ///< M_a of the step; 0 if there is none
    int out_bits = 0;
    int accumulator_bits = 0;
    int multiplier_bits = 0;     ///< of its step or its logits; 0 if they have none
    bool float_weights = false;  ///< real numbers instead of codes; their range then says nothing
    bool float_accumulators = false;
    bool float_out = false;
    std::int64_t weights = 0;
    std::int64_t parameters = 0;    ///< weights, gains, biases, those of quantisers
    std::int64_t weight_bytes = 0;  ///< canonical codes
    std::int64_t macs = 0;
    std::int32_t row = 0;    ///< first row in the facts
    std::int32_t value = 0;  ///< the value that the layer hands on
};

/// The layers of a network, e.g. layer_facts(facts<Net>.view()): norms and steps are told with the operation whose
/// numbers they read.
[[gnu::cold]] inline std::vector<LayerFacts> layer_facts(const FactsView& table) {
    std::vector<LayerFacts> layers;
    for (std::int32_t i = 0; i < static_cast<std::int32_t>(table.rows.size); ++i) {
        const Row& row = table.row(i);
        const Value& in = table.value(row.input);
        const Value& out = table.value(row.output);
        // A norm, a step, a function of real numbers: they name themselves. The logits are the last row.
        const bool is_last = i + 1 == static_cast<std::int32_t>(table.rows.size);
        const bool belongs = row.weights == 0 && (*row.detail != '\0' || is_last);
        if (!belongs || layers.empty() || layers.back().value != row.input) {
            LayerFacts& layer = layers.emplace_back();
            layer.path = path_text(row.path);
            layer.kind = row.kind;
            layer.in = in.shape;
            layer.in_codes = in.codes;
            const Value& accumulators = row.steps > 0 ? in : out;
            layer.accumulators = accumulators.codes;
            layer.float_accumulators = accumulators.storage == Storage::float32;
            layer.accumulator_bits = layer.float_accumulators ? 32 : layer.accumulators.bits();
            layer.kernel = integer::kernel_name<simd::NativeTarget>(table, row);
            layer.row = i;
        }
        LayerFacts& layer = layers.back();
        if (row.trained_parameters > 0) {
            layer.trained +=
                joined({(layer.trained.empty() ? "" : ", "), row.trained->name, " (", row.trained_parameters, ")"});
        }
        if (row.steps > 0 && out.storage != Storage::float32) {
            layer.out_states = row.steps / row.code_spacing + 1;
            layer.out_bits = layer.out_states == 2 ? 1 : out.codes.bits();
        }
        if (row.biases > 0) {
            layer.norm = detail_text(row);
        } else if (row.weights == 0 && *row.detail != '\0') {
            layer.step = row.detail;
        }
        const bool multiplies = is_last || (row.steps > 0 && !row.has_thresholds());
        if (multiplies && in.storage != Storage::float32) layer.multiplier_bits = row.scale.precision;
        layer.out = out.shape;
        layer.out_codes = out.codes;
        layer.float_out = out.storage == Storage::float32;
        if (row.weights > 0) {
            layer.quantizer = row.quantizer;
            layer.weight_codes = row.weight_codes;
            layer.float_weights = row.weight_states == 0;
            layer.weight_states = row.weight_states;
            layer.weight_bits = row.weight_states == 0 ? 0 : row.weight_bits();
            layer.weight_bytes = (row.weights * row.weight_bits() + 7) / 8;
        }
        layer.weights += row.weights;
        layer.parameters += row.parameters();
        layer.macs += row.macs;
        layer.value = row.output;
    }
    return layers;
}

/// The same with what the integer program for a target makes of a network: kernels of its own, layouts of values.
template <class Net, class Target = simd::NativeTarget>
[[gnu::cold]] std::vector<LayerFacts> layer_facts() {
    const FactsView table = facts<Net>.view();
    std::vector<LayerFacts> layers = layer_facts(table);
    for (LayerFacts& layer : layers) {
        layer.kernel = integer::kernel_name<Target, integer::product_kernels<Net>>(table, table.row(layer.row));
        if constexpr (facts<Net>.integer_only()) {
            const int planes = integer::layouts<Net, Target>[static_cast<std::size_t>(layer.value)].planes;
            if (planes > 0) layer.out_layout = integer::layout_name(planes);
        }
    }
    return layers;
}

namespace report_detail {

inline std::string share_text(double share) {
    return share < 0 ? "" : joined({fixed(100 * share, 1), " %"});
}
inline std::string codes_text(bool real, CodeRange codes, const std::string& layout = {}) {
    return joined({real ? "real" : range_text(codes), layout.empty() ? "" : " in ", layout});
}

/// Weights of real numbers have no codes: their quantiser says what they are.
inline std::string weight_codes_text(const LayerFacts& layer) {
    if (layer.weights == 0) return "";
    if (layer.float_weights) return layer.quantizer.empty() ? "real" : layer.quantizer;
    return range_text(layer.weight_codes);
}

/// States, or bits, where there are codes that a quantiser made.
inline std::string count_text(std::int64_t number) {
    return number == 0 ? "" : std::to_string(number);
}

/// The names of what a layer is made of: weight quantiser, norm, surrogate, trained parameters of these; multipliers
/// that are narrower than usual.
inline std::string parts_text(const LayerFacts& layer) {
    std::string text;
    for (const std::string& part : {layer.quantizer, layer.norm, layer.step, layer.trained}) {
        if (!part.empty()) text += (text.empty() ? "" : ", ") + part;
    }
    if (layer.multiplier_bits == 0 || layer.multiplier_bits == 31) return text;
    return joined({text, (text.empty() ? "" : ", "), "multipliers of ", layer.multiplier_bits, " bits"});
}

}  // namespace report_detail

/// Shares that only a run can tell; negative where there is none.
struct LayerShares {
    double nonzero_weights = -1;      ///< R_w
    double nonzero_activations = -1;  ///< R_a
};

/// The facts table. `shares` has one entry per layer of layer_facts, or none.
inline Table facts_table(const std::vector<LayerFacts>& layers, std::span<const LayerShares> shares = {}) {
    std::vector<Column> columns{{"layer"},
                                {"kernel"},
                                {"in"},
                                {"out"},
                                {"weights", Align::right},
                                {"weight codes", Align::right},
                                {"M_w", Align::right},
                                {"bits", Align::right},
                                {"accumulator", Align::right},
                                {"bits", Align::right},
                                {"out codes", Align::right},
                                {"M_a", Align::right},
                                {"bits", Align::right},
                                {"bytes", Align::right},
                                {"MACs", Align::right}};
    if (!shares.empty()) {
        columns.push_back({"R_w", Align::right});
        columns.push_back({"R_a", Align::right});
    }
    columns.push_back({"parts"});
    Table table(columns);
    for (std::size_t i = 0; i < layers.size(); ++i) {
        const LayerFacts& layer = layers[i];
        const bool product = layer.weights > 0;
        std::vector<std::string> cells{joined({layer.path, " ", layer.kind}),
                                       layer.kernel,
                                       shape_text(layer.in),
                                       shape_text(layer.out),
                                       product ? grouped(layer.weights) : "",
                                       report_detail::weight_codes_text(layer),
                                       report_detail::count_text(layer.weight_states),
                                       report_detail::count_text(layer.weight_bits),
                                       report_detail::codes_text(layer.float_accumulators, layer.accumulators),
                                       std::to_string(layer.accumulator_bits),
                                       report_detail::codes_text(layer.float_out, layer.out_codes, layer.out_layout),
                                       report_detail::count_text(layer.out_states),
                                       report_detail::count_text(layer.out_bits),
                                       product ? grouped(layer.weight_bytes) : "",
                                       product ? grouped(layer.macs) : ""};
        if (!shares.empty()) {
            cells.push_back(report_detail::share_text(shares[i].nonzero_weights));
            cells.push_back(report_detail::share_text(shares[i].nonzero_activations));
        }
        cells.push_back(report_detail::parts_text(layer));
        table.add_row(cells);
    }
    return table;
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
