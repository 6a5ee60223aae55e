// The header alone is enough for what it is for.
#include <intaglio/model/network.hpp>

using namespace intaglio;

namespace {

struct Net : Network<Image<1, 8, 8>, Defaults<QInt<2>, Act<M_a{4}>>, Conv<Out<4>>, Classifier<Out<2>>> {};
static_assert(facts<Net>.integer_only());

}  // namespace
