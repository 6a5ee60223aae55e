// The header alone is enough for what it is for.
#include <intaglio/tandem/bn_free.hpp>

using namespace intaglio;

namespace {

struct Teacher
    : Network<Image<1, 8, 8>, Defaults<DoReFa<4>, BatchNorm, DoReFaAct<4>>, Conv<Out<4>>, Classifier<Out<2>>> {};
struct Student : BnFree<Teacher, Scale::LayerBias> {};
static_assert(facts<Student>.norms() == 0);

}  // namespace
