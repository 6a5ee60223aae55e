// The average of real numbers, rounded to codes.
// EXPECT: model_error::real_numbers_have_no_codes_to_requantize_to<
// EXPECT: in_layer<3>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN Act<M_a{4}>
#else
#define TOKEN Relu
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Conv<Out<8>, TOKEN>, AvgPool<2, Requantize>,
                     Classifier<Out<10>>> {};
