// Training of convolutions and dense layers: integer products forward, float products backward.
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include "intaglio/integer/kernel_choice.hpp"
#include "intaglio/kernels/convolution.hpp"
#include "intaglio/kernels/convolution_backward.hpp"
#include "intaglio/kernels/pack_weights.hpp"
#include "intaglio/model/primitives.hpp"
#include "intaglio/simd/simd.hpp"
#include "intaglio/train/certificate.hpp"
#include "intaglio/train/context.hpp"
#include "intaglio/train/weight_quantization.hpp"

namespace intaglio::train {

namespace detail {

/// Whether a product looks at single pixels: then the images of a group are one tall image.
constexpr bool is_pointwise(const ConvolutionExtents& e) {
    return e.kernel_height == 1 && e.kernel_width == 1 && e.stride_height == 1 && e.stride_width == 1 &&
           e.padding_height == 0 && e.padding_width == 0;
}
/// The extents of `images` images at once, for pointwise products.
constexpr ConvolutionExtents tall(ConvolutionExtents e, std::int64_t images) {
    const auto height = static_cast<std::int32_t>(images * e.in.pixels());
    e.in = {height, 1, e.in.channels};
    e.out = {height, 1, e.out.channels};
    return e;
}
constexpr std::int64_t largest_group(std::int64_t capacity) {
    return (capacity + sample_groups - 1) / sample_groups;
}

inline constexpr std::int32_t tall_block_rows = 96;

/// Whether no number is infinite or NaN; by their exponents, which no compiler flag assumes away.
inline bool all_finite(const float* values, std::int64_t count) {
    constexpr std::uint32_t exponent = 0x7f800000U;
    bool finite = true;
    for (std::int64_t i = 0; i < count; ++i) finite &= (std::bit_cast<std::uint32_t>(values[i]) & exponent) != exponent;
    return finite;
}

template <class Standardization>
inline constexpr bool standardizes = std::is_same_v<Standardization, WeightStandardization>;

}  // namespace detail

/// Weights of one product in all their forms.
struct ProductState {
    [[gnu::cold]] ProductState(const Row& row, std::size_t packed_bytes, std::size_t transposed_bytes)
        : standardized(static_cast<std::size_t>(row.weights)),
          inverse_deviation(static_cast<std::size_t>(row.extents.out.channels), 1.0F),
          codes(static_cast<std::size_t>(row.weights)),
          values(static_cast<std::size_t>(row.weights)),
          packed(packed_bytes),
          transposed(transposed_bytes) {}

    std::vector<float> standardized;       ///< What
    std::vector<float> inverse_deviation;  ///< per output unit
    std::vector<std::int8_t> codes;        ///< canonical
    std::vector<float> values;             ///< what the codes stand for
    AlignedVector<std::byte> packed;
    AlignedVector<std::byte> transposed;  ///< of the values, for the gradient of the input
    std::uint64_t version = 0;            ///< of the parameters from which the codes were made
};

template <class Weight, class Standardization>
struct Operation<primitive::Product<Weight, Standardization>> {
    using Tag = simd::Native;
    template <class Net, std::size_t Index>
    struct State : ProductState {
        explicit State(std::int64_t /*capacity*/)
            : ProductState(facts<Net>.rows[Index],
                           kernels::packed_weight_bytes<Tag, integer::product_of<Tag, Net, Index>>(
                               facts<Net>.rows[Index].extents),
                           kernels::packed_transposed_bytes<Tag, float>(facts<Net>.rows[Index].extents)) {}
    };

    template <class Net, std::size_t Index>
    static std::int64_t workspace_bytes(std::int64_t capacity) {
        const ConvolutionExtents& e = facts<Net>.rows[Index].extents;
        const std::int64_t group = detail::largest_group(capacity);
        const ConvolutionExtents many = detail::is_pointwise(e) ? detail::tall(e, group) : e;
        const std::int32_t rows = detail::is_pointwise(e) && many.out.height > detail::tall_block_rows
                                      ? detail::tall_block_rows
                                      : many.out.height;
        const std::size_t forward_bytes =
            kernels::convolution_workspace_bytes<Tag, integer::product_of<Tag, Net, Index>>(many, rows);
        const std::size_t input_bytes = kernels::input_gradient_workspace_bytes<Tag, float>(many) +
                                        static_cast<std::size_t>(aligned(many.in.size() * 4));
        const std::size_t weight_bytes = kernels::weight_gradient_workspace_bytes<Tag, float>(many);
        std::size_t most = forward_bytes > input_bytes ? forward_bytes : input_bytes;
        most = weight_bytes > most ? weight_bytes : most;
        return static_cast<std::int64_t>(most);
    }

