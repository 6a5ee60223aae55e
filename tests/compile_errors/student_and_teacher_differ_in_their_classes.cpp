// A student of more classes.
// EXPECT: model_error::student_and_teacher_differ_in_their_shapes<
// EXPECT: in_layer<4>
// EXPECT: expected<10>
// EXPECT: found<11>
#include "intaglio/tandem/stages.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 10
#else
#define TOKEN 11
#endif

struct Teacher : Network<Image<1, 8, 8>, Defaults<DoReFa<4>, BatchNorm, DoReFaAct<8>>, Conv<Out<8>>, Conv<Out<8>>,
                         Classifier<Out<10>>> {};
struct Student : Network<Image<1, 8, 8>, Defaults<DoReFa<4>, IntegerScale<Scale::LayerBias>, DoReFaAct<8>>,
                         Conv<Out<8>>, Conv<Out<8>>, Classifier<Out<TOKEN>>> {};

auto stages() {
    return tandem::stages<Teacher, Student>;
}
