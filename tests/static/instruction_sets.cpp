// Every instruction set of this build has every operation.
#include "intaglio/simd/simd.hpp"

namespace {

using namespace intaglio::simd;

template <class Set>
concept Whole = InstructionSet<Set> && CheckedInstructionSet<Set>::passed && FloatInstructionSet<Set, float> &&
    FloatInstructionSet<Set, double>;

static_assert(Whole<Portable> && Whole<Native>);
#if INTAGLIO_HAS_VECTORS
static_assert(Whole<Generic>);
#endif
#if INTAGLIO_HAS_SSE2
static_assert(Whole<Sse2>);
#endif
#if INTAGLIO_HAS_AVX2
static_assert(Whole<Avx2>);
#endif
#if INTAGLIO_HAS_AVX2_VNNI
static_assert(Whole<Avx2Vnni>);
#endif
#if INTAGLIO_HAS_AVX512
static_assert(Whole<Avx512>);
#endif

// Memory can be planned for a set whose instructions are not compiled; a number is no set.
static_assert(InstructionSetFacts<Sse2> && InstructionSetFacts<Ssse3> && InstructionSetFacts<Neon> &&
              InstructionSetFacts<Avx2Vnni> && InstructionSetFacts<Avx512Vnni>);
static_assert(!InstructionSetFacts<int> && !InstructionSet<int>);

}  // namespace
