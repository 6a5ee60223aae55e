#include <intaglio/kernels/training/second_xsimd.hpp>
#include <intaglio/simd/portable.hpp>
#include <intaglio/simd/simd.hpp>
