// A table of codes of which only training knows what they stand for.
// EXPECT: model_error::table_needs_codes_without_a_scale_put_it_before_dropout_and_trained_steps<
// EXPECT: in_layer<3>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN ActBits
#else
#define TOKEN LsqAct
#endif

struct Net : Network<Image<1, 8, 8>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Conv<Out<4>, TOKEN<4>>,
                     CodeTable<Sigmoid<ActBits<4>>>, Classifier<Out<2>>> {};
