// The integer program of the demo's network, and nothing else.
#include <intaglio/simd/simd.hpp>

#include "../../examples/fashion_mnist/convolutional.hpp"

using namespace intaglio;
using Tag = simd::Native;

int classify(const Parameters<Convolutional, Tag>& parameters, const unsigned char* image,
             Scratch<Convolutional, Tag>& scratch) {
    return Program<Convolutional, Tag>(parameters).predict(image, scratch);
}
