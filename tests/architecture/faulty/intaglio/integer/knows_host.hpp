#include <intaglio/kernels/second_xsimd.hpp>
#include <intaglio/simd/simd.hpp>
#include <intaglio/simd/portable.hpp>
