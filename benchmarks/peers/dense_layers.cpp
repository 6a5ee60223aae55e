// Dense layers of one image: how fast weights can be read.
#include "states.hpp"
#include "works.hpp"

namespace peers {

namespace {

using namespace intaglio;

/// Weights of few bits times 8-bit codes, N to N.
template <class Weight, std::int32_t N>
struct Square : Network<Image<N, 1, 1>, Defaults<Weight, Lbn, Act<M_a{256}>>, Dense<Out<N>>, Classifier<Out<10>>> {};

template <std::int32_t N>
void add_size(Works& works) {
    const std::string size = "dense " + std::to_string(N) + " ";
    constexpr Shape features{1, 1, N};
    add_operation<Square<QInt<2>, N>>(works, size + "ternary x 8-bit", features, features);
    add_operation<Square<QInt<4>, N>>(works, size + "4-bit x 8-bit", features, features);
    add_operation<Square<QInt<8>, N>>(works, size + "8-bit", features, features);
}

}  // namespace

void add_dense_layers(Works& works) {
    add_size<1024>(works);
    add_size<4096>(works);
}

}  // namespace peers
