// A profile that says nothing of the product of words.
// EXPECT: a cost profile needs a positive word_product
#include "intaglio/integer/program.hpp"

using namespace intaglio;

namespace app {

#ifdef INTAGLIO_CORRECT
#define WORD_PRODUCT 9
#else
#define WORD_PRODUCT 0
#endif
struct Machine {
    using instruction_set = simd::Portable;
    static constexpr simd::CostProfile profile{.byte_product = 9,
                                               .small_byte_product = 9,
                                               .short_product = 9,
                                               .word_product = WORD_PRODUCT,
                                               .bit_product = 1,
                                               .plane_product = 1,
                                               .looked_up_byte = 9,
                                               .packed_code = 9,
                                               .near_weight_byte = 9,
                                               .far_weight_byte = 9,
                                               .near_bytes = 9};
};

}  // namespace app

struct Net : Network<Image<1, 8, 8>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Conv<Out<8>>, Classifier<Out<10>>> {};

std::int32_t classify(const Program<Net, app::Machine>& program, const std::uint8_t* image,
                      Scratch<Net, app::Machine>& scratch) {
    return program.predict(image, scratch);
}
