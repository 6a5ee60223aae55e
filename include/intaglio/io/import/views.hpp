// Views of images: which axes of a tensor run over channels, rows and columns.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/io/import/graph.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::io_detail {

using ImageAxes = std::vector<std::vector<ImageAxis>>;

[[nodiscard]] inline std::int64_t axis_size(const std::vector<ImageAxis>& axis, const ImageShape& shape) {
    std::int64_t size = 1;
    for (const ImageAxis part : axis) size *= shape.of(part);
    return size;
}

/// Channels, rows and columns, or channels and columns: what convolutions and pools read.
[[nodiscard]] inline ImageAxes image_axes(std::size_t rank) {
    if (rank == 2) return {{ImageAxis::channel}, {ImageAxis::column}};
    return {{ImageAxis::channel}, {ImageAxis::row}, {ImageAxis::column}};
}
[[nodiscard]] inline bool is_image(const ImportValue& value) {
    const std::size_t rank = value.axes.size();
    if (rank != 2 && rank != 3) return false;
    const ImageAxes expected = image_axes(rank);
    for (std::size_t i = 0; i < rank; ++i) {
        if (!value.axes[i].empty() && value.axes[i] != expected[i]) return false;
    }
    return true;
}
/// Throws unless the value has axes in the order of ONNX.
[[gnu::cold]] inline void require_image(const ImportValue& value) {
    if (!is_image(value)) refuse("reads a tensor whose axes are not images, channels, rows, columns");
}

/// The order in which a vector of one axis runs over the image, without axes of one element.
enum class FlatOrder : std::uint8_t { channels_first, channels_last };
[[gnu::cold]] inline FlatOrder flat_order(const std::vector<ImageAxis>& axis) {
    if (std::is_sorted(axis.begin(), axis.end())) return FlatOrder::channels_first;
    if (axis.back() == ImageAxis::channel && std::is_sorted(axis.begin(), axis.end() - 1)) {
        return FlatOrder::channels_last;
    }
    refuse(
        "reads a vector that runs over the image in an order other than channels, rows, columns or rows, columns, "
        "channels");
}

/// The axes after a Reshape to these sizes, the first of which counts images.
[[gnu::cold]] inline ImageAxes regrouped(const ImportValue& value, const ImageShape& shape,
                                         const std::vector<std::int64_t>& sizes, std::int64_t batch) {
    if (sizes.empty() || sizes[0] != batch) refuse("reshapes across images");
    std::vector<ImageAxis> parts;
    for (const std::vector<ImageAxis>& axis : value.axes) parts.insert(parts.end(), axis.begin(), axis.end());
    ImageAxes axes;
    std::size_t next = 0;
    for (std::size_t i = 1; i < sizes.size(); ++i) {
        std::int64_t left = sizes[i];
        std::vector<ImageAxis>& axis = axes.emplace_back();
        while (left > 1 && next < parts.size() && left % shape.of(parts[next]) == 0) {
            left /= shape.of(parts[next]);
            axis.push_back(parts[next++]);
        }
        if (left != 1) refuse("reshapes across channels, rows or columns, for which there is no layer");
    }
    if (next != parts.size()) refuse("reshapes across channels, rows or columns, for which there is no layer");
    return axes;
}

/// One number for the whole image or one for each channel, from a constant that is combined with the image.
[[gnu::cold]] inline std::vector<double> per_channel(const ImportConstant& constant, const ImportValue& value,
                                                     const ImageShape& shape) {
    std::vector<double> numbers = constant.reals();
    for (const double x : numbers) {
        if (!(x - x == 0)) refuse("has a constant that is not finite");
    }
    if (numbers.size() == 1) return numbers;
    const std::vector<std::int64_t>& sizes = constant.numbers.shape;
    for (std::size_t i = 0; i < sizes.size(); ++i) {
        const std::size_t from_end = sizes.size() - 1 - i;
        if (sizes[from_end] == 1) continue;
        if (i >= value.axes.size()) break;
        const std::vector<ImageAxis>& axis = value.axes[value.axes.size() - 1 - i];
        if (axis == std::vector<ImageAxis>{ImageAxis::channel} && sizes[from_end] == shape.channels &&
            static_cast<std::int64_t>(numbers.size()) == shape.channels) {
            return numbers;
        }
        break;
    }
    refuse("combines an image with a constant that is neither one number nor one for each channel");
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::io_detail
