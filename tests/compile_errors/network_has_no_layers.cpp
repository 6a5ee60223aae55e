// A network of defaults alone.
// EXPECT: model_error::network_has_no_layers<
// EXPECT: in_layer<2>
// EXPECT: expected<1>
// EXPECT: found<0>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN Last
#else
#define TOKEN Options
#endif

using Options = Defaults<QInt<2>, Lbn>;
using Last = Classifier<QInt<2>, Out<10>>;

struct Net : Network<Image<1, 28, 28>, TOKEN> {};
