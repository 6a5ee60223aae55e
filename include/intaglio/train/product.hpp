// Training of convolutions and dense layers: integer products forward, float products backward.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <type_traits>
#include <vector>

#include "intaglio/integer/product.hpp"
#include "intaglio/kernels/convolution_backward.hpp"
#include "intaglio/kernels/float_product.hpp"
#include "intaglio/kernels/pack_weights.hpp"
#include "intaglio/model/primitives.hpp"
#include "intaglio/simd/simd.hpp"
#include "intaglio/train/certificate.hpp"
#include "intaglio/train/context.hpp"
#include "intaglio/train/product_state.hpp"

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

}  // namespace detail

template <class Weight, class Standardization>
struct Operation<primitive::Product<Weight, Standardization>> {
    using Tag = simd::Native;
    using Quantized = QuantizedWeights<Weight, Standardization>;

    template <class Net, std::size_t Index>
    static constexpr bool is_real = facts<Net>.value(facts<Net>.rows[Index].output).storage == Storage::real;

    template <class Net, std::size_t Index>
    static constexpr kernels::Grouping grouping = kernels::grouping_of(facts<Net>.rows[Index].extents);

    template <class Net, std::size_t Index>
    struct State : Quantized {
        explicit State(std::int64_t /*capacity*/)
            : Quantized(facts<Net>.rows[Index], facts<Net>.value(facts<Net>.rows[Index].output).scaled, packed_bytes(),
                        kernels::packed_transposed_bytes<Tag, float>(facts<Net>.rows[Index].extents)) {}
        static std::size_t packed_bytes() {
            constexpr const ConvolutionExtents& e = facts<Net>.rows[Index].extents;
            if constexpr (is_real<Net, Index>) {
                return kernels::packed_real_bytes<Tag, float>(e);
            } else {
                return kernels::packed_weight_bytes<Tag, integer::product_of<Tag, Net, Index>>(e);
            }
        }
    };

    template <class Net, std::size_t Index>
    static std::int64_t workspace_bytes(std::int64_t capacity) {
        const Row& row = facts<Net>.rows[Index];
        const ConvolutionExtents& e = row.extents;
        const std::int64_t group = detail::largest_group(capacity);
        Row many = row;
        if (detail::is_pointwise(e)) many.extents = detail::tall(e, group);
        const std::int32_t rows = detail::is_pointwise(e) && many.extents.out.height > detail::tall_block_rows
                                      ? detail::tall_block_rows
                                      : many.extents.out.height;
        std::size_t forward_bytes = 0;
        if constexpr (is_real<Net, Index>) {
            using In = integer::code_type<Net, facts<Net>.rows[Index].input>;
            forward_bytes = kernels::real_workspace_bytes<Tag, float, In>(e);
        } else {
            forward_bytes =
                integer::detail::multiply_workspace_bytes<Tag, integer::product_of<Tag, Net, Index>,
                                                          integer::code_type<Net, facts<Net>.rows[Index].input>>(many,
                                                                                                                 rows);
        }
        const std::size_t input_bytes = kernels::input_gradient_workspace_bytes<Tag, float>(many.extents) +
                                        memory_size(aligned(many.extents.in.size() * 4));
        const std::size_t weight_bytes = kernels::weight_gradient_workspace_bytes<Tag, float>(many.extents);
        std::size_t most = forward_bytes > input_bytes ? forward_bytes : input_bytes;
        most = weight_bytes > most ? weight_bytes : most;
        return static_cast<std::int64_t>(most);
    }

    template <class Net, std::size_t Index>
    static void forward(State<Net, Index>& state, Context& context) {
        constexpr const Row& row = facts<Net>.rows[Index];
        const auto* in = codes<Net, row.input>(context);
        auto* out = codes<Net, row.output>(context);
        if (state.version != context.parameter_version) {
            state.quantize(row, context.parameters + plan<Net>.parameters[Index], *context.pool);
            if constexpr (is_real<Net, Index>) {
                kernels::pack_real<Tag, float>(row.extents, state.values.data(), state.packed.data());
            } else {
                kernels::pack_weights<Tag, integer::product_of<Tag, Net, Index>>(row.extents, state.codes.data(),
                                                                                 state.packed.data());
            }
            kernels::pack_transposed<Tag, float>(row.extents, state.values.data(), state.transposed.data());
            state.version = context.parameter_version;
        }
        if constexpr (facts<Net>.value(row.output).scaled) {
            set_scales(state, context.scales[row.input], is_real<Net, Index>);
            context.scales[row.output] = state.scales.data();
        }
        if constexpr (is_real<Net, Index>) {
            multiply_real<grouping<Net, Index>>(row.extents, in, state.packed.data(), out, context);
        } else {
            multiply<integer::product_of<Tag, Net, Index>, grouping<Net, Index>, integer::has_window_sums(row)>(
                row, in, state.packed.data(), out, context);
        }
    }

