// Trained parameters: what they are, and the numbers they start from.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/core/random.hpp"
#include "intaglio/model/facts.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// What parameters are. Weight decay applies to weights, and to those of quantisers that say so.
enum class ParameterKind : std::uint8_t { weight, gain, bias, quantizer };

/// A run of parameters of one kind in one layer.
struct ParameterRange {
    ParameterKind kind;
    std::int32_t row;
    std::int64_t begin;
    std::int64_t count;
    double limit = 0;     ///< largest magnitude that the optimiser leaves them; 0 if there is none
    double smallest = 0;  ///< what those of a quantiser do not fall below; 0 if there is no such bound
    bool decays = false;  ///< weight decay applies, as it does to all weights
};

namespace train {

/// The parameters of all rows: those of row i begin at first[i].
[[gnu::cold]] inline std::vector<ParameterRange> parameter_ranges(View<const Row> rows,
                                                                  View<const std::int64_t> first) {
    std::vector<ParameterRange> list;
    for (std::size_t i = 0; i < rows.size; ++i) {
        const Row& row = rows[i];
        std::int64_t begin = first[i];
        const auto add = [&](ParameterKind kind, std::int64_t count) {
            const bool weights = kind == ParameterKind::weight;
            const bool own = kind == ParameterKind::quantizer;
            if (count > 0) {
                list.push_back({kind, static_cast<std::int32_t>(i), begin, count,
                                weights && row.clips_weights ? 1.0 : 0.0, own ? row.trained->smallest : 0.0,
                                own ? row.trained->decays : weights});
            }
            begin += count;
        };
        add(ParameterKind::weight, row.weights);
        add(ParameterKind::gain, row.gains);
        add(ParameterKind::bias, row.biases);
        add(ParameterKind::quantizer, row.trained_parameters);
    }
    return list;
}

/// Normal deviate from two uniform ones (Box and Muller 1958).
inline double normal(Random& random) {
    constexpr double scale = 1.0 / 4294967296.0;
    const double u = (static_cast<double>(random()) + 0.5) * scale;
    const double v = (static_cast<double>(random()) + 0.5) * scale;
    return std::sqrt(-2.0 * std::log(u)) * std::cos(6.283185307179586 * v);
}

/// The numbers that a training starts from: weights are normal with variance 2 / fan-in, gains 1, biases 0, those of
/// quantisers what they declare.
[[gnu::cold]] inline void draw_parameters(const std::vector<ParameterRange>& ranges, View<const Row> rows,
                                          std::uint64_t seed, float* parameters) {
    for (const ParameterRange& range : ranges) {
        float* const begin = parameters + range.begin;
        if (range.kind != ParameterKind::weight) {
            const double initial = range.kind == ParameterKind::gain ? 1.0
                                   : range.kind == ParameterKind::bias
                                       ? 0.0
                                       : rows[static_cast<std::size_t>(range.row)].trained->initial;
            std::fill(begin, begin + range.count, static_cast<float>(initial));
            continue;
        }
        Random random(seed, static_cast<std::uint64_t>(range.row));
        const double fan_in = static_cast<double>(rows[static_cast<std::size_t>(range.row)].extents.fan_in());
        const double deviation = std::sqrt(2.0 / fan_in);
        for (std::int64_t i = 0; i < range.count; ++i) begin[i] = static_cast<float>(deviation * normal(random));
    }
}

}  // namespace train
}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
