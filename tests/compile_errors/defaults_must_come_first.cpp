// Defaults behind a layer.
// EXPECT: model_error::defaults_must_come_first<
// EXPECT: in_layer<2>
// EXPECT: expected<1>
// EXPECT: found<2>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN Again
#else
#define TOKEN Options
#endif

using Options = Defaults<QInt<2>, Lbn>;
using Again = Conv<QInt<2>, Act<M_a{4}>, Out<8>>;

struct Net : Network<Image<1, 28, 28>, Conv<QInt<2>, Act<M_a{4}>, Out<8>>, TOKEN, Classifier<QInt<2>, Out<10>>> {};
