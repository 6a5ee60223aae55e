// An even number of weight states, inside Residual.
// EXPECT: model_error::M_w_must_be_odd<
// EXPECT: in_layer<3, intaglio::model_error::main, 2>
// EXPECT: expected<5>
// EXPECT: found<4>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 3
#else
#define TOKEN 4
#endif

struct Net
    : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Conv<Out<8>>,
              Residual<Sequence<Conv<Out<16>>, Conv<States<M_w{TOKEN}>, Out<8>>>>, Activate<>, Classifier<Out<10>>> {};
