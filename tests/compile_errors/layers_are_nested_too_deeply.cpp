// Thirteen sequences in each other.
// EXPECT: model_error::layers_are_nested_too_deeply<
// EXPECT: in_layer<3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1>
// EXPECT: expected<12>
// EXPECT: found<13>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN Eight
#else
#define TOKEN Nine
#endif

using Three = Sequence<Sequence<Sequence<GlobalAvgPool>>>;
using Six = Sequence<Sequence<Sequence<Three>>>;
using Eight = Sequence<Sequence<Six>>;
using Nine = Sequence<Eight>;

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Conv<Out<8>>,
                     Sequence<Sequence<Sequence<TOKEN>>>, Classifier<Out<10>>> {};
