// 32769 codes of 16 bits: their sum has too many values to be divided exactly by a multiplier of 31 bits.
// EXPECT: model_error::window_is_too_large_for_an_average_that_is_rounded<
// EXPECT: in_layer<2>
// EXPECT: expected<32768>
// EXPECT: found<32769>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 32768
#else
#define TOKEN 32769
#endif

struct Net : Network<Signal<1, TOKEN>, Defaults<QInt<2>, NoWeightStandardization>, AvgPool1d<TOKEN, Requantize>,
                     Classifier<Out<2>>> {};