    template <class Net, std::size_t Index>
    static void forward(State<Net, Index>& state, Context& context) {
        constexpr const Row& row = facts<Net>.rows[Index];
        quantize(state, row, context.parameters + plan<Net>.parameters[Index], context, [&] {
            kernels::pack_weights<Tag, integer::product_of<Tag, Net, Index>>(row.extents, state.codes.data(),
                                                                             state.packed.data());
        });
        multiply<integer::product_of<Tag, Net, Index>>(row.extents, codes<Net, row.input>(context), state.packed.data(),
                                                       codes<Net, row.output>(context), context);
    }

    template <class Net, std::size_t Index>
    static void backward(State<Net, Index>& state, Context& context) {
        constexpr const Row& row = facts<Net>.rows[Index];
        constexpr const Value& in = facts<Net>.value(row.input);
        const float* out_gradient = gradient<Net, row.output>(context);
        weight_gradient(state, row, static_cast<float>(1.0 / static_cast<double>(in.denominator)),
                        codes<Net, row.input>(context), out_gradient, context.parameters + plan<Net>.parameters[Index],
                        context.gradients + plan<Net>.parameters[Index], context);
        if constexpr (in.needs_gradient) {
            constexpr bool first = writes_gradient_first(facts<Net>, static_cast<std::int32_t>(Index), row.input);
            input_gradient(state, row.extents, out_gradient, first, gradient<Net, row.input>(context), context);
        }
    }

    template <class OtherTag, class Net, std::size_t Index>
    static void lower(const State<Net, Index>& state, std::byte* parameters) {
        kernels::pack_weights<OtherTag, integer::product_of<OtherTag, Net, Index>>(facts<Net>.rows[Index].extents,
                                                                                   state.codes.data(), parameters);
    }

    template <class OtherTag, class Net, std::size_t Index>
    static void certify(const State<Net, Index>& state, const std::byte* parameters, const std::string& where,
                        Certificate& certificate) {
        constexpr const Row& row = facts<Net>.rows[Index];
        constexpr kernels::Product product = integer::product_of<OtherTag, Net, Index>;
        std::vector<std::int8_t> read(static_cast<std::size_t>(row.weights));
        kernels::unpack_weights<OtherTag, product>(row.extents, parameters, read.data());
        const std::int64_t differences = certificate.differences;
        for (std::size_t i = 0; i < read.size(); ++i) {
            ++certificate.weights_compared;
            if (read[i] != state.codes[i]) certificate.difference(where + ", weight " + std::to_string(i));
        }
        // Kernels also multiply what fills up the last vectors, and rely on its being zero.
        AlignedVector<std::byte> packed(kernels::packed_weight_bytes<OtherTag, product>(row.extents));
        kernels::pack_weights<OtherTag, product>(row.extents, state.codes.data(), packed.data());
        if (certificate.differences == differences && std::memcmp(packed.data(), parameters, packed.size()) != 0) {
            certificate.difference(where + ", between the packed weights");
        }
    }

  private:
    template <class Pack>
    static void quantize(ProductState& state, const Row& row, const float* latent, Context& context, const Pack& pack) {
        if (state.version == context.parameter_version) return;
        const std::int64_t fan_in = row.extents.fan_in();
        const float step = 1.0F / static_cast<float>(row.weight_denominator);
        std::atomic<bool> finite = true;
        context.pool->run(row.extents.out.channels, [&](std::int64_t unit, int) {
            const std::int64_t begin = unit * fan_in;
            float* standardized = state.standardized.data() + begin;
            if (!detail::all_finite(latent + begin, fan_in)) finite.store(false, std::memory_order_relaxed);
            if constexpr (detail::standardizes<Standardization>) {
                state.inverse_deviation[static_cast<std::size_t>(unit)] =
                    standardize(latent + begin, fan_in, standardized);
            } else {
                std::memcpy(standardized, latent + begin, static_cast<std::size_t>(fan_in) * sizeof(float));
            }
            for (std::int64_t i = 0; i < fan_in; ++i) {
                const std::int8_t code = WeightCode<Weight>::code(standardized[i]);
                state.codes[static_cast<std::size_t>(begin + i)] = code;
                state.values[static_cast<std::size_t>(begin + i)] = static_cast<float>(code) * step;
            }
        });
        if (!finite) throw std::runtime_error("a weight is not finite: the training has diverged");
        pack();
        kernels::pack_transposed<Tag, float>(row.extents, state.values.data(), state.transposed.data());
        state.version = context.parameter_version;
    }

