// A clipping value that starts from 0.
// EXPECT: model_error::trained_parameters_start_below_their_smallest_value<
// EXPECT: in_layer<2>
// EXPECT: subject
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 1
#else
#define TOKEN 0
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Act<M_a{4}>>, Conv<PactAct<4, Initial{TOKEN}>, Out<8>>,
                     Classifier<Out<10>>> {};
