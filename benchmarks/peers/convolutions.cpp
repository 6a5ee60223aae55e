// 3 x 3 convolutions that keep size and channels, with their step.
#include "states.hpp"
#include "works.hpp"

namespace peers {

namespace {

using namespace intaglio;

/// 8 bits: the convolution reads the network's input, so that its codes can be compared with those of a peer.
template <std::int32_t Size, std::int32_t Channels>
struct OfPixels : Network<Image<Channels, Size, Size>, Options<EightBits>, Conv<Out<Channels>>,
                          Conv<Out<10>, Kernel<1>, NoActivation>, GlobalAvgPool> {};

/// Few states: the convolution stands between two others, so that its codes have the layout that suits it.
template <class S, std::int32_t Size, std::int32_t Channels>
struct OfCodes : Network<Image<1, Size, Size>, Options<S>, Conv<QInt<8>, Out<Channels>>, Conv<Out<Channels>>,
                         Conv<Out<Channels>>, Conv<QInt<8>, Out<10>, Kernel<1>, NoActivation>, GlobalAvgPool> {};

template <std::int32_t Size, std::int32_t Channels>
void add_shape(Works& works) {
    const std::string size = std::to_string(Size);
    const std::string shape = "convolution " + size + "x" + size + "x" + std::to_string(Channels) + " ";
    constexpr Shape image{Size, Size, Channels};
    add_operation<OfPixels<Size, Channels>>(works, shape + EightBits::name, image, image);
    const auto add = [&]<class... S>(S...) {
        (add_operation<OfCodes<S, Size, Channels>>(works, shape + S::name, image, image), ...);
    };
    add(States<15, 8>{}, States<3, 8>{}, States<3, 4>{}, States<3, 2>{}, Binary{});
}

}  // namespace

void add_convolutions(Works& works) {
    add_shape<32, 64>(works);
    add_shape<16, 256>(works);
    add_shape<8, 512>(works);
}

}  // namespace peers
