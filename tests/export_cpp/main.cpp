// Prints the hashes of the exported networks: of plain C++, and of the instruction set of the flags if it is another
// one.
#include <cstddef>
#include <cstdio>
#include <type_traits>

#include "grouped.hpp"
#include "signs.hpp"
#include "sound.hpp"

// Constants, there before anything runs; nine signs of an output channel take two bytes.
static_assert(shop::signs::model.rows.size() == intaglio::facts<shop::Signs>.view().rows.size);
static_assert(sizeof(shop::signs::weights_0) == std::size_t{34} * 2);
static_assert(shop::sound::model.logit_exponent == 8);

#ifndef ONLY_INCLUDES
#include "export_c/expected.hpp"

namespace {

template <class Net>
bool print(const intaglio::ConstantModel<Net>& model) {
    using intaglio::IntegerNetwork;
    const auto hash = export_c_test::hash_of_logits(IntegerNetwork<Net, intaglio::Target::portable>(model));
    std::printf("%lu\n", static_cast<unsigned long>(hash));
    return hash == export_c_test::hash_of_logits(IntegerNetwork<Net>(model));
}

}  // namespace

int main() {
    const bool grouped = print(shop::grouped::model);
    const bool signs = print(shop::signs::model);
    const bool sound = print(shop::sound::model);
    return grouped && signs && sound ? 0 : 1;
}
#endif
