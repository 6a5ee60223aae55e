// Pooling by the largest code.
#pragma once

#include "intaglio/model/pool.hpp"

namespace intaglio {

namespace primitive {

/// The largest code under each window; positions of the padding do not take part.
struct MaxPool {
    static constexpr void describe(Builder& b, const ConvolutionExtents& extents) {
        Value out = b.in();
        out.shape = extents.out;
        b.append(Row{.kind = "max pool", .picks_codes = true, .keeps_affine = true, .extents = extents}, out);
    }
};

}  // namespace primitive

namespace detail {

template <Window Size, bool OneDimensional, class Own>
struct ResolvedMaxPool {
    using primitives = mp_list<primitive::MaxPool>;
    static constexpr void describe(Builder& b) {
        constexpr Problem problem = OptionCheck<Own, mp_list<option::stride, option::padding>>::problem();
        if (problem.exists()) b.fail(problem);
        const ConvolutionExtents extents = PoolExtents<Size, OneDimensional, Own>::make(b);
        check_codes(b);
        if (!b.failed()) primitive::MaxPool::describe(b, extents);
    }
};

}  // namespace detail

/// Maximum over windows: MaxPool<2>, MaxPool<3, Stride<2>, Padding<1>>, MaxPool<Window{1, 4}>. Windows do not overlap,
/// and the padded image is a multiple of the window, unless a `Stride` is given. It reads codes (or real numbers after
/// an activation); after a rising activation, pooling is the same function as before it.
/// Options: Stride, Padding, SamePadding, SameUpperPadding (none if not given).
template <Window Size, class... Options>
struct MaxPool {
    template <class Defaults>
    using resolved = detail::ResolvedMaxPool<Size, false, detail::mp_list<Options...>>;
};

/// Maximum in time, of a `Signal` or of any image of one row. Options: Stride, Padding, SamePadding, SameUpperPadding,
/// CausalPadding.
template <std::int32_t Size, class... Options>
struct MaxPool1d {
    template <class Defaults>
    using resolved = detail::ResolvedMaxPool<Window{1, Size}, true, detail::mp_list<Options...>>;
};

}  // namespace intaglio
