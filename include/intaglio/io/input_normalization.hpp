// What happens to pixels before they reach a network that was trained elsewhere.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "intaglio/canonical/describe.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/finite.hpp"
#include "intaglio/host/text.hpp"
#include "intaglio/model/facts.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// The network of the file reads (x - mean) / deviation, one number each for every channel; x is what an input code
/// stands for, code / 255 for unsigned bytes. Empty: it reads x.
struct InputNormalization {
    std::vector<double> mean{};
    std::vector<double> deviation{};

    [[nodiscard]] bool exists() const { return !mean.empty() || !deviation.empty(); }
};

namespace io_detail {

/// Which values are the input, or an image of its numbers channel by channel (pooled, say), to whose readers the
/// normalisation belongs. Throws std::invalid_argument if the normalisation has other channels than the input or is not
/// finite, if a layer other than a product reads such a value, or if a product pads it with another colour than the
/// mean.
[[gnu::cold]] inline std::vector<bool> normalized_values(const FactsView& table,
                                                         const InputNormalization& normalization) {
    const auto fail = [](const std::string& reason) {
        throw std::invalid_argument(joined({"normalisation of the input: ", reason}));
    };
    const Value& input = table.value(0);
    const auto channels = static_cast<std::size_t>(input.shape.channels);
    if (normalization.mean.size() != channels || normalization.deviation.size() != channels) {
        fail(joined({normalization.mean.size(), " means and ", normalization.deviation.size(), " deviations for ",
                     channels, " channels"}));
    }
    for (std::size_t c = 0; c < channels; ++c) {
        if (!train::is_finite(normalization.mean[c])) fail(joined({"mean ", c, " is not finite"}));
        if (!train::is_finite(normalization.deviation[c]) || !(normalization.deviation[c] > 0)) {
            fail(joined({"deviation ", c, " is not positive"}));
        }
    }
    std::vector<bool> result(table.values.size);
    result[0] = true;
    for (const Row& row : table.rows) {
        const bool joins = row.second_input != none && result[static_cast<std::size_t>(row.second_input)];
        if (!joins && !result[static_cast<std::size_t>(row.input)]) continue;
        if (row.keeps_affine) {
            result[static_cast<std::size_t>(row.output)] = true;
            continue;
        }
        const std::string place = layer_text(row.path);
        if (row.weights == 0) fail(joined({place, " reads the input and has no weights that could take it"}));
        const ConvolutionExtents& e = row.extents;
        if (!e.has_padding()) continue;
        const auto denominator = static_cast<double>(table.value(row.input).denominator);
        for (std::size_t c = 0; c < channels; ++c) {
            const double colour = e.padding_code_of(static_cast<std::int32_t>(c)) / denominator;
            const double code = static_cast<double>(input.denominator);
            // Half a code is as near as a code can be.
            if (std::fabs(colour - normalization.mean[c]) * code > 0.5 + 1e-6) {
                fail(joined({place, " pads channel ", c, " with code ", std::to_string(colour * code),
                             ", but the mean is ", std::to_string(normalization.mean[c] * code),
                             ": give the input a PaddingValue"}));
            }
        }
    }
    return result;
}

}  // namespace io_detail

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
