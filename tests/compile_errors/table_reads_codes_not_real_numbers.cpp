// A table behind a function of real numbers.
// EXPECT: model_error::table_reads_codes_not_real_numbers<
// EXPECT: in_layer<3>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN SignedAct<M_a{9}>
#else
#define TOKEN Relu
#endif

struct Net : Network<Image<1, 8, 8>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Conv<Out<4>, TOKEN>,
                     CodeTable<Tanh<SignedAct<M_a{9}>>>, Classifier<Out<2>>> {};
