// A trainer with an optimiser of one's own, of which a mistake changes one member.
#pragma once

#include "intaglio/train/trainer.hpp"

using namespace intaglio;

#ifndef LEARNING_RATE
#define LEARNING_RATE learning_rate
#endif
#ifndef NAME
#define NAME name
#endif
#ifndef MOMENTS
#define MOMENTS 1
#endif
#ifndef UPDATE
#define UPDATE update
#endif
#ifndef DESCRIPTION
#define DESCRIPTION description
#endif

namespace app {
struct Descent {
    double LEARNING_RATE = 0.01;
    static constexpr const char* NAME = "descent";
    static constexpr std::size_t moments = MOMENTS;
    void UPDATE(float* weights, const float* gradient, std::size_t count, float, double rate, std::uint64_t, float*,
                float*) const {
        for (std::size_t i = 0; i < count; ++i) weights[i] -= static_cast<float>(rate) * gradient[i];
    }
    std::string DESCRIPTION() const { return ""; }
};
}  // namespace app

struct Net : Network<Image<1, 8, 8>, Defaults<QInt<2>, Act<M_a{4}>>, Conv<Out<8>>, Classifier<Out<2>>> {};

std::int64_t batches(const Trainer<Net, app::Descent>& trainer) {
    return trainer.batches();
}