    template <kernels::Product Kernel, class Code>
    static void multiply(const ConvolutionExtents& e, const Code* in, const std::byte* packed, std::int32_t* out,
                         Context& context) {
        if (detail::is_pointwise(e)) {
            context.for_groups([&](std::int64_t begin, std::int64_t count, std::int64_t, int worker) {
                if (count == 0) return;
                const ConvolutionExtents many = detail::tall(e, count);
                const Code* first_in = in + begin * e.in.size();
                std::int32_t* first_out = out + begin * e.out.size();
                for (std::int32_t row = 0; row < many.out.height; row += detail::tall_block_rows) {
                    const std::int32_t left = many.out.height - row;
                    kernels::convolve_rows<Tag, Kernel>(
                        many, first_in, row, left < detail::tall_block_rows ? left : detail::tall_block_rows, packed,
                        first_out + std::int64_t{row} * e.out.channels, context.worker_memory(worker));
                }
            });
        } else {
            context.pool->run(context.images, [&](std::int64_t image, int worker) {
                kernels::convolve_rows<Tag, Kernel>(e, in + image * e.in.size(), 0, e.out.height, packed,
                                                    out + image * e.out.size(), context.worker_memory(worker));
            });
        }
    }

    template <class Code>
    static void weight_gradient(ProductState& state, const Row& row, float in_step, const Code* in,
                                const float* out_gradient, const float* /*latent*/, float* result, Context& context) {
        const ConvolutionExtents& e = row.extents;
        context.for_groups([&](std::int64_t begin, std::int64_t count, std::int64_t group, int worker) {
            float* sum = context.partial + group * row.weights;
            std::memset(sum, 0, static_cast<std::size_t>(row.weights) * sizeof(float));
            if (count == 0) return;
            const bool pointwise = detail::is_pointwise(e);
            kernels::weight_gradient<Tag, float>(pointwise ? detail::tall(e, count) : e, in + begin * e.in.size(),
                                                 out_gradient + begin * e.out.size(), pointwise ? 1 : count, sum,
                                                 context.worker_memory(worker));
        });
        const std::int64_t fan_in = e.fan_in();
        context.pool->run(e.out.channels, [&](std::int64_t unit, int) {
            const std::int64_t begin = unit * fan_in;
            const float* standardized = state.standardized.data() + begin;
            float* unit_result = result + begin;
            for (std::int64_t i = 0; i < fan_in; ++i) {
                const float sum =
                    tree_sum([&](std::int64_t g) { return context.partial[g * row.weights + begin + i]; });
                unit_result[i] = WeightCode<Weight>::passes(standardized[i]) ? sum * in_step : 0.0F;
            }
            if constexpr (detail::standardizes<Standardization>) {
                standardize_gradient(standardized, state.inverse_deviation[static_cast<std::size_t>(unit)], fan_in,
                                     unit_result);
            }
        });
    }

    static void input_gradient(const ProductState& state, const ConvolutionExtents& e, const float* out_gradient,
                               bool overwrite, float* result, Context& context) {
        const auto one = [&](const ConvolutionExtents& extents, std::int64_t begin, int worker) {
            std::byte* memory = context.worker_memory(worker);
            float* target = result + begin * e.in.size();
            if (overwrite) {
                kernels::input_gradient<Tag, float>(extents, out_gradient + begin * e.out.size(),
                                                    state.transposed.data(), target, memory);
                return;
            }
            auto* sum = reinterpret_cast<float*>(memory);
            kernels::input_gradient<Tag, float>(extents, out_gradient + begin * e.out.size(), state.transposed.data(),
                                                sum, memory + aligned(extents.in.size() * 4));
            for (std::int64_t i = 0; i < extents.in.size(); ++i) target[i] += sum[i];
        };
        if (detail::is_pointwise(e)) {
            context.for_groups([&](std::int64_t begin, std::int64_t count, std::int64_t, int worker) {
                if (count > 0) one(detail::tall(e, count), begin, worker);
            });
        } else {
            context.pool->run(context.images, [&](std::int64_t image, int worker) { one(e, image, worker); });
        }
    }
};

}  // namespace intaglio::train
