// Which kernel a product runs on. Accumulator bounds and code ranges decide, at compile time.
#pragma once

#include <boost/mp11/algorithm.hpp>
#include <boost/mp11/list.hpp>
#include <cstddef>
#include <cstdint>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/integer/layout.hpp"
#include "intaglio/kernels/product_kernels.hpp"
#include "intaglio/model/facts.hpp"
#include "intaglio/simd/target.hpp"

namespace intaglio::model_error {
template <class...>
struct type_is_no_product_kernel_see_kernels_product_kernel_hpp;
}  // namespace intaglio::model_error

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::integer {

namespace detail {

/// The kernels of a network that has some of its own.
template <class Own>
struct WithOwnKernels {
    using list = boost::mp11::mp_append<Own, kernels::ProductKernels::list>;
};

template <class Net>
struct KernelsOf {
    using type = kernels::ProductKernels;
};
template <class Net>
requires requires {
    typename Net::product_kernels;
}
struct KernelsOf<Net> {
    using type = WithOwnKernels<typename Net::product_kernels>;
};

/// Does not compile unless Kernel is a product kernel.
template <class Kernel>
constexpr bool require_product_kernel() {
    if constexpr (!kernels::ProductKernel<Kernel>) {
        return intaglio::spell<model_error::type_is_no_product_kernel_see_kernels_product_kernel_hpp<Kernel>>();
    }
    return true;
}

template <class Set, class List>
struct Choice;
template <class Set, class... Kernel>
struct Choice<Set, boost::mp11::mp_list<Kernel...>> {
    static_assert((require_product_kernel<Kernel>() && ...));

    static constexpr const char* name(std::size_t place) {
        constexpr const char* names[] = {Kernel::name...};
        return names[place];
    }
    static constexpr int planes(std::size_t place) {
        constexpr int planes[] = {kernels::planes_read<Kernel>...};
        return planes[place];
    }
    static constexpr const char* refusal(std::size_t place, const kernels::ProductFacts& facts) {
        using Refusal = const char* (*)(const kernels::ProductFacts&);
        constexpr Refusal refusals[] = {&Kernel::template refusal<Set>...};
        return refusals[place](facts);
    }
    static constexpr kernels::ProductCost cost(std::size_t place, const kernels::ProductFacts& facts,
                                               const kernels::CostProfile& profile) {
        using Cost = kernels::ProductCost (*)(const kernels::ProductFacts&, const kernels::CostProfile&);
        constexpr Cost costs[] = {&Kernel::template cost<Set>...};
        return costs[place](facts, profile);
    }
    /// The place of the legal kernel of the smallest cost, the first of equal ones.
    static constexpr std::size_t of(const kernels::ProductFacts& facts, const kernels::CostProfile& profile) {
        constexpr std::size_t count = sizeof...(Kernel);
        std::size_t best = count;
        kernels::ProductCost least = 0;
        for (std::size_t i = 0; i < count; ++i) {
            if (refusal(i, facts) != nullptr) continue;
            const kernels::ProductCost found = cost(i, facts, profile);
            if (best == count || found < least) {
                best = i;
                least = found;
            }
        }
        return best;
    }
};

}  // namespace detail

/// The kernels from which those of a network's products are chosen: its own, if it names some as
/// `using product_kernels = boost::mp11::mp_list<...>`, then those of the library.
template <class Net>
using product_kernels = typename detail::KernelsOf<Net>::type;

/// Whether accumulators need the sums of the codes under their windows: the weights are no plain multiples of codes.
constexpr bool has_window_sums(const Row& row) {
    return row.weight_spacing != 1 || row.weight_offset != 0;
}

/// What kernels are told of a product of codes.
constexpr kernels::ProductFacts product_facts(const FactsView& facts, const Row& row) {
    const Value& in = facts.value(row.input);
    return {.extents = row.extents,
            .storage = in.storage,
            .codes = in.codes,
            .code_spacing = code_spacing(facts, row.input),
            .weight_codes = row.weight_codes,
            .sign_weights = row.weight_states == 2 && row.weight_codes == CodeRange{-1, 1},
            .window_sums = has_window_sums(row)};
}

/// The place in the list `Kernels` of the kernel of a product of codes on a target.
template <class Target, class Kernels = kernels::ProductKernels>
constexpr std::size_t choose_product(const kernels::ProductFacts& facts) {
    return detail::Choice<simd::set_of<Target>, typename Kernels::list>::of(facts, simd::profile_of<Target>);
}
template <class Target, class Kernels = kernels::ProductKernels>
constexpr std::size_t choose_product(const FactsView& facts, const Row& row) {
    return choose_product<Target, Kernels>(product_facts(facts, row));
}

/// What a kernel says of a product.
struct KernelOffer {
    const char* name = "";
    const char* refusal = nullptr;  ///< why it is not legal; null if it is
    kernels::ProductCost cost = 0;  ///< if it is legal
};
/// What each kernel of the list says of a product of codes on a target, in the order of the list.
template <class Target, class Kernels = kernels::ProductKernels>
constexpr auto kernel_offers(const kernels::ProductFacts& facts) {
    using Choice = detail::Choice<simd::set_of<Target>, typename Kernels::list>;
    Array<KernelOffer, boost::mp11::mp_size<typename Kernels::list>::value> offers;
    for (std::size_t i = 0; i < offers.size(); ++i) {
        offers[i] = {Choice::name(i), Choice::refusal(i, facts), 0};
        if (offers[i].refusal == nullptr) offers[i].cost = Choice::cost(i, facts, simd::profile_of<Target>);
    }
    return offers;
}

/// The kernel of row I of a network, which is a product of codes.
template <class Net, class Target, std::size_t I>
using product_kernel =
    boost::mp11::mp_at_c<typename product_kernels<Net>::list,
                         choose_product<Target, product_kernels<Net>>(facts<Net>.view(), facts<Net>.rows[I])>;

/// Name of the kernel of an operation, for the facts table.
template <class Target, class Kernels = kernels::ProductKernels>
constexpr const char* kernel_name(const FactsView& facts, const Row& row) {
    if (row.weights > 0) {
        if (facts.value(row.output).storage == Storage::float32) return "float";
        return detail::Choice<simd::set_of<Target>, typename Kernels::list>::name(
            choose_product<Target, Kernels>(facts, row));
    }
    if (row.steps > 0 && facts.value(row.input).storage == Storage::float32) return "float";
    if (row.steps > 0) return row.has_thresholds() ? "thresholds" : "multiply-shift";
    return row.kind;
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::integer
