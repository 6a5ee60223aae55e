// Training of convolutions and dense layers: integer products forward, float products backward.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/model/primitives.hpp"
#include "intaglio/train/operations/product_passes.hpp"
#include "intaglio/train/operations/product_state.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train {

namespace detail {

/// Bytes of the packed weights of a product, for the forward pass.
template <class Kind>
std::size_t packed_weight_bytes(const ConvolutionExtents& extents) {
    if constexpr (std::is_same_v<typename Kind::output, float>) {
        return kernels::packed_float_bytes<simd::Native, float>(extents);
    } else {
        return integer::kernel_of<Kind::variant>::template weight_bytes<simd::Native>(extents);
    }
}

/// Packs weights for both directions.
template <class Kind>
void pack(const ConvolutionExtents& extents, ProductState& state) {
    using Set = simd::Native;
    if constexpr (std::is_same_v<typename Kind::output, float>) {
        kernels::pack_float<Set, float>(extents, state.values.data(), state.packed.data());
    } else {
        integer::kernel_of<Kind::variant>::template pack_weights<Set>(extents, state.codes.data(), state.packed.data());
    }
    kernels::pack_transposed<Set, Gradient>(extents, state.values.data(), state.transposed.data());
}

/// The scale of a product's value: of its input, times that of its weights where these are codes.
inline void product_scales(const std::vector<double>& weight_scale, const double* in, bool real,
                           std::vector<double>& scales) {
    const double in_scale = in == nullptr ? 1.0 : in[0];
    for (std::size_t c = 0; c < scales.size(); ++c) scales[c] = real ? in_scale : weight_scale[c] * in_scale;
}

}  // namespace detail

template <class Weight, class Standardization>
struct Operation<primitive::Product<Weight, Standardization>> {
    using Quantized = QuantizedWeights<Weight, Standardization>;

    template <class Kind>
    static constexpr bool is_float = std::is_same_v<typename Kind::output, float>;

    template <class Net>
    static constexpr integer::ProductVariant<integer::product_kernels<Net>> variant(const FactsView& facts,
                                                                                    const Row& row) {
        if (facts.value(row.output).storage == Storage::float32) return {.grouping = kernels::grouping_of(row.extents)};
        return integer::product_variant<simd::NativeTarget, Net>(facts, row, none);
    }

    template <class Kind>
    struct State : Quantized {
        [[gnu::cold]] State(const Site& site, std::int64_t /*capacity*/)
            : Quantized(*site.row, site.output.value->scaled, detail::packed_weight_bytes<Kind>(site.row->extents),
                        kernels::packed_transposed_bytes<simd::Native, Gradient>(site.row->extents)) {}
    };

    template <class Kind>
    [[gnu::cold]] static std::int64_t workspace_bytes(const Site& site, std::int64_t capacity) {
        using In = typename Kind::input;
        return detail::product_workspace_bytes(
            site.row->extents, capacity, [&](const ConvolutionExtents& many, std::int32_t rows) {
                if constexpr (is_float<Kind>) {
                    return kernels::float_workspace_bytes<simd::Native, float, In>(site.row->extents);
                } else {
                    return integer::multiply_workspace_bytes<simd::Native, integer::kernel_of<Kind::variant>, In>(
                        many, Kind::variant.window_sums, rows);
                }
            });
    }

    template <class Kind>
    static void forward(State<Kind>& state, const Site& site, Context& context) {
        const Row& row = *site.row;
        const auto* in = codes<typename Kind::input>(context, site.input);
        auto* out = result<typename Kind::output>(context, site);
        if (state.version != context.parameter_version) {
            state.quantize(row, context.parameters + site.parameters, *context.pool);
            detail::pack<Kind>(row.extents, state);
            state.version = context.parameter_version;
        }
        if (site.output.value->scaled) {
            detail::product_scales(state.weight_scale, context.scales[row.input], is_float<Kind>, state.scales);
            context.scales[row.output] = state.scales.data();
        }
        if constexpr (is_float<Kind>) {
            detail::multiply_float<Kind::variant.grouping>(row.extents, in, state.packed.data(), out, context);
        } else {
            detail::multiply<Kind::variant>(row, in, state.packed.data(), out, context);
        }
    }

    template <class Kind>
    static void backward(State<Kind>& state, const Site& site, Context& context) {
        const Row& row = *site.row;
        const Value& in = *site.input.value;
        const Gradient* out_gradient = gradient(context, site.output);
        Gradient* weights = context.gradients + site.parameters;
        double in_step = 1.0 / static_cast<double>(in.denominator);
        if (in.scaled) in_step *= context.scales[row.input][0];
        detail::weight_gradient<Kind::variant.grouping>(row, static_cast<Gradient>(in_step),
                                                        codes<typename Kind::input>(context, site.input), out_gradient,
                                                        weights, context);
        state.latent_gradient(row, weights, context.partial, *context.pool);
        if (!in.needs_gradient || static_cast<std::size_t>(site.index) == context.first_row) return;
        detail::input_gradient<Kind::variant.grouping>(row.extents, state.transposed.data(), out_gradient,
                                                       site.input.overwrites, gradient(context, site.input), context);
    }

    template <class Kind>
    requires has_trained_parameters<Weight>
    [[gnu::cold]] static void initialize(State<Kind>& state, const Site& site, Context& context, float* parameters) {
        state.initialize(*site.row, context.parameters + site.parameters, parameters);
    }

    template <class Kind>
    [[gnu::cold]] static void lower(const State<Kind>& state, const Site& site, Lowering& lowering,
                                    RowNumbers& numbers) {
        const Row& row = *site.row;
        Context& context = lowering.context;
        std::optional<Quantized> fresh;
        if (state.version != context.parameter_version) {
            fresh.emplace(row, false, 0, 0);
            fresh->quantize(row, context.parameters + site.parameters, *context.pool);
        }
        const ProductState& weights = fresh ? static_cast<const ProductState&>(*fresh) : state;
        numbers.weights = weights.codes;
        if (site.output.value->scaled) {
            detail::product_scales(weights.weight_scale, context.scales[row.input], is_float<Kind>,
                                   lowering.own_scales(site, static_cast<std::size_t>(site.channels())));
        }
    }
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train
