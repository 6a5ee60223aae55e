// The derivative of a surrogate of one's own is made from the number of codes.
// EXPECT: model_error::surrogate_gradient_needs_a_constructor_from_a_Staircase<
// EXPECT: app::Flat
#include "intaglio/train/lowering.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN const Staircase&
#else
#define TOKEN std::int64_t
#endif

namespace app {
struct Flat {
    static constexpr const char* name = "flat";
};
}  // namespace app

template <>
class intaglio::train::SurrogateGradient<app::Flat> {
  public:
    explicit SurrogateGradient(TOKEN);
    template <class Value>
    Value operator()(Value value) const;
};

struct Net : Network<Image<1, 8, 8>, Defaults<QInt<2>, Act<M_a{4}, app::Flat>>, Conv<Out<8>>, Classifier<Out<2>>> {};

std::int64_t constructed() {
    return Training<Net>(1).capacity();
}
