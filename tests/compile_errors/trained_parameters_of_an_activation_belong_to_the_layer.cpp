// An activation with a scale for each channel, over which products sum.
// EXPECT: model_error::trained_parameters_of_an_activation_belong_to_the_layer_not_to_channels<
// EXPECT: in_layer<2>
// EXPECT: subject
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN layer
#else
#define TOKEN channel
#endif

namespace app {
struct Own {
    using option = intaglio::option::activation;
    using surrogate = StraightThrough;
    static constexpr CodeRange codes{0, 3};
    static constexpr std::int64_t denominator = 3;
    static constexpr TrainedParameters trained{.name = "range", .per = Per::TOKEN};
};
}  // namespace app

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, app::Own>, Conv<Out<8>>, Classifier<Out<10>>> {};
