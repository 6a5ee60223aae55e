// The header alone is enough for what it is for.
#include <intaglio/tandem/convert.hpp>

using namespace intaglio;

namespace {

struct Teacher
    : Network<Image<1, 8, 8>, Defaults<DoReFa<4>, BatchNorm, DoReFaAct<4>>, Conv<Out<4>>, Classifier<Out<2>>> {};
struct Student : BnFree<Teacher, Scale::LayerBias> {};
[[maybe_unused]] IntegerNetwork<Student> use(Training<Teacher>& teacher, Samples samples) {
    return lower(*tandem::convert<Student>(teacher, samples, samples).student);
}

}  // namespace
