// A file that asks for facts only.
#include <intaglio/model/network.hpp>

using namespace intaglio;

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Conv<QInt<8>, Out<32>>, Conv<Out<32>>,
                     AvgPool<2>, Repeat<2, Conv<Out<64>>>, AvgPool<2>, Classifier<QInt<8>, Out<10>>> {};

static_assert(facts<Net>.weights() == 96'160);
static_assert(facts<Net>.accumulator_bits() <= 32);

long long macs() {
    return facts<Net>.macs();
}
