// The header alone is enough for what it is for.
#include <intaglio/tandem/stages.hpp>

using namespace intaglio;

namespace {

struct Teacher
    : Network<Image<1, 8, 8>, Defaults<DoReFa<4>, BatchNorm, DoReFaAct<4>>, Conv<Out<4>>, Classifier<Out<2>>> {};
struct Student : BnFree<Teacher, Scale::LayerBias> {};
static_assert(tandem::stages<Teacher, Student>.size() == 2);

}  // namespace
