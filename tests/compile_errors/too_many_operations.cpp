// A network of more operations than every compiler analyses with its default limits.
// EXPECT: too_many_operations_define_INTAGLIO_MAX_OPERATIONS_and_raise_fconstexpr_steps_and_ops_limit
// EXPECT: in_layer<0>
// EXPECT: expected<1000>
// EXPECT: found<1003>
#include "intaglio/integer/program.hpp"
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define LAYERS 332
#else
#define LAYERS 333
#endif

struct Net : Network<Features<16>, Defaults<QInt<2>, BatchNorm, Act<M_a{4}>>, Repeat<LAYERS, Dense<Out<16>>>,
                     Activate<>, Classifier<Out<4>>> {};
static_assert(arena_bytes<Net> > 0);
