// Training of max pools.
#pragma once

#include <cstddef>
#include <cstdint>

#include "intaglio/kernels/max_pool.hpp"
#include "intaglio/model/max_pool.hpp"
#include "intaglio/simd/simd.hpp"
#include "intaglio/train/stateless.hpp"

namespace intaglio::train {

template <>
struct Operation<primitive::MaxPool> : Stateless {
    template <class Net, std::size_t Index>
    static void forward(NoState&, Context& context) {
        keep_scales<Net, Index>(context);
        each_image<Net, Index>(context, [](const auto* in, auto* out) {
            kernels::max_pool<simd::Native>(facts<Net>.rows[Index].extents, in, out);
        });
    }

    /// Each window's gradient goes to the first of its largest codes.
    template <class Net, std::size_t Index>
    static void backward(NoState&, Context& context) {
        constexpr const Row& row = facts<Net>.rows[Index];
        const auto* in = codes<Net, row.input>(context);
        each_gradient<Net, Index>(context, [&](std::int64_t image, const float* dout, bool add, float* din) {
            kernels::max_pool_gradient(row.extents, in + image * row.extents.in.size(), dout, add, din);
        });
    }
};

}  // namespace intaglio::train
