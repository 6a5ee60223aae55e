// The input was forgotten.
// EXPECT: model_error::network_must_begin_with_its_input<
// EXPECT: in_layer<0>
// EXPECT: GlobalAvgPool
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN Pixels
#else
#define TOKEN GlobalAvgPool
#endif

using Pixels = Features<784>;

struct Net : Network<TOKEN, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Classifier<Out<10>>> {};
