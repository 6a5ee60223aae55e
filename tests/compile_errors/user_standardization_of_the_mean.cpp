// A standardisation outside of the library does not say whether it removes the mean.
// EXPECT: model_error::standardization_does_not_say_whether_it_removes_the_mean<
// EXPECT: in_layer<2>
// EXPECT: app::Halved
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN removes_mean
#else
#define TOKEN keeps_mean
#endif

namespace app {
struct Halved {
    using option = intaglio::option::standardization;
    static constexpr const char* name = "halved";
    static constexpr bool scaled = false;
    static constexpr bool TOKEN = false;
};
}  // namespace app

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<4>, app::Halved, Act<M_a{4}>>, Conv<Out<8>>, Classifier<Out<10>>> {
};
