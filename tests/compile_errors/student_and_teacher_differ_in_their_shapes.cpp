// A student with fewer channels.
// EXPECT: model_error::student_and_teacher_differ_in_their_shapes<
// EXPECT: in_layer<3>
// EXPECT: expected<512>
// EXPECT: found<448>
#include "intaglio/tandem/stages.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 8
#else
#define TOKEN 7
#endif

struct Teacher : Network<Image<1, 8, 8>, Defaults<DoReFa<4>, BatchNorm, DoReFaAct<8>>, Conv<Out<8>>, Conv<Out<8>>,
                         Classifier<Out<10>>> {};
struct Student : Network<Image<1, 8, 8>, Defaults<DoReFa<4>, IntegerScale<Scale::LayerBias>, DoReFaAct<8>>,
                         Conv<Out<8>>, Conv<Out<TOKEN>>, Classifier<Out<10>>> {};

auto stages() {
    return tandem::stages<Teacher, Student>;
}
