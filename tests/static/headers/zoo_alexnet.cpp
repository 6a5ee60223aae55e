// The header alone is enough for what it is for.
#include <intaglio/zoo/alexnet.hpp>

using namespace intaglio;

namespace {

struct Net : zoo::AlexNet<Image<3, 224, 224>, 10, zoo::WidthMultiplier<1, 4>, Defaults<QInt<4>, Act<M_a{4}>>> {};
static_assert(facts<Net>.classes() == 10);

}  // namespace
