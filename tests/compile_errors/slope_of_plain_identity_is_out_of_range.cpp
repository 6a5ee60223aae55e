// A gain that single precision does not stand.
// EXPECT: model_error::parameter_of_surrogate_must_lie_within_1e_minus_6_and_1e6<
// EXPECT: in_layer<2>
// EXPECT: PlainIdentity<
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 2.0
#else
#define TOKEN 2.0e7
#endif

struct Net
    : Network<
          Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>,
          Conv<TernaryWeights<ThresholdFactor{0.7}, Per::layer, WeightScale::one, PlainIdentity<Slope{TOKEN}>>, Out<8>>,
          Classifier<Out<10>>> {};
