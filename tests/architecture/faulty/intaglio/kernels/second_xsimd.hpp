// host only
#include <vector>
#include "intaglio/simd/simd.hpp"
#include <xsimd/xsimd.hpp>
