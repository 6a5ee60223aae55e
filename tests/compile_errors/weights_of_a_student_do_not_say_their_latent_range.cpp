// A weight quantiser outside of the library looks at each weight alone and does not say where its codes end.
// EXPECT: model_error::weights_of_a_student_do_not_say_their_latent_range<app::Clipped>
#include "intaglio/tandem/convert.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN latent_range
#else
#define TOKEN another_range
#endif

namespace app {
struct Clipped {
    using option = intaglio::option::weight;
    static constexpr std::int32_t states = 3;
    static constexpr CodeRange codes{-1, 1};
    static constexpr std::int32_t denominator = 1;
    static constexpr double TOKEN = 1;
};
}  // namespace app

template <>
struct intaglio::train::WeightCode<app::Clipped> {
    template <class Real>
    static std::int8_t code(Real w) {
        return w > Real{0.5} ? std::int8_t{1} : w < Real{-0.5} ? std::int8_t{-1} : std::int8_t{0};
    }
    template <class Real>
    static Real gradient(Real) {
        return Real{1};
    }
};

template <class Weight, class Activation>
using Layers = Network<Features<8>, Defaults<Weight, NoWeightStandardization, BatchNorm, Activation>, Dense<Out<8>>,
                       Classifier<Out<4>>>;
struct Teacher : Layers<FloatWeights, Relu> {};
struct Student : BnFree<Layers<app::Clipped, DoReFaAct<8>>, Scale::LayerBias> {};

auto converted(Training<Teacher>& teacher, Samples samples) {
    return tandem::convert<Student>(teacher, samples, samples);
}
