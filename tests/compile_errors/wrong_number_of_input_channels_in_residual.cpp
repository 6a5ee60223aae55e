// The wrong number of channels is expected inside Residual.
// EXPECT: model_error::wrong_number_of_input_channels<
// EXPECT: in_layer<10, intaglio::model_error::main, 2>
// EXPECT: expected<128>
// EXPECT: found<256>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 256
#else
#define TOKEN 128
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Repeat<2, Conv<Out<8>>>, AvgPool<2>,
                     Conv<Out<8>>, Conv<Out<8>>, Conv<Out<8>>, Conv<Out<8>>, Conv<Out<8>>, Conv<Out<8>>,
                     Residual<Sequence<Conv<Out<256>>, Conv<In<TOKEN>, Out<8>>>>, Activate<>, Classifier<Out<10>>> {};
