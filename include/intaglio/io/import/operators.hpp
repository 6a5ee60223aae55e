// Operators of ONNX and QONNX that are read.
#pragma once

#include <algorithm>
#include <iterator>
#include <string_view>

#include "intaglio/core/instruction_set.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::io_detail {

[[nodiscard]] inline bool is_known_operator(std::string_view name) {
    static constexpr std::string_view all[] = {"Add",
                                               "Tanh",
                                               "Softsign",
                                               "Softplus",
                                               "Sigmoid",
                                               "LeakyRelu",
                                               "HardSwish",
                                               "HardSigmoid",
                                               "Erf",
                                               "Elu",
                                               "ArgMax",
                                               "AveragePool",
                                               "BatchNormalization",
                                               "BipolarQuant",
                                               "Cast",
                                               "Clip",
                                               "Concat",
                                               "Constant",
                                               "Conv",
                                               "DequantizeLinear",
                                               "Div",
                                               "Dropout",
                                               "Flatten",
                                               "Floor",
                                               "Gather",
                                               "Gemm",
                                               "GlobalAveragePool",
                                               "GlobalMaxPool",
                                               "Identity",
                                               "IntQuant",
                                               "LogSoftmax",
                                               "MatMul",
                                               "MaxPool",
                                               "Mul",
                                               "MultiThreshold",
                                               "Neg",
                                               "Pad",
                                               "Pow",
                                               "Quant",
                                               "QuantizeLinear",
                                               "Reciprocal",
                                               "ReduceMean",
                                               "Relu",
                                               "Reshape",
                                               "Resize",
                                               "Shape",
                                               "Slice",
                                               "Softmax",
                                               "Sqrt",
                                               "Squeeze",
                                               "Sub",
                                               "Transpose",
                                               "Unsqueeze",
                                               "Upsample"};
    return std::find(std::begin(all), std::end(all), name) != std::end(all);
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::io_detail
