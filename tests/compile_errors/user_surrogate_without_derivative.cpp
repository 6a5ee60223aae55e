// A surrogate outside of the library has a name and no derivative.
// EXPECT: model_error::surrogate_has_no_derivative_specialise_train_SurrogateGradient<app::Flat>
#include "intaglio/train/lowering.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN app::Flat
#else
#define TOKEN app::Forgotten
#endif

namespace app {
struct Forgotten {};
struct Flat {
    static constexpr const char* name = "flat";
};
}  // namespace app

template <>
class intaglio::train::SurrogateGradient<TOKEN> : public intaglio::train::SurrogateGradient<UnclippedStraightThrough> {
    using intaglio::train::SurrogateGradient<UnclippedStraightThrough>::SurrogateGradient;
};

struct Net : Network<Image<1, 8, 8>, Defaults<QInt<2>, Act<M_a{4}, app::Flat>>, Conv<Out<8>>, Classifier<Out<2>>> {};

std::int64_t constructed() {
    return Training<Net>(1).capacity();
}
