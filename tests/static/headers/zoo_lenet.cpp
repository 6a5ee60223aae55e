// The header alone is enough for what it is for.
#include <intaglio/zoo/lenet.hpp>

using namespace intaglio;

namespace {

struct Net : zoo::LeNet5<Image<1, 28, 28>, 10, zoo::WidthMultiplier<1, 4>, Defaults<QInt<4>, Act<M_a{4}>>> {};
static_assert(facts<Net>.classes() == 10);

}  // namespace
