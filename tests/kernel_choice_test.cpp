// Which kernel is chosen: what kernels are legal for against the rules written out, and what the profiles of targets
// make of it, for all instruction sets.
#include "intaglio/integer/kernel_choice.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <boost/mp11/algorithm.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "intaglio/simd/tags.hpp"
#include "intaglio/simd/target.hpp"

namespace kernel_choice_test {

namespace {

using namespace intaglio;
using kernels::ProductFacts;

template <class Kernel>
constexpr std::size_t place = boost::mp11::mp_find<kernels::ProductKernels::list, Kernel>::value;
constexpr std::size_t kernel_count = boost::mp11::mp_size<kernels::ProductKernels::list>::value;

/// Planes of magnitudes, planes and spacing of each kernel of the list; none of planes otherwise.
struct Planes {
    int magnitudes = -1;
    int planes = 0;
    int spacing = 0;
};
template <class Kernel>
inline constexpr Planes planes_of{};
template <int Magnitudes, int Count, int Spacing>
inline constexpr Planes planes_of<kernels::PlaneProduct<Magnitudes, Count, Spacing>>{Magnitudes, Count, Spacing};
constexpr auto all_planes = []<class... Kernel>(boost::mp11::mp_list<Kernel...>) {
    return std::array{planes_of<Kernel>...};
}(kernels::ProductKernels::list{});

/// The place of the kernel of planes for these operands, if there is one.
std::optional<std::size_t> place_of_planes(const ProductFacts& facts) {
    const std::int64_t spacing = facts.code_spacing;
    const std::int64_t states = (facts.codes.highest - facts.codes.lowest) / spacing + 1;
    const std::int64_t largest = std::max(-facts.weight_codes.lowest, facts.weight_codes.highest);
    const auto magnitudes =
        facts.sign_weights ? 0 : static_cast<int>(std::bit_width(static_cast<std::uint64_t>(largest)));
    for (std::size_t i = 0; i < all_planes.size(); ++i) {
        const Planes& p = all_planes[i];
        const bool fits = p.planes > 0 && states > 1 << (p.planes - 1) && states <= 1 << p.planes;
        if (fits && p.magnitudes == magnitudes && p.spacing == spacing) return i;
    }
    return {};
}

template <class Set>
std::vector<bool> found_legal(const ProductFacts& facts) {
    std::vector<bool> legal;
    boost::mp11::mp_for_each<kernels::ProductKernels::list>(
        [&](auto kernel) { legal.push_back(kernels::is_legal<decltype(kernel), Set>(facts)); });
    return legal;
}

/// What each kernel is legal for, in words.
template <class Set>
std::vector<bool> expected_legal(const ProductFacts& facts) {
    const std::int64_t largest = std::max(-facts.weight_codes.lowest, facts.weight_codes.highest);
    const std::int64_t highest = std::max<std::int64_t>(facts.codes.highest, 0);
    const bool is_uint8 = facts.storage == Storage::uint8;
    const bool is_int8 = facts.storage == Storage::int8;
    std::vector<bool> legal(kernel_count);
    const auto planes = place_of_planes(facts);
    if (planes && (is_uint8 || is_int8) && !facts.window_sums && facts.extents.groups == 1) legal[*planes] = true;
    legal[place<kernels::ByteProduct>] = is_uint8;
    legal[place<kernels::SignedByteProduct>] = is_int8 && has_byte_dot_product(Set{});
    legal[place<kernels::SmallByteProduct>] = is_uint8 && 2 * largest * highest <= 32767;
    // Signed codes are made positive by adding 64 or 128.
    legal[place<kernels::SmallSignedByteProduct<64>>] =
        is_int8 && facts.codes.lowest >= -64 && 2 * largest * (highest + 64) <= 32767;
    legal[place<kernels::SmallSignedByteProduct<128>>] = is_int8 && 2 * largest * (highest + 128) <= 32767;
    // Sums of 16 bits that hold two products at least of each of two chunks; signed codes are made positive.
    const auto fits = [&](std::int64_t code) { return facts.extents.groups == 1 && 4 * code * largest <= 32767; };
    legal[place<kernels::ShortSumByteProduct<15>>] = is_uint8 && highest <= 15 && fits(15);
    legal[place<kernels::ShortSumByteProduct<255>>] = is_uint8 && fits(255);
    legal[place<kernels::ShortSumSignedByteProduct<8>>] =
        is_int8 && facts.codes.lowest >= -8 && facts.codes.highest < 8 && fits(15);
    legal[place<kernels::ShortSumSignedByteProduct<128>>] = is_int8 && fits(255);
    // Tables whose totals fit 16 bits.
    const auto fits_tables = [&](std::int64_t states) {
        return is_uint8 && largest <= 1 && highest < states && facts.extents.groups == 1 &&
               facts.extents.fan_in() * (states - 1) <= 32767;
    };
    legal[place<kernels::NibbleTableProduct>] =
        facts.sign_weights && !facts.window_sums && facts.codes == CodeRange{0, 1} && fits_tables(2);
    legal[place<kernels::PairTableProduct<2>>] = fits_tables(2);
    legal[place<kernels::PairTableProduct<4>>] = fits_tables(4);
    legal[place<kernels::PairTableProduct<8>>] = fits_tables(8);
    legal[place<kernels::WordProduct>] = true;
    const bool packable = (is_uint8 || is_int8) && facts.extents.groups == 1;
    legal[place<kernels::PackedProduct<1>>] = packable && facts.sign_weights;
    for (const auto& [kernel, half] :
         {std::pair{place<kernels::PackedProduct<2>>, 2}, std::pair{place<kernels::PackedProduct<4>>, 8}}) {
        legal[kernel] = packable && facts.weight_codes.lowest >= -half && facts.weight_codes.highest < half;
    }
    const bool has_vectors = int32_lanes(Set{}) > 1;
    legal[place<kernels::AdditionProduct<1>>] = !has_vectors && facts.sign_weights;
    legal[place<kernels::AdditionProduct<2>>] = !has_vectors && largest <= 1;
    // Codes grow fourfold, weights ninefold, totals fourfold; negative bytes are made positive.
    const ConvolutionExtents& e = facts.extents;
    const std::int64_t code = std::max(-facts.codes.lowest, facts.codes.highest);
    const bool tiles = has_vectors && e.kernel_height == 3 && e.kernel_width == 3 && e.groups == 1 &&
                       4 * code * largest * e.fan_in() <= INT32_MAX;
    legal[place<kernels::WinogradByteProduct>] = tiles && is_uint8 && e.in.channels % 4 == 0 && code <= 63 &&
                                                 largest <= 14 &&
                                                 2 * std::max(4 * code, 128 + 2 * code) * 9 * largest <= 32767;
    legal[place<kernels::WinogradWordProduct>] =
        tiles && facts.storage == Storage::int16 && e.in.channels % 2 == 0 && code <= 8191;
    return legal;
}

/// Which legal kernel the profile of a set prefers, without planes, tables and tiles: additions; a byte dot product;
/// without one sums of 16 bits, where they hold six chunks, or the kernels that saturate, where they cannot; else
/// words, to which bytes are widened.
template <class Set>
std::size_t expected_beside_planes(const ProductFacts& facts, const std::vector<bool>& legal) {
    for (const std::size_t additions : {place<kernels::AdditionProduct<1>>, place<kernels::AdditionProduct<2>>}) {
        if (legal[additions]) return additions;
    }
    if (facts.storage == Storage::int16) return place<kernels::WordProduct>;
    if (has_byte_dot_product(Set{})) {
        return facts.storage == Storage::uint8 ? place<kernels::ByteProduct> : place<kernels::SignedByteProduct>;
    }
    const std::int64_t largest = std::max(-facts.weight_codes.lowest, facts.weight_codes.highest);
    if (12 * 15 * largest <= 32767) {
        if (legal[place<kernels::ShortSumByteProduct<15>>]) return place<kernels::ShortSumByteProduct<15>>;
        if (legal[place<kernels::ShortSumSignedByteProduct<8>>]) return place<kernels::ShortSumSignedByteProduct<8>>;
    }
    if (12 * 255 * largest <= 32767) {
        if (legal[place<kernels::ShortSumByteProduct<255>>]) return place<kernels::ShortSumByteProduct<255>>;
        if (legal[place<kernels::ShortSumSignedByteProduct<128>>])
            return place<kernels::ShortSumSignedByteProduct<128>>;
    }
    for (const std::size_t small : {place<kernels::SmallByteProduct>, place<kernels::SmallSignedByteProduct<64>>,
                                    place<kernels::SmallSignedByteProduct<128>>}) {
        if (legal[small]) return small;
    }
    return facts.storage == Storage::uint8 ? place<kernels::ByteProduct> : place<kernels::WordProduct>;
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
        // All that fit few bits, and the ends of ranges.
        for (const std::int64_t highest : {1,  2,  3,  4,  5,  6,  7,  8,  9,  10,  11,  12,  13,  14,
                                           15, 16, 31, 32, 33, 42, 63, 64, 65, 100, 124, 125, 126, 127}) {
            for (const std::int64_t lowest : {-highest - 1, -highest, std::int64_t{0}}) {
                const CodeRange weights{lowest, highest};
                for (int flags = 0; flags < 8; ++flags) {
                    const bool signs = (flags & 1) != 0;
                    const bool sign_weights = (flags & 2) != 0;
                    if (signs && in.range != CodeRange{-1, 1}) continue;
                    if (sign_weights && weights != CodeRange{-1, 1}) continue;
                    for (ConvolutionExtents e : extents) {
                        e.lowest_code = static_cast<std::int32_t>(in.range.lowest);
                        const ProductFacts facts{.extents = e,
                                                 .storage = in.storage,
                                                 .codes = in.range,
                                                 .code_spacing = signs ? 2 : 1,
                                                 .weight_codes = weights,
                                                 .sign_weights = sign_weights,
                                                 .window_sums = (flags & 4) != 0};
                        const std::vector<bool> legal = expected_legal<Set>(facts);
                        const std::size_t found = integer::choose_product<Set>(facts);
                        const bool is_other = all_planes.at(found).planes > 0 ||
                                              found == place<kernels::NibbleTableProduct> ||
                                              found == place<kernels::PairTableProduct<2>> ||
                                              found == place<kernels::PairTableProduct<4>> ||
                                              found == place<kernels::PairTableProduct<8>> ||
                                              found == place<kernels::WinogradByteProduct> ||
                                              found == place<kernels::WinogradWordProduct>;
                        mistakes += found_legal<Set>(facts) == legal ? 0 : 1;
                        // Only whole steps of all kernels compare products alone.
                        const bool whole = e.fan_in() % 4 == 0 && !kernels::is_depthwise(e);
                        const bool right =
                            is_other || !whole ? legal[found] : found == expected_beside_planes<Set>(facts, legal);
                        mistakes += right ? 0 : 1;
                        ++chosen.at(found);
                    }
                }
            }
        }
    }
    return mistakes;
}

// The numbers of a profile decide, not the set.
// ---------------------------------------------

template <class Target>
constexpr std::size_t binary_choice(ConvolutionExtents extents) {
    return integer::choose_product<Target>({.extents = extents,
                                            .storage = Storage::uint8,
                                            .codes = {0, 1},
                                            .weight_codes = {-1, 1},
                                            .sign_weights = true});
}
constexpr ConvolutionExtents wide{.in = {8, 8, 64},
                                  .out = {8, 8, 64},
                                  .kernel_height = 5,
                                  .kernel_width = 5,
                                  .padding_height = 2,
                                  .padding_width = 2};
constexpr ConvolutionExtents one_channel{.in = {8, 8, 1}, .out = {8, 8, 64}};

/// The kernel of ternary weights under codes 0 ... highest.
template <class Target>
constexpr std::size_t ternary_choice(std::int64_t highest) {
    return integer::choose_product<Target>(
        {.extents = wide, .storage = Storage::uint8, .codes = {0, highest}, .weight_codes = {-1, 1}});
}
static_assert(ternary_choice<Target::avx2>(1) == place<kernels::PairTableProduct<2>>);
static_assert(ternary_choice<Target::avx2>(3) == place<kernels::PairTableProduct<4>>);
static_assert(ternary_choice<Target::avx2>(7) == place<kernels::PairTableProduct<8>>);
static_assert(ternary_choice<Target::avx2>(15) == place<kernels::ShortSumByteProduct<15>>);
static_assert(ternary_choice<Target::avx2>(255) == place<kernels::ShortSumByteProduct<255>>);
// Three pairs of planes pay where bits are counted four times as fast as bytes are multiplied.
static_assert(ternary_choice<Target::zen4>(7) == place<kernels::PlaneProduct<1, 3, 1>>);
static_assert(ternary_choice<Target::sapphire_rapids>(7) == place<kernels::ByteProduct>);

/// The kernel of 15 weight states under codes 0 ... highest, windows of 3x3.
template <class Target>
constexpr std::size_t choice_3x3(std::int64_t highest, Storage storage, std::int64_t weight = 7) {
    const ConvolutionExtents e{.in = {16, 16, 128},
                               .out = {16, 16, 128},
                               .kernel_height = 3,
                               .kernel_width = 3,
                               .padding_height = 1,
                               .padding_width = 1};
    return integer::choose_product<Target>(
        {.extents = e, .storage = storage, .codes = {0, highest}, .weight_codes = {-weight, weight}});
}
static_assert(choice_3x3<Target::zen4>(7, Storage::uint8) == place<kernels::WinogradByteProduct>);
static_assert(choice_3x3<Target::zen4>(64, Storage::uint8) == place<kernels::ByteProduct>);
static_assert(choice_3x3<Target::zen4>(1020, Storage::int16, 127) == place<kernels::WinogradWordProduct>);
static_assert(choice_3x3<Target::zen4>(1, Storage::uint8, 1) == place<kernels::PlaneProduct<1, 1, 1>>);
static_assert(choice_3x3<Target::portable>(7, Storage::uint8) != place<kernels::WinogradByteProduct>);

struct Measured {
    using instruction_set = simd::Avx512Vnni;
    static constexpr simd::CostProfile profile = simd::zen5_profile;
};
struct SlowBits {
    using instruction_set = simd::Avx512Vnni;
    static constexpr simd::CostProfile profile = [] {
        simd::CostProfile changed = simd::cost_profile(simd::Avx512Vnni{});
        changed.bit_product = 2 * changed.byte_product;
        changed.looked_up_byte = 8 * changed.byte_product;
        return changed;
    }();
};
static_assert(binary_choice<Measured>(wide) == place<kernels::UnsignedBitProduct>);
static_assert(binary_choice<SlowBits>(wide) == place<kernels::ByteProduct>);
static_assert(binary_choice<Target::zen5>(wide) == place<kernels::UnsignedBitProduct>);
static_assert(binary_choice<Target::avx2>(wide) == place<kernels::NibbleTableProduct>);
static_assert(binary_choice<Target::portable>(wide) == place<kernels::UnsignedBitProduct>);
// A word for one channel is mostly empty.
static_assert(binary_choice<Target::zen5>(one_channel) != place<kernels::UnsignedBitProduct>);
static_assert(binary_choice<Target::sapphire_rapids>(one_channel) != place<kernels::UnsignedBitProduct>);

static_assert(std::is_same_v<simd::set_of<Measured>, simd::Avx512Vnni>);
static_assert(std::is_same_v<simd::set_of<simd::Avx2>, simd::Avx2>);
static_assert(simd::profile_of<simd::Avx2> == simd::cost_profile(simd::Avx2{}));
static_assert(simd::profile_of<Target::zen5> != simd::profile_of<Target::sapphire_rapids>);

}  // namespace

