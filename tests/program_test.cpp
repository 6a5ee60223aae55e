// The training program and the integer program of networks with every layer kind and option: equal to each other, bit
// by bit, and to a naive implementation; gradients equal to those of the naive one, which finite differences vouch for.
#include "intaglio/train/program.hpp"

#include <doctest/doctest.h>

#include "support/networks.hpp"
#include "support/program_comparison.hpp"

namespace program_test {

namespace {

using namespace intaglio;
using comparison::check_reference_gradient;
using comparison::compare_gradients;
using comparison::compare_programs;
using simd::Native;
using simd::Portable;

}  // namespace

#if INTAGLIO_HAS_VECTORS && !INTAGLIO_HAS_AVX2
#define ALL_TAGS Portable, simd::Generic, Native
#elif INTAGLIO_HAS_AVX512_VNNI
#define ALL_TAGS Portable, simd::Avx2Vnni, Native
#else
#define ALL_TAGS Portable, Native
#endif

// Sizes for an instruction set that the flags of this build need not allow.
static_assert(arena_bytes<networks::Plain, Target::avx512> > 0 && parameter_bytes<networks::Plain, Target::avx512> > 0);
static_assert(arena_bytes<networks::Plain, Target::avx2> > 0 && parameter_bytes<networks::Plain, Target::avx2> > 0);
static_assert(arena_bytes<networks::Plain, Target::sse2> > 0 && parameter_bytes<networks::Plain, Target::sse2> > 0);
static_assert(arena_bytes<networks::Plain, Target::neon> > 0 && parameter_bytes<networks::Plain, Target::neon> > 0);

TEST_CASE("plain: the integer program computes what training computes") {
    compare_programs<networks::Plain, Portable, Native>(1);
}
TEST_CASE("options: the integer program computes what training computes") {
    compare_programs<networks::Options, ALL_TAGS>(2);
}
TEST_CASE("blocks: the integer program computes what training computes") {
    compare_programs<networks::Blocks, Portable, Native>(3);
}
TEST_CASE("pre-activation: the integer program computes what training computes") {
    compare_programs<networks::PreActivation, Portable, Native>(4);
}
TEST_CASE("features: the integer program computes what training computes") {
    compare_programs<networks::Features37, Portable, Native>(5);
}
TEST_CASE("raw input: the integer program computes what training computes") {
    compare_programs<networks::RawInput, Portable, Native>(6);
}

TEST_CASE("the naive gradient agrees with finite differences") {
    SUBCASE("plain") {
        check_reference_gradient<networks::Plain>(11);
    }
    SUBCASE("options") {
        check_reference_gradient<networks::Options>(12);
    }
    SUBCASE("blocks") {
        check_reference_gradient<networks::Blocks>(13);
    }
    SUBCASE("pre-activation") {
        check_reference_gradient<networks::PreActivation>(14);
    }
    SUBCASE("features") {
        check_reference_gradient<networks::Features37>(15);
    }
    SUBCASE("raw input") {
        check_reference_gradient<networks::RawInput>(16);
    }
}

// Floats carry 2^-24 through some ten layers; in front of a norm the contributions to a bias cancel by up to three
// digits.
TEST_CASE("gradients of the training program agree with the naive ones") {
    SUBCASE("plain") {
        compare_gradients<networks::Plain>(21, 5e-4);
    }
    SUBCASE("options") {
        compare_gradients<networks::Options>(22, 5e-4);
    }
    SUBCASE("blocks") {
        compare_gradients<networks::Blocks>(23, 5e-4);
    }
    SUBCASE("pre-activation") {
        compare_gradients<networks::PreActivation>(24, 5e-4);
    }
    SUBCASE("features") {
        compare_gradients<networks::Features37>(25, 5e-4);
    }
    SUBCASE("raw input") {
        compare_gradients<networks::RawInput>(26, 5e-4);
    }
}

}  // namespace program_test
