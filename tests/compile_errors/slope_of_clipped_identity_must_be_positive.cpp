// A gain of zero trains nothing.
// EXPECT: model_error::parameter_of_surrogate_must_be_positive<
// EXPECT: in_layer<2>
// EXPECT: ClippedIdentity<
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 0.5
#else
#define TOKEN 0.0
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>,
                     Conv<SignWeights<WeightScale::mean, Per::layer, ClippedIdentity<Slope{TOKEN}>>, Out<8>>,
                     Classifier<Out<10>>> {};