    template <class Net, std::size_t Index>
    static void backward(State<Net, Index>& state, Context& context) {
        constexpr const Row& row = facts<Net>.rows[Index];
        constexpr const Value& in = facts<Net>.value(row.input);
        const float* out_gradient = gradient<Net, row.output>(context);
        double in_step = 1.0 / static_cast<double>(in.denominator);
        if constexpr (in.scaled) in_step *= context.scales[row.input][0];
        weight_gradient<grouping<Net, Index>>(state, row, static_cast<float>(in_step), codes<Net, row.input>(context),
                                              out_gradient, context.gradients + plan<Net>.parameters[Index], context);
        if constexpr (in.needs_gradient) {
            if (Index == context.first_row) return;
            constexpr bool first = writes_gradient_first(facts<Net>, static_cast<std::int32_t>(Index), row.input);
            input_gradient<grouping<Net, Index>>(state, row.extents, out_gradient, first,
                                                 gradient<Net, row.input>(context), context);
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
    /// The scale of a product's value: of its input, times that of its weights where these are codes.
    static void set_scales(ProductState& state, const double* in, bool real) {
        const double in_scale = in == nullptr ? 1.0 : in[0];
        for (std::size_t c = 0; c < state.scales.size(); ++c) {
            state.scales[c] = real ? in_scale : state.weight_scale[c] * in_scale;
        }
    }

    template <kernels::Product Kernel, kernels::Grouping Grouping, bool WindowSums, class Code>
    static void multiply(const Row& row, const Code* in, const std::byte* packed, std::int32_t* out, Context& context) {
        const ConvolutionExtents& e = row.extents;
        if (detail::is_pointwise(e)) {
            context.for_groups([&](std::int64_t begin, std::int64_t count, std::int64_t, int worker) {
                if (count == 0) return;
                Row many = row;
                many.extents = detail::tall(e, count);
                const Code* first_in = in + begin * e.in.size();
                std::int32_t* first_out = out + begin * e.out.size();
                for (std::int32_t first = 0; first < many.extents.out.height; first += detail::tall_block_rows) {
                    const std::int32_t left = many.extents.out.height - first;
                    integer::detail::multiply_rows<Tag, Kernel, Grouping, WindowSums>(
                        many, first_in, first, left < detail::tall_block_rows ? left : detail::tall_block_rows, packed,
                        first_out + std::int64_t{first} * e.out.channels, context.worker_memory(worker));
                }
            });
        } else {
            context.pool->run(context.images, [&](std::int64_t image, int worker) {
                integer::detail::multiply_rows<Tag, Kernel, Grouping, WindowSums>(
                    row, in + image * e.in.size(), 0, e.out.height, packed, out + image * e.out.size(),
                    context.worker_memory(worker));
            });
        }
    }

    /// The terms of one output are added in one order whatever the thread count.
    template <kernels::Grouping Grouping, class Code>
    static void multiply_real(const ConvolutionExtents& e, const Code* in, const std::byte* packed, float* out,
                              const Context& context) {
        context.for_groups([&](std::int64_t begin, std::int64_t count, std::int64_t, int worker) {
            kernels::convolve_real<Tag, float, Grouping>(e, in + begin * e.in.size(), count, packed,
                                                         out + begin * e.out.size(), context.worker_memory(worker));
        });
    }

    template <kernels::Grouping Grouping, class Code>
    static void weight_gradient(Quantized& state, const Row& row, float in_step, const Code* in,
                                const float* out_gradient, float* result, Context& context) {
        const ConvolutionExtents& e = row.extents;
        context.for_groups([&](std::int64_t begin, std::int64_t count, std::int64_t group, int worker) {
            float* sum = context.partial + group * row.weights;
            std::memset(sum, 0, static_cast<std::size_t>(row.weights) * sizeof(float));
            if (count == 0) return;
            const bool pointwise = detail::is_pointwise(e);
            kernels::weight_gradient<Tag, float, Grouping>(
                pointwise ? detail::tall(e, count) : e, in + begin * e.in.size(), out_gradient + begin * e.out.size(),
                pointwise ? 1 : count, sum, context.worker_memory(worker));
        });
        const std::int64_t fan_in = e.fan_in();
        context.pool->run(e.out.channels, [&](std::int64_t unit, int) {
            for (std::int64_t i = unit * fan_in; i < (unit + 1) * fan_in; ++i) {
                result[i] = in_step * tree_sum([&](std::int64_t g) { return context.partial[g * row.weights + i]; });
            }
        });
        state.latent_gradient(row, result, context.partial, *context.pool);
    }

    template <kernels::Grouping Grouping>
    static void input_gradient(const ProductState& state, const ConvolutionExtents& e, const float* out_gradient,
                               bool overwrite, float* result, Context& context) {
        const auto one = [&](const ConvolutionExtents& extents, std::int64_t begin, int worker) {
            std::byte* memory = context.worker_memory(worker);
            float* target = result + begin * e.in.size();
            if (overwrite) {
                kernels::input_gradient<Tag, float, Grouping>(extents, out_gradient + begin * e.out.size(),
                                                              state.transposed.data(), target, memory);
                return;
            }
            auto* sum = reinterpret_cast<float*>(memory);
            kernels::input_gradient<Tag, float, Grouping>(extents, out_gradient + begin * e.out.size(),
                                                          state.transposed.data(), sum,
                                                          memory + aligned(extents.in.size() * 4));
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
