// How the integers of the canonical model lie in the parameters of an integer program, and the way back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <type_traits>
#include <vector>

#include "intaglio/canonical/step.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/text.hpp"
#include "intaglio/integer/operations.hpp"

namespace intaglio::model_error {
template <class...>
struct operation_has_parameters_but_no_packing_specialise_Packing;
}  // namespace intaglio::model_error

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// The packing of an operation's integers; specialised for each primitive operation whose integer program has
/// parameters. A specialisation has
/// - `pack<Set, Kind>(const RowNumbers&, const integer::Site&, std::byte* to)`,
/// - `compare<Set, Kind>(const RowNumbers&, const FactsView&, const Row&, const integer::Site&, const std::byte*
/// packed,
///   const Sides&, Certificate&)`: proves that the packed parameters compute what the numbers say.
/// Sites have no places; `to` and `packed` are the parameters of the operation alone.
template <class Primitive>
struct Packing : Missing<model_error::operation_has_parameters_but_no_packing_specialise_Packing<Primitive>> {};

template <class Weight, class Standardization>
struct Packing<primitive::Product<Weight, Standardization>> {
    template <class Set, class Kind>
    static void pack(const RowNumbers& numbers, const integer::Site& site, std::byte* to) {
        integer::kernel_of<Kind::variant>::template pack_weights<Set>(site.extents, numbers.weights.data(), to);
    }
    template <class Set, class Kind>
    [[gnu::cold]] static void compare(const RowNumbers& numbers, const FactsView&, const Row&,
                                      const integer::Site& site, const std::byte* packed, const Sides& sides,
                                      Certificate& certificate) {
        using Kernel = integer::kernel_of<Kind::variant>;
        std::vector<std::int8_t> read(numbers.weights.size());
        Kernel::template unpack_weights<Set>(site.extents, packed, read.data());
        const std::int64_t differences = certificate.differences;
        for (std::size_t i = 0; i < read.size(); ++i) {
            ++certificate.weights_compared;
            if (read[i] != numbers.weights[i]) certificate.difference(joined({sides.where, ", weight ", i}));
        }
        // Kernels also multiply what fills up the last vectors, and rely on its being zero.
        std::vector<std::byte> again(Kernel::template weight_bytes<Set>(site.extents) + 64);
        auto* const aligned_to = again.data() + (64 - reinterpret_cast<std::uintptr_t>(again.data()) % 64) % 64;
        pack<Set, Kind>(numbers, site, aligned_to);
        if (certificate.differences == differences && std::memcmp(aligned_to, packed, again.size() - 64) != 0) {
            certificate.difference(joined({sides.where, ", between the packed weights"}));
        }
    }
};

namespace canonical_detail {

template <class T>
void copy_to(const std::vector<T>& from, std::byte* to) {
    if (!from.empty()) std::memcpy(to, from.data(), from.size() * sizeof(T));
}

}  // namespace canonical_detail

