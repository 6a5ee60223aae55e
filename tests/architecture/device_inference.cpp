// An integer program with every kind of operation, as a device compiles it. With INTAGLIO_ONE_FLOAT it contains one
// floating-point operation, which each of the float-freedom checks must find.
#include <intaglio/integer/program.hpp>
#include <intaglio/model/network.hpp>
#include <intaglio/tandem/bn_free.hpp>

using namespace intaglio;

struct Net
    : Network<Image<3, 16, 16>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Conv<QInt<8>, Out<8>>,
              Residual<Sequence<Conv<Out<8>>, Conv<Out<8>, NoActivation>>, Identity>, Activate<>,
              CodeTable<HardSwish<Act<M_a{4}>>>, TransposedConv<Out<8>, Kernel<2>, Stride<2>>,
              AvgPool<3, Stride<2>, Padding<1>, Requantize>,
              Residual<Sequence<Normalize<>, Activate<>, Conv<Out<16>, Stride<2>, NoActivation>>,
                       Conv<Out<16>, Kernel<1>, Stride<2>, NoActivation>>,
              Normalize<BatchNorm>, Activate<Act<M_a{200}>>, AvgPool<2>, Conv<States<M_w{15}>, Out<12>, Groups<4>>,
              Conv<QInt<1>, Out<16>, Act<M_a{2}>>, Conv<QInt<1>, Out<16>, Sign<>>, Conv<QInt<1>, Out<16>>,
              Conv<QInt<1>, Out<10>, Kernel<1>, NoActivation>, GlobalAvgPool> {};

static_assert(facts<Net>.integer_only());

// Working memory is static, parameters may lie in read-only memory: nothing is allocated.
static Scratch<Net> scratch;

std::int32_t classify(const Parameters<Net>& parameters, const std::uint8_t* image) {
    return Program<Net>(parameters).predict(image, scratch);
}

// Students: integer scales in place of norms, of one multiplier for all channels and of one for each.
template <class Mode>
struct Student : BnFree<Net, Mode> {};

static_assert(facts<Student<Scale::LayerBias>>.integer_only());

template <class Mode>
static Scratch<Student<Mode>> student_scratch;

std::int32_t classify(const Parameters<Student<Scale::LayerBias>>& parameters, const std::uint8_t* image) {
    return Program<Student<Scale::LayerBias>>(parameters).predict(image, student_scratch<Scale::LayerBias>);
}
std::int32_t classify(const Parameters<Student<Scale::Channel>>& parameters, const std::uint8_t* image) {
    return Program<Student<Scale::Channel>>(parameters).predict(image, student_scratch<Scale::Channel>);
}

#ifdef INTAGLIO_ONE_FLOAT
std::int32_t one_float(std::int32_t x) {
    return static_cast<std::int32_t>(static_cast<float>(x) * 1.5F);
}
#endif
