// Parts of your own (own_parts.hpp) in one network: its facts, its gradients against finite differences, trained,
// lowered, proven, compared.
#include "own_parts.hpp"

#include <algorithm>
#include <cstdio>
#include <intaglio/io/sample_comparison.hpp>
#include <intaglio/report/model_facts.hpp>
#include <iostream>

#include "finite_differences.hpp"
#include "lines.hpp"

using namespace intaglio;

// clang-format off
template <class Weight, class ScaledWeight, class Activation, class Branches>
struct Parts : Network<Image<1, 8, 8>,
    Defaults<Weight, app::WholeLayerNorm, Activation, Branches>,
    Conv<ScaledWeight, Out<16>>,
    app::Maxout<2>,
    app::InvertedResidual<8, 2>, Activate<>,
    AvgPool<4>,
    Classifier<ScaledWeight, Out<2>>> {};
// clang-format on
struct Net : Parts<app::DenseTernary, app::MaxScaled<8>, app::OffsetAct, BranchGrid<QInt<12>>> {};
static_assert(facts<Net>.integer_only() && facts<Net>.value(3).codes == app::OffsetAct::codes);

// The same network without a step: in place of codes stand functions of which the surrogates are the true derivatives.
namespace app {

template <class Weight>
struct Smooth {
    using option = intaglio::option::weight;
    using standardization = DefaultStandardization<Weight>;
    static constexpr const ErrorKind* refusal = &float_weights_have_no_integer_program;
};
float integral(DenseTernary, float w) {
    return std::clamp(w, -1.0F, 1.0F);
}
float integral(MaxScaled<8>, float w) {
    return w;
}

struct SmoothAct {
    using option = intaglio::option::activation;
    using primitive = intaglio::primitive::FloatActivation<SmoothAct>;
    static constexpr const char* name = "smooth";
};
constexpr train::Staircase staircase{OffsetAct::codes.lowest, OffsetAct::codes.highest, OffsetAct::denominator};

}  // namespace app

template <class Weight>
struct intaglio::train::WeightCode<app::Smooth<Weight>> : intaglio::train::WeightCode<Weight> {
    using intaglio::train::WeightCode<Weight>::WeightCode;
    static float value(float w) { return app::integral(Weight{}, w); }
};
template <>
struct intaglio::train::FloatFunctionOf<app::SmoothAct> {
    static float value(float x) {
        const double middle = (app::staircase.highest_value() + app::staircase.lowest_value()) / 2;
        const double reach = app::staircase.highest_value() - middle;
        const double u = std::clamp((static_cast<double>(x) - middle) / reach, -1.0, 1.0);
        return static_cast<float>(middle + reach * 1.5 * (u - u * u * u / 3));
    }
    static float derivative(float x) { return SurrogateGradient<app::Parabola>(app::staircase)(x); }
};
struct SmoothNet
    : Parts<app::Smooth<app::DenseTernary>, app::Smooth<app::MaxScaled<8>>, app::SmoothAct, FloatBranchGrid> {};

namespace {

struct Checks {
    bool fine = true;
    void that(bool fact, const char* what) {
        std::printf("%s: %s\n", what, fact ? "yes" : "NO");
        fine = fine && fact;
    }
};
bool agree(double a, double b) {
    return std::fabs(a - b) < 1e-4 * std::fabs(b);
}

// By how much a step function rises is the area below the derivative that stands for it.
void check_derivatives(Checks& check) {
    const train::SurrogateGradient<app::Parabola> parabola(app::staircase);
    check.that(agree(area(parabola, -9, 9), app::staircase.highest_value() - app::staircase.lowest_value()),
               "the surrogate's area is the height of the activation");
    using Ternary = train::WeightCode<app::DenseTernary>;
    const auto ternary = [](double w) { return Ternary::gradient(w); };
    check.that(agree(area(ternary, -3, 3), Ternary::code(3.0) - Ternary::code(-3.0)),
               "the ternary weight rises by the area of its gradient");
    const double unit[] = {0.1, -0.75, 0.5};
    const train::WeightCode<app::MaxScaled<8>> scaled(unit, 3);
    const auto value = [&](double w) { return scaled.scale() * scaled.code(w) / app::MaxScaled<8>::denominator; };
    check.that(agree(area([&](double w) { return scaled.gradient(w); }, -0.75, 0.75), value(0.75) - value(-0.75)),
               "the scaled weight rises by the area of its gradient");
}

}  // namespace

int main() {
    facts_table(layer_facts<Net>()).print(std::cout);
    std::puts("");
    Checks check;
    check_derivatives(check);

    const Lines lines(200, 8);
    Training<SmoothNet> smooth(20);
    Trainer<SmoothNet>(smooth, lines.samples(), {.epochs = 1, .batch = 20}).fit();
    const double error = gradient_error(smooth, lines.pixels.data(), 8);
    std::printf("largest error of a gradient: %.2f %%\n", 100 * error);
    check.that(error < 0.02, "gradients agree with finite differences");

    Training<Net> training(50);
    Trainer<Net> trainer(training, lines.samples(), {.optimizer = {.learning_rate = 0.01}, .epochs = 16, .batch = 50});
    trainer.fit();
    trainer.reestimate_statistics();
    const IntegerNetwork network(lower(training));
    const SampleComparison comparison = compare_on_samples(training, network, lines.samples());
    const double accuracy = comparison.evaluation.accuracy();
    std::printf("accuracy %.1f %%\n", 100 * accuracy);
    check.that(accuracy > 0.8, "it has learned");
    check.that(certify(training, network).proven(), "the integer program is proven");
    check.that(comparison.differing_images == 0, "all codes of all images are equal");
    return check.fine ? 0 : 1;
}
