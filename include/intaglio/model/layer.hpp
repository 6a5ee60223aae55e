// What the layers have in common: the steps from options to primitive operations.
//
// See the concepts Layer and ResolvedLayer.
#pragma once

#include <boost/mp11/algorithm.hpp>
#include <boost/mp11/list.hpp>
#include <type_traits>

#include "intaglio/model/geometry.hpp"
#include "intaglio/model/integer_scale.hpp"
#include "intaglio/model/primitives.hpp"

namespace intaglio {

INTAGLIO_MODEL_ERROR(resolved_layer_needs_a_list_of_primitives)
INTAGLIO_MODEL_ERROR(resolved_layer_needs_static_constexpr_describe_of_a_Builder)
INTAGLIO_MODEL_ERROR(operation_needs_static_constexpr_describe_of_a_Builder)

/// A layer: an empty type with a member template `resolved<DefaultOptions>`, the type with all options filled in, which
/// is a ResolvedLayer. DefaultOptions is an mp_list of the options of the network's Defaults.
template <class T>
concept Layer = requires {
    typename T::template resolved<boost::mp11::mp_list<>>;
};

namespace detail {

/// Appends its row by itself: the operation of a norm or of an activation; or its rows: a layer.
template <class T>
concept Describes = requires(Builder& b) {
    T::describe(b);
};
template <class T>
concept HasPrimitives = requires {
    typename T::primitives;
};

}  // namespace detail

/// What a layer resolves to: `primitives` is an mp_list of its operations in order, and `describe(Builder&)`, static
/// and constexpr, checks what it finds in front and appends one row for each operation, or records a mistake.
template <class T>
concept ResolvedLayer = detail::HasPrimitives<T> && detail::Describes<T>;

namespace detail {

using boost::mp11::mp_append;
using boost::mp11::mp_list;

/// Stands for an entry that is no layer, or no whole one, so that the analysis can name its place.
template <class T, const ErrorKind* Kind = &not_a_layer>
struct NotALayer {
    using primitives = mp_list<>;
    static constexpr void describe(Builder& b) { b.fail({.kind = Kind, .subject = &model_error::the<T>::type}); }
};

template <class T, class Defaults>
struct Resolve {
    using type = NotALayer<T>;
};
template <Layer T, class Defaults>
struct Resolve<T, Defaults> {
    using Resolved = typename T::template resolved<Defaults>;
    static constexpr const ErrorKind* lack = HasPrimitives<Resolved>
                                                 ? &resolved_layer_needs_static_constexpr_describe_of_a_Builder
                                                 : &resolved_layer_needs_a_list_of_primitives;
    using type = NotALayer<Resolved, lack>;
};
template <Layer T, class Defaults>
requires ResolvedLayer<typename T::template resolved<Defaults>>
struct Resolve<T, Defaults> {
    using type = typename T::template resolved<Defaults>;
};
template <class T, class Defaults>
using resolve = typename Resolve<T, Defaults>::type;

/// The weight option that stands for "none was given".
struct NoWeight {
    using option = option::weight;
};
struct NoOut {
    using option = option::out;
    static constexpr std::int32_t channels = 0;
};
struct NoIn {
    using option = option::in;
    static constexpr std::int32_t channels = 0;
};

/// The operation of a norm, of an activation: its own, or the default.
template <class Norm, bool OneGain>
struct PrimitiveOfNorm {
    using type = primitive::Norm<Norm, OneGain>;
};
template <class Norm, bool OneGain>
requires requires {
    typename Norm::template primitive<OneGain>;
}
struct PrimitiveOfNorm<Norm, OneGain> {
    using type = typename Norm::template primitive<OneGain>;
};
/// The operation of a norm with another epsilon is the same: its row tells them apart.
template <class Norm, Epsilon Value, bool OneGain>
struct PrimitiveOfNorm<WithEpsilon<Norm, Value>, OneGain> : PrimitiveOfNorm<Norm, OneGain> {};
template <class Activation>
struct PrimitiveOfActivation {
    using type = primitive::Quantize<Activation>;
};
template <class Activation>
requires requires {
    typename Activation::primitive;
}
struct PrimitiveOfActivation<Activation> {
    using type = typename Activation::primitive;
};

/// What accumulators land on: `Operation`, the step to an addition's grid or the logits, after an integer scale if
/// `Norm` is one.
template <class Operation, class Norm>
struct Landing {
    using primitives = mp_list<Operation>;
    static constexpr void describe(Builder& b) { Operation::describe(b); }
};
template <class Operation, class Norm>
requires(is_integer_scale<Norm>) struct Landing<Operation, Norm> {
    using Scaling = primitive::IntegerScale<typename Norm::scale>;
    using primitives = mp_list<Scaling, Operation>;
    static constexpr void describe(Builder& b) {
        Scaling::describe(b);
        if (!b.failed()) Operation::describe(b);
    }
};
template <class Grid, class Norm>
using LandingOnGrid = Landing<typename PrimitiveOfActivation<Grid>::type, Norm>;

/// The first thing that is wrong with the options of a layer that makes steps but has no norm before them: of norms it
/// takes an integer scale, or NoNorm.
template <class Own, class Accepted>
constexpr Problem step_options_problem() {
    using Norm = find_option<option::norm, NoNorm, Own, mp_list<>>;
    constexpr Problem problem = OptionCheck<Own, mp_append<Accepted, mp_list<option::norm>>>::problem();
    if (problem.exists() || is_integer_scale<Norm> || std::is_same_v<Norm, NoNorm>) return problem;
    return {.kind = &option_does_not_belong_to_this_layer, .subject = &model_error::the<Norm>::type};
}

/// The norm of the steps of such a layer: an integer scale, or none.
template <class Own, class Defaults, class Given = find_option<option::norm, NoNorm, Own, Defaults>>
using norm_of_steps = std::conditional_t<is_integer_scale<Given>, Given, NoNorm>;

/// The operations after an accumulator: a norm, unless it is NoNorm, and a step, unless it is NoActivation. Without a
/// step an integer scale is left to what the accumulators land on.
template <class Norm, class Slope, class Activation>
struct Tail {
    using Normalization = Norm;
    static constexpr bool has_step = !std::is_same_v<Activation, NoActivation>;
    static constexpr bool has_scale = is_integer_scale<Norm>;
    static constexpr bool has_norm = has_scale ? has_step : !std::is_base_of_v<NoNorm, Norm>;
    using NormPrimitive = typename PrimitiveOfNorm<Norm, std::is_same_v<Slope, SingleGain>>::type;
    using Step = typename PrimitiveOfActivation<
        std::conditional_t<has_scale && has_step, AfterScale<Activation>, Activation>>::type;
    using primitives = mp_append<std::conditional_t<has_norm, mp_list<NormPrimitive>, mp_list<>>,
                                 std::conditional_t<has_step, mp_list<Step>, mp_list<>>>;

