// What the ONNX nodes of all primitive operations share: the operation that is written and its operands.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "intaglio/canonical/model.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/io/onnx/graph.hpp"
#include "intaglio/model/facts.hpp"

namespace intaglio::model_error {
template <class...>
struct operation_has_no_ONNX_nodes_specialise_OnnxNodes;
}  // namespace intaglio::model_error

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// The kinds of graph that a model is written as.
enum class OnnxDialect : std::uint8_t {
    exact,  ///< integer operators, for any runtime
    qonnx,  ///< integers as float32, quantisers as operators of QONNX, for FINN and hls4ml
    qdq     ///< integers as float32 between QuantizeLinear and DequantizeLinear, which runtimes make fast; not exact
};

/// One operation, for the writer of its nodes. Every value is a tensor [N, channels, height, width]: codes of 8 bits as
/// uint8 or int8, all others as int32; in QONNX and QDQ all are float32.
struct OnnxOperation {
    const FactsView& facts;
    const ModelNumbers& model;
    OnnxGraph& graph;
    const std::vector<OnnxTensor>& tensors;  ///< of the values that are written
    std::int32_t index;                      ///< of its row
    OnnxDialect dialect = OnnxDialect::exact;
    std::int32_t step = none;  ///< in QDQ, of a product: the row of the step that alone reads its sums

    [[nodiscard]] bool is_real() const { return dialect != OnnxDialect::exact; }
    [[nodiscard]] const Row& row() const { return facts.row(index); }
    [[nodiscard]] const RowNumbers& numbers() const { return model.rows[static_cast<std::size_t>(index)]; }
    [[nodiscard]] const Value& in() const { return facts.value(row().input); }
    [[nodiscard]] const Value& second() const { return facts.value(row().second_input); }
    [[nodiscard]] const Value& out() const { return facts.value(row().output); }
    [[nodiscard]] const OnnxTensor& input() const { return tensors[static_cast<std::size_t>(row().input)]; }
    [[nodiscard]] const OnnxTensor& second_input() const {
        return tensors[static_cast<std::size_t>(row().second_input)];
    }
    /// The type of the tensor of a value.
    [[nodiscard]] OnnxType type(const Value& value) const {
        return is_real()                         ? OnnxType::float32
               : value.storage == Storage::uint8 ? OnnxType::uint8
               : value.storage == Storage::int8  ? OnnxType::int8
                                                 : OnnxType::int32;
    }
    [[nodiscard]] OnnxType out_type() const { return type(out()); }
    /// The type that additions and products take.
    [[nodiscard]] OnnxType number_type() const { return is_real() ? OnnxType::float32 : OnnxType::int32; }
};

/// The ONNX nodes of a primitive operation, specialised for each: `static OnnxTensor write(const OnnxOperation&)` adds
/// them to the graph and returns the tensor of the result, of type `out_type()`. Results must be exact: only integers,
/// or real numbers that are integers all along; in QDQ they may round. With
/// `static constexpr bool shares_scale = true` a product takes up `step` there and tells so by `is_scaled`, and a step
/// leaves out what its input has already.
template <class Primitive>
struct OnnxNodes : Missing<model_error::operation_has_no_ONNX_nodes_specialise_OnnxNodes<Primitive>> {};

/// For operations without anything to do.
struct OnnxIdle {
    static OnnxTensor write(const OnnxOperation& op) { return op.input(); }
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
