// Groups of a norm from the defaults that do not divide the channels of a block.
// EXPECT: model_error::channels_are_not_a_multiple_of_groups<
// EXPECT: in_layer<3, intaglio::model_error::main>
// EXPECT: expected<4>
// EXPECT: found<6>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 8
#else
#define TOKEN 6
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Act<M_a{4}>, GroupNorm<4>>, Conv<Out<8>>,
                     Residual<Conv<Out<TOKEN>>, Conv<Out<TOKEN>, BatchNorm>>, Activate<>, Classifier<Out<12>>> {};
