// A weight quantiser outside of the library does not say how weights become codes.
// EXPECT: model_error::weights_have_no_arithmetic_specialise_train_WeightCode<app::Binary>
#include "intaglio/train/lowering.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN app::Binary
#else
#define TOKEN app::Forgotten
#endif

namespace app {
struct Forgotten {};
struct Binary {
    using option = intaglio::option::weight;
    static constexpr std::int32_t states = 2;
    static constexpr CodeRange codes{-1, 1};
    static constexpr std::int32_t denominator = 1;
};
}  // namespace app

template <>
struct intaglio::train::WeightCode<TOKEN> : intaglio::train::WeightCode<BinaryWeights> {};

struct Net : Network<Image<1, 8, 8>, Defaults<app::Binary, Act<M_a{4}>>, Conv<Out<8>>, Classifier<Out<2>>> {};

std::int64_t constructed() {
    return Training<Net>(1).capacity();
}