template <class Target>
struct Packing<primitive::Quantize<Target>> {
    template <class Set, class Kind>
    static void pack(const RowNumbers& numbers, const integer::Site& site, std::byte* to) {
        const std::int32_t channels = site.extents.out.channels;
        if constexpr (Kind::variant == integer::StepKind::thresholds) {
            const integer::ThresholdLayout layout = integer::threshold_layout(site.step.levels, channels);
            const std::vector<std::int32_t> flip(numbers.falling.begin(), numbers.falling.end());
            canonical_detail::copy_to(numbers.thresholds, to + layout.thresholds);
            for (std::size_t c = 0; c < flip.size(); ++c) {
                const std::int32_t mask = -flip[c];
                std::memcpy(to + layout.flip + c * 4, &mask, 4);
            }
        } else {
            const integer::DyadicLayout layout = integer::dyadic_layout(channels, site.step);
            canonical_detail::copy_to(numbers.multipliers, to + layout.multiplier);
            canonical_detail::copy_to(numbers.addends, to + layout.addend);
            canonical_detail::copy_to(numbers.shifts, to + layout.shift);
        }
    }
    template <class Set, class Kind>
    [[gnu::cold]] static void compare(const RowNumbers& numbers, const FactsView& facts, const Row& row,
                                      const integer::Site& site, const std::byte* packed, const Sides& sides,
                                      Certificate& certificate) {
        const std::int32_t channels = site.extents.out.channels;
        const auto kernel = [&](const std::int32_t* accumulators, std::int32_t* found) {
            using Out = typename Kind::output;
            std::vector<typename Kind::input> in(static_cast<std::size_t>(channels));
            std::vector<Out> out(in.size());
            for (std::size_t c = 0; c < in.size(); ++c) in[c] = static_cast<typename Kind::input>(accumulators[c]);
            integer::step<Set, Kind::variant>(site.step, in.data(), 1, channels, packed, out.data());
            if constexpr (kernels::planes_of < Out >> 0) {
                const kernels::PlaneForm form{site.step.lowest, site.step.spacing, kernels::planes_of<Out>};
                kernels::unpack_planes(kernels::words_in(out.data()), {1, 1, channels}, form, found);
            } else {
                for (std::size_t c = 0; c < in.size(); ++c) found[c] = static_cast<std::int32_t>(out[c]);
            }
        };
        compare_steps(facts.value(row.input).codes, row.codes, channels,
                      step_function(numbers, site.step, static_cast<std::size_t>(channels)), kernel, {},
                      row.code_spacing, sides, certificate);
    }
};

/// The entries as codes.
template <class Function>
struct Packing<primitive::CodeTable<Function>> {
    template <class Set, class Kind>
    static void pack(const RowNumbers& numbers, const integer::Site&, std::byte* to) {
        const std::vector<typename Kind::output> codes(numbers.numbers.begin(), numbers.numbers.end());
        canonical_detail::copy_to(codes, to);
    }
    template <class Set, class Kind>
    [[gnu::cold]] static void compare(const RowNumbers& numbers, const FactsView&, const Row&, const integer::Site&,
                                      const std::byte* packed, const Sides& sides, Certificate& certificate) {
        const auto* codes = reinterpret_cast<const typename Kind::output*>(packed);
        for (std::size_t i = 0; i < numbers.numbers.size(); ++i) {
            ++certificate.steps_compared;
            if (codes[i] != numbers.numbers[i]) certificate.difference(joined({sides.where, ", entry ", i}));
        }
    }
};

template <>
struct Packing<primitive::Logits> {
    template <class Set, class Kind>
    static void pack(const RowNumbers& numbers, const integer::Site& site, std::byte* to) {
        const integer::LogitLayout layout = integer::logit_layout(site.extents.in.channels, site.step);
        canonical_detail::copy_to(numbers.multipliers, to + layout.multiplier);
        canonical_detail::copy_to(numbers.addends, to + layout.addend);
    }
    template <class Set, class Kind>
    [[gnu::cold]] static void compare(const RowNumbers& numbers, const FactsView&, const Row&,
                                      const integer::Site& site, const std::byte* packed, const Sides& sides,
                                      Certificate& certificate) {
        const std::int32_t classes = site.extents.in.channels;
        const integer::LogitLayout layout = integer::logit_layout(classes, site.step);
        const auto* multipliers = reinterpret_cast<const std::int32_t*>(packed + layout.multiplier);
        const auto* addends = reinterpret_cast<const std::int64_t*>(packed + layout.addend);
        for (std::int32_t c = 0; c < classes; ++c) {
            const std::size_t m = site.step.one_multiplier ? 0 : static_cast<std::size_t>(c);
            const std::size_t a = site.step.one_addend ? 0 : static_cast<std::size_t>(c);
            certificate.logits_compared += 2;
            if (multipliers[m] != numbers.multipliers[m] || addends[a] != numbers.addends[a]) {
                certificate.difference(joined({sides.where, ", class ", c}));
            }
        }
    }
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
