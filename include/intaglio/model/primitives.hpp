// The primitive operations to which every layer comes down. Programs are written for these types.
//
// An operation is an empty type; its numbers are in its row of the facts table, so that layers of the same kind
// share their code whatever their extents.
#pragma once

#include <boost/mp11/list.hpp>
#include <cstdint>

#include "intaglio/model/activations.hpp"
#include "intaglio/model/builder.hpp"
#include "intaglio/model/norms.hpp"
#include "intaglio/model/weights.hpp"

namespace intaglio::primitive {

/// Sums of products of weight codes and activation codes: convolutions and dense layers.
template <class Weight, class Standardization>
struct Product {
    static constexpr void describe(Builder& b, const ConvolutionExtents& extents) {
        const Value& in = b.in();
        using Traits = WeightTraits<Weight>;
        if constexpr (!WeightQuantizer<Weight>) {
            b.fail(intaglio::detail::weight_quantizer_problem<Weight>());
        } else if (in.pending && (Traits::real || in.storage == Storage::float32)) {
            b.fail({.kind = &activation_missing_before_float_layer});
        } else if (in.pending) {
            b.fail(activation_missing_before_integer_layer, 8, in.codes.bits());
        } else if constexpr (Traits::real) {
            check_size(b, extents);
            append_float(b, extents, Traits::refusal);
        } else {
            describe_codes(b, extents);
        }
    }

  private:
    static constexpr void describe_codes(Builder& b, const ConvolutionExtents& extents) {
        const Value& in = b.in();
        using Traits = WeightTraits<Weight>;
        if (in.storage == Storage::int32) {
            const CodeRange with_sign{in.codes.lowest < 0 ? in.codes.lowest : -1, in.codes.highest};
            b.fail(activation_code_needs_more_than_16_bits, 16, with_sign.bits());
            return;
        }
        if (const Problem problem = weight_code_problem<Weight>(); problem.exists()) {
            b.fail(problem);
            return;
        }
        check_size(b, extents);
        if (b.failed()) return;
        Row row = make_row(b, extents);
        row.weight_codes = Weight::codes;
        row.weight_states = Weight::states;
        row.weight_spacing = Traits::spacing;
        row.weight_offset = Traits::offset;
        row.weight_denominator = Weight::denominator;
        if constexpr (has_trained_parameters<Weight>) {
            row.trained = &Weight::trained;
            row.trained_parameters = Weight::trained.total(extents.out.channels);
        }
        if (in.storage == Storage::float32) {
            append_float(b, extents, row);
            return;
        }
        b.append(row, Value{.shape = extents.out,
                            .codes = product_range(in.codes, Traits::multiples, extents.fan_in()),
                            .denominator = in.denominator * Weight::denominator,
                            .scaled = in.scaled || Traits::scaled || Standardization::scaled,
                            .scaled_weights = Traits::scaled,
                            .storage = Storage::int32,
                            .pending = true});
    }

    static constexpr Row make_row(const Builder& b, ConvolutionExtents extents) {
        extents.padding_code = b.in().padding_code;
        extents.padding_codes = b.in().padding_codes;
        extents.lowest_code = static_cast<std::int32_t>(b.in().codes.lowest);
        return {.kind = "product",
                .detail = Standardization::name,
                .quantizer = WeightTraits<Weight>::name,
                .part = type_identity<Standardization>,
                .weight_quantizer = type_identity<Weight>,
                .extents = extents,
                .weight_states = 0,
                .clips_weights = WeightTraits<Weight>::clips,
                .weights = extents.weights(),
                .macs = extents.macs()};
    }

    /// A product of real numbers: its result stands for itself, divided by the denominators of codes.
    static constexpr void append_float(Builder& b, const ConvolutionExtents& extents, const ErrorKind* refusal) {
        Row row = make_row(b, extents);
        row.refusal = refusal;
        append_float(b, extents, row);
    }
    static constexpr void append_float(Builder& b, const ConvolutionExtents& extents, const Row& row) {
        const Value& in = b.in();
        b.append(row, Value{.shape = extents.out,
                            .denominator = in.denominator,
                            .scaled = in.scaled || WeightTraits<Weight>::scaled || Standardization::scaled,
                            .storage = Storage::float32,
                            .pending = true});
    }

    static constexpr void check_size(Builder& b, const ConvolutionExtents& extents) {
        b.check_size(extents.out);
        check_weights(b, extents);
        if (!b.failed()) check_fan_in(b, extents.fan_in());  // which may be more than 64 bits hold otherwise
    }

    /// Weights that are zero whatever is learned.
    static constexpr void check_fan_in(Builder& b, std::int64_t fan_in) {
        if constexpr (!requires { Standardization::removes_mean; }) {
            b.fail({.kind = &standardization_does_not_say_whether_it_removes_the_mean,
                    .subject = &model_error::the<Standardization>::type});
        } else if (constexpr std::int64_t fewest = smallest_fan_in<Weight, Standardization>; fan_in < fewest) {
            b.fail(Standardization::removes_mean
                       ? weights_of_so_few_inputs_standardize_to_zero_give_NoWeightStandardization
                       : threshold_of_ternary_weights_exceeds_all_weights_of_so_few_inputs,
                   fewest, fan_in);
        }
    }

    static constexpr void check_weights(Builder& b, const ConvolutionExtents& e) {
        std::int64_t weights = e.kernel_height;
        const std::int32_t factors[] = {e.kernel_width, e.channels_per_group(), e.out.channels};
        for (const std::int32_t factor : factors) {
            weights *= factor;
            if (weights > INT32_MAX) {
                b.fail(layer_has_too_many_weights, INT32_MAX, weights);
                return;
            }
        }
    }
};

/// A normalisation of accumulators. It computes an affine function per channel and moves no data.
template <class Normalization, bool OneGain>
struct Norm {
    static constexpr void describe(Builder& b, double epsilon = default_epsilon) {
        if constexpr (intaglio::detail::StatisticsNorm<Normalization>) {
            append(b, epsilon);
        } else {
            b.fail(intaglio::detail::norm_problem<Normalization>());
        }
    }

