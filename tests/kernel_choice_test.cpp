// Which kernel is chosen: the list of kernels and their costs against the rules written out, for all instruction sets.
#include "intaglio/integer/kernel_choice.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <boost/mp11/algorithm.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "intaglio/simd/tags.hpp"

namespace kernel_choice_test {

namespace {

using namespace intaglio;
using kernels::ProductFacts;

template <class Kernel>
constexpr std::size_t place = boost::mp11::mp_find<kernels::ProductKernels::list, Kernel>::value;

/// The rules in words: bits where both operands have two values and words are used well; words for all that is no byte;
/// without a byte dot product a kernel that saturates, where it cannot: for signed bytes the codes are first made
/// positive by adding 64, or else 128; where that saturates, words.
std::size_t expected(const ProductFacts& facts, bool has_byte_dot_product) {
    const std::int64_t largest = std::max(-facts.weight_codes.lowest, facts.weight_codes.highest);
    const ConvolutionExtents& e = facts.extents;
    if (facts.sign_weights && !facts.window_sums && e.groups == 1 && e.in.channels >= 16 && e.fan_in() >= 32) {
        if (facts.storage == Storage::uint8 && facts.codes == CodeRange{0, 1}) {
            return place<kernels::UnsignedBitProduct>;
        }
        if (facts.storage == Storage::int8 && facts.signs) return place<kernels::SignBitProduct>;
    }
    if (facts.storage == Storage::int8) {
        if (has_byte_dot_product) return place<kernels::SignedByteProduct>;
        const std::int64_t lowest = facts.codes.lowest;
        const std::int64_t highest = std::max<std::int64_t>(facts.codes.highest, 0);
        if (lowest >= -64 && 2 * largest * (highest + 64) <= 32767) return place<kernels::SmallSignedByteProduct<64>>;
        if (2 * largest * (highest + 128) <= 32767) return place<kernels::SmallSignedByteProduct<128>>;
    }
    if (facts.storage != Storage::uint8) return place<kernels::WordProduct>;
    if (!has_byte_dot_product && 2 * largest * facts.codes.highest <= 32767) return place<kernels::SmallByteProduct>;
    return place<kernels::ByteProduct>;
}

std::vector<ConvolutionExtents> all_extents() {
    std::vector<ConvolutionExtents> list;
    for (const std::int32_t channels : {1, 2, 8, 15, 16, 17, 31, 32, 33, 40, 48, 64, 65, 512}) {
        for (const std::int32_t kernel : {1, 2, 3, 5}) {
            for (const std::int32_t groups : {1, 2, channels}) {
                if (channels % groups != 0) continue;
                list.push_back({.in = {8, 8, channels},
                                .out = {8, 8, channels},
                                .kernel_height = kernel,
                                .kernel_width = kernel,
                                .padding_height = kernel / 2,
                                .padding_width = kernel / 2,
                                .groups = groups});
            }
        }
    }
    return list;
}

struct Codes {
    Storage storage;
    CodeRange range;
};

template <class Set>
std::int64_t count_mistakes(std::vector<std::int64_t>& chosen) {
    std::vector<Codes> codes;
    for (const std::int64_t highest : {1, 2, 3, 7, 15, 63, 64, 127, 128, 129, 130, 131, 254, 255}) {
        codes.push_back({Storage::uint8, {0, highest}});
        codes.push_back({Storage::int16, {0, highest}});
        codes.push_back({Storage::int16, {-highest, highest}});
        codes.push_back({Storage::int16, {-128 * highest, 128 * highest - 1}});
        if (highest < 128) codes.push_back({Storage::int8, {-highest, highest}});
    }
    codes.push_back({Storage::int8, {-128, 127}});
    codes.push_back({Storage::int8, {-64, 63}});
    codes.push_back({Storage::int8, {-65, 63}});
    codes.push_back({Storage::int8, {-64, 0}});
    codes.push_back({Storage::int8, {-128, 0}});
    codes.push_back({Storage::int8, {-64, -10}});
    codes.push_back({Storage::int8, {-128, -10}});
    std::int64_t mistakes = 0;
    const auto extents = all_extents();
    for (const Codes& in : codes) {
        for (std::int64_t highest = 1; highest <= 127; ++highest) {
            for (const std::int64_t lowest : {-highest - 1, -highest, std::int64_t{0}}) {
                const CodeRange weights{lowest, highest};
                for (int flags = 0; flags < 8; ++flags) {
                    const bool signs = (flags & 1) != 0;
                    const bool sign_weights = (flags & 2) != 0;
                    if (signs && in.range != CodeRange{-1, 1}) continue;
                    if (sign_weights && weights != CodeRange{-1, 1}) continue;
                    for (const ConvolutionExtents& e : extents) {
                        const ProductFacts facts{.extents = e,
                                                 .storage = in.storage,
                                                 .codes = in.range,
                                                 .signs = signs,
                                                 .weight_codes = weights,
                                                 .sign_weights = sign_weights,
                                                 .window_sums = (flags & 4) != 0};
                        const std::size_t found = integer::choose_product<Set>(facts);
                        mistakes += found == expected(facts, has_byte_dot_product(Set{})) ? 0 : 1;
                        ++chosen.at(found);
                    }
                }
            }
        }
    }
    return mistakes;
}

}  // namespace

TEST_CASE_TEMPLATE("the choice of kernels follows the rules", Set, simd::Portable, simd::Avx2, simd::Avx2Vnni,
                   simd::Avx512, simd::Avx512Vnni) {
    INFO(simd::name(Set{}));
    std::vector<std::int64_t> chosen(boost::mp11::mp_size<kernels::ProductKernels::list>::value);
    CHECK(count_mistakes<Set>(chosen) == 0);
    CHECK(chosen[place<kernels::UnsignedBitProduct>] > 0);
    CHECK(chosen[place<kernels::SignBitProduct>] > 0);
    CHECK(chosen[place<kernels::ByteProduct>] > 0);
    CHECK(chosen[place<kernels::WordProduct>] > 0);
    CHECK((chosen[place<kernels::SignedByteProduct>] > 0) == has_byte_dot_product(Set{}));
    CHECK((chosen[place<kernels::SmallByteProduct>] > 0) == !has_byte_dot_product(Set{}));
    CHECK((chosen[place<kernels::SmallSignedByteProduct<64>>] > 0) == !has_byte_dot_product(Set{}));
    CHECK((chosen[place<kernels::SmallSignedByteProduct<128>>] > 0) == !has_byte_dot_product(Set{}));
}

}  // namespace kernel_choice_test
