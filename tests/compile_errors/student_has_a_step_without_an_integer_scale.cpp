// An activation of a student has its codes from nothing but the accumulators.
// EXPECT: model_error::student_has_a_step_without_an_integer_scale<
// EXPECT: in_layer<3>
#include "intaglio/tandem/stages.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN IntegerScale<Scale::Layer>
#else
#define TOKEN NoNorm
#endif

struct Teacher : Network<Image<1, 8, 8>, Defaults<DoReFa<4>, BatchNorm, DoReFaAct<8>>, Conv<Out<8>>, Conv<Out<8>>,
                         Classifier<Out<10>>> {};
struct Student : Network<Image<1, 8, 8>, Defaults<DoReFa<4>, IntegerScale<Scale::LayerBias>, DoReFaAct<8>>,
                         Conv<Out<8>>, Conv<Out<8>, TOKEN>, Classifier<Out<10>>> {};

auto stages() {
    return tandem::stages<Teacher, Student>;
}
