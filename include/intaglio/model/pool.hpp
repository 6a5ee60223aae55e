// Average pooling on integers: the sum of the codes is kept, its divisor moves into the next step.
#pragma once

#include "intaglio/model/layer.hpp"
#include "intaglio/model/padded_pool.hpp"
#include "intaglio/model/window.hpp"

namespace intaglio {

INTAGLIO_MODEL_ERROR(this_layer_reads_codes_put_the_activation_before_it)
INTAGLIO_MODEL_ERROR(real_numbers_have_no_codes_to_requantize_to)
INTAGLIO_MODEL_ERROR(window_is_too_large_for_an_average_that_is_rounded)

/// The average of codes is rounded to the codes that it was made from, half up, so that whatever reads codes may
/// follow: floor((2 sum + n) / (2 n)) for n codes, exactly. With `MultiplierBits` of fewer than 31 bits that holds as
/// long as (states - 1) n + 2 is below 2 to the power of the bits, and for n that are powers of two.
struct Requantize {
    using option = option::requantize;
};

/// The derivative of a rounding that clamps nothing: 1.
struct Rounding {
    static constexpr const char* name = "rounding";
};

namespace detail {

/// A target of steps whose codes follow from the value that the step reads.
struct SameCodes {
    using surrogate = Rounding;
};

struct NoRequantize {
    using option = option::requantize;
};
/// Without `Stride`, a pool's windows do not overlap.
struct WindowStride {
    using option = option::stride;
};

/// Layers that read codes do not read accumulators.
constexpr void check_codes(Builder& b) {
    if (b.in().pending) b.fail(this_layer_reads_codes_put_the_activation_before_it, 8, b.in().codes.bits());
}

/// The extents of a pool. Without `Stride` the windows must cover the padded image exactly.
template <Window Size, bool OneDimensional, class Own>
struct PoolExtents {
    using Step = find_option<option::stride, WindowStride, Own, mp_list<>>;
    using Pad = find_option<option::padding, Padding<0>, Own, mp_list<>>;
    static constexpr bool tiles = std::is_same_v<Step, WindowStride>;

    static constexpr ConvolutionExtents make(Builder& b) {
        const Shape in = b.in().shape;
        WindowTaps w{{.count = Size.is_whole ? in.height : Size.height},
                     {.count = Size.is_whole ? in.width : Size.width}};
        if (w.rows.count < 1 || w.columns.count < 1) {
            b.fail(window_must_be_positive, 1, w.rows.count < w.columns.count ? w.rows.count : w.columns.count);
        }
        if constexpr (OneDimensional) {
            check_signal(b);
            check_one_number<Step>(b);
            check_padding_in_time<Pad>(b);
        }
        if constexpr (tiles) {
            w.rows.stride = w.rows.count;
            w.columns.stride = w.columns.count;
        } else {
            w.rows.stride = OneDimensional ? 1 : Step::height;
            w.columns.stride = Step::width;
        }
        pad<Pad, OneDimensional>(b, w);
        check_taps(b, w.rows);
        check_taps(b, w.columns);
        if (tiles && !b.failed()) {
            check_tiles(b, in.height, w.rows);
            check_tiles(b, in.width, w.columns);
        }
        ConvolutionExtents e{.in = in,
                             .out = {1, 1, in.channels},
                             .kernel_height = w.rows.count,
                             .kernel_width = w.columns.count,
                             .stride_height = w.rows.stride,
                             .stride_width = w.columns.stride};
        e.out.height = positions(b, in.height, w.rows);
        e.out.width = positions(b, in.width, w.columns);
        if (b.failed()) return e;
        e.padding_height = static_cast<std::int32_t>(w.rows.before);
        e.padding_width = static_cast<std::int32_t>(w.columns.before);
        return e;
    }

  private:
    static constexpr void check_tiles(Builder& b, std::int32_t in, const Taps& taps) {
        const std::int64_t padded = taps.padded(in);
        if (padded % taps.count != 0) b.fail(window_does_not_divide_the_image, taps.count, padded);
    }
};

template <Window Size, bool OneDimensional, class Own>
struct ResolvedAvgPool {
    static constexpr bool requantizes =
        std::is_same_v<find_option<option::requantize, NoRequantize, Own, mp_list<>>, Requantize>;
    using Sums = typename SumsWith<find_option<option::padding, NoPadding, Own, mp_list<>>, Own>::type;
    using Step = primitive::Quantize<SameCodes>;
    using primitives = mp_append<mp_list<Sums>, std::conditional_t<requantizes, mp_list<Step>, mp_list<>>>;

    static constexpr void describe(Builder& b) {
        constexpr Problem problem = OptionCheck<
            Own, mp_list<option::stride, option::requantize, option::padding, option::padding_of_averages>>::problem();
        if (problem.exists()) b.fail(problem);
        const Value in = b.in();
        const ConvolutionExtents extents = PoolExtents<Size, OneDimensional, Own>::make(b);
        if constexpr (requantizes) check_average(b, extents);
        if (b.failed()) return;
        Sums::describe(b, extents);
        if (b.failed()) return;
        if constexpr (requantizes) {
            // A scale that is trained stays what it is: the average of codes is one of codes.
            Step::describe(b, Value{.codes = in.codes,
                                    .denominator = in.denominator,
                                    .scaled = in.trained_scale,
                                    .trained_scale = in.trained_scale,
                                    .padding_code = in.padding_code,
                                    .padding_codes = in.padding_codes});
        }
    }

  private:
    /// What an average that is rounded needs.
    static constexpr void check_average(Builder& b, const ConvolutionExtents& e) {
        check_codes(b);
        if (b.in().storage == Storage::float32) b.fail(real_numbers_have_no_codes_to_requantize_to, 0, 0);
        if (b.failed()) return;
        // What a multiplier of 31 bits divides exactly.
        std::int64_t count = std::int64_t{e.kernel_height} * e.kernel_width;
        if constexpr (!std::is_same_v<Sums, primitive::SumPool>) {
            const Array<std::int64_t, 2> counts = Sums::codes_of_sum(e);
            count = counts.data[0] * counts.data[1] > INT32_MAX ? INT32_MAX : counts.data[0] * counts.data[1];
        }
        const std::int64_t width = b.in().codes.states() - 1;
        if (count * width > INT32_MAX - 2) {
            b.fail(window_is_too_large_for_an_average_that_is_rounded, (INT32_MAX - 2) / width, count);
        }
    }
};

}  // namespace detail

/// Average over windows: AvgPool<2>, AvgPool<Window{1, 4}>, AvgPool<whole_image>. Windows do not overlap, and the image
/// is a multiple of the window, unless a `Stride` is given. Averages are those of the positions inside of the image,
/// unless `CountPadding` is given. Options: Stride, Requantize, Padding, SamePadding, SameUpperPadding (none if not
/// given), CountPadding.
template <Window Size, class... Options>
struct AvgPool {
    template <class Defaults>
    using resolved = detail::ResolvedAvgPool<Size, false, detail::mp_list<Options...>>;
};

/// Average in time, of a `Signal` or of any image of one row. Options: as AvgPool, and CausalPadding.
template <std::int32_t Size, class... Options>
struct AvgPool1d {
    template <class Defaults>
    using resolved = detail::ResolvedAvgPool<Window{1, Size}, true, detail::mp_list<Options...>>;
};

/// Average over the whole image; with options: AvgPool<whole_image, Requantize>.
struct GlobalAvgPool {
    template <class Defaults>
    using resolved = detail::ResolvedAvgPool<whole_image, false, detail::mp_list<>>;
};

// What other rooms build upon.
using detail::SameCodes;

}  // namespace intaglio
