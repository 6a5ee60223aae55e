// The integer program of networks without a multiplier, with every kind of product, step, pool and join that they may
// have: multiplies.sh looks for multiplications of codes. With INTAGLIO_EIGHT_BITS one layer has weights of 8 bits,
// whose products must be found; with INTAGLIO_MANY_STATES one step has so many positions that it multiplies.
#include <intaglio/integer/program.hpp>
#include <intaglio/model/network.hpp>

using namespace intaglio;

#ifdef INTAGLIO_EIGHT_BITS
using FirstWeights = QInt<8>;
#else
using FirstWeights = QInt<2>;
#endif
#ifdef INTAGLIO_MANY_STATES
using FirstCodes = Act<M_a{17}>;
#else
using FirstCodes = Act<M_a{4}>;
#endif

struct Net
    : Network<Image<3, 16, 16>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Conv<FirstWeights, Out<32>>,
              Conv<Out<32>, FirstCodes>, Conv<QInt<1>, Out<40>>, MaxPool<2>,
              Residual<Sequence<Conv<Out<40>>, Conv<Out<40>>>, Identity, BranchGrid<QInt<4>, Range{1}>>, Activate<>,
              Concat<Conv<Out<12>>, Conv<Out<20>, Kernel<1>>>, Conv<Out<16>, Groups<2>, SignedAct<M_a{15}>>,
              DepthwiseConv<QInt<1>>, AvgPool<2>, Conv<QInt<1>, Out<33>, Sign<>>, Conv<QInt<1>, Out<16>>,
              Conv<Out<10>, Kernel<1>, NoActivation>, GlobalAvgPool> {};

#if !defined(INTAGLIO_EIGHT_BITS) && !defined(INTAGLIO_MANY_STATES)
static_assert(facts<Net>.multiplier_free());
#endif

static Scratch<Net> scratch;

std::int32_t classify(const Parameters<Net>& parameters, const std::uint8_t* image) {
    return Program<Net>(parameters).predict(image, scratch);
}
