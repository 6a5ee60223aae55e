// Nodes of an ONNX file that read constants alone: they are computed.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/io/import/graph.hpp"
#include "intaglio/io/import/tensors.hpp"
#include "intaglio/io/onnx/file.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::io_detail {

/// Rounds as a quantiser of the source does.
[[nodiscard]] inline double rounded(double x, ScalarFunction::Rounding rounding) {
    using Rounding = ScalarFunction::Rounding;
    switch (rounding) {
        case Rounding::half_even:
            return std::nearbyint(x);
        case Rounding::half_away:
            return std::round(x);
        case Rounding::floor:
            return std::floor(x);
        case Rounding::ceiling:
            return std::ceil(x);
        case Rounding::to_zero:
            return std::trunc(x);
        case Rounding::half_up:
            return std::floor(x + 0.5);
    }
    return x;
}

/// The rounding that a QONNX node names.
[[gnu::cold]] inline ScalarFunction::Rounding qonnx_rounding(const OnnxFileNode& node) {
    using Rounding = ScalarFunction::Rounding;
    const std::string mode = node.text("rounding_mode", "ROUND");
    if (mode == "ROUND" || mode == "HALF_EVEN") return Rounding::half_even;
    if (mode == "HALF_UP" || mode == "UP_HALF") return Rounding::half_up;
    if (mode == "FLOOR") return Rounding::floor;
    if (mode == "CEIL") return Rounding::ceiling;
    if (mode == "ROUND_TO_ZERO") return Rounding::to_zero;
    refuse(joined({"rounding_mode '", printable(mode), "' is none that is known"}));
}

/// Computes nodes whose inputs are constants.
class ConstantFolder {
  public:
    ConstantFolder(const OnnxFileNode& node, std::vector<const ImportConstant*> inputs)
        : node_(node), inputs_(std::move(inputs)) {}

    /// Nothing if the operation is none of constants.
    [[gnu::cold]] [[nodiscard]] std::optional<ImportConstant> fold() const {
        const std::string& operation = node_.operation;
        if (operation == "Constant") return constant();
        if (operation == "Identity" || operation == "Cast") return input(0);
        if (operation == "Transpose") return transpose();
        if (operation == "Reshape" || operation == "Squeeze" || operation == "Unsqueeze" || operation == "Flatten") {
            return reshape();
        }
        if (operation == "Add" || operation == "Sub" || operation == "Mul" || operation == "Div" ||
            operation == "Pow") {
            return arithmetic();
        }
        if (operation == "Sqrt" || operation == "Neg" || operation == "Floor" || operation == "Reciprocal") {
            return of_each();
        }
        if (operation == "Concat") return concat();
        if (operation == "Gather") return gather();
        if (operation == "Slice") return slice();
        return std::nullopt;
    }

  private:
    [[nodiscard]] const ImportConstant& input(std::size_t at) const {
        if (at >= inputs_.size() || inputs_[at] == nullptr) refuse(joined({"has no input ", at}));
        return *inputs_[at];
    }
    [[nodiscard]] const OnnxNumbers& plain(std::size_t at) const {
        if (input(at).is_quantized) refuse("computes with quantised constants, which is not read");
        return input(at).numbers;
    }

    [[nodiscard]] ImportConstant constant() const {
        if (const auto* found = node_.find("value"); found != nullptr && found->has_tensor) return {found->tensor};
        for (const char* name : {"value_float", "value_floats"}) {
            if (const auto* found = node_.find(name)) return {list(found->reals, name[11] == 's', 1)};
        }
        for (const char* name : {"value_int", "value_ints"}) {
            if (const auto* found = node_.find(name)) {
                return {list({found->integers.begin(), found->integers.end()}, name[9] == 's', 7)};
            }
        }
        refuse("has no numbers");
    }
    [[nodiscard]] static OnnxNumbers list(std::vector<double> values, bool is_list, int type) {
        OnnxNumbers numbers{{}, std::move(values), type};
        if (is_list) numbers.shape.push_back(numbers.count());
        if (!is_list && numbers.count() != 1) refuse("has no number");
        return numbers;
    }

    [[nodiscard]] ImportConstant transpose() const {
        ImportConstant result = input(0);
        std::vector<std::int64_t> order = node_.list("perm");
        if (order.empty()) {
            for (std::size_t i = result.numbers.shape.size(); i-- > 0;) order.push_back(static_cast<std::int64_t>(i));
        }
        result.numbers = permuted(result.numbers, order);
        const auto axis = static_cast<std::int64_t>(result.axis);
        result.axis = static_cast<std::size_t>(std::find(order.begin(), order.end(), axis) - order.begin());
        return result;
    }

    [[nodiscard]] ImportConstant reshape() const {
        ImportConstant result = input(0);
        if (result.scales.size() > 1) refuse("reshapes weights that have a scale for each channel, which is not read");
        std::vector<std::int64_t>& shape = result.numbers.shape;
        if (node_.operation == "Reshape") {
            shape = reshaped(shape, plain(1), node_.integer("allowzero", 0) == 0, result.numbers.count());
            return result;
        }
        if (node_.operation == "Flatten") {
            const std::int64_t axis = node_.integer("axis", 1);
            std::int64_t front = 1;
            for (std::int64_t i = 0; i < axis && i < static_cast<std::int64_t>(shape.size()); ++i) {
                front *= shape[static_cast<std::size_t>(i)];
            }
            if (front < 1) refuse("flattens nothing");
            shape = {front, result.numbers.count() / front};
            return result;
        }
        std::vector<std::int64_t> axes = inputs_.size() > 1 ? integers(plain(1)) : node_.list("axes");
        const bool adds = node_.operation == "Unsqueeze";
        const std::size_t rank = shape.size() + (adds ? axes.size() : 0);
        std::vector<bool> chosen(rank, axes.empty());
        for (const std::int64_t axis : axes) chosen[axis_of(axis, rank)] = true;
        std::vector<std::int64_t> sizes;
        std::size_t from = 0;
        for (std::size_t i = 0; i < rank; ++i) {
            if (adds && chosen[i]) {
                sizes.push_back(1);
            } else {
                const std::int64_t size = shape[from++];
                if (adds || !(chosen[i] && size == 1)) sizes.push_back(size);
            }
        }
        shape = sizes;
        return result;
    }

