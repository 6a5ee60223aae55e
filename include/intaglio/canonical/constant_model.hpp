// A model as a constant of a program, as export_cpp (io/export_cpp.hpp) writes it: weight codes packed by their bits,
// steps and logits in read-only memory, for the compiler to check against the network's type.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

#include "intaglio/canonical/describe.hpp"
#include "intaglio/canonical/network.hpp"
#include "intaglio/canonical/packed_codes.hpp"
#include "intaglio/canonical/signature.hpp"
#include "intaglio/core/array.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/text.hpp"
#include "intaglio/model/errors.hpp"

namespace intaglio {

INTAGLIO_MODEL_ERROR(network_is_not_the_one_that_was_exported)

inline namespace INTAGLIO_INSTRUCTION_SET {

/// The trained integers of one operation; what each list means, RowNumbers says. Weights are those of pack_units.
struct ConstantRow {
    std::span<const std::uint8_t> weights{};
    std::span<const std::int32_t> thresholds{};
    std::span<const std::uint8_t> falling{};
    std::span<const std::int32_t> multipliers{};
    std::span<const std::int64_t> addends{};
    std::span<const std::uint8_t> shifts{};
    std::span<const std::int64_t> numbers{};
};

namespace canonical_detail {

[[gnu::cold]] inline ModelNumbers read_constant(std::span<const ConstantRow> rows, std::int32_t logit_exponent,
                                                const FactsView& facts) {
    if (rows.size() != facts.rows.size) {
        throw std::invalid_argument(
            joined({"exported model: expected ", facts.rows.size, " rows, found ", rows.size()}));
    }
    ModelNumbers model;
    model.logit_exponent = logit_exponent;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const Row& row = facts.rows[i];
        const ConstantRow& from = rows[i];
        const auto copy = [](auto list) {
            return std::vector<std::remove_cv_t<typename decltype(list)::element_type>>(list.begin(), list.end());
        };
        RowNumbers numbers{{},
                           copy(from.thresholds),
                           copy(from.falling),
                           copy(from.multipliers),
                           copy(from.addends),
                           copy(from.shifts),
                           copy(from.numbers)};
        if (row.weights > 0) {
            if (from.weights.size() != packed_unit_bytes(row)) {
                throw std::invalid_argument(
                    joined({"exported model, ", place_text(row), ": expected ", packed_unit_bytes(row),
                            " bytes of weights, found ", from.weights.size()}));
            }
            numbers.weights.resize(static_cast<std::size_t>(row.weights));
            const std::size_t wrong = unpack_units(row, from.weights, numbers.weights);
            if (wrong < numbers.weights.size()) {
                throw std::invalid_argument(joined({"exported model, ", place_text(row), ": weight ", wrong,
                                                    " is none of its ", code_packing(row).states, " states"}));
            }
        }
        model.rows.push_back(std::move(numbers));
    }
    return model;
}

template <class Net, class Lines>
struct SignatureHashes;
template <class Net, std::size_t... Line>
struct SignatureHashes<Net, std::index_sequence<Line...>> {
    // Each line by itself: compilers count the work of one constant expression.
    template <std::size_t L>
    static constexpr std::uint64_t of_line = signature_hash(facts<Net>.view(), L);
    static constexpr Array<std::uint64_t, sizeof...(Line)> of{{of_line<Line>...}};
};

/// For `raise`: the first line of the signature of Net that is another one than when the model was exported.
template <class Net, const auto& Signature>
struct Export {
    struct Description {
        Problem problem;
    };
    static constexpr std::size_t rows = integer::row_count<Net>;
    static constexpr const auto& hashes = SignatureHashes<Net, std::make_index_sequence<rows + 1>>::of;

    static constexpr Description describe() {
        const std::size_t lines = std::size(Signature);
        for (std::size_t line = 0; line <= rows && line < lines; ++line) {
            if (hashes[line] == Signature[line]) continue;
            Path path{};
            path.push(Part::number, 0);
            return {{&network_is_not_the_one_that_was_exported, line == 0 ? path : facts<Net>.rows[line - 1].path, 0, 0,
                     &model_error::the<Net>::type}};
        }
        if (lines == rows + 1) return {};
        return {{&network_is_not_the_one_that_was_exported,
                 {},
                 static_cast<std::int64_t>(lines) - 1,
                 static_cast<std::int64_t>(rows),
                 &model_error::the<Net>::type}};
    }
    static constexpr Description description = describe();
};

}  // namespace canonical_detail

/// The trained integers of a network of type Net as a constant. It becomes a Model where one is asked for, so that
/// `IntegerNetwork<Net, Target> network(constant);` packs it for any target.
template <class Net>
struct ConstantModel {
    std::span<const ConstantRow> rows;
    std::int32_t logit_exponent = 0;

    /// Throws std::invalid_argument if the lists are none of export_cpp.
    [[gnu::cold]] operator Model<Net>() const {
        Model<Net> model;
        static_cast<ModelNumbers&>(model) = canonical_detail::read_constant(rows, logit_exponent, facts<Net>.view());
        return model;
    }
};

/// A constant model of Net. Does not compile unless `Signature` has the signature_hash of each of its lines: the error
/// names the layer that has changed since the model was exported.
template <class Net, const auto& Signature>
constexpr ConstantModel<Net> constant_model(std::span<const ConstantRow> rows, std::int32_t logit_exponent) {
    static_assert(raise<canonical_detail::Export<Net, Signature>>());
    return {rows, logit_exponent};
}

}  // namespace INTAGLIO_INSTRUCTION_SET
}  // namespace intaglio
