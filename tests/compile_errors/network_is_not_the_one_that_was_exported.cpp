// A model that export_cpp wrote, and a network that has got more channels since.
// EXPECT: network_is_not_the_one_that_was_exported<
// EXPECT: in_layer<2>
// EXPECT: subject<
#include "intaglio/canonical/constant_model.hpp"

#ifdef INTAGLIO_CORRECT
#define CHANNELS 4
#else
#define CHANNELS 5
#endif

using namespace intaglio;

struct Net : Network<Image<1, 4, 4>, Defaults<QInt<2>, NoNorm>, Conv<Out<CHANNELS>, Act<M_a{4}>>,
                     Classifier<QInt<8>, Out<2>>> {};

namespace digits {
inline constexpr std::uint64_t signature[] = {0x342437bcacc23840U, 0x18fa9bd580321146U, 0x33689dd20e396f36U,
                                              0x3430a2331728dc00U, 0xcd3648e1c248e084U};
inline constexpr ConstantModel<Net> model = constant_model<Net, signature>({}, 8);
}  // namespace digits
