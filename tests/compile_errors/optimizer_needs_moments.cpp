// An optimiser of one's own keeps three numbers for each weight.
// EXPECT: model_error::optimizer_needs_static_constexpr_moments_1_or_2<
// EXPECT: app::Descent
#include "intaglio/train/trainer.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 1
#else
#define TOKEN 3
#endif

namespace app {
struct Descent {
    double learning_rate = 0.01;
    static constexpr const char* name = "descent";
    static constexpr std::size_t moments = TOKEN;
    void update(float* weights, const float* gradient, std::size_t count, float, double rate, std::uint64_t, float*,
                float*) const {
        for (std::size_t i = 0; i < count; ++i) weights[i] -= static_cast<float>(rate) * gradient[i];
    }
    std::string description() const { return ""; }
};
}  // namespace app

struct Net : Network<Image<1, 8, 8>, Defaults<QInt<2>, Act<M_a{4}>>, Conv<Out<8>>, Classifier<Out<2>>> {};

std::int64_t batches(const Trainer<Net, app::Descent>& trainer) {
    return trainer.batches();
}
