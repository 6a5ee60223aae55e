// The header alone is enough for what it is for.
#include <intaglio/io/tandem_checkpoint.hpp>

using namespace intaglio;

namespace {

struct Teacher
    : Network<Image<1, 8, 8>, Defaults<DoReFa<4>, BatchNorm, DoReFaAct<4>>, Conv<Out<4>>, Classifier<Out<2>>> {};
struct Student : BnFree<Teacher, Scale::LayerBias> {};
[[maybe_unused]] void use(Training<Teacher>& teacher, Samples samples) {
    tandem::Conversion<Student, Teacher> conversion(teacher, samples, samples, {});
    conversion.advance();
    save_checkpoint(conversion, "run.intaglio");
}

}  // namespace
