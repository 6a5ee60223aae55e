// Dense layers, and the classifier at the end of a network.
#pragma once

#include "intaglio/model/layer.hpp"

namespace intaglio {

namespace detail {

/// A dense layer as the convolution of one pixel.
constexpr ConvolutionExtents dense_extents(Shape in, std::int32_t out_channels) {
    return {.in = {1, 1, static_cast<std::int32_t>(in.size())}, .out = {1, 1, out_channels}};
}

template <class Own, class Defaults, class Normalization, class Slope, class Activation, bool Flattens, class Accepted>
struct ResolvedDense {
    using Base = WeightLayer<Own, Defaults>;
    using Tail = detail::Tail<Normalization, Slope, Activation>;
    using primitives = mp_append<mp_list<typename Base::ProductPrimitive>, typename Tail::primitives>;

    static constexpr void describe(Builder& b) {
        constexpr Problem problem = OptionCheck<Own, Accepted>::problem();
        if (problem.exists()) b.fail(problem);
        if (b.failed()) return;
        const Shape in = b.in().shape;
        if (!Flattens && in.pixels() != 1) b.fail(dense_layer_needs_Flatten_after_an_image, 1, in.pixels());
        Base::check(b, static_cast<std::int32_t>(in.size()));
        if (b.failed()) return;
        if constexpr (Base::has_weight) {
            Base::ProductPrimitive::describe(b, dense_extents(in, Base::OutChannels::channels));
        }
        Tail::describe(b);
    }
};

}  // namespace detail

/// Dense layer, then a norm, then an activation. It reads a vector; after an image, `Flatten` says that the pixels
/// are read row by row with channels innermost.
/// Options, in any order: a weight quantiser, Out, In, Flatten, a norm (LayerBatchNorm if none is given), SingleGain,
/// an activation, NoWeightStandardization.
template <class... Options>
struct Dense {
    template <class Defaults>
    using resolved = detail::ResolvedDense<
        detail::mp_list<Options...>, Defaults,
        find_option<option::norm, LayerBatchNorm, detail::mp_list<Options...>, Defaults>,
        find_option<option::gain, ChannelGain, detail::mp_list<Options...>, Defaults>,
        find_option<option::activation, NoActivation, detail::mp_list<Options...>, Defaults>,
        std::is_same_v<find_option<option::flatten, NoFlatten, detail::mp_list<Options...>, Defaults>, Flatten>,
        detail::mp_list<option::weight, option::standardization, option::norm, option::gain, option::activation,
                        option::out, option::in, option::flatten>>;
};

/// The last layer of a network: dense, with one gain for all classes and no activation; its accumulators become the
/// integer logits. It flattens an image by itself (row by row, channels innermost).
/// Options, in any order: a weight quantiser, Out, In, a norm, ChannelGain, NoWeightStandardization.
template <class... Options>
struct Classifier {
    template <class Defaults>
    using resolved = detail::ResolvedDense<
        detail::mp_list<Options...>, Defaults,
        find_option<option::norm, LayerBatchNorm, detail::mp_list<Options...>, Defaults>,
        find_option<option::gain, SingleGain, detail::mp_list<Options...>, detail::mp_list<>>, NoActivation, true,
        detail::mp_list<option::weight, option::standardization, option::norm, option::gain, option::out, option::in>>;
};

}  // namespace intaglio
