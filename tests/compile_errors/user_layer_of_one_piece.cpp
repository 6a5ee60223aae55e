// A maxout, outside of the library, with nothing to choose from.
// EXPECT: app::maxout_needs_two_channels_to_choose_from<
// EXPECT: in_layer<3>
// EXPECT: expected<2>
// EXPECT: found<1>
#include "../../examples/own_parts.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 2
#else
#define TOKEN 1
#endif

struct Net : Network<Image<1, 8, 8>, Defaults<app::DenseTernary, app::OffsetAct>, Conv<Out<8>>, app::Maxout<TOKEN>,
                     Classifier<Out<2>>> {};
