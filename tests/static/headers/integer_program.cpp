// The header alone is enough for what it is for.
#include <intaglio/integer/program.hpp>

using namespace intaglio;

namespace {

struct Net : Network<Image<1, 8, 8>, Defaults<QInt<2>, Act<M_a{4}>>, Conv<Out<4>>, Classifier<Out<2>>> {};
[[maybe_unused]] std::int32_t use(const Parameters<Net>& parameters, const Program<Net>::Pixel* image,
                                  Scratch<Net>& scratch) {
    return Program<Net>(parameters).predict(image, scratch);
}

}  // namespace
