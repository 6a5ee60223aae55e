// The maxout of the example, outside of the library, does not fit the layer in front of it.
// EXPECT: app::channels_of_maxout_are_not_a_multiple_of_its_pieces<
// EXPECT: in_layer<3, intaglio::model_error::main, 2>
// EXPECT: expected<6>
// EXPECT: found<8>
#include "../../examples/own_parts.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 2
#else
#define TOKEN 3
#endif

struct Net
    : Network<Image<1, 8, 8>, Defaults<app::DenseTernary, app::OffsetAct>, Conv<Out<8>>,
              Residual<Sequence<Conv<Out<8>>, app::Maxout<TOKEN>, Conv<Out<8>>>>, Activate<>, Classifier<Out<2>>> {};
