// A function that is clipped to nothing.
// EXPECT: model_error::ceiling_of_a_clipped_ReLU_must_be_positive_and_finite<
// EXPECT: in_layer<1>
// EXPECT: ClippedRelu<
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 1
#else
#define TOKEN 0
#endif

struct Net
    : Network<Image<1, 8, 8>, Defaults<FloatWeights, ClippedRelu<Ceiling{TOKEN}>>, Conv<Out<4>>, Classifier<Out<2>>> {};
