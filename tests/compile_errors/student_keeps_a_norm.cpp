// A layer outside of the library hides a norm, which its student would keep.
// EXPECT: model_error::student_keeps_a_norm_specialise_tandem_StudentLayer<
// EXPECT: in_layer<2>
#include "intaglio/tandem/stages.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN Kernel<3>
#else
#define TOKEN BatchNorm
#endif

namespace app {
struct Layer {
    template <class Defaults>
    using resolved = Conv<Out<8>, TOKEN>::resolved<Defaults>;
};
}  // namespace app

struct Teacher
    : Network<Image<1, 8, 8>, Defaults<DoReFa<4>, BatchNorm, DoReFaAct<8>>, app::Layer, Classifier<Out<10>>> {};

struct Student : BnFree<Teacher, Scale::LayerBias> {};
