// Weight codes of quantised networks, and the quantiser that a type names for them.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "intaglio/core/codes.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/text.hpp"
#include "intaglio/io/import/chain.hpp"
#include "intaglio/io/import/graph.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::io_detail {

/// Codes in canonical order: [unit][row][column][channel].
[[nodiscard]] [[gnu::cold]] inline std::vector<std::int8_t> weight_codes(const ImportNode& of, const ImageShape& in) {
    const std::vector<double>& values = of.weights.numbers.values;
    const std::int64_t pixels = of.is_dense ? in.pixels() : of.window.height * of.window.width;
    const std::int64_t unit = static_cast<std::int64_t>(values.size()) / of.shape.channels;
    const std::int64_t channels = unit / pixels;
    std::vector<std::int8_t> codes(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (values[i] != std::floor(values[i]) || values[i] < -128 || values[i] > 127) {
            refuse(of.weights.is_quantized ? "has weight codes outside of -128 ... 127"
                                           : "has weights of real numbers, but reads codes");
        }
        const auto k = static_cast<std::int64_t>(i) % unit;
        const std::int64_t to = static_cast<std::int64_t>(i) - k + k % pixels * channels + k / pixels;
        codes[static_cast<std::size_t>(to)] = static_cast<std::int8_t>(values[i]);
    }
    return codes;
}
[[nodiscard]] [[gnu::cold]] inline std::vector<std::int64_t> weight_shape(const ImportNode& of) {
    const std::int64_t unit = of.weights.numbers.count() / of.shape.channels;
    if (of.is_dense) return {of.shape.channels, unit};
    return {of.shape.channels, of.window.height, of.window.width, unit / (of.window.height * of.window.width)};
}

/// The codes of the quantiser that the type names.
[[nodiscard]] inline CodeRange weight_range(const ImportNode& of) {
    const auto [least, most] = std::minmax_element(of.weights.numbers.values.begin(), of.weights.numbers.values.end());
    if (of.weights.is_sign) return {-1, 1};
    const bool is_known = of.weights.is_quantized && of.weights.highest <= 127;
    const double highest = std::max({std::fabs(*least), std::fabs(*most), is_known ? of.weights.highest : 0, 1.0});
    int bits = 2;
    while (std::ldexp(1.0, bits - 1) - 1 < highest && bits < 8) ++bits;
    const std::int64_t half = std::int64_t{1} << (bits - 1);
    return {*least == -static_cast<double>(half) ? -half : 1 - half, half - 1};
}
[[nodiscard]] inline std::string weight_text(const ImportNode& of, CodeRange codes) {
    if (of.weights.is_sign) return "BinaryWeights";
    return joined(
        {(codes.lowest == -codes.highest ? "QInt<" : "Lsq<"), CodeRange{-codes.highest, codes.highest}.bits(), ">"});
}

/// What an accumulator stands for: codes of weights and activations are multiplied, their scales, too.
[[nodiscard]] [[gnu::cold]] inline ImportAffine accumulator(const ImportNode& of, const std::vector<std::int8_t>& codes,
                                                            const ImportGrid& grid) {
    const auto channels = static_cast<std::size_t>(of.shape.channels);
    const std::size_t unit = codes.size() / channels;
    if (grid.offset != 0 && of.window.has_padding()) {
        refuse("pads codes of which none stands for 0, for which there is no layer");
    }
    ImportAffine affine{std::vector<double>(channels), std::vector<double>(channels)};
    const std::vector<double>& scales = of.weights.scales;
    for (std::size_t c = 0; c < channels; ++c) {
        const double scale = scales.empty() ? 1 : scales[scales.size() == 1 ? 0 : c];
        std::int64_t sum = 0;
        for (std::size_t i = 0; i < unit; ++i) sum += codes[c * unit + i];
        affine.slope[c] = scale * grid.scale;
        affine.offset[c] = scale * grid.offset * static_cast<double>(sum) + (of.bias.empty() ? 0 : of.bias[c]);
    }
    return affine;
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::io_detail
