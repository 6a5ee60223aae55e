// A list of one entry, in Repeat.
// EXPECT: model_error::table_needs_at_least_2_entries<
// EXPECT: in_layer<2, intaglio::model_error::repetition, 1, 1>
// EXPECT: ListedCodes<1, 0, 5>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN ListedCodes<1, 0, 5, 6>
#else
#define TOKEN ListedCodes<1, 0, 5>
#endif

struct Net : Network<Image<1, 8, 8>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Repeat<2, CodeTable<TOKEN>>, Conv<Out<4>>,
                     Classifier<Out<2>>> {};
