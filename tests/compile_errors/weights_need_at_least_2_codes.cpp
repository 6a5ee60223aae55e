// A quantiser of one code.
// EXPECT: model_error::weights_need_at_least_2_codes<
// EXPECT: in_layer<2>
// EXPECT: expected<2>
// EXPECT: found<1>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 1
#else
#define TOKEN 0
#endif

namespace app {
struct Few {
    using option = intaglio::option::weight;
    static constexpr std::int32_t states = 2 * TOKEN + 1;
    static constexpr CodeRange codes{-TOKEN, TOKEN};
    static constexpr std::int32_t denominator = 1;
};
}  // namespace app

struct Net : Network<Image<1, 28, 28>, Defaults<app::Few, Act<M_a{4}>>, Conv<Out<8>>, Classifier<Out<10>>> {};
