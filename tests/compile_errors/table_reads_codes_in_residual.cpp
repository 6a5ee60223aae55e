// A table of accumulators, inside Residual.
// EXPECT: model_error::this_layer_reads_codes_put_the_activation_before_it<
// EXPECT: in_layer<3, intaglio::model_error::main, 2>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN Act<M_a{4}>
#else
#define TOKEN NoActivation
#endif

struct Net : Network<Image<1, 8, 8>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Conv<Out<4>>,
                     Residual<Sequence<Conv<Out<4>, TOKEN>, CodeTable<Silu<SignedAct<M_a{9}>>>>>, Activate<>,
                     Classifier<Out<2>>> {};
