// An integer program as a device compiles it. With INTAGLIO_ONE_FLOAT it contains one floating-point operation, which
// each of the float-freedom checks must find.
#include <intaglio/core/extents.hpp>

std::int64_t macs(const intaglio::ConvolutionExtents& extents) { return extents.macs(); }

#ifdef INTAGLIO_ONE_FLOAT
std::int32_t one_float(std::int32_t x) { return static_cast<std::int32_t>(static_cast<float>(x) * 1.5F); }
#endif
