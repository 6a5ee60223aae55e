// A surrogate so steep that single precision cannot hold it, among the network's defaults.
// EXPECT: model_error::parameter_of_surrogate_must_lie_within_1e_minus_6_and_1e6<
// EXPECT: in_layer<1>
// EXPECT: SwishSign<
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 1e6
#else
#define TOKEN 1e7
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}, SwishSign<Beta{TOKEN}>>>, Conv<Out<8>>,
                     Classifier<Out<10>>> {};