TEST_CASE_TEMPLATE("the choice of kernels follows the rules", Set, simd::Portable, simd::Avx2, simd::Avx2Vnni,
                   simd::Avx512, simd::Avx512Vnni) {
    INFO(simd::name(Set{}));
    std::vector<std::int64_t> chosen(kernel_count);
    CHECK(count_mistakes<Set>(chosen) == 0);
    CHECK(chosen[place<kernels::UnsignedBitProduct>] + chosen[place<kernels::NibbleTableProduct>] > 0);
    CHECK(chosen[place<kernels::SignBitProduct>] > 0);
    CHECK(chosen[place<kernels::ByteProduct>] > 0);
    CHECK(chosen[place<kernels::WordProduct>] > 0);
    CHECK((chosen[place<kernels::SignedByteProduct>] > 0) == has_byte_dot_product(Set{}));
    CHECK((chosen[place<kernels::SmallByteProduct>] > 0) == !has_byte_dot_product(Set{}));
    CHECK((chosen[place<kernels::ShortSumByteProduct<15>>] > 0) == !has_byte_dot_product(Set{}));
    CHECK((chosen[place<kernels::ShortSumByteProduct<255>>] > 0) == !has_byte_dot_product(Set{}));
    CHECK((chosen[place<kernels::ShortSumSignedByteProduct<8>>] > 0) == !has_byte_dot_product(Set{}));
    CHECK((chosen[place<kernels::ShortSumSignedByteProduct<128>>] > 0) == !has_byte_dot_product(Set{}));
    CHECK((chosen[place<kernels::SmallSignedByteProduct<64>>] > 0) == !has_byte_dot_product(Set{}));
    CHECK((chosen[place<kernels::SmallSignedByteProduct<128>>] > 0) == !has_byte_dot_product(Set{}));
}

}  // namespace kernel_choice_test
