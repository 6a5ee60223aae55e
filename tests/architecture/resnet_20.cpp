// The integer program of a ResNet-20, as a device compiles it: program_size.sh weighs it.
#include <intaglio/integer/program.hpp>
#include <intaglio/zoo/networks.hpp>

using namespace intaglio;

struct Net : zoo::ResNet<Image<3, 32, 32>, 10, zoo::WidthMultiplier<1>, Defaults<QInt<4>, BatchNorm, Act<M_a{16}>>, 3> {
};

static Scratch<Net> scratch;

std::int32_t classify(const Parameters<Net>& parameters, const std::uint8_t* image) {
    return Program<Net>(parameters).predict(image, scratch);
}
