// The integer program of the network NETWORK, with the functions of its exported C.
#include <intaglio/integer/program.hpp>

#include "networks.hpp"

using Net = devices::NETWORK;
using Pixel = intaglio::Program<Net>::Pixel;

static constexpr intaglio::Parameters<Net> parameters{{
#include "parameters.inc"
}};
static constexpr intaglio::Program<Net> program(parameters);
static intaglio::Scratch<Net> scratch;

extern "C" int net_predict(const Pixel* image, void*) {
    return static_cast<int>(program.predict(image, scratch));
}
extern "C" void net_logits(const Pixel* image, void*, std::int64_t* logits) {
    const std::int64_t* const values = program.logits(image, scratch);
    for (std::int32_t c = 0; c < program.classes; ++c) logits[c] = values[c];
}
