// A norm and an activation as layers of their own, for pre-activation blocks and after additions.
#pragma once

#include "intaglio/model/layer.hpp"

namespace intaglio {

/// A norm of its own. Options: a norm (LayerBatchNorm if none is given), SingleGain.
template <class... Options>
struct Normalize {
    template <class Defaults>
    struct resolved {
        using Own = detail::mp_list<Options...>;
        using Tail = detail::Tail<find_option<option::norm, LayerBatchNorm, Own, Defaults>,
                                  find_option<option::gain, ChannelGain, Own, Defaults>, NoActivation>;
        using primitives = typename Tail::primitives;
        static constexpr void describe(Builder& b) {
            constexpr Problem problem = OptionCheck<Own, detail::mp_list<option::norm, option::gain>>::problem();
            if (problem.exists()) b.fail(problem);
            Tail::describe(b);
        }
    };
};

/// A gain and a bias per channel as a layer of its own. Option: SingleGain.
template <class... Options>
using Affine = Normalize<AffineNorm, Options...>;

/// An activation of its own. Options: an activation, or none if the network's defaults have one; an IntegerScale before
/// it, which the defaults may give, too.
template <class... Options>
struct Activate {
    template <class Defaults>
    struct resolved {
        using Own = detail::mp_list<Options...>;
        using Activation = find_option<option::activation, NoActivation, Own, Defaults>;
        using Tail = detail::Tail<detail::norm_of_steps<Own, Defaults>, ChannelGain, Activation>;
        using primitives = typename Tail::primitives;
        static constexpr void describe(Builder& b) {
            constexpr Problem problem = detail::step_options_problem<Own, detail::mp_list<option::activation>>();
            if (problem.exists()) b.fail(problem);
            if (!Tail::has_step) b.fail(missing_option_Act, 1, 0);
            Tail::describe(b);
        }
    };
};

}  // namespace intaglio
