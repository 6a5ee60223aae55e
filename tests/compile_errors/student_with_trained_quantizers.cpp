// A student whose activation trains a number of its own.
// EXPECT: model_error::no_conversion_finds_the_trained_parameters_of_quantizers_in_a_student<
// EXPECT: in_layer<3>
#include "intaglio/tandem/stages.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN DoReFaAct<2>
#else
#define TOKEN LsqAct<2>
#endif

struct Teacher : Network<Image<1, 8, 8>, Defaults<DoReFa<4>, BatchNorm, DoReFaAct<8>>, Conv<Out<8>>,
                         Conv<Out<8>, TOKEN>, Classifier<Out<10>>> {};
using Student = BnFree<Teacher, Scale::LayerBias>;

auto stages() {
    return tandem::stages<Teacher, Student>;
}
