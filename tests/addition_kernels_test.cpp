// Products of weights -1, 0 and 1 by additions against a naive product, bit for bit: codes of every storage at random
// and at both ends, all kinds of extents, blocks of rows.
#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <type_traits>
#include <vector>

#include "intaglio/integer/kernel_choice.hpp"
#include "intaglio/kernels/product_kernels.hpp"
#include "intaglio/model/network.hpp"
#include "support/kernel_tools.hpp"
#include "support/product_checks.hpp"

namespace addition_kernels_test {

namespace {

using namespace intaglio;
using namespace intaglio::kernels;
using namespace tools;
using simd::Portable;

enum class Draw { random, high, low };

template <class Code>
constexpr Storage storage_of = sizeof(Code) == 2        ? Storage::int16
                               : std::is_signed_v<Code> ? Storage::int8
                                                        : Storage::uint8;

template <int Bits, class Code>
void check(const ConvolutionExtents& e, Random& random, Draw draw) {
    using P = AdditionProduct<Bits>;
    constexpr std::int32_t least = std::numeric_limits<Code>::min();
    constexpr std::int32_t most = std::numeric_limits<Code>::max();
    INFO(Bits, " bits, codes from ", least, " to ", most, ", draw ", static_cast<int>(draw), ", ", describe(e));
    CHECK(is_legal<P, Portable>({.extents = e,
                                 .storage = storage_of<Code>,
                                 .codes = {least, most},
                                 .weight_codes = {-1, 1},
                                 .sign_weights = Bits == 1}));
    Guarded<Code> image(e.in.size());
    Guarded<std::int8_t> weights(e.weights());
    for (std::int64_t i = 0; i < e.in.size(); ++i) {
        image[i] = static_cast<Code>(draw == Draw::random ? between(random, least, most)
                                     : draw == Draw::high ? most
                                                          : least);
    }
    for (std::int64_t i = 0; i < e.weights(); ++i) {
        const std::int32_t weight = draw == Draw::random ? between(random, -1, 1) : draw == Draw::high ? 1 : -1;
        weights[i] = static_cast<std::int8_t>(Bits == 1 && weight == 0 ? 1 : weight);
    }
    const std::vector<std::int64_t> expected = naive_sums(e, image, weights);

    Guarded<std::byte> packed(P::template weight_bytes<Portable>(e));
    pack_and_check<Portable, P>(e, weights, packed);

    for (const std::int32_t block : {e.out.height, std::int32_t{1}, between(random, 1, e.out.height)}) {
        check_blocks<Portable, P, Grouping::any>(e, image.get(), packed, expected, block);
    }
}

/// Ternary and binary weights under codes of every storage; `Eight` needs a multiplication.
// clang-format off
struct Free : Network<Image<3, 12, 12>, Defaults<QInt<2>, Act<M_a{4}>>,
    Conv<Out<8>, Act<M_a{40}>>,
    Conv<Out<8>, Groups<2>, SignedAct<M_a{41}>>,
    DepthwiseConv<QInt<1>>,
    AvgPool<2>,
    Conv<QInt<1>, Out<33>>,
    Classifier<Out<5>>> {};
struct Eight : Network<Image<3, 12, 12>, Defaults<QInt<8>, Act<M_a{4}>>,
    Conv<Out<8>>,
    Classifier<Out<5>>> {};
// clang-format on

/// Whether a kernel of the library multiplies nothing where it is chosen for portable code.
template <class Kernel>
constexpr bool adds = false;
template <int Bits>
constexpr bool adds<AdditionProduct<Bits>> = true;
template <int Magnitudes, int Planes, int Spacing>
constexpr bool adds<PlaneProduct<Magnitudes, Planes, Spacing>> = true;

template <class Net>
constexpr int products_that_multiply() {
    return []<std::size_t... I>(std::index_sequence<I...>) {
        const auto multiplies = []<std::size_t Row>(std::integral_constant<std::size_t, Row>) {
            if constexpr (facts<Net>.rows[Row].weights > 0) {
                return adds<integer::product_kernel<Net, Portable, Row>> ? 0 : 1;
            } else {
                return 0;
            }
        };
        return (multiplies(std::integral_constant<std::size_t, I>{}) + ...);
    }
    (std::make_index_sequence<facts<Net>.row_count()>());
}
static_assert(products_that_multiply<Free>() == 0);
static_assert(products_that_multiply<Eight>() == 2);

// Sets with vectors multiply, and other weights are not taken.
constexpr ProductFacts ternary{.extents = {}, .storage = Storage::uint8, .codes = {0, 255}, .weight_codes = {-1, 1}};
static_assert(is_legal<AdditionProduct<2>, Portable>(ternary));
static_assert(!is_legal<AdditionProduct<1>, Portable>(ternary));
static_assert(!is_legal<AdditionProduct<2>, simd::Generic>(ternary));
static_assert(!is_legal<AdditionProduct<2>, Portable>(
    {.extents = {}, .storage = Storage::uint8, .codes = {0, 255}, .weight_codes = {-2, 1}}));

}  // namespace

TEST_CASE_TEMPLATE("products by additions are exact", Code, std::uint8_t, std::int8_t, std::int16_t) {
    Random random(11);
    for (const ConvolutionExtents& e : swept_extents(random, 150)) {
        for (const Draw draw : {Draw::random, Draw::high, Draw::low}) {
            check<1, Code>(e, random, draw);
            check<2, Code>(e, random, draw);
        }
    }
}

}  // namespace addition_kernels_test
