// Gradients against finite differences, for parts of your own.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <intaglio/train/program.hpp>
#include <vector>

// The area below a derivative, by the midpoint rule.
template <class Derivative>
double area(const Derivative& derivative, double from, double to) {
    constexpr int strips = 100000;
    const double width = (to - from) / strips;
    double sum = 0;
    for (int i = 0; i < strips; ++i) sum += width * static_cast<double>(derivative(from + (i + 0.5) * width));
    return sum;
}

// How far the gradients of a training program are from differences, as a share of the gradient: the largest error over
// all groups of parameters. Of a network of real numbers, since codes are steps, which have no differences.
template <class Net>
double gradient_error(intaglio::Training<Net>& training, const std::uint8_t* images, std::int64_t count) {
    const auto parameters = training.parameters();
    intaglio::Random random(3, 0);
    std::vector<double> weights(static_cast<std::size_t>(count * intaglio::Training<Net>::classes));
    for (double& w : weights) w = intaglio::train::normal(random);
    // Any smooth function of the logits does for a loss.
    const auto loss = [&] {
        training.parameters_changed();
        training.forward(images, count, intaglio::train::Statistics::batch);
        double sum = 0;
        for (std::size_t i = 0; i < weights.size(); ++i) {
            sum += weights[i] * static_cast<double>(training.float_logits()[i]);
        }
        return sum;
    };
    loss();
    std::copy(weights.begin(), weights.end(), training.logit_gradient().begin());
    training.backward();
    const std::vector<float> gradients(training.gradients().begin(), training.gradients().end());
    const std::vector<float> kept(parameters.begin(), parameters.end());

    double worst = 0;
    for (const intaglio::ParameterRange& range : training.ranges()) {
        const auto begin = static_cast<std::size_t>(range.begin);
        const std::size_t end = begin + static_cast<std::size_t>(range.count);
        double square = 0;
        double error = 0;
        for (std::size_t i = begin; i < end; ++i) {
            const float step = 5e-4F;  // smaller ones drown in the rounding of float logits
            parameters[i] = kept[i] + step;
            const double above = loss();
            parameters[i] = kept[i] - step;
            const double below = loss();
            parameters[i] = kept[i];
            const auto gradient = static_cast<double>(gradients[i]);
            square += gradient * gradient;
            error += std::pow((above - below) / (2 * static_cast<double>(step)) - gradient, 2);
        }
        worst = std::max(worst, std::sqrt(error / square));
    }
    training.parameters_changed();
    return worst;
}
