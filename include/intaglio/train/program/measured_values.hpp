// How many values the statistics of norms are taken from: the deviation of a single one is 0, whatever it is.
#pragma once

#include <boost/mp11/list.hpp>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>

#include "intaglio/canonical/describe.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/text.hpp"
#include "intaglio/model/facts.hpp"
#include "intaglio/model/primitives.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train {

namespace detail {

template <class Primitive>
struct Measured {
    static constexpr Per what = Per::nothing;
};
template <class Normalization, bool OneGain>
struct Measured<primitive::Norm<Normalization, OneGain>> {
    static constexpr Per what = Normalization::statistics;
};

template <class Net, class Primitives>
struct MeasuredValues;
template <class Net, class... Primitives>
struct MeasuredValues<Net, boost::mp11::mp_list<Primitives...>> {
    static constexpr auto make() {
        constexpr Per what[] = {Measured<Primitives>::what...};
        Array<std::int64_t, sizeof...(Primitives)> values{};
        for (std::size_t i = 0; i < sizeof...(Primitives); ++i) {
            const Shape shape = facts<Net>.value(facts<Net>.rows[i].output).shape;
            if (what[i] == Per::layer) values[i] = shape.size();
            if (what[i] == Per::channel) values[i] = shape.pixels();
        }
        return values;
    }
};

}  // namespace detail

/// Per row: how many values of one image each statistic is taken from; 0 of rows that keep no running statistics.
template <class Net>
inline constexpr auto measured_values = detail::MeasuredValues<Net, typename Net::primitives>::make();

inline constexpr std::size_t every_row = SIZE_MAX;

/// Throws std::invalid_argument, which names the layer, if one of the rows first_row ... end_row - 1 would take its
/// statistics from a single value of a single image; `batch` says of which.
template <class Net>
[[gnu::cold]] void check_single_image(const std::string& batch, std::size_t first_row = 0,
                                      std::size_t end_row = every_row) {
    constexpr const auto& values = measured_values<Net>;
    const FactsView table = facts<Net>.view();
    for (std::size_t i = first_row; i < end_row && i < values.size(); ++i) {
        if (values[i] != 1) continue;
        throw std::invalid_argument(
            joined({batch, ": the ", table.rows[i].detail, " of ", layer_text(table.rows[i].path),
                    " would take mean and deviation from a single value; it needs at least 2 images"}));
    }
}

/// The same for the batches of an epoch: all are full but the last one, which may be a single image.
template <class Net>
[[gnu::cold]] void check_batches(std::int64_t samples, std::int64_t batch, std::size_t end_row = every_row) {
    const bool all = batch == 1 || samples == 1;
    if (!all && samples % batch != 1) return;
    const std::int64_t batches = (samples + batch - 1) / batch;
    check_single_image<Net>(joined({"batch ", all ? 1 : batches, " of ", batches, ", of ", samples,
                                    " samples in batches of ", batch, ", has 1 image"}),
                            0, end_row);
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train
