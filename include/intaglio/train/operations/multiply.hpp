// Training of products of two branches.
#pragma once

#include <cstdint>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/kernels/rearrange.hpp"
#include "intaglio/kernels/training/rearrange_gradient.hpp"
#include "intaglio/model/multiply.hpp"
#include "intaglio/simd/simd.hpp"
#include "intaglio/train/program/stateless.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train {

template <>
struct Operation<primitive::Multiply> : Stateless {
    template <class Kind>
    static void forward(NoState&, const Site& site, Context& context) {
        const bool one_pixel = site.second.shape().pixels() == 1;
        each_pair<Kind>(site, context, [&](const auto* main, const auto* gate, auto* out) {
            kernels::multiply<simd::Native>(site.input.shape(), main, gate, one_pixel, out);
        });
    }

    template <class Kind>
    static void backward(NoState&, const Site& site, Context& context) {
        const Value& main = *site.input.value;
        const Value& gate = *site.second.value;
        const bool one_pixel = gate.shape.pixels() == 1;
        const auto* main_codes = codes<typename Kind::input>(context, site.input);
        const auto* gate_codes = codes<typename Kind::second_input>(context, site.second);
        each_gradient(
            site, site.input, context, [&](std::int64_t image, const Gradient* dout, bool add, Gradient* din) {
                kernels::multiply_gradient(main.shape, dout, gate_codes + image * gate.shape.size(), one_pixel,
                                           Gradient{1} / static_cast<Gradient>(gate.denominator), add, din);
            });
        each_gradient(site, site.second, context,
                      [&](std::int64_t image, const Gradient* dout, bool add, Gradient* din) {
                          const auto* other = main_codes + image * main.shape.size();
                          const Gradient step = Gradient{1} / static_cast<Gradient>(main.denominator);
                          if (one_pixel) {
                              kernels::multiply_pixel_gradient(main.shape, dout, other, step, add, din);
                          } else {
                              kernels::multiply_gradient(main.shape, dout, other, false, step, add, din);
                          }
                      });
    }
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train
