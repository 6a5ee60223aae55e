// The integer program of sum pools and additions.
#pragma once

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/integer/operation.hpp"
#include "intaglio/kernels/add.hpp"
#include "intaglio/kernels/pool.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::integer {

template <>
struct Operation<primitive::SumPool> : NoMemory {
    /// Planes of sums from planes, if the sums have few states, too.
    template <class Set, class Net>
    static constexpr Layouts layouts(const FactsView& facts, const Row& row) {
        const kernels::PlaneForm in = plane_form(facts, row.input);
        const kernels::PlaneForm out = plane_form(facts, row.output);
        const bool keeps = in.planes > 0 && out.planes > 0 && in.spacing == out.spacing;
        return {.keeps = keeps, .own_form = keeps};
    }
    template <class Set, class Kind>
    static void run(const Site& site, const Frame& frame) {
        const ConvolutionExtents& e = site.extents;
        const auto* in = input<Kind>(site, frame);
        auto* out = output<Kind>(site, frame);
        constexpr int planes = kernels::planes_of<typename Kind::input>;
        if constexpr (planes > 0) {
            kernels::sum_pool_of_planes<Set, planes, kernels::planes_of<typename Kind::output>>(
                e.in, e.kernel_height, e.kernel_width, e.stride_height, e.stride_width, kernels::words_in(in),
                kernels::words_in(out));
        } else {
            kernels::sum_pool<Set>(e.in, e.kernel_height, e.kernel_width, e.stride_height, e.stride_width, in, out);
        }
    }
};

template <>
struct Operation<primitive::Add> : NoMemory {
    template <class Set, class Kind>
    static void run(const Site& site, const Frame& frame) {
        kernels::add<Set>(input<Kind>(site, frame), second_input<Kind>(site, frame), site.extents.out.size(),
                          output<Kind>(site, frame));
    }
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::integer
