// A layer outside of the library names a primitive operation and forgets its row.
// EXPECT: model_error::layers_append_another_number_of_rows_than_they_have_primitives<
// EXPECT: expected<7>
// EXPECT: found<6>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 1
#else
#define TOKEN 0
#endif

namespace app {

struct Pool {
    template <class Defaults>
    struct resolved {
        using primitives = boost::mp11::mp_list<primitive::SumPool>;
        static constexpr void describe(Builder& b) {
            for (int i = 0; i < TOKEN; ++i) {
                const Shape in = b.in().shape;
                primitive::SumPool::describe(b, {.in = in,
                                                 .out = {in.height / 2, in.width / 2, in.channels},
                                                 .kernel_height = 2,
                                                 .kernel_width = 2,
                                                 .stride_height = 2,
                                                 .stride_width = 2});
            }
        }
    };
};

}  // namespace app

struct Net
    : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Conv<Out<8>>, app::Pool, Classifier<Out<10>>> {};
