// The derivative of a surrogate of one's own cannot be called.
// EXPECT: model_error::surrogate_gradient_needs_a_call_operator_of_numbers_and_vectors_of_numbers<
// EXPECT: app::Flat
#include "intaglio/train/lowering.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN operator()
#else
#define TOKEN at
#endif

namespace app {
struct Flat {
    static constexpr const char* name = "flat";
};
}  // namespace app

template <>
class intaglio::train::SurrogateGradient<app::Flat> {
  public:
    explicit SurrogateGradient(const Staircase&);
    template <class Value>
    Value TOKEN(Value value) const;
};

struct Net : Network<Image<1, 8, 8>, Defaults<QInt<2>, Act<M_a{4}, app::Flat>>, Conv<Out<8>>, Classifier<Out<2>>> {};

std::int64_t constructed() {
    return Training<Net>(1).capacity();
}
