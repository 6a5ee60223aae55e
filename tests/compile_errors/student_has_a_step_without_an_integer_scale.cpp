// An activation of a student has its codes from nothing but the accumulators.
// EXPECT: model_error::student_has_a_step_without_an_integer_scale<
// EXPECT: in_layer<3>
#include "intaglio/tandem/stages.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN ScaledAct<DoReFaAct<8>, Scale::Layer>
#else
#define TOKEN DoReFaAct<8>
#endif

struct Teacher : Network<Image<1, 8, 8>, Defaults<DoReFa<4>, BatchNorm, DoReFaAct<8>>, Conv<Out<8>>, Conv<Out<8>>,
                         Classifier<Out<10>>> {};
struct Student
    : Network<Image<1, 8, 8>,
              Defaults<DoReFa<4>, NoNorm, ScaledAct<DoReFaAct<8>, Scale::LayerBias>, ScaledLogits<Scale::LayerBias>>,
              Conv<Out<8>>, Conv<Out<8>, TOKEN>, Classifier<Out<10>>> {};

auto stages() {
    return tandem::stages<Teacher, Student>;
}
