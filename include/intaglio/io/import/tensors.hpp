// Permutations, shapes and axes of tensors in ONNX files.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/text.hpp"
#include "intaglio/io/import/graph.hpp"
#include "intaglio/io/onnx/tensor.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::io_detail {

/// The numbers of a tensor after a permutation of its axes: axis i of the result is axis order[i].
[[gnu::cold]] inline OnnxNumbers permuted(const OnnxNumbers& from, const std::vector<std::int64_t>& order) {
    const std::size_t rank = from.shape.size();
    if (order.size() != rank) refuse("a permutation has another number of axes than its tensor");
    std::vector<std::size_t> seen(rank);
    for (const std::int64_t axis : order) {
        if (axis < 0 || axis >= static_cast<std::int64_t>(rank) || seen[static_cast<std::size_t>(axis)]++ != 0) {
            refuse("a list of axes is no permutation");
        }
    }
    std::vector<std::size_t> strides(rank, 1);
    for (std::size_t i = rank; i > 1; --i)
        strides[i - 2] = strides[i - 1] * static_cast<std::size_t>(from.shape[i - 1]);
    OnnxNumbers to{{}, std::vector<double>(from.values.size()), from.type};
    for (const std::int64_t axis : order) to.shape.push_back(from.shape[static_cast<std::size_t>(axis)]);
    std::vector<std::int64_t> at(rank);
    for (double& value : to.values) {
        std::size_t place = 0;
        for (std::size_t i = 0; i < rank; ++i) {
            place += static_cast<std::size_t>(at[i]) * strides[static_cast<std::size_t>(order[i])];
        }
        value = from.values[place];
        for (std::size_t i = rank; i-- > 0;) {
            if (++at[i] < to.shape[i]) break;
            at[i] = 0;
        }
    }
    return to;
}

[[gnu::cold]] inline std::vector<std::int64_t> integers(const OnnxNumbers& numbers) {
    std::vector<std::int64_t> all;
    for (const double value : numbers.values) {
        all.push_back(static_cast<std::int64_t>(std::clamp(std::isnan(value) ? 0 : value, -0x1p62, 0x1p62)));
    }
    return all;
}

/// The shape that a Reshape asks for; 0 keeps a size, -1 is what is left.
[[gnu::cold]] inline std::vector<std::int64_t> reshaped(const std::vector<std::int64_t>& from,
                                                        const OnnxNumbers& numbers, bool zero_keeps,
                                                        std::int64_t count) {
    const std::vector<std::int64_t> wanted = integers(numbers);
    std::vector<std::int64_t> to;
    std::int64_t known = 1;
    std::size_t free = wanted.size();
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        std::int64_t size = wanted[i];
        if (size == 0 && zero_keeps && i < from.size()) size = from[i];
        if (size == -1 && free == wanted.size()) {
            free = i;
            size = 1;
        }
        if (size < 1 || known > INT32_MAX / size) refuse("a shape is not one");
        known *= size;
        to.push_back(size);
    }
    if (free < wanted.size() && count % known == 0) to[free] = count / known;
    if (known * (free < wanted.size() ? to[free] : 1) != count) {
        refuse(joined({"a shape of ", known, " elements for ", count}));
    }
    return to;
}

/// Negative axes count from the end.
[[gnu::cold]] inline std::size_t axis_of(std::int64_t axis, std::size_t rank) {
    const std::int64_t from_front = axis < 0 ? axis + static_cast<std::int64_t>(rank) : axis;
    if (from_front < 0 || from_front >= static_cast<std::int64_t>(rank)) {
        refuse(joined({"there is no axis ", axis, " of ", rank}));
    }
    return static_cast<std::size_t>(from_front);
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::io_detail
