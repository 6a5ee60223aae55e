// Returns 0 if this machine has the instruction set that this program is compiled for.
#include "intaglio/simd/detect.hpp"
#include "intaglio/simd/simd.hpp"

int main() {
    return intaglio::simd::supported(intaglio::simd::Native{}) ? 0 : 1;
}
