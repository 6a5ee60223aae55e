// Training of sum pools and joins.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "intaglio/kernels/join.hpp"
#include "intaglio/kernels/pool.hpp"
#include "intaglio/model/primitives.hpp"
#include "intaglio/simd/simd.hpp"
#include "intaglio/train/certificate.hpp"
#include "intaglio/train/context.hpp"

namespace intaglio::train {

/// State of operations that keep nothing.
struct NoState {
    explicit NoState(std::int64_t /*capacity*/) {}
};

/// What an operation inherits that has no parameters.
struct Stateless {
    template <class Net, std::size_t Index>
    using State = NoState;
    template <class Net, std::size_t Index>
    static std::int64_t workspace_bytes(std::int64_t) {
        return 0;
    }

    template <class Tag, class Net, std::size_t Index>
    static void lower(const NoState&, std::byte*) {}
    template <class Tag, class Net, std::size_t Index>
    static void certify(const NoState&, const std::byte*, const std::string&, Certificate&) {}
};

template <>
struct Operation<primitive::SumPool> : Stateless {
    template <class Net, std::size_t Index>
    static void forward(NoState&, Context& context) {
        constexpr const Row& row = facts<Net>.rows[Index];
        constexpr const ConvolutionExtents& e = row.extents;
        const auto* in = codes<Net, row.input>(context);
        auto* out = codes<Net, row.output>(context);
        context.pool->run(context.images, [&](std::int64_t image, int) {
            kernels::sum_pool<simd::Native>(e.in, e.kernel_height, e.kernel_width, e.stride_height, e.stride_width,
                                            in + image * e.in.size(), out + image * e.out.size());
        });
    }

    /// The value is the mean of the window: each pixel receives an equal share.
    template <class Net, std::size_t Index>
    static void backward(NoState&, Context& context) {
        constexpr const Row& row = facts<Net>.rows[Index];
        if constexpr (facts<Net>.value(row.input).needs_gradient) {
            constexpr bool first = writes_gradient_first(facts<Net>, static_cast<std::int32_t>(Index), row.input);
            const float* dout = gradient<Net, row.output>(context);
            float* din = gradient<Net, row.input>(context);
            context.pool->run(context.images, [&](std::int64_t image, int) {
                spread(row.extents, dout + image * row.extents.out.size(), !first, din + image * row.extents.in.size());
            });
        }
    }

  private:
    static void spread(const ConvolutionExtents& e, const float* dout, bool add, float* din) {
        const float share = 1.0F / static_cast<float>(e.kernel_height * e.kernel_width);
        const std::int64_t channels = e.in.channels;
        for (std::int32_t y = 0; y < e.in.height; ++y) {
            for (std::int32_t x = 0; x < e.in.width; ++x) {
                const std::int64_t source = std::int64_t{y / e.kernel_height} * e.out.width + x / e.kernel_width;
                const float* from = dout + source * channels;
                float* to = din + (std::int64_t{y} * e.in.width + x) * channels;
                if (add) {
                    for (std::int64_t c = 0; c < channels; ++c) to[c] += from[c] * share;
                } else {
                    for (std::int64_t c = 0; c < channels; ++c) to[c] = from[c] * share;
                }
            }
        }
    }
};

template <>
struct Operation<primitive::Add> : Stateless {
    template <class Net, std::size_t Index>
    static void forward(NoState&, Context& context) {
        constexpr const Row& row = facts<Net>.rows[Index];
        constexpr std::int64_t size = facts<Net>.value(row.output).shape.size();
        const auto* a = codes<Net, row.input>(context);
        const auto* b = codes<Net, row.second_input>(context);
        auto* out = codes<Net, row.output>(context);
        context.pool->run(context.images, [&](std::int64_t image, int) {
            kernels::add<simd::Native>(a + image * size, b + image * size, size, out + image * size);
        });
    }

    template <class Net, std::size_t Index>
    static void backward(NoState&, Context& context) {
        constexpr const Row& row = facts<Net>.rows[Index];
        pass_on<Net, Index, row.input>(context);
        pass_on<Net, Index, row.second_input>(context);
    }

  private:
    template <class Net, std::size_t Index, std::int32_t Branch>
    static void pass_on(Context& context) {
        if constexpr (facts<Net>.value(Branch).needs_gradient) {
            constexpr bool first = writes_gradient_first(facts<Net>, static_cast<std::int32_t>(Index), Branch);
            constexpr std::int64_t size = facts<Net>.value(Branch).shape.size();
            const float* from = gradient<Net, facts<Net>.rows[Index].output>(context);
            float* to = gradient<Net, Branch>(context);
            context.pool->run(context.images, [&](std::int64_t image, int) {
                for (std::int64_t i = image * size; i < (image + 1) * size; ++i)
                    to[i] = first ? from[i] : to[i] + from[i];
            });
        }
    }
};

}  // namespace intaglio::train
