// An activation outside of the library does not say what its trained parameters mean.
// EXPECT: model_error::activation_with_trained_parameters_has_no_arithmetic_specialise_train_ActivationScale<app::Own>
#include "intaglio/train/lowering.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN app::Own
#else
#define TOKEN app::Forgotten
#endif

namespace app {
struct Forgotten {};
struct Own {
    using option = intaglio::option::activation;
    using surrogate = StraightThrough;
    static constexpr CodeRange codes{0, 3};
    static constexpr std::int64_t denominator = 3;
    static constexpr TrainedParameters trained{.name = "range"};
};
}  // namespace app

template <>
struct intaglio::train::ActivationScale<TOKEN> : intaglio::train::ActivationScale<PactAct<2>> {
    using intaglio::train::ActivationScale<PactAct<2>>::ActivationScale;
};

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, app::Own>, Conv<Out<8>>, Classifier<Out<10>>> {};

std::int64_t constructed() {
    return Training<Net>(1).capacity();
}
