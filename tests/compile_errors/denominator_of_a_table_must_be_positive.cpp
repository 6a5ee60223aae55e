// A list of codes over 0.
// EXPECT: model_error::denominator_of_a_table_must_be_positive<
// EXPECT: in_layer<2>
// EXPECT: ListedCodes<0
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 1
#else
#define TOKEN 0
#endif

struct Net : Network<Image<1, 8, 8>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, CodeTable<ListedCodes<TOKEN, 0, 5, 6>>,
                     Conv<Out<4>>, Classifier<Out<2>>> {};
