// A student whose latent weights are standardised, unlike its teacher's.
// EXPECT: model_error::student_and_teacher_differ_in_their_weight_standardization<
// EXPECT: in_layer<3>
#include "intaglio/tandem/stages.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN NoWeightStandardization
#else
#define TOKEN WeightStandardization
#endif

struct Teacher : Network<Image<1, 8, 8>, Defaults<FloatWeights, NoWeightStandardization, BatchNorm, Relu>, Conv<Out<8>>,
                         Conv<Out<8>>, Classifier<Out<10>>> {};
struct Student : Network<Image<1, 8, 8>, Defaults<DoReFa<4>, IntegerScale<Scale::LayerBias>, DoReFaAct<8>>,
                         Conv<Out<8>>, Conv<Out<8>, TOKEN>, Classifier<Out<10>>> {};

auto stages() {
    return tandem::stages<Teacher, Student>;
}
