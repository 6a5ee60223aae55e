// From a trained network to its canonical model, and the proof that both compute the same.
#pragma once

#include <cstddef>
#include <vector>

#include "intaglio/canonical/network.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/text.hpp"
#include "intaglio/train/program.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// The canonical model of a trained network: weight codes, and steps with the running statistics folded into them.
/// Nothing of the training changes. Throws std::runtime_error if a parameter is not finite.
template <class Net>
[[gnu::cold]] Model<Net> lower(const Training<Net>& training) {
    static_assert(raise<integer::Refusal<Net>>());
    return training.lower();
}

namespace train::detail {

/// What a step stands for, in codes.
[[gnu::cold]] inline FloatFunction float_function(const std::vector<Affine>& affine, std::int64_t denominator) {
    return [&affine, denominator](std::int64_t channel, std::int64_t accumulator) {
        const Affine& a = affine[static_cast<std::size_t>(channel)];
        return (a.slope * static_cast<double>(accumulator) + a.offset) * static_cast<double>(denominator);
    };
}

/// Compares the numbers of one row: those that training has now, and those of a model.
[[gnu::cold]] inline void compare_row(const RowNumbers& training, const RowNumbers& model, const FactsView& facts,
                                      const Row& row, const std::vector<Affine>& affine, Certificate& certificate) {
    const Sides sides{place_text(row), "training", "the model"};
    for (std::size_t i = 0; i < training.weights.size(); ++i) {
        ++certificate.weights_compared;
        if (training.weights[i] != model.weights[i]) {
            certificate.difference(joined({sides.where, ", weight ", i}));
        }
    }
    if (row.steps > 0) {
        const auto channels = static_cast<std::size_t>(facts.value(row.output).shape.channels);
        const integer::StepForm form = integer::step_form(row);
        const StepFunction own = step_function(training, form, channels);
        const StepFunction other = step_function(model, form, channels);
        // The same numbers are the same function.
        compare_steps(facts.value(row.input).codes, row.codes, static_cast<std::int64_t>(channels), own,
                      training == model ? own : other, float_function(affine, facts.value(row.output).denominator),
                      row.code_spacing, sides, certificate);
        return;
    }
    for (std::size_t i = 0; i < training.multipliers.size(); ++i) {
        ++certificate.logits_compared;
        if (training.multipliers[i] != model.multipliers[i]) {
            certificate.difference(joined({sides.where, ", multiplier ", i}));
        }
    }
    for (std::size_t i = 0; i < training.addends.size(); ++i) {
        ++certificate.logits_compared;
        if (training.addends[i] != model.addends[i]) {
            certificate.difference(joined({sides.where, ", addend ", i}));
        }
    }
    if (training.numbers != model.numbers) certificate.difference(sides.where);
}

}  // namespace train::detail

/// Proves that a model computes what training's evaluation computes: every weight, and every step for every accumulator
/// that can occur. Throws std::invalid_argument if the model is not one of Net.
template <class Net>
[[gnu::cold]] Certificate certify(const Training<Net>& training, const Model<Net>& model) {
    constexpr const auto& table = facts<Net>;
    require_fitting(model, table.view());
    std::vector<std::vector<train::Affine>> affine;
    const Model<Net> expected = training.lower(&affine);
    Certificate certificate;
    for (std::size_t i = 0; i < expected.rows.size(); ++i) {
        train::detail::compare_row(expected.rows[i], model.rows[i], table.view(), table.rows[i], affine[i],
                                   certificate);
    }
    if (expected.logit_exponent != model.logit_exponent) certificate.difference("the exponent of the logits");
    return certificate;
}

/// Both proofs in one: that a packed program computes what training's evaluation computes.
template <class Net, class Target>
[[gnu::cold]] Certificate certify(const Training<Net>& training, const IntegerNetwork<Net, Target>& network) {
    const Model<Net> model = lower(training);
    Certificate certificate = certify(training, model);
    certificate.add_proof(certify(model, network));
    return certificate;
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