  private:
    static constexpr void append(Builder& b, double epsilon) {
        Value out = b.in();
        if (out.norm_row != none) {
            b.fail(two_norms_without_activation_between, 1, 2);
            return;
        }
        out.pending = true;
        out.norm_row = b.next_row();
        const Row row{.kind = "norm",
                      .detail = Normalization::name,
                      .part = type_identity<Normalization>,
                      .gains = !Normalization::has_gain ? 0
                               : OneGain                ? 1
                                                        : out.shape.channels,
                      .biases = out.shape.channels,
                      .epsilon = Normalization::statistics == Per::nothing ? 0 : epsilon};
        b.append(row, out, true);
    }
};

/// A step of a number to a code of `Target` (an activation or the grid of an addition).
template <class Target>
struct Quantize {
    static constexpr void describe(Builder& b) {
        if constexpr (intaglio::detail::StepTarget<Target>) {
            Value out{.codes = Target::codes, .denominator = Target::denominator};
            std::int64_t code_spacing = 1;
            if constexpr (requires { Target::code_spacing; }) code_spacing = Target::code_spacing;
            if constexpr (requires { Target::padding_code; }) {
                constexpr std::int32_t padding = Target::padding_code;
                // Storage and accumulators hold the codes and 0.
                if (padding > 0 && padding > out.codes.highest) {
                    b.fail(padding_code_is_neither_0_nor_a_code_of_its_activation, out.codes.highest, padding);
                } else if (padding < 0 && padding < out.codes.lowest) {
                    b.fail(padding_code_is_neither_0_nor_a_code_of_its_activation, out.codes.lowest, padding);
                }
                out.padding_code = padding;
            }
            if constexpr (has_trained_parameters<Target>) {
                constexpr const TrainedParameters& trained = Target::trained;
                if (trained.per == Per::channel) {
                    b.fail({.kind = &trained_parameters_of_an_activation_belong_to_the_layer_not_to_channels,
                            .subject = &model_error::the<Target>::type});
                }
                const Problem problem = trained_parameters_problem(trained, &model_error::the<Target>::type);
                if (problem.exists()) b.fail(problem);
                out.scaled = true;
                out.trained_scale = true;
                describe(b, out, code_spacing, &trained);
            } else {
                describe(b, out, code_spacing);
            }
        } else {
            b.fail(intaglio::detail::step_target_problem<Target>());
        }
    }
    /// To codes that are known only now: `out` has the range, the denominator and the padding code.
    static constexpr void describe(Builder& b, Value out, std::int64_t code_spacing = 1,
                                   const TrainedParameters* trained = &no_trained_parameters) {
        out.shape = b.in().shape;
        out.storage = smallest_storage(out.codes);
        b.append(Row{.kind = "step",
                     .detail = Target::surrogate::name,
                     .trained = trained,
                     .trained_parameters = trained->total(1),
                     .steps = out.codes.states() - 1,
                     .code_spacing = code_spacing,
                     .scale = b.scale()},
                 out);
    }
};

/// A function of real numbers, for networks that are trained only: out = Function(value).
template <class Function>
struct FloatActivation {
    static constexpr void describe(Builder& b) {
        b.append(Row{.kind = "activation", .detail = Function::name},
                 Value{.shape = b.in().shape, .storage = Storage::float32});
    }
};

/// Sums over windows without padding; the number of summed codes moves into the denominator.
struct SumPool {
    static constexpr void describe(Builder& b, const ConvolutionExtents& extents) {
        Value out = b.in();
        const std::int64_t count = std::int64_t{extents.kernel_height} * extents.kernel_width;
        out.shape = extents.out;
        out.codes = {out.codes.lowest * count, out.codes.highest * count};
        out.denominator *= count;
        // Sums beyond 32 bits are refused below; their padding, which lies within them, would not fit either.
        if (out.codes.highest < INT32_MAX && out.codes.lowest > INT32_MIN) {
            out.padding_code *= static_cast<std::int32_t>(count);
            for (std::int32_t& code : out.padding_codes.code.data) code *= static_cast<std::int32_t>(count);
        }
        if (out.storage != Storage::int32 && out.storage != Storage::float32) out.storage = smallest_storage(out.codes);
        b.append(Row{.kind = "pool", .sums_codes = true, .keeps_affine = true, .extents = extents}, out);
    }
};

/// The sum of the two branches of a residual block, both on one grid.
struct Add {
    static constexpr void describe(Builder& b, std::int32_t main_value, std::int32_t shortcut_value) {
        Value out = b.value(main_value);
        out.codes = out.codes + b.value(shortcut_value).codes;
        if (out.storage != Storage::float32) out.storage = smallest_storage(out.codes);
        out.pending = true;
        b.set_current(main_value);
        b.append(Row{.kind = "add", .second_input = shortcut_value}, out);
    }
};

/// The integer logits acc * m + c: the end of every network. It writes no value.
struct Logits {
    static constexpr void describe(Builder& b) {
        if (!b.failed() && b.in().shape.pixels() != 1) {
            b.fail(network_must_end_in_one_value_per_class, 1, b.in().shape.pixels());
        }
        b.append(Row{.kind = "logits", .scale = b.scale()}, b.in(), true);
    }
};

}  // namespace intaglio::primitive
