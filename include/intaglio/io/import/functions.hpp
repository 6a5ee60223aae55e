// Activations of ONNX files that are neither lines nor steps: of codes they are tables.
#pragma once

#include <cmath>
#include <string_view>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/io/import/graph.hpp"
#include "intaglio/io/onnx/file.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::io_detail {

/// A function of that name, with the numbers that it has where the node gives none.
struct NamedFunction {
    std::string_view name;
    double (*function)(double x, double a, double b);
    double alpha = 0;
    double beta = 0;
    bool is_monotone = true;
};

inline double hard_sigmoid(double x, double a, double b) {
    return std::fmin(std::fmax(a * x + b, 0), 1);
}

inline constexpr NamedFunction named_functions[] = {
    {"Sigmoid", [](double x, double, double) { return 1 / (1 + std::exp(-x)); }},
    {"Tanh", [](double x, double, double) { return std::tanh(x); }},
    {"Softplus", [](double x, double, double) { return std::fmax(x, 0) + std::log1p(std::exp(-std::fabs(x))); }},
    {"Softsign", [](double x, double, double) { return x / (1 + std::fabs(x)); }},
    {"HardSigmoid", hard_sigmoid, 0.2, 0.5},
    {"HardSwish", [](double x, double, double) { return x * hard_sigmoid(x, 1.0 / 6, 0.5); }, 0, 0, false},
    {"LeakyRelu", [](double x, double a, double) { return x < 0 ? a * x : x; }, 0.01, 0, false},
    {"Elu", [](double x, double a, double) { return x < 0 ? a * std::expm1(x) : x; }, 1, 0, false},
    {"Erf", [](double x, double, double) { return std::erf(x); }},
};

/// Null if there is none of that name.
[[nodiscard]] inline const NamedFunction* find_function(std::string_view name) {
    for (const NamedFunction& function : named_functions) {
        if (function.name == name) return &function;
    }
    return nullptr;
}

[[gnu::cold]] inline ScalarFunction function_of(const OnnxFileNode& node, const NamedFunction& named) {
    ScalarFunction function;
    function.kind = ScalarFunction::Kind::other;
    function.other = named.function;
    function.is_monotone = named.is_monotone;
    function.a = {node.real("alpha", named.alpha)};
    function.b = {node.real("beta", named.beta)};
    if (!(std::fabs(function.a[0]) < 1e6 && std::fabs(function.b[0]) < 1e6))
        refuse("has an alpha or beta that is too large");
    if (node.operation == "HardSigmoid" && !(function.a[0] > 0)) refuse("falls, which is not read");
    return function;
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::io_detail
