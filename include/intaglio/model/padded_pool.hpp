// Average pools with padding, on integers: windows that hold fewer codes count each of them more often.
#pragma once

#include <cstdint>

#include "intaglio/core/inside_taps.hpp"
#include "intaglio/model/layer.hpp"
#include "intaglio/model/window.hpp"

namespace intaglio {

INTAGLIO_MODEL_ERROR(zeros_cannot_be_counted_between_a_norm_and_its_activation)

/// Positions of the padding of an average pool count as zeros: every average is that of a whole window. Without it,
/// averages are those of the positions inside of the image.
struct CountPadding {
    using option = option::padding_of_averages;
};

namespace detail {

struct LeaveOutPadding {
    using option = option::padding_of_averages;
};

/// The smallest number that the counts of all windows in one direction divide; 0 if it exceeds 32 bits.
constexpr std::int64_t common_multiple(std::int32_t positions, std::int32_t stride, std::int32_t padding,
                                       std::int32_t taps, std::int32_t size) {
    std::int64_t multiple = taps;
    const auto include = [&](std::int32_t position) {
        std::int64_t a = multiple;
        std::int64_t b = inside_taps(position, stride, padding, taps, size).count;
        const std::int64_t count = b;
        while (b != 0) {
            const std::int64_t rest = a % b;
            a = b;
            b = rest;
        }
        multiple = multiple / a * count;
        return multiple <= INT32_MAX;
    };
    // Only windows that reach over an end have fewer: those in front, then those behind.
    for (std::int32_t p = 0; p < positions && std::int64_t{p} * stride < padding; ++p) {
        if (!include(p)) return 0;
    }
    for (std::int32_t p = positions - 1; p >= 0 && std::int64_t{p} * stride - padding + taps > size; --p) {
        if (!include(p)) return 0;
    }
    return multiple;
}

}  // namespace detail

namespace primitive {

/// Sums over windows with padding. Without `CountsPadding` the sum over n of N positions counts L / n times, L being
/// the smallest number that all n divide: every result is a sum of L codes, and L moves into the denominator.
template <bool CountsPadding>
struct PaddedSumPool {
    /// How many codes a result is the sum of, in both directions; 0 if that exceeds 32 bits.
    static constexpr Array<std::int64_t, 2> codes_of_sum(const ConvolutionExtents& e) {
        if (CountsPadding) return {{e.kernel_height, e.kernel_width}};
        return {{intaglio::detail::common_multiple(e.out.height, e.stride_height, e.padding_height, e.kernel_height,
                                                   e.in.height),
                 intaglio::detail::common_multiple(e.out.width, e.stride_width, e.padding_width, e.kernel_width,
                                                   e.in.width)}};
    }

    static constexpr void describe(Builder& b, const ConvolutionExtents& e) {
        Value out = b.in();
        if (CountsPadding && out.norm_row != none) {
            b.fail({.kind = &zeros_cannot_be_counted_between_a_norm_and_its_activation});
        }
        const Array<std::int64_t, 2> counts = codes_of_sum(e);
        const std::int64_t count = counts.data[0] * counts.data[1];
        if (count == 0 || count > INT32_MAX) {
            b.fail(accumulator_needs_more_than_32_bits, 32, 64);
            return;
        }
        out.shape = e.out;
        out.codes = {out.codes.lowest * count, out.codes.highest * count};
        if (CountsPadding && out.codes.lowest > 0) out.codes.lowest = 0;
        if (CountsPadding && out.codes.highest < 0) out.codes.highest = 0;
        out.denominator *= count;
        if (out.codes.highest < INT32_MAX && out.codes.lowest > INT32_MIN) {
            out.padding_code *= static_cast<std::int32_t>(count);
            for (std::int32_t& code : out.padding_codes.code.data) code *= static_cast<std::int32_t>(count);
        }
        if (out.storage != Storage::int32 && out.storage != Storage::float32) out.storage = smallest_storage(out.codes);
        b.append(Row{.kind = CountsPadding ? "pool with zeros" : "pool",
                     .sums_codes = !CountsPadding,
                     .keeps_affine = !CountsPadding,
                     .multiplies = !CountsPadding && count > 1,
                     .extents = e,
                     .settings = counts},
                 out);
    }
};

}  // namespace primitive

namespace detail {

/// The padding of a pool that is given none.
struct NoPadding {
    using option = option::padding;
};

/// The sums of an average pool with this padding.
template <class Pad, class Own>
struct SumsWith {
    using Counts = find_option<option::padding_of_averages, LeaveOutPadding, Own, mp_list<>>;
    using type = primitive::PaddedSumPool<std::is_same_v<Counts, CountPadding>>;
};
template <class Own>
struct SumsWith<NoPadding, Own> {
    using type = primitive::SumPool;
};

}  // namespace detail

}  // namespace intaglio
