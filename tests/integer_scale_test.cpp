// Integer scales: the encoding of multipliers against exact arithmetic, and the kernel of steps that share theirs.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include "intaglio/kernels/step.hpp"
#include "intaglio/model/network.hpp"
#include "intaglio/train/steps/steps.hpp"
#include "support/kernel_tools.hpp"

namespace integer_scale_test {

namespace {

using namespace intaglio;
using train::Affine;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// RHU(x * 2^shift) of a double: floor(x * 2^shift + 1/2), in 128-bit integers.
__int128 rounded(double x, int shift) {
    int exponent = 0;
    const auto mantissa = static_cast<__int128>(std::ldexp(std::frexp(x, &exponent), 53));  // exact
    const int places = exponent - 53 + shift;
    REQUIRE(places <= 70);
    if (places >= 0) return mantissa << places;
    if (places < -120) return 0;
    return ((mantissa >> (-places - 1)) + 1) >> 1;
}

/// Half away from zero, as m is signed: of the magnitude, up.
__int128 rounded_magnitude(double x, int shift) {
    return x < 0 ? -rounded(-x, shift) : rounded(x, shift);
}

struct Encoded {
    std::int64_t m = 0;
    int s = 0;
};

/// Digest 6.4, literally: M = f 2^e, m = RHU(|f| 2^p) with the sign of f, a carry, s = p - e.
Encoded encode(double x, int precision) {
    int exponent = 0;
    std::frexp(x, &exponent);
    Encoded result{static_cast<std::int64_t>(rounded_magnitude(x, precision - exponent)), precision - exponent};
    if (std::abs(result.m) == std::int64_t{1} << precision) {
        result.m /= 2;
        --result.s;
    }
    return result;
}

struct Integers {
    std::vector<std::int64_t> addend;
    std::vector<std::int32_t> multiplier;
    std::vector<std::uint8_t> shift;
};

Integers make(const std::vector<Affine>& affine, std::int64_t denominator, const ScaleForm& form) {
    const auto channels = static_cast<std::int64_t>(affine.size());
    Integers result{std::vector<std::int64_t>(static_cast<std::size_t>(form.addends(channels)), -7),
                    std::vector<std::int32_t>(static_cast<std::size_t>(form.multipliers(channels)), -7),
                    std::vector<std::uint8_t>(static_cast<std::size_t>(form.multipliers(channels)), 77)};
    train::make_scale(affine, denominator, form, result.addend.data(), result.multiplier.data(), result.shift.data());
    return result;
}

int bits_set(std::int32_t m) {
    int count = 0;
    for (auto rest = static_cast<std::uint32_t>(std::abs(std::int64_t{m})); rest != 0; rest >>= 1) {
        count += static_cast<int>(rest & 1U);
    }
    return count;
}

}  // namespace

TEST_CASE("encoding: frexp, one rounding, a carry") {
    std::mt19937_64 random(1);
    std::uniform_real_distribution<double> mantissa(0.5, 1);
    int carries = 0;
    for (int repetition = 0; repetition < 200000; ++repetition) {
        const int precision = 1 + static_cast<int>(random() % 15);
        const int exponent = static_cast<int>(random() % 60) - 40;
        double f = mantissa(random);
        if (repetition % 5 == 0) f = 1 - std::ldexp(1.0, -precision - 1 - static_cast<int>(random() % 30));  // carry
        if (repetition % 7 == 0) f = 0.5;
        const double x = std::ldexp(repetition % 2 == 0 ? f : -f, exponent);
        const Encoded expected = encode(x, precision);
        const double found = train::round_to_bits(x, precision);
        CHECK(found == std::ldexp(static_cast<double>(expected.m), -expected.s));
        CHECK(std::fabs(found - x) <= std::ldexp(std::fabs(x), -precision));  // relative error <= 2^-p
        CHECK(std::abs(expected.m) >= std::int64_t{1} << (precision - 1));
        CHECK(std::abs(expected.m) < std::int64_t{1} << precision);
        carries += expected.s != precision - exponent ? 1 : 0;
    }
    CHECK(carries > 1000);
    CHECK(train::round_to_bits(0.0, 15) == 0.0);
    CHECK(train::round_to_bits(-infinity, 3) == -infinity);
    CHECK(std::isnan(train::round_to_bits(not_a_number, 3)));
    // Powers of two: the nearer one, half up.
    CHECK(train::round_to_bits(1.49, 1) == 1.0);
    CHECK(train::round_to_bits(1.5, 1) == 2.0);
    CHECK(train::round_to_bits(-1.5, 1) == -2.0);
}

TEST_CASE("the integers of a scale in each form") {
    std::mt19937_64 random(2);
    std::normal_distribution<double> normal;
    int largest_shift = 0;
    int smallest_shift = 99;
    for (int repetition = 0; repetition < 20000; ++repetition) {
        const std::int64_t denominator = std::array<std::int64_t, 6>{1, 3, 15, 255, 256, 2048}[random() % 6];
        const int precision = std::array<int, 4>{15, 8, 1, 3}[random() % 4];
        const bool one = random() % 2 == 0;
        const ScaleForm form{
            .given = true, .one_multiplier = one, .one_addend = one && random() % 2 == 0, .precision = precision};
        const double slope_size = std::exp(3 * normal(random) - 5);
        std::vector<Affine> affine(1 + random() % 9);
        for (Affine& a : affine) {
            a = {slope_size * normal(random), std::exp(2 * normal(random)) * normal(random)};
            if (random() % 9 == 0) a.slope = 0;
            if (random() % 9 == 0) a.offset = 0;
        }
        if (one) {
            for (Affine& a : affine) a.slope = affine[0].slope;
        }
        const Integers found = make(affine, denominator, form);
        for (std::size_t c = 0; c < affine.size(); ++c) {
            const std::int32_t m = found.multiplier[one ? 0 : c];
            const int s = found.shift[one ? 0 : c];
            CHECK(1 <= s);
            CHECK(s <= 62);
            const double scale = affine[c].slope * static_cast<double>(denominator);
            if (scale == 0) {
                CHECK(m == 0);
            } else {
                // The same number as m 2^-s of 6.4, with as many zeros at its end as 15 - p bits have.
                const Encoded expected = encode(scale, precision);
                REQUIRE(s - expected.s >= 0);
                CHECK(m == expected.m << (s - expected.s));
                if (s > 1) {  // not too steep for 15 bits
                    CHECK(s - expected.s == 15 - precision);
                    CHECK(std::abs(m) >= 1 << 14);
                    CHECK(std::abs(m) < 1 << 15);
                }
                if (precision == 1) CHECK(bits_set(m) == 1);
                largest_shift = std::max(largest_shift, s);
                smallest_shift = std::min(smallest_shift, s);
            }
            // c + 2^(s-1)
            const double offset = form.one_addend ? 0.0 : affine[c].offset * static_cast<double>(denominator);
            const auto addend = static_cast<std::int64_t>(rounded(offset, s)) + (std::int64_t{1} << (s - 1));
            CHECK(found.addend[form.one_addend ? 0 : c] == addend);
        }
    }
    CHECK(largest_shift > 30);
    CHECK(smallest_shift < 12);
}

TEST_CASE("multipliers at the limits of shifts and addends") {
    const ScaleForm all{.given = true};
    const ScaleForm one{.given = true, .one_multiplier = true};
    const ScaleForm layer{.given = true, .one_multiplier = true, .one_addend = true};
    // Steep: s = 1 and a multiplier of more than 15 bits; then too many.
    const Integers steep = make({{60000, 0}}, 255, all);
    CHECK(steep.shift[0] == 1);
    CHECK(steep.multiplier[0] / 2 == static_cast<std::int32_t>(train::round_to_bits(60000.0 * 255, 15)));
    CHECK_THROWS_AS(make({{1e10, 0}}, 255, all), std::runtime_error);
    CHECK_THROWS_AS(make({{1e10, 0}}, 255, layer), std::runtime_error);
    CHECK_THROWS_AS(make({{1e308, 0}}, 255, one), std::runtime_error);
    CHECK_THROWS_AS(make({{-1e308, 0}}, 2048, all), std::runtime_error);
    // Flat: no shift above 62, and what is left of the multiplier is the nearest integer.
    for (const double tiny : {1e-14, 3e-17, 1e-19, 1e-25, 1e-300, std::numeric_limits<double>::denorm_min()}) {
        const Integers flat = make({{tiny, 0}}, 1, layer);
        CHECK(flat.shift[0] <= 62);
        CHECK(flat.multiplier[0] == static_cast<std::int32_t>(rounded(train::round_to_bits(tiny, 15), flat.shift[0])));
    }
    CHECK(make({{1e-300, 0}}, 1, layer).multiplier[0] == 0);
    // Offsets of any size: the sum of the kernel stays within 64 bits, and the codes saturate on the right side.
    for (const ScaleForm& form : {all, one, ScaleForm{.given = true, .one_multiplier = true, .precision = 1}}) {
        for (const double huge : {1e5, 1e9, 1e12, 1e15, 1e30, 1e300, 1.7e308}) {
            for (const double slope : {1e-12, 1e-3, -2.0, 3e5}) {
                const Integers found = make({{slope, huge}, {slope, -huge}, {slope, 0.25}}, 255, form);
                for (std::size_t c = 0; c < 3; ++c) {
                    const std::size_t k = form.one_multiplier ? 0 : c;
                    for (const std::int64_t a : {-2147483647LL, -5LL, 0LL, 1000LL, 2147483646LL}) {
                        const __int128 sum = static_cast<__int128>(a) * found.multiplier[k] + found.addend[c];
                        REQUIRE(sum == static_cast<std::int64_t>(sum));
                    }
                    const std::int64_t at_zero = found.addend[c] >> found.shift[k];
                    if (c == 0) CHECK(at_zero > 255);
                    if (c == 1) CHECK(at_zero < 0);
                    if (c == 2) CHECK(std::abs(at_zero - 64) <= 1);
                }
            }
        }
    }
    for (const double bad : {infinity, -infinity, not_a_number}) {
        for (const ScaleForm& form : {all, one, layer}) {
            CHECK_THROWS_AS(make({{bad, 0}}, 15, form), std::runtime_error);
            CHECK_THROWS_AS(make({{1, bad}}, 15, form), std::runtime_error);
        }
    }
}

TEST_CASE("the affine function of a step is that of its integers") {
    std::mt19937_64 random(3);
    std::normal_distribution<double> normal;
    for (int repetition = 0; repetition < 2000; ++repetition) {
        const double slope = 0.01 * normal(random);
        const Integers found = make({{slope, normal(random)}}, 255, {.given = true});
        const train::Dyadic step{found.multiplier[0], found.addend[0], found.shift[0]};
        const Affine affine = train::dyadic_affine(step, 255);
        for (int draw = 0; draw < 50; ++draw) {
            const auto a = static_cast<std::int64_t>(random() % 20001) - 10000;
            const std::int64_t sum = a * step.multiplier + step.addend - (std::int64_t{1} << (step.shift - 1));
            const double exact = std::ldexp(static_cast<double>(sum), -step.shift);
            const double real = (affine.slope * static_cast<double>(a) + affine.offset) * 255;
            CHECK(std::fabs(exact - real) <= 1e-13 * (1 + std::fabs(static_cast<double>(a)) + std::fabs(exact)));
        }
    }
}

namespace {

template <class Set, class In, class Out>
void check_shared_step(tools::Random& random, std::int32_t channels, std::int64_t pixels,
                       kernels::DyadicSharing shared) {
    INFO(simd::name(Set{}), ", ", channels, " channels, ", pixels, " pixels, ", shared.multiplier, shared.addend);
    // No more memory than the form has: guards find a kernel that reads or needs more.
    std::vector<std::int32_t> multiplier(shared.multiplier ? 1 : static_cast<std::size_t>(channels));
    std::vector<std::uint8_t> shift(multiplier.size());
    std::vector<std::int64_t> addend(shared.addend ? 1 : static_cast<std::size_t>(channels));
    for (std::size_t i = 0; i < multiplier.size(); ++i) {
        multiplier[i] = tools::between(random, -40000, 40000);
        shift[i] = static_cast<std::uint8_t>(tools::between(random, 1, 40));
    }
    for (std::int64_t& a : addend) a = std::int64_t{tools::between(random, -1 << 30, 1 << 30)} << 8;
    tools::Guarded<In> values(pixels * channels);
    tools::Guarded<Out> codes(pixels * channels);
    for (std::int64_t i = 0; i < pixels * channels; ++i) {
        values[i] = static_cast<In>(tools::between(random, -2000000, 2000000));
    }
    constexpr std::int32_t lowest = std::is_signed_v<Out> ? -2047 : 0;
    constexpr std::int32_t highest = std::is_signed_v<Out> ? 2047 : 255;
    kernels::dyadic_step<Set>(values.get(), pixels, channels, multiplier.data(), addend.data(), shift.data(), lowest,
                              highest, codes.get(), shared);
    CHECK(codes.intact());
    std::int64_t wrong = 0;
    for (std::int64_t i = 0; i < pixels * channels; ++i) {
        const auto c = static_cast<std::size_t>(i % channels);
        const std::size_t m = shared.multiplier ? 0 : c;
        const std::int64_t sum = std::int64_t{values[i]} * multiplier[m] + addend[shared.addend ? 0 : c];
        wrong += codes[i] != std::clamp<std::int64_t>(sum >> shift[m], lowest, highest) ? 1 : 0;
    }
    CHECK(wrong == 0);
}

}  // namespace

TEST_CASE_TEMPLATE("one multiplier, one addend for all channels: the kernel", Set, KERNELS_TEST_TAGS) {
    tools::Random random(4);
    for (std::int32_t channels = 1; channels <= 40; ++channels) {
        for (const std::int64_t pixels : {1, 3, 33}) {
            for (const kernels::DyadicSharing shared :
                 {kernels::DyadicSharing{true, true}, {true, false}, {false, true}, {false, false}}) {
                check_shared_step<Set, std::int32_t, std::uint8_t>(random, channels, pixels, shared);
                check_shared_step<Set, std::int32_t, std::int16_t>(random, channels, pixels, shared);
                check_shared_step<Set, std::int16_t, std::uint8_t>(random, channels, pixels, shared);
                check_shared_step<Set, std::uint8_t, std::int16_t>(random, channels, pixels, shared);
            }
        }
    }
}

}  // namespace integer_scale_test
