#include "inference.hpp"
#include "networks.hpp"

template int classify<Vgg>(const Parameters<Vgg, simd::Native>&, const unsigned char*, Scratch<Vgg, simd::Native>&);
