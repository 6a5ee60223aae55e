// The widest vector of floats that the compile flags allow, with the functions of xsimd.
#pragma once

#include "intaglio/simd/simd.hpp"

namespace intaglio::simd {
inline namespace INTAGLIO_INSTRUCTION_SET {

#if INTAGLIO_HAS_AVX512
using Floats = Vector512<float>;
#elif INTAGLIO_HAS_AVX2
using Floats = Vector256<float>;
#else
using Floats = xsimd::batch<float>;
#endif

}  // namespace INTAGLIO_INSTRUCTION_SET
}  // namespace intaglio::simd