    static constexpr void describe(Builder& b) {
        if constexpr (has_norm) describe_norm(b);
        if constexpr (has_step) {
            if constexpr (HasCodes<Activation>) {
                if (Activation::codes.states() < 2) {
                    b.fail(M_a_must_be_at_least_2, 2, Activation::codes.states());
                } else if (Activation::codes.states() > 256) {
                    b.fail(activation_code_needs_more_than_8_bits, 256, Activation::codes.states());
                }
            }
            if constexpr (!Describes<Step>) {
                b.fail({.kind = &operation_needs_static_constexpr_describe_of_a_Builder,
                        .subject = &model_error::the<Step>::type});
            } else if (!b.failed()) {
                Step::describe(b);
            }
        }
    }

  private:
    static constexpr void describe_norm(Builder& b) {
        if constexpr (!Describes<NormPrimitive>) {
            b.fail({.kind = &operation_needs_static_constexpr_describe_of_a_Builder,
                    .subject = &model_error::the<NormPrimitive>::type});
        } else if constexpr (!requires { Norm::epsilon; }) {
            NormPrimitive::describe(b);
        } else if constexpr (requires { NormPrimitive::describe(b, Norm::epsilon); }) {
            NormPrimitive::describe(b, Norm::epsilon);
        } else {
            b.fail({.kind = &norm_without_deviation_has_no_epsilon, .subject = &model_error::the<Norm>::type});
        }
    }
};

/// A layer with weights: its options, looked up in its own list, then in the defaults.
template <class Own, class Defaults>
struct WeightLayer {
    using Weight = typename QuantizerOf<find_option<option::weight, NoWeight, Own, Defaults>>::type;
    using Standardization = find_option<option::standardization, DefaultStandardization<Weight>, Own, Defaults>;
    using Normalization = find_option<option::norm, LayerBatchNorm, Own, Defaults>;
    using Activation = find_option<option::activation, NoActivation, Own, Defaults>;
    using OutChannels = find_option<option::out, NoOut, Own, mp_list<>>;
    using InChannels = find_option<option::in, NoIn, Own, mp_list<>>;
    static constexpr bool has_weight = !std::is_same_v<Weight, NoWeight>;
    static constexpr bool has_out = !std::is_same_v<OutChannels, NoOut>;
    using ProductPrimitive = primitive::Product<Weight, Standardization>;

    /// Records what is missing or contradicts the layer before.
    static constexpr void check(Builder& b, std::int32_t in_channels, bool needs_out = true) {
        if (!has_out && needs_out) b.fail(missing_option_Out, 1, 0);
        if (!has_weight) b.fail(missing_weight_quantizer, 1, 0);
        if (has_out && OutChannels::channels < 1) {
            b.fail(number_of_channels_must_be_positive, 1, OutChannels::channels);
        }
        if (!std::is_same_v<InChannels, NoIn> && InChannels::channels != in_channels) {
            b.fail(wrong_number_of_input_channels, InChannels::channels, in_channels);
        }
    }
};

}  // namespace detail

}  // namespace intaglio
