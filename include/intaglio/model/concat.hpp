// Branches side by side.
#pragma once

#include <boost/mp11/algorithm.hpp>
#include <utility>

#include "intaglio/model/pool.hpp"

namespace intaglio {

INTAGLIO_MODEL_ERROR(concat_needs_two_branches)
INTAGLIO_MODEL_ERROR(concat_branches_differ_in_height)
INTAGLIO_MODEL_ERROR(concat_branches_differ_in_width)
INTAGLIO_MODEL_ERROR(concat_branches_differ_in_denominator)
INTAGLIO_MODEL_ERROR(concat_branches_differ_in_padding_code)
INTAGLIO_MODEL_ERROR(values_with_a_scale_cannot_be_joined)

namespace primitive {

/// The channels of one value, then those of another; both have equal sizes and denominators.
struct Concat {
    static constexpr void describe(Builder& b, std::int32_t first_value, std::int32_t second_value) {
        Value out = b.value(first_value);
        const Value& second = b.value(second_value);
        out.shape.channels += second.shape.channels;
        out.codes.lowest = second.codes.lowest < out.codes.lowest ? second.codes.lowest : out.codes.lowest;
        out.codes.highest = second.codes.highest > out.codes.highest ? second.codes.highest : out.codes.highest;
        const bool real = out.storage == Storage::float32 || second.storage == Storage::float32;
        out.storage = real ? Storage::float32 : smallest_storage(out.codes);
        b.set_current(first_value);
        b.append(Row{.kind = "concat", .picks_codes = true, .second_input = second_value}, out);
    }
};

}  // namespace primitive

namespace detail {

/// A value that is joined code by code with another.
constexpr void check_joined(Builder& b) {
    check_codes(b);
    if (b.in().scaled) b.fail(values_with_a_scale_cannot_be_joined, 0, 0);
}

template <class T>
using IsOption = std::bool_constant<!std::is_void_v<typename OptionKind<T>::type>>;

struct NoBranchGrid {
    using option = option::branch_grid;
};

template <class Own, class Defaults, class Branches>
struct ResolvedConcat;

template <class Own, class Defaults, class... Branches>
struct ResolvedConcat<Own, Defaults, mp_list<Branches...>> {
    using Grid = find_option<option::branch_grid, NoBranchGrid, Own, mp_list<>>;
    static constexpr bool has_grid = !std::is_same_v<Grid, NoBranchGrid>;
    using ToGrid = LandingOnGrid<Grid, norm_of_steps<Own, Defaults>>;
    template <class Branch>
    using Landed = mp_append<typename resolve<Branch, Defaults>::primitives,
                             std::conditional_t<has_grid, typename ToGrid::primitives, mp_list<>>>;
    // From the second branch on, each is joined to what stands before it.
    template <std::size_t... I>
    static auto list(std::index_sequence<I...>)
        -> mp_append<mp_list<>,
                     mp_append<Landed<Branches>, std::conditional_t<I == 0, mp_list<>, mp_list<primitive::Concat>>>...>;
    using primitives = decltype(list(std::index_sequence_for<Branches...>{}));

    static constexpr void describe(Builder& b) {
        constexpr Problem problem = own_problem();
        if (problem.exists()) b.fail(problem);
        if (sizeof...(Branches) < 2) b.fail(concat_needs_two_branches, 2, sizeof...(Branches));
        const std::int32_t start = b.current();
        std::int32_t joined = none;
        std::int32_t number = 0;
        [[maybe_unused]] const bool done[] = {true, (add<Branches>(b, start, ++number, joined), true)...};
    }

  private:
    static constexpr Problem own_problem() {
        if constexpr (has_grid) return step_options_problem<Own, mp_list<option::branch_grid>>();
        return OptionCheck<Own, mp_list<option::branch_grid>>::problem();
    }

    template <class Branch>
    static constexpr void add(Builder& b, std::int32_t start, std::int32_t number, std::int32_t& joined) {
        if (b.failed()) return;
        b.set_current(start);
        b.enter(Part::branch);
        b.enter(number);
        resolve<Branch, Defaults>::describe(b);
        if constexpr (has_grid) {
            if (!b.failed()) ToGrid::describe(b);
        }
        if (!b.failed()) check_joined(b);
        if (joined != none) check_pair(b, b.value(joined), b.in());
        b.leave();
        b.leave();
        if (joined != none && !b.failed()) primitive::Concat::describe(b, joined, b.current());
        joined = b.current();
    }

    static constexpr void check_pair(Builder& b, const Value& before, const Value& branch) {
        if (before.shape.height != branch.shape.height) {
            b.fail(concat_branches_differ_in_height, before.shape.height, branch.shape.height);
        }
        if (before.shape.width != branch.shape.width) {
            b.fail(concat_branches_differ_in_width, before.shape.width, branch.shape.width);
        }
        if (before.denominator != branch.denominator) {
            b.fail(concat_branches_differ_in_denominator, before.denominator, branch.denominator);
        }
        if (before.padding_code != branch.padding_code || before.padding_codes != branch.padding_codes) {
            b.fail(concat_branches_differ_in_padding_code, before.padding_code, branch.padding_code);
        }
        const std::int64_t channels = std::int64_t{before.shape.channels} + branch.shape.channels;
        if (channels > INT32_MAX) b.fail(tensor_has_too_many_values, INT32_MAX, channels);
    }
};

}  // namespace detail

/// The channels of all branches, in their order: Concat<Conv<Out<8>>, Conv<Out<8>, Kernel<5>>, Identity>. Each branch
/// is a layer and reads the same value. All must give codes of one denominator, of one height and width; with a
/// `BranchGrid` among the arguments, each first lands on its grid, as in `Residual`, and an IntegerScale may stand
/// beside it.
template <class... BranchesAndGrid>
struct Concat {
    template <class Defaults>
    using resolved =
        detail::ResolvedConcat<boost::mp11::mp_copy_if<detail::mp_list<BranchesAndGrid...>, detail::IsOption>, Defaults,
                               boost::mp11::mp_remove_if<detail::mp_list<BranchesAndGrid...>, detail::IsOption>>;
};

}  // namespace intaglio
