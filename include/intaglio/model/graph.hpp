// Layers made of layers: sequences, repetitions and residual blocks.
#pragma once

#include <utility>

#include "intaglio/model/layer.hpp"

namespace intaglio {

namespace detail {

template <class... Resolved>
struct ResolvedSequence {
    using primitives = mp_append<mp_list<>, typename Resolved::primitives...>;
    static constexpr void describe(Builder& b) {
        if (sizeof...(Resolved) == 0) b.fail(sequence_has_no_layers, 1, 0);
        std::int32_t position = 0;
        // A list instead of a fold: compilers nest folds, and limit how deeply.
        [[maybe_unused]] const bool done[] = {true, (describe_one<Resolved>(b, ++position), true)...};
    }

  private:
    template <class Layer>
    static constexpr void describe_one(Builder& b, std::int32_t position) {
        if (b.failed()) return;
        b.enter(position);
        Layer::describe(b);
        b.leave();
    }
};

}  // namespace detail

/// Layers one after the other.
template <class... Layers>
struct Sequence {
    template <class Defaults>
    using resolved = detail::ResolvedSequence<detail::resolve<Layers, Defaults>...>;
};

/// The same layers `Times` times; every repetition has parameters of its own.
template <std::int32_t Times, class... Layers>
struct Repeat {
    template <class Defaults>
    struct resolved {
        using Body = detail::ResolvedSequence<detail::resolve<Layers, Defaults>...>;
        using primitives =
            boost::mp11::mp_repeat_c<typename Body::primitives, (Times < 1 ? 0 : static_cast<std::size_t>(Times))>;
        static constexpr void describe(Builder& b) {
            if (Times < 1) b.fail(number_of_repetitions_must_be_positive, 1, Times);
            for (std::int32_t i = 1; i <= Times && !b.failed(); ++i) {
                b.enter(Part::repetition);
                b.enter(i);
                Body::describe(b);
                b.leave();
                b.leave();
            }
        }
    };
};

/// The branch that passes its input on.
struct Identity {
    template <class Defaults>
    struct resolved {
        using primitives = detail::mp_list<>;
        static constexpr void describe(Builder&) {}
    };
};

/// Main(x) + Shortcut(x). Each branch lands on the integer grid of a BranchGrid (`BranchGrid<QInt<12>>` if neither the
/// block nor the defaults give one), after an integer scale where the block's own IntegerScale or that of the defaults
/// gives one; the sum is exact. What follows is a norm, an activation, another block or the end.
template <class Main, class Shortcut = Identity, class... Options>
struct Residual {
    template <class Defaults>
    struct resolved {
        using Own = detail::mp_list<Options...>;
        using Grid = find_option<option::branch_grid, BranchGrid<QInt<12>>, Own, Defaults>;
        using MainBranch = detail::resolve<Main, Defaults>;
        using ShortcutBranch = detail::resolve<Shortcut, Defaults>;
        using ToGrid = detail::LandingOnGrid<Grid, detail::norm_of_steps<Own, Defaults>>;
        using primitives = detail::mp_append<typename MainBranch::primitives, typename ToGrid::primitives,
                                             typename ShortcutBranch::primitives, typename ToGrid::primitives,
                                             detail::mp_list<primitive::Add>>;

        static constexpr void describe(Builder& b) {
            constexpr Problem problem = detail::step_options_problem<Own, detail::mp_list<option::branch_grid>>();
            if (problem.exists()) b.fail(problem);
            const std::int32_t start = b.current();
            const std::int32_t main_value = branch<MainBranch>(b, Part::main);
            b.set_current(start);
            const std::int32_t shortcut_value = branch<ShortcutBranch>(b, Part::shortcut);
            const Shape a = b.value(main_value).shape;
            const Shape c = b.value(shortcut_value).shape;
            if (a.channels != c.channels) b.fail(residual_branches_differ_in_channels, a.channels, c.channels);
            if (a.height != c.height) b.fail(residual_branches_differ_in_height, a.height, c.height);
            if (a.width != c.width) b.fail(residual_branches_differ_in_width, a.width, c.width);
            if (!b.failed()) primitive::Add::describe(b, main_value, shortcut_value);
        }

      private:
        template <class Branch>
        static constexpr std::int32_t branch(Builder& b, Part part) {
            b.enter(part);
            Branch::describe(b);
            if (!b.failed()) ToGrid::describe(b);
            b.leave();
            return b.current();
        }
    };
};

}  // namespace intaglio
