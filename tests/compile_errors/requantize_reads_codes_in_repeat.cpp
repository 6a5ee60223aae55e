// An average of accumulators, rounded to codes, inside Repeat.
// EXPECT: model_error::this_layer_reads_codes_put_the_activation_before_it<
// EXPECT: in_layer<2, intaglio::model_error::repetition, 1, 2>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN Act<M_a{4}>
#else
#define TOKEN NoActivation
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>,
                     Repeat<2, Conv<Out<8>, TOKEN>, AvgPool<2, Requantize>>, Classifier<Out<10>>> {};
