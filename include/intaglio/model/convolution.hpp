// Convolutions as layers.
#pragma once

#include "intaglio/model/layer.hpp"
#include "intaglio/model/window.hpp"

namespace intaglio {

INTAGLIO_MODEL_ERROR(dilation_must_be_positive)

namespace detail {

constexpr void check_groups(Builder& b, const ConvolutionExtents& e) {
    if (e.groups < 1) {
        b.fail(number_of_groups_must_be_positive, 1, e.groups);
    } else if (e.in.channels % e.groups != 0) {
        b.fail(channels_are_not_a_multiple_of_groups, e.groups, e.in.channels);
    } else if (e.out.channels % e.groups != 0) {
        b.fail(channels_are_not_a_multiple_of_groups, e.groups, e.out.channels);
    }
}

enum class ConvolutionKind { image, signal, depthwise };

template <ConvolutionKind Kind, class Own, class Defaults>
struct ResolvedConvolution {
    static constexpr bool signal = Kind == ConvolutionKind::signal;
    static constexpr bool depthwise = Kind == ConvolutionKind::depthwise;
    using Base = WeightLayer<Own, Defaults>;
    using Size = find_option<option::kernel, Kernel<3>, Own, Defaults>;
    using Step = find_option<option::stride, Stride<1>, Own, Defaults>;
    using Pad = find_option<option::padding, SamePadding, Own, Defaults>;
    using Spread = find_option<option::dilation, Dilation<1>, Own, mp_list<>>;
    using Group = find_option<option::groups, Groups<1>, Own, mp_list<>>;
    using Tail = detail::Tail<typename Base::Normalization, find_option<option::gain, ChannelGain, Own, Defaults>,
                              typename Base::Activation>;
    using primitives = mp_append<mp_list<typename Base::ProductPrimitive>, typename Tail::primitives>;
    using Accepted =
        mp_append<mp_list<option::weight, option::standardization, option::norm, option::gain, option::activation,
                          option::out, option::in, option::kernel, option::stride, option::padding, option::dilation>,
                  std::conditional_t<depthwise, mp_list<option::multiplier>, mp_list<option::groups>>>;

    static constexpr void describe(Builder& b) {
        constexpr Problem problem = OptionCheck<Own, Accepted>::problem();
        if (problem.exists()) b.fail(problem);
        const Shape in = b.in().shape;
        if constexpr (signal) check_one_dimension(b);
        if constexpr (depthwise) check_multiplier(b);
        Base::check(b, in.channels, !depthwise);
        const WindowTaps w = taps(b);
        check_taps(b, w.rows);
        check_taps(b, w.columns);
        if (Spread::distance < 1) b.fail(dilation_must_be_positive, 1, Spread::distance);
        if (b.failed()) return;
        ConvolutionExtents e{.in = in,
                             .out = {1, 1, out_channels(b)},
                             .kernel_height = w.rows.count,
                             .kernel_width = w.columns.count,
                             .stride_height = w.rows.stride,
                             .stride_width = w.columns.stride,
                             .dilation = Spread::distance,
                             .groups = depthwise ? in.channels : Group::count};
        check_groups(b, e);
        e.out.height = positions(b, in.height, w.rows);
        e.out.width = positions(b, in.width, w.columns);
        if (b.failed()) return;
        e.padding_height = static_cast<std::int32_t>(w.rows.before);
        e.padding_width = static_cast<std::int32_t>(w.columns.before);
        if constexpr (Base::has_weight) Base::ProductPrimitive::describe(b, e);
        Tail::describe(b);
    }

  private:
    static constexpr WindowTaps taps(Builder& b) {
        WindowTaps w{{.count = signal ? 1 : Size::height, .stride = signal ? 1 : Step::height},
                     {.count = Size::width, .stride = Step::width}};
        w.rows.dilation = w.columns.dilation = Spread::distance;
        pad<Pad, signal>(b, w);
        return w;
    }

    static constexpr void check_one_dimension(Builder& b) {
        check_signal(b);
        check_one_number<Size>(b);
        check_one_number<Step>(b);
        check_padding_in_time<Pad>(b);
    }

    static constexpr void check_multiplier(Builder& b) {
        using Multiplier = find_option<option::multiplier, ChannelMultiplier<1>, Own, mp_list<>>;
        if (Base::has_out && !std::is_void_v<find_option<option::multiplier, void, Own, mp_list<>>>) {
            b.fail({.kind = &option_given_twice,
                    .expected = 1,
                    .found = 2,
                    .subject = &model_error::the<Multiplier>::type});
        }
        if (Multiplier::factor < 1) b.fail(number_of_channels_must_be_positive, 1, Multiplier::factor);
    }

    static constexpr std::int32_t out_channels(Builder& b) {
        if constexpr (!depthwise || Base::has_out) {
            return Base::OutChannels::channels;
        } else {
            using Multiplier = find_option<option::multiplier, ChannelMultiplier<1>, Own, mp_list<>>;
            const std::int64_t channels = std::int64_t{b.in().shape.channels} * Multiplier::factor;
            if (channels > INT32_MAX) b.fail(tensor_has_too_many_values, INT32_MAX, channels);
            return b.failed() ? 1 : static_cast<std::int32_t>(channels);
        }
    }
};

}  // namespace detail

/// Two-dimensional convolution (cross-correlation), then a norm, then an activation.
/// Options, in any order: a weight quantiser (QInt, States), Out, In, Kernel, Stride, Padding, Dilation, Groups, a norm
/// (LayerBatchNorm if none is given), SingleGain, an activation, NoWeightStandardization.
template <class... Options>
struct Conv {
    template <class Defaults>
    using resolved = detail::ResolvedConvolution<detail::ConvolutionKind::image, detail::mp_list<Options...>, Defaults>;
};

/// Convolution in time, of a `Signal` or of any image of one row; options as `Conv`, whose numbers then mean time:
/// Conv1d<Kernel<5>, Stride<2>, Out<8>>.
template <class... Options>
struct Conv1d {
    template <class Defaults>
    using resolved =
        detail::ResolvedConvolution<detail::ConvolutionKind::signal, detail::mp_list<Options...>, Defaults>;
};

/// Convolution of every channel on its own. Options as `Conv` without Groups; the number of output channels is that of
/// the input times ChannelMultiplier, or Out, a multiple of it.
template <class... Options>
struct DepthwiseConv {
    template <class Defaults>
    using resolved =
        detail::ResolvedConvolution<detail::ConvolutionKind::depthwise, detail::mp_list<Options...>, Defaults>;
};

}  // namespace intaglio
