// The primitive operations to which every layer comes down. Programs are written for these types.
//
// An operation is an empty type; its numbers stand in its row of the facts table, so that layers of the same kind
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
        if (in.pending) {
            b.fail(activation_missing_before_integer_layer, 8, in.codes.bits());
            return;
        }
        if (in.storage == Storage::int32) {
            const CodeRange with_sign{in.codes.lowest < 0 ? in.codes.lowest : -1, in.codes.highest};
            b.fail(activation_code_needs_more_than_16_bits, 16, with_sign.bits());
            return;
        }
        if (Weight::states < 2 || (Weight::states == 2 && !(Weight::codes == CodeRange{-1, 1}))) {
            b.fail(M_w_must_be_at_least_3, 3, Weight::states);
            return;
        }
        if (Weight::states % 2 == 0 && Weight::states != 2) {
            b.fail(M_w_must_be_odd, Weight::states + 1, Weight::states);
            return;
        }
        if (Weight::codes.lowest < -127 || Weight::codes.highest > 127) {
            b.fail(weight_code_needs_more_than_8_bits, 8, Weight::codes.bits());
            return;
        }
        b.check_size(extents.out);
        check_weights(b, extents);
        if (b.failed()) return;
        const Row row{.kind = "product",
                      .detail = Standardization::name,
                      .extents = extents,
                      .weight_codes = Weight::codes,
                      .weight_states = Weight::states,
                      .weight_denominator = Weight::denominator,
                      .weights = extents.weights(),
                      .macs = extents.macs()};
        b.append(row, Value{.shape = extents.out,
                            .codes = product_range(in.codes, Weight::codes, extents.fan_in()),
                            .denominator = in.denominator * Weight::denominator,
                            .storage = Storage::int32,
                            .pending = true});
    }

  private:
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
    static constexpr void describe(Builder& b) {
        Value out = b.in();
        if (out.norm_row != none) {
            b.fail(two_norms_without_activation_between, 1, 2);
            return;
        }
        out.pending = true;
        out.norm_row = b.next_row();
        const Row row{.kind = "norm",
                      .detail = Normalization::name,
                      .gains = OneGain ? 1 : out.shape.channels,
                      .biases = out.shape.channels};
        b.append(row, out, true);
    }
};

/// A step of an integer to a code of `Target` (an activation or the grid of a join).
template <class Target>
struct Quantize {
    static constexpr void describe(Builder& b) {
        const Value& in = b.in();
        b.append(Row{.kind = "step", .detail = Target::surrogate::name, .steps = Target::codes.states() - 1},
                 Value{.shape = in.shape,
                       .codes = Target::codes,
                       .denominator = Target::denominator,
                       .storage = smallest_storage(Target::codes)});
    }
};

/// Sums over windows; the number of summed codes moves into the denominator.
struct SumPool {
    static constexpr void describe(Builder& b, std::int32_t window_height, std::int32_t window_width) {
        Value out = b.in();
        const ConvolutionExtents extents{
            .in = out.shape,
            .out = {out.shape.height / window_height, out.shape.width / window_width, out.shape.channels},
            .kernel_height = window_height,
            .kernel_width = window_width,
            .stride_height = window_height,
            .stride_width = window_width};
        const std::int64_t count = std::int64_t{window_height} * window_width;
        out.shape = extents.out;
        out.codes = {out.codes.lowest * count, out.codes.highest * count};
        out.denominator *= count;
        if (out.storage != Storage::int32) out.storage = smallest_storage(out.codes);
        b.append(Row{.kind = "pool", .extents = extents}, out);
    }
};

/// The sum of the two branches of a residual block, both on one grid.
struct Add {
    static constexpr void describe(Builder& b, std::int32_t main_value, std::int32_t shortcut_value) {
        Value out = b.value(main_value);
        out.codes = out.codes + b.value(shortcut_value).codes;
        out.storage = smallest_storage(out.codes);
        out.pending = true;
        b.set_current(main_value);
        b.append(Row{.kind = "join", .second_input = shortcut_value}, out);
    }
};

/// The integer logits acc * m + c: the end of every network. It writes no value.
struct Logits {
    static constexpr void describe(Builder& b) {
        if (!b.failed() && b.in().shape.pixels() != 1) {
            b.fail(network_must_end_in_one_value_per_class, 1, b.in().shape.pixels());
        }
        b.append(Row{.kind = "logits"}, b.in(), true);
    }
};

}  // namespace intaglio::primitive
