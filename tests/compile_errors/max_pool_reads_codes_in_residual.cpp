// A max pool of accumulators, inside Residual.
// EXPECT: model_error::this_layer_reads_codes_put_the_activation_before_it<
// EXPECT: in_layer<2, intaglio::model_error::main, 2>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN Act<M_a{4}>
#else
#define TOKEN NoActivation
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>,
                     Residual<Sequence<Conv<Out<1>, TOKEN>, MaxPool<3, Stride<1>, SamePadding>>>, Activate<>,
                     Classifier<Out<10>>> {};
