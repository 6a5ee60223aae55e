// Transposed convolutions as layers: zeros between the pixels, then a convolution.
#pragma once

#include "intaglio/model/convolution.hpp"

namespace intaglio {

INTAGLIO_MODEL_ERROR(transposed_convolution_has_no_causal_padding)

namespace primitive {

/// Every pixel at `stride` times its place, zeros between; the last one is followed by none.
struct InsertZeros {
    static constexpr void describe(Builder& b, std::int32_t stride_height, std::int32_t stride_width) {
        const Shape in = b.in().shape;
        const std::int64_t height = (std::int64_t{in.height} - 1) * stride_height + 1;
        const std::int64_t width = (std::int64_t{in.width} - 1) * stride_width + 1;
        const std::int64_t larger = height > width ? height : width;
        if (larger > INT32_MAX) b.fail(tensor_has_too_many_values, INT32_MAX, larger);
        if (b.failed()) return;
        Value out = b.in();
        out.shape = {static_cast<std::int32_t>(height), static_cast<std::int32_t>(width), in.channels};
        // The zeros are codes of the result, and so is what lies around it: a sum over fewer products.
        out.codes.lowest = out.codes.lowest > 0 ? 0 : out.codes.lowest;
        out.codes.highest = out.codes.highest < 0 ? 0 : out.codes.highest;
        out.padding_code = 0;
        out.padding_codes = {};
        if (out.storage != Storage::float32) out.storage = smallest_storage(out.codes);
        const ConvolutionExtents extents{
            .in = in, .out = out.shape, .stride_height = stride_height, .stride_width = stride_width};
        b.append(Row{.kind = "insert zeros", .inserts_zeros = true, .extents = extents}, out);
    }
};

}  // namespace primitive

namespace detail {

template <bool OneDimensional, class Own, class Defaults>
struct ResolvedTransposedConvolution {
    using Base = WeightLayer<Own, Defaults>;
    using Size = find_option<option::kernel, Kernel<3>, Own, Defaults>;
    using Step = find_option<option::stride, Stride<1>, Own, Defaults>;
    using Pad = find_option<option::padding, SamePadding, Own, Defaults>;
    using Spread = find_option<option::dilation, Dilation<1>, Own, mp_list<>>;
    using Group = find_option<option::groups, Groups<1>, Own, mp_list<>>;
    using Tail = detail::Tail<typename Base::Normalization, find_option<option::gain, ChannelGain, Own, Defaults>,
                              typename Base::Activation>;
    using primitives =
        mp_append<mp_list<primitive::InsertZeros, typename Base::ProductPrimitive>, typename Tail::primitives>;
    using Accepted =
        mp_list<option::weight, option::standardization, option::norm, option::gain, option::activation, option::out,
                option::in, option::kernel, option::stride, option::padding, option::dilation, option::groups>;

    static constexpr void describe(Builder& b) {
        constexpr Problem problem = OptionCheck<Own, Accepted>::problem();
        if (problem.exists()) b.fail(problem);
        if constexpr (OneDimensional) {
            check_signal(b);
            check_one_number<Size>(b);
            check_one_number<Step>(b);
            check_padding_in_time<Pad>(b);
        }
        Base::check(b, b.in().shape.channels);
        WindowTaps w{{.count = OneDimensional ? 1 : Size::height, .stride = OneDimensional ? 1 : Step::height},
                     {.count = Size::width, .stride = Step::width}};
        w.rows.dilation = w.columns.dilation = Spread::distance;
        check_taps(b, w.rows);
        check_taps(b, w.columns);
        if (Spread::distance < 1) b.fail(dilation_must_be_positive, 1, Spread::distance);
        if (Group::count < 1) b.fail(number_of_groups_must_be_positive, 1, Group::count);
        if (b.failed()) return;
        cut<Pad, OneDimensional>(b, w);
        check_cut(b, w.rows);
        check_cut(b, w.columns);
        if (!b.failed()) primitive::InsertZeros::describe(b, w.rows.stride, w.columns.stride);
        if (b.failed()) return;
        const Taps rows = of_convolution(w.rows);
        const Taps columns = of_convolution(w.columns);
        const Shape in = b.in().shape;
        ConvolutionExtents e{.in = in,
                             .out = {1, 1, Base::OutChannels::channels},
                             .kernel_height = rows.count,
                             .kernel_width = columns.count,
                             .dilation = Spread::distance,
                             .groups = Group::count};
        check_groups(b, e);
        e.out.height = positions(b, in.height, rows);
        e.out.width = positions(b, in.width, columns);
        if (b.failed()) return;
        e.padding_height = static_cast<std::int32_t>(rows.before);
        e.padding_width = static_cast<std::int32_t>(columns.before);
        if constexpr (Base::has_weight) Base::ProductPrimitive::describe(b, e);
        Tail::describe(b);
    }

  private:
    /// Sets what is cut off at the ends; by default so that the result is as large as the input times the stride.
    template <class Cut, bool InTime>
    static constexpr void cut(Builder& b, WindowTaps& w) {
        if constexpr (std::is_same_v<Cut, CausalPadding>) {
            b.fail({.kind = &transposed_convolution_has_no_causal_padding});
        } else if constexpr (std::is_same_v<Cut, SamePadding> || std::is_same_v<Cut, SameUpperPadding>) {
            cut_same(w.rows);
            cut_same(w.columns);
        } else {
            pad<Cut, InTime>(b, w);
        }
    }
    static constexpr void cut_same(Taps& taps) {
        const std::int64_t total = taps.reach() - taps.stride;
        taps.before = total / 2;
        taps.after = total - taps.before;
    }
    static constexpr void check_cut(Builder& b, const Taps& taps) {
        const std::int64_t cuts[] = {taps.before, taps.after};
        for (const std::int64_t cut : cuts) {
            if (cut < 0) b.fail(padding_must_not_be_negative, 0, cut);
            if (cut >= taps.reach()) b.fail(padding_must_be_smaller_than_kernel, taps.reach(), cut);
        }
    }
    /// The window that slides over the image with its zeros.
    static constexpr Taps of_convolution(Taps taps) {
        taps.before = taps.reach() - 1 - taps.before;
        taps.after = taps.reach() - 1 - taps.after;
        taps.stride = 1;
        return taps;
    }
};

}  // namespace detail

/// Transposed convolution (also called deconvolution), then a norm, then an activation: each pixel adds its multiples
/// of the kernel to the result, `Stride` pixels apart. The result has (size - 1) * stride + kernel - padding pixels
/// for the padding of both ends, which is cut off; without one, and with SamePadding or SameUpperPadding, size * stride
/// ("same" of TensorFlow). It is computed as a convolution of the image with zeros between its pixels, whose kernel is
/// that of other frameworks turned by half a turn: exact, at the cost of the products with the zeros. Options as
/// `Conv`.
template <class... Options>
struct TransposedConv {
    template <class Defaults>
    using resolved = detail::ResolvedTransposedConvolution<false, detail::mp_list<Options...>, Defaults>;
};

/// Transposed convolution in time, of a `Signal` or of any image of one row; options as `Conv1d`.
template <class... Options>
struct TransposedConv1d {
    template <class Defaults>
    using resolved = detail::ResolvedTransposedConvolution<true, detail::mp_list<Options...>, Defaults>;
};

}  // namespace intaglio
