// Small networks, from pixels to logits.
#include "intaglio/zoo/mlp.hpp"
#include "states.hpp"
#include "works.hpp"

namespace peers {

namespace {

template <class S>
struct Mlp : intaglio::zoo::Mlp<intaglio::Image<1, 28, 28>, 10, Options<S>, 256, 256> {};

template <class S>
void add_mlp(Works& works) {
    add_network<Mlp<S>>(works, std::string("MLP 784-256-256-10 ") + S::name);
}

}  // namespace

void add_networks(Works& works) {
    add_mlp<EightBits>(works);
    add_mlp<States<3, 4>>(works);
    add_mlp<Binary>(works);
}

}  // namespace peers
