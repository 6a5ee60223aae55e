// A layer outside of the library finds a mistake of its own.
// EXPECT: app::image_is_not_square<
// EXPECT: in_layer<3, intaglio::model_error::main, 2>
// EXPECT: expected<28>
// EXPECT: found<14>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 1
#else
#define TOKEN 2
#endif

namespace app {

template <class...>
struct image_is_not_square;
inline constexpr ErrorKind not_square{};

struct SquareImages {
    template <class Defaults>
    struct resolved {
        using primitives = boost::mp11::mp_list<>;
        static constexpr void describe(Builder& b) {
            const Shape in = b.in().shape;
            if (in.height != in.width) b.fail(not_square, in.height, in.width);
        }
    };
};

}  // namespace app

template <>
struct intaglio::Sentence<&app::not_square> {
    template <class... Words>
    using type = app::image_is_not_square<Words...>;
};

struct Net
    : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Conv<Out<8>>,
              Residual<Sequence<Conv<Out<8>, Stride<1, TOKEN>>, app::SquareImages>>, Activate<>, Classifier<Out<10>>> {
};
