#include <vector>
#include <xsimd/xsimd.hpp>

#include "intaglio/simd/simd.hpp"
