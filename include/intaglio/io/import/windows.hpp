// Windows of convolutions and pools in ONNX files.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/io/import/graph.hpp"
#include "intaglio/io/onnx/file.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::io_detail {

/// A window in one direction.
struct ImportTaps {
    std::int64_t count = 1;
    std::int64_t stride = 1;
    std::int64_t dilation = 1;
    std::int64_t before = 0;
    std::int64_t after = 0;

    [[nodiscard]] std::int64_t reach() const { return dilation * (count - 1) + 1; }
    [[nodiscard]] std::int64_t positions(std::int64_t size, bool rounds_up) const {
        const std::int64_t space = size + before + after - reach();
        if (space < 0) refuse("its window is larger than the image");
        std::int64_t steps = space / stride;
        // A last window that does not fit counts if it begins on the image or its padding in front.
        if (rounds_up && steps * stride < space && (steps + 1) * stride < size + before) ++steps;
        return steps + 1;
    }
};

/// The attributes of a window over an image of two or of one dimension, and the shape of its result.
[[gnu::cold]] inline ImportWindow window_of(const OnnxFileNode& node, const std::vector<std::int64_t>& kernel,
                                            const ImageShape& in, ImageShape& out) {
    const std::size_t rank = kernel.size();
    if (rank != 1 && rank != 2) refuse(joined({"has a window of ", rank, " dimensions"}));
    const auto list = [&](const char* name, std::size_t size, std::int64_t otherwise) {
        std::vector<std::int64_t> numbers = node.list(name);
        if (numbers.empty()) numbers.assign(size, otherwise);
        if (numbers.size() != size) refuse(joined({"'", name, "' has ", numbers.size(), " numbers, expected ", size}));
        for (const std::int64_t number : numbers) {
            if (number < otherwise || number > 65536) refuse(joined({"'", name, "' has the number ", number}));
        }
        return numbers;
    };
    const std::vector<std::int64_t> strides = list("strides", rank, 1);
    const std::vector<std::int64_t> dilations = list("dilations", rank, 1);
    const std::vector<std::int64_t> pads = list("pads", 2 * rank, 0);
    const std::string automatic = node.text("auto_pad", "NOTSET");
    const bool rounds_up = node.integer("ceil_mode", 0) != 0;
    ImportTaps taps[2];
    for (std::size_t i = 0; i < rank; ++i) {
        ImportTaps& t = taps[2 - rank + i];
        if (kernel[i] < 1 || kernel[i] > 65536) refuse(joined({"has a window of ", kernel[i], " pixels"}));
        t = {kernel[i], strides[i], dilations[i], pads[i], pads[rank + i]};
    }
    const std::int64_t sizes[] = {in.height, in.width};
    std::int64_t positions[2];
    for (std::size_t i = 0; i < 2; ++i) {
        ImportTaps& t = taps[i];
        if (automatic == "SAME_UPPER" || automatic == "SAME_LOWER") {
            const std::int64_t steps = (sizes[i] + t.stride - 1) / t.stride;
            const std::int64_t padding = std::max<std::int64_t>((steps - 1) * t.stride + t.reach() - sizes[i], 0);
            t.before = automatic == "SAME_UPPER" ? padding / 2 : padding - padding / 2;
            t.after = padding - t.before;
        } else if (automatic != "NOTSET" && automatic != "VALID") {
            refuse(joined({"auto_pad '", printable(automatic), "' is not read"}));
        }
        positions[i] = t.positions(sizes[i], rounds_up);
        // Padding behind that no window reaches is as good as the same padding on both sides.
        const ImportTaps even{t.count, t.stride, t.dilation, t.before, t.before};
        if (t.after < t.before && even.positions(sizes[i], false) == positions[i]) t.after = t.before;
        if (rounds_up && positions[i] > t.positions(sizes[i], false)) {
            refuse("has ceil_mode with a last window that reaches beyond the padding, for which there is no layer");
        }
    }
    out.height = positions[0];
    out.width = positions[1];
    return {.height = taps[0].count,
            .width = taps[1].count,
            .stride_height = taps[0].stride,
            .stride_width = taps[1].stride,
            .dilation_height = taps[0].dilation,
            .dilation_width = taps[1].dilation,
            .top = taps[0].before,
            .left = taps[1].before,
            .bottom = taps[0].after,
            .right = taps[1].after};
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::io_detail
