// Norms that measure every sample by itself. They train; since mean and deviation follow from each input, there is no
// integer program of them.
#pragma once

#include <cstddef>
#include <cstdint>

#include "intaglio/model/granularity.hpp"
#include "intaglio/model/parameter_text.hpp"
#include "intaglio/model/primitives.hpp"

namespace intaglio {

INTAGLIO_MODEL_ERROR(norm_needs_more_than_one_number_per_mean)

namespace primitive {

/// value = gain (x - mean) / deviation + bias, mean and deviation over a group of channels and all pixels of a sample.
/// It writes real numbers.
template <class Normalization, bool OneGain>
struct SampleNorm {
    /// Groups of channels with a mean and a deviation of their own.
    static constexpr std::int64_t groups(std::int64_t channels) {
        return Normalization::groups == 0 ? channels : Normalization::groups;
    }
    static constexpr void describe(Builder& b, double epsilon = default_epsilon) {
        const Value& in = b.in();
        const std::int32_t channels = in.shape.channels;
        if (in.norm_row != none) b.fail(two_norms_without_activation_between, 1, 2);
        if (Normalization::groups < 0) b.fail(number_of_groups_must_be_positive, 1, Normalization::groups);
        if (!b.failed() && channels % groups(channels) != 0) {
            b.fail(channels_are_not_a_multiple_of_groups, groups(channels), channels);
        }
        // One number is its own mean: nothing would be left but the bias.
        if (!b.failed() && in.shape.size() == groups(channels)) b.fail(norm_needs_more_than_one_number_per_mean, 2, 1);
        const std::int64_t biases = Normalization::affine == Per::channel ? channels : in.shape.size();
        b.append(Row{.kind = "norm",
                     .detail = Normalization::name,
                     .part = type_identity<Normalization>,
                     .gains = OneGain ? 1 : biases,
                     .biases = biases,
                     .epsilon = epsilon,
                     .refusal = &norm_depends_on_each_input_and_has_no_integer_program},
                 // The row that it names has no affine function for the steps after it; a second norm is refused.
                 Value{.shape = in.shape, .storage = Storage::float32, .pending = true, .norm_row = b.next_row()});
    }
};

}  // namespace primitive

/// One mean and deviation per sample, over all channels and pixels (Ba et al. 2016; (P2.3)); gain and bias per element
/// as printed there, or per channel.
template <Per Affine = Per::element>
struct LayerNorm {
    using option = option::norm;
    template <bool OneGain>
    using primitive = intaglio::primitive::SampleNorm<LayerNorm, OneGain>;
    static constexpr const char* name = Affine == Per::element ? "layer norm" : "layer norm, affine per channel";
    static constexpr std::int64_t groups = 1;
    static constexpr Per affine = Affine;
};

/// One mean and deviation per sample and group of neighbouring channels, over all pixels (Wu and He 2018); gain and
/// bias per channel. `Count` groups divide the channels.
template <std::int32_t Count>
struct GroupNorm {
    using option = option::norm;
    template <bool OneGain>
    using primitive = intaglio::primitive::SampleNorm<GroupNorm, OneGain>;
    static constexpr auto text = detail::name_with_parameter("group norm", "groups", Count, 0);
    static constexpr const char* name = text.data;
    static constexpr std::int64_t groups = Count;
    static constexpr Per affine = Per::channel;
    static constexpr Problem problem() {
        if (Count >= 1) return {};
        return {.kind = &number_of_groups_must_be_positive, .expected = 1, .found = Count};
    }
};

/// One mean and deviation per sample and channel, over all pixels (Ulyanov et al. 2016): as many groups as channels.
struct InstanceNorm {
    using option = option::norm;
    template <bool OneGain>
    using primitive = intaglio::primitive::SampleNorm<InstanceNorm, OneGain>;
    static constexpr const char* name = "instance norm";
    static constexpr std::int64_t groups = 0;  ///< one for each channel
    static constexpr Per affine = Per::channel;
};

}  // namespace intaglio
