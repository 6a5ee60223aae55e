// Multi-layer perceptrons.
#pragma once

#include "intaglio/model/network.hpp"

namespace intaglio::zoo {

/// Dense layers of the given widths, then a classifier, e.g. Mlp<Image<1, 28, 28>, 10, Defaults<...>, 256, 256>.
template <class Input, std::int32_t Classes, class DefaultOptions, std::int32_t... Hidden>
using Mlp = Network<Input, DefaultOptions, Dense<Out<Hidden>, Flatten>..., Classifier<Out<Classes>>>;

/// The perceptrons of BNN-PYNQ (Umuroglu et al. 2017): three hidden layers of 64 (tiny), 256 (small) or 1024 (large).
template <class Input, std::int32_t Classes, class DefaultOptions>
using Tfc = Mlp<Input, Classes, DefaultOptions, 64, 64, 64>;
template <class Input, std::int32_t Classes, class DefaultOptions>
using Sfc = Mlp<Input, Classes, DefaultOptions, 256, 256, 256>;
template <class Input, std::int32_t Classes, class DefaultOptions>
using Lfc = Mlp<Input, Classes, DefaultOptions, 1024, 1024, 1024>;

}  // namespace intaglio::zoo
