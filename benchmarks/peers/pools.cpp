// Pools of 2 x 2 pixels of 8-bit codes.
#include "states.hpp"
#include "works.hpp"

namespace peers {

namespace {

using namespace intaglio;

template <class Pool, std::int32_t Size, std::int32_t Channels>
struct Pooled : Network<Image<Channels, Size, Size>, Options<EightBits>, Pool,
                        Conv<QInt<2>, Out<10>, Kernel<1>, NoActivation>, GlobalAvgPool> {};

template <std::int32_t Size, std::int32_t Channels>
void add_shape(Works& works) {
    const std::string size = std::to_string(Size);
    const std::string shape = " pool " + size + "x" + size + "x" + std::to_string(Channels);
    constexpr Shape in{Size, Size, Channels};
    constexpr Shape out{Size / 2, Size / 2, Channels};
    add_operation<Pooled<AvgPool<2>, Size, Channels>>(works, "sum" + shape, in, out);
    add_operation<Pooled<MaxPool<2>, Size, Channels>>(works, "max" + shape, in, out);
}

}  // namespace

void add_pools(Works& works) {
    add_shape<32, 128>(works);
    add_shape<16, 256>(works);
}

}  // namespace peers
