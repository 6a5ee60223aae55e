// Zeros count among accumulators that a norm will shift, inside Residual.
// EXPECT: model_error::zeros_cannot_be_counted_between_a_norm_and_its_activation<
// EXPECT: in_layer<2, intaglio::model_error::main, 2>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN Act<M_a{4}>
#else
#define TOKEN NoActivation
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>,
                     Residual<Sequence<Conv<Out<1>, TOKEN>, AvgPool<3, Stride<1>, Padding<1>, CountPadding>>>,
                     Activate<>, Classifier<Out<10>>> {};
