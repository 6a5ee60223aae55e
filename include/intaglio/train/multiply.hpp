// Training of products of two branches.
#pragma once

#include <cstddef>
#include <cstdint>

#include "intaglio/kernels/rearrange.hpp"
#include "intaglio/kernels/rearrange_gradient.hpp"
#include "intaglio/model/multiply.hpp"
#include "intaglio/simd/simd.hpp"
#include "intaglio/train/stateless.hpp"

namespace intaglio::train {

template <>
struct Operation<primitive::Multiply> : Stateless {
    template <class Net, std::size_t Index>
    static constexpr bool one_pixel = facts<Net>.value(facts<Net>.rows[Index].second_input).shape.pixels() == 1;

    template <class Net, std::size_t Index>
    static void forward(NoState&, Context& context) {
        constexpr const Row& row = facts<Net>.rows[Index];
        each_pair<Net, Index>(context, [](const auto* main, const auto* gate, auto* out) {
            kernels::multiply<simd::Native>(facts<Net>.value(row.input).shape, main, gate, one_pixel<Net, Index>, out);
        });
    }

    template <class Net, std::size_t Index>
    static void backward(NoState&, Context& context) {
        constexpr const Row& row = facts<Net>.rows[Index];
        constexpr const Value& main = facts<Net>.value(row.input);
        constexpr const Value& gate = facts<Net>.value(row.second_input);
        const auto* main_codes = codes<Net, row.input>(context);
        const auto* gate_codes = codes<Net, row.second_input>(context);
        each_gradient<Net, Index>(context, [&](std::int64_t image, const float* dout, bool add, float* din) {
            kernels::multiply_gradient(main.shape, dout, gate_codes + image * gate.shape.size(), one_pixel<Net, Index>,
                                       1.0F / static_cast<float>(gate.denominator), add, din);
        });
        each_gradient<Net, Index, Reads::second_input>(
            context, [&](std::int64_t image, const float* dout, bool add, float* din) {
                const auto* other = main_codes + image * main.shape.size();
                const float step = 1.0F / static_cast<float>(main.denominator);
                if constexpr (one_pixel<Net, Index>) {
                    kernels::multiply_pixel_gradient(main.shape, dout, other, step, add, din);
                } else {
                    kernels::multiply_gradient(main.shape, dout, other, false, step, add, din);
                }
            });
    }
};

}  // namespace intaglio::train
