// Convolution as a layer.
#pragma once

#include "intaglio/model/layer.hpp"

namespace intaglio {

/// Two-dimensional convolution (cross-correlation), then a norm, then an activation.
/// Options, in any order: a weight quantiser (QInt, States), Out, In, Kernel, Stride, Padding, Groups, a norm
/// (LayerBatchNorm if none is given), SingleGain, an activation, NoWeightStandardization.
template <class... Options>
struct Conv {
    template <class Defaults>
    struct resolved {
        using Own = detail::mp_list<Options...>;
        using Base = detail::WeightLayer<Own, Defaults>;
        using Window = find_option<option::kernel, Kernel<3>, Own, Defaults>;
        using Step = find_option<option::stride, Stride<1>, Own, Defaults>;
        using Pad = find_option<option::padding, SamePadding, Own, Defaults>;
        using Group = find_option<option::groups, Groups<1>, Own, Defaults>;
        using Tail = detail::Tail<typename Base::Normalization,
                                  find_option<option::gain, ChannelGain, Own, Defaults>, typename Base::Activation>;
        using primitives = detail::mp_append<detail::mp_list<typename Base::ProductPrimitive>,
                                             typename Tail::primitives>;

        static constexpr void describe(Builder& b) {
            constexpr Problem problem =
                OptionCheck<Own, detail::mp_list<option::weight, option::standardization, option::norm, option::gain,
                                                 option::activation, option::out, option::in, option::kernel,
                                                 option::stride, option::padding, option::groups>>::problem();
            if (problem.kind != nullptr) b.fail(problem);
            Base::check(b, b.in().shape.channels);
            const ConvolutionExtents extents = make_extents(b.in().shape);
            check(b, extents);
            if (b.failed()) return;
            if constexpr (Base::has_weight) Base::ProductPrimitive::describe(b, extents);
            Tail::describe(b);
        }

      private:
        static constexpr ConvolutionExtents make_extents(Shape in) {
            ConvolutionExtents e{.in = in,
                                 .out = {1, 1, Base::OutChannels::channels},
                                 .kernel_height = Window::height,
                                 .kernel_width = Window::width,
                                 .stride_height = Step::height,
                                 .stride_width = Step::width,
                                 .padding_height = (Window::height - 1) / 2,
                                 .padding_width = (Window::width - 1) / 2,
                                 .groups = Group::count};
            if constexpr (!std::is_same_v<Pad, SamePadding>) {
                e.padding_height = Pad::height;
                e.padding_width = Pad::width;
            }
            if (e.stride_height > 0 && e.stride_width > 0) {
                e.out.height = (in.height + 2 * e.padding_height - e.kernel_height) / e.stride_height + 1;
                e.out.width = (in.width + 2 * e.padding_width - e.kernel_width) / e.stride_width + 1;
            }
            return e;
        }

        static constexpr void check(Builder& b, const ConvolutionExtents& e) {
            const std::int32_t smallest[] = {e.kernel_height, e.kernel_width, e.stride_height, e.stride_width};
            for (const std::int32_t extent : smallest) {
                if (extent < 1) b.fail(kernel_and_stride_must_be_positive, 1, extent);
            }
            if (e.padding_height < 0 || e.padding_height >= e.kernel_height) {
                b.fail(padding_must_be_smaller_than_kernel, e.kernel_height, e.padding_height);
            }
            if (e.padding_width < 0 || e.padding_width >= e.kernel_width) {
                b.fail(padding_must_be_smaller_than_kernel, e.kernel_width, e.padding_width);
            }
            if (e.kernel_height > e.in.height + 2 * e.padding_height) {
                b.fail(kernel_is_larger_than_padded_input, e.in.height + 2 * e.padding_height, e.kernel_height);
            }
            if (e.kernel_width > e.in.width + 2 * e.padding_width) {
                b.fail(kernel_is_larger_than_padded_input, e.in.width + 2 * e.padding_width, e.kernel_width);
            }
            if (e.groups < 1 || e.in.channels % e.groups != 0) {
                b.fail(channels_are_not_a_multiple_of_groups, e.groups, e.in.channels);
            } else if (e.out.channels % e.groups != 0) {
                b.fail(channels_are_not_a_multiple_of_groups, e.groups, e.out.channels);
            }
        }
    };
};

}  // namespace intaglio
