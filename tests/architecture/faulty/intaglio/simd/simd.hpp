#include "intaglio/simd/generic.hpp"
