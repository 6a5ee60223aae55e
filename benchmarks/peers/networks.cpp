// Small networks, from pixels to logits.
#include "intaglio/zoo/mlp.hpp"
#include "states.hpp"
#include "works.hpp"

namespace peers {

namespace {

using namespace intaglio;

template <class S>
struct Mlp : zoo::Mlp<Image<1, 28, 28>, 10, Options<S>, 256, 256> {};

template <class S>
void add_mlp(Works& works) {
    add_network<Mlp<S>>(works, std::string("MLP 784-256-256-10 ") + S::name);
}

/// Of MobileNet v1: each channel on its own, then 1 x 1.
template <std::int32_t Channels, class... Strides>
using Separable = Sequence<DepthwiseConv<Strides...>, Conv<Out<Channels>, Kernel<1>>>;

/// A quarter of its channels, two classes: the network of visual wake words.
template <class S>
struct MobileNet
    : Network<Image<3, 96, 96>, Options<S>, Conv<Out<8>, Stride<2>>, Separable<16>, Separable<32, Stride<2>>,
              Separable<32>, Separable<64, Stride<2>>, Separable<64>, Separable<128, Stride<2>>,
              Repeat<5, Separable<128>>, Separable<256, Stride<2>>, Separable<256>, GlobalAvgPool, Classifier<Out<2>>> {
};

}  // namespace

void add_networks(Works& works) {
    add_mlp<EightBits>(works);
    add_mlp<States<3, 4>>(works);
    add_mlp<Binary>(works);
    add_network<MobileNet<EightBits>>(works, std::string("MobileNet-v1 0.25 96x96 ") + EightBits::name);
}

}  // namespace peers
