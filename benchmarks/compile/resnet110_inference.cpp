#include "inference.hpp"
#include "networks.hpp"

template int classify<ResNet110>(const Parameters<ResNet110, simd::Native>&, const unsigned char*,
                                 Scratch<ResNet110, simd::Native>&);
