// An activation that trains nothing, and says so.
// EXPECT: model_error::number_of_trained_parameters_must_be_positive<
// EXPECT: in_layer<2>
// EXPECT: expected<1>
// EXPECT: found<0>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 1
#else
#define TOKEN 0
#endif

namespace app {
struct Own {
    using option = intaglio::option::activation;
    using surrogate = StraightThrough;
    static constexpr CodeRange codes{0, 3};
    static constexpr std::int64_t denominator = 3;
    static constexpr TrainedParameters trained{.name = "range", .count = TOKEN};
};
}  // namespace app

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, app::Own>, Conv<Out<8>>, Classifier<Out<10>>> {};
