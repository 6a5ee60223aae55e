// A user's own vocabulary, outside of the library: a surrogate, an activation, a weight quantiser and a norm. Each is
// an empty type with a few constants, and one specialisation of a template of the library that says how it is trained.
#include <cmath>
#include <cstdio>
#include <intaglio/intaglio.hpp>

#include "lines.hpp"

using namespace intaglio;

namespace app {

// A surrogate: an arch over the whole staircase, as high in sum as the staircase itself.
struct Parabola {
    static constexpr const char* name = "parabola";  // checkpoints tell networks apart by it
};

// An activation with the signed codes -3 ... 3 of the values -1 ... 1.
struct SignedAct {
    using option = intaglio::option::activation;
    using surrogate = Parabola;
    static constexpr CodeRange codes{-3, 3};
    static constexpr std::int64_t denominator = 3;
};

// Ternary weights with a narrower zero than States<M_w{3}> has.
struct DenseTernary {
    using option = intaglio::option::weight;
    static constexpr std::int32_t states = 3;
    static constexpr CodeRange codes{-1, 1};
    static constexpr std::int32_t denominator = 1;
};

// A norm with one mean and deviation for all channels, under a name of its own.
struct WholeLayerNorm {
    using option = intaglio::option::norm;
    static constexpr const char* name = "whole-layer norm";
    static constexpr StatisticsOf statistics = StatisticsOf::layer;
    static constexpr bool has_gain = true;
};

}  // namespace app

// The derivative, for a float and for a vector of floats alike. It is made once for each step.
template <>
class intaglio::train::SurrogateGradient<app::Parabola> {
  public:
    explicit SurrogateGradient(const Staircase& s)
        : middle_(static_cast<float>((s.highest_value() + s.lowest_value()) / 2)),
          inverse_reach_(static_cast<float>(2 / (s.highest_value() - s.lowest_value()))) {}

    template <class Value>
    Value operator()(Value value) const {
        using std::fmax;
        const Value distance = (value - Value(middle_)) * Value(inverse_reach_);
        return fmax((Value(1.0F) - distance * distance) * Value(1.5F), Value(0.0F));
    }

  private:
    float middle_;
    float inverse_reach_;
};

// `code` makes the integer of a (standardised) weight, `gradient` is the derivative of its value.
template <>
struct intaglio::train::WeightCode<app::DenseTernary> {
    template <class Real>
    static std::int8_t code(Real weight) {
        constexpr Real threshold = static_cast<Real>(0.6);
        return weight > threshold ? std::int8_t{1} : weight < -threshold ? std::int8_t{-1} : std::int8_t{0};
    }
    template <class Real>
    static Real gradient(Real weight) {
        return std::fabs(weight) < Real{2} ? Real{1} : Real{0};
    }
};

struct Net : Network<Image<1, 8, 8>, Defaults<app::DenseTernary, app::WholeLayerNorm, app::SignedAct>,
                     Conv<QInt<8>, Out<8>>, AvgPool<2>, Conv<Out<16>>, Classifier<QInt<8>, Out<2>>> {};
static_assert(facts<Net>.row(2).codes == app::SignedAct::codes);

int main() {
    const Lines lines(200, 8);
    Training<Net> training(50);
    Trainer<Net> trainer(training, lines.samples(), {.epochs = 8, .batch = 50});
    trainer.fit();
    trainer.reestimate_statistics();
    const auto network = lower(training);
    const double accuracy = evaluate(training, lines.samples()).accuracy();
    std::printf("accuracy %.1f %%, share of weights that are not zero in the second convolution: %.1f %%\n",
                100 * accuracy, 100 * training.weight_density(4));
    return certify(training, network).proven() && accuracy > 0.8 ? 0 : 1;
}
