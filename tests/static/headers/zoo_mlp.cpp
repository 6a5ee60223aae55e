// The header alone is enough for what it is for.
#include <intaglio/zoo/mlp.hpp>

using namespace intaglio;

namespace {

struct Net : zoo::Mlp<Image<1, 28, 28>, 10, Defaults<QInt<4>, Act<M_a{4}>>, 32> {};
static_assert(facts<Net>.classes() == 10);

}  // namespace
