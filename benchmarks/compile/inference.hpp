// What a user compiles who runs a network on this machine.
#pragma once

#include <intaglio/integer/program.hpp>
#include <intaglio/simd/simd.hpp>

template <class Net>
int classify(const intaglio::Parameters<Net, intaglio::simd::Native>& parameters, const unsigned char* image,
             intaglio::Scratch<Net, intaglio::simd::Native>& scratch) {
    return intaglio::Program<Net, intaglio::simd::Native>(parameters).predict(image, scratch);
}
