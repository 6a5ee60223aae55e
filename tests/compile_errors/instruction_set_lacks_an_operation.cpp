// A set of one's own whose product of words gives nothing.
// EXPECT: an instruction set needs dot_words(set, sum, codes, weights)
#include "intaglio/integer/program.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN std::int32_t
#else
#define TOKEN void
#endif

namespace app {

struct Own : simd::Portable {};
inline TOKEN dot_words(Own, std::int32_t sum, simd::PortableWords a, simd::PortableWords w) {
    return TOKEN(dot_words(simd::Portable{}, sum, a, w));
}

}  // namespace app

struct Net : Network<Image<1, 8, 8>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Conv<Out<8>>, Classifier<Out<10>>> {};

std::int32_t classify(const Program<Net, app::Own>& program, const std::uint8_t* image,
                      Scratch<Net, app::Own>& scratch) {
    return program.predict(image, scratch);
}
