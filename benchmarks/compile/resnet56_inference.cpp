#include "inference.hpp"
#include "networks.hpp"

template int classify<ResNet56>(const Parameters<ResNet56, simd::Native>&, const unsigned char*,
                                Scratch<ResNet56, simd::Native>&);
