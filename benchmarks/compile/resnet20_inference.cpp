#include "inference.hpp"
#include "networks.hpp"

template int classify<ResNet20>(const Parameters<ResNet20, simd::Native>&, const unsigned char*,
                                Scratch<ResNet20, simd::Native>&);
