// The integer program of the demo's network, and nothing else.
#include <intaglio/simd/simd.hpp>

#include "../../examples/fashion_mnist/convolutional.hpp"

using namespace intaglio;
using Set = simd::Native;

int classify(const Parameters<Convolutional, Set>& parameters, const unsigned char* image,
             Scratch<Convolutional, Set>& scratch) {
    return Program<Convolutional, Set>(parameters).predict(image, scratch);
}
