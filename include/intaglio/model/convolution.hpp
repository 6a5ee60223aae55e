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
        using Tail = detail::Tail<typename Base::Normalization, find_option<option::gain, ChannelGain, Own, Defaults>,
                                  typename Base::Activation>;
        using primitives =
            detail::mp_append<detail::mp_list<typename Base::ProductPrimitive>, typename Tail::primitives>;

        static constexpr void describe(Builder& b) {
            constexpr Problem problem =
                OptionCheck<Own, detail::mp_list<option::weight, option::standardization, option::norm, option::gain,
                                                 option::activation, option::out, option::in, option::kernel,
                                                 option::stride, option::padding, option::groups>>::problem();
            if (problem.exists()) b.fail(problem);
            Base::check(b, b.in().shape.channels);
            check(b, Window::height, Step::height);
            check(b, Window::width, Step::width);
            if (b.failed()) return;
            ConvolutionExtents extents = make_extents(b.in().shape);
            check_groups(b, extents);
            const Shape in = extents.in;
            extents.out.height = out_size(b, in.height, Window::height, Step::height, extents.padding_height);
            extents.out.width = out_size(b, in.width, Window::width, Step::width, extents.padding_width);
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
                                 .padding_height = same_padding(Window::height),
                                 .padding_width = same_padding(Window::width),
                                 .groups = Group::count};
            if constexpr (!std::is_same_v<Pad, SamePadding>) {
                e.padding_height = Pad::height;
                e.padding_width = Pad::width;
            }
            return e;
        }

        static constexpr std::int32_t same_padding(std::int32_t kernel) { return (kernel - 1) / 2; }

        static constexpr void check(Builder& b, std::int32_t kernel, std::int32_t stride) {
            if (kernel < 1 || stride < 1) b.fail(kernel_and_stride_must_be_positive, 1, kernel < 1 ? kernel : stride);
        }

        static constexpr void check_groups(Builder& b, const ConvolutionExtents& e) {
            if (e.groups < 1) {
                b.fail(number_of_groups_must_be_positive, 1, e.groups);
            } else if (e.in.channels % e.groups != 0) {
                b.fail(channels_are_not_a_multiple_of_groups, e.groups, e.in.channels);
            } else if (e.out.channels % e.groups != 0) {
                b.fail(channels_are_not_a_multiple_of_groups, e.groups, e.out.channels);
            }
        }

        /// Height or width of the output.
        static constexpr std::int32_t out_size(Builder& b, std::int32_t in, std::int32_t kernel, std::int32_t stride,
                                               std::int32_t padding) {
            const std::int64_t padded = in + 2 * std::int64_t{padding};
            if (padding < 0) b.fail(padding_must_not_be_negative, 0, padding);
            if (padding >= kernel) b.fail(padding_must_be_smaller_than_kernel, kernel, padding);
            if (kernel > padded) b.fail(kernel_is_larger_than_padded_input, padded, kernel);
            const std::int64_t size = (padded - kernel) / stride + 1;
            if (size > INT32_MAX) b.fail(tensor_has_too_many_values, INT32_MAX, size);
            return b.failed() ? 1 : static_cast<std::int32_t>(size);
        }
    };
};

}  // namespace intaglio
