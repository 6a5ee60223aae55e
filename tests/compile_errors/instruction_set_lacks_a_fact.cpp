// A type that says nothing of itself, in place of an instruction set.
// EXPECT: an instruction set needs name(set)
#include "intaglio/integer/program.hpp"

using namespace intaglio;

namespace app {

struct Nothing {};
#ifdef INTAGLIO_CORRECT
#define TOKEN simd::Portable
#else
#define TOKEN Nothing
#endif
struct Own : TOKEN {};

}  // namespace app

struct Net : Network<Image<1, 8, 8>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Conv<Out<8>>, Classifier<Out<10>>> {};

std::int32_t classify(const Program<Net, app::Own>& program, const std::uint8_t* image,
                      Scratch<Net, app::Own>& scratch) {
    return program.predict(image, scratch);
}