    /// Sizes are equal, or one of them is 1.
    [[nodiscard]] ImportConstant arithmetic() const {
        const std::vector<double> values[] = {input(0).reals(), input(1).reals()};
        const std::vector<std::int64_t> shapes[] = {input(0).numbers.shape, input(1).numbers.shape};
        const std::size_t rank = std::max(shapes[0].size(), shapes[1].size());
        OnnxNumbers result{std::vector<std::int64_t>(rank, 1), {}, input(0).numbers.type};
        std::vector<std::size_t> strides[2];
        for (std::size_t k = 0; k < 2; ++k) {
            strides[k].assign(rank, 0);
            std::size_t stride = 1;
            for (std::size_t i = 0; i < shapes[k].size(); ++i) {
                const std::size_t at = rank - 1 - i;
                const std::int64_t size = shapes[k][shapes[k].size() - 1 - i];
                if (size != 1) {
                    if (result.shape[at] != 1 && result.shape[at] != size) refuse("shapes do not fit each other");
                    result.shape[at] = size;
                    strides[k][at] = stride;
                }
                stride *= static_cast<std::size_t>(size);
            }
        }
        const std::size_t largest = std::max({values[0].size(), values[1].size(), std::size_t{1} << 16U});
        const auto count = onnx_count(result.shape, static_cast<std::int64_t>(largest));
        std::vector<std::int64_t> at(rank);
        for (std::int64_t n = 0; n < count; ++n) {
            std::size_t places[] = {0, 0};
            for (std::size_t i = 0; i < rank; ++i) {
                for (std::size_t k = 0; k < 2; ++k) places[k] += static_cast<std::size_t>(at[i]) * strides[k][i];
            }
            result.values.push_back(computed(values[0][places[0]], values[1][places[1]]));
            for (std::size_t i = rank; i-- > 0;) {
                if (++at[i] < result.shape[i]) break;
                at[i] = 0;
            }
        }
        return {result};
    }
    [[nodiscard]] double computed(double a, double b) const {
        const std::string& operation = node_.operation;
        return operation == "Add"   ? a + b
               : operation == "Sub" ? a - b
               : operation == "Mul" ? a * b
               : operation == "Div" ? a / b
                                    : std::pow(a, b);
    }

    [[nodiscard]] ImportConstant of_each() const {
        ImportConstant result{input(0).numbers};
        result.numbers.values = input(0).reals();
        for (double& x : result.numbers.values) {
            x = node_.operation == "Sqrt"    ? std::sqrt(x)
                : node_.operation == "Neg"   ? -x
                : node_.operation == "Floor" ? std::floor(x)
                                             : 1 / x;
        }
        return result;
    }

    [[nodiscard]] ImportConstant concat() const {
        OnnxNumbers result{{0}, {}, 7};
        for (std::size_t i = 0; i < inputs_.size(); ++i) {
            if (plain(i).shape.size() > 1) refuse("puts tensors of several axes together, which is not read");
            result.values.insert(result.values.end(), plain(i).values.begin(), plain(i).values.end());
        }
        result.shape = {result.count()};
        return {result};
    }

    [[nodiscard]] ImportConstant gather() const {
        const OnnxNumbers& from = plain(0);
        if (from.shape.size() != 1) refuse("takes elements of a tensor of several axes, which is not read");
        OnnxNumbers result{plain(1).shape, {}, from.type};
        for (const std::int64_t index : integers(plain(1))) {
            result.values.push_back(from.values[axis_of(index, from.values.size())]);
        }
        return {result};
    }

    [[nodiscard]] ImportConstant slice() const {
        const OnnxNumbers& from = plain(0);
        if (from.shape.size() != 1) refuse("takes a part of a tensor of several axes, which is not read");
        const auto at = [&](std::size_t i, const char* name, std::int64_t otherwise) {
            if (inputs_.size() > i && inputs_[i] != nullptr && plain(i).count() > 0) return integers(plain(i))[0];
            return node_.list(name).empty() ? otherwise : node_.list(name)[0];
        };
        const std::int64_t count = from.count();
        const auto within = [&](std::int64_t x) { return std::clamp<std::int64_t>(x < 0 ? x + count : x, 0, count); };
        const std::int64_t step = at(4, "steps", 1);
        if (step < 1) refuse("takes a part of a tensor from its end, which is not read");
        OnnxNumbers result{{}, {}, from.type};
        const std::int64_t end = within(at(2, "ends", count));
        for (std::int64_t i = within(at(1, "starts", 0)); i < end; i += std::min(step, count)) {
            result.values.push_back(from.values[static_cast<std::size_t>(i)]);
        }
        result.shape = {result.count()};
        return {result};
    }

    const OnnxFileNode& node_;
    std::vector<const ImportConstant*> inputs_;
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::io_detail
