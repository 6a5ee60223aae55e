#include "inference.hpp"
#include "networks.hpp"

template int classify<Mlp>(const Parameters<Mlp, simd::Native>&, const unsigned char*, Scratch<Mlp, simd::Native>&);
