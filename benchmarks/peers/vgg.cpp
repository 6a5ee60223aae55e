// The zoo's VGG at full width, from pixels to logits.
#include "intaglio/zoo/vgg.hpp"

#include "states.hpp"
#include "works.hpp"

namespace peers {

namespace {

template <class S>
struct Vgg : intaglio::zoo::Vgg<intaglio::Image<3, 32, 32>, 10, intaglio::zoo::WidthMultiplier<1>, Options<S>> {};

}  // namespace

void add_vgg(Works& works) {
    const auto add = [&]<class... S>(S...) { (add_network<Vgg<S>>(works, std::string("VGG ") + S::name), ...); };
    add(EightBits{}, States<15, 8>{}, States<3, 8>{}, States<3, 4>{}, States<3, 2>{}, Binary{}, Signs{});
}

}  // namespace peers
