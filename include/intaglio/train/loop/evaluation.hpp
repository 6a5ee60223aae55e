// Evaluation of a network in training, by the steps that the integer program will have.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/train/loop/loss.hpp"
#include "intaglio/train/loop/samples.hpp"
#include "intaglio/train/program.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// Results on a data set, by the steps that the integer program uses.
struct Evaluation {
    std::int64_t images = 0;
    std::int64_t correct = 0;        ///< by the integer logits
    std::int64_t float_correct = 0;  ///< by the float logits
    double loss = 0;                 ///< mean cross-entropy
    std::vector<std::int32_t> predictions;
    std::vector<double> activity;  ///< per value of the facts: share of its codes that are not zero (R_a)

    [[nodiscard]] double accuracy() const { return static_cast<double>(correct) / static_cast<double>(images); }
    [[nodiscard]] double float_accuracy() const {
        return static_cast<double>(float_correct) / static_cast<double>(images);
    }
};

namespace train {

/// How many codes are not zero.
template <class Code>
[[gnu::noinline]] std::int64_t count_nonzero(const Code* codes, std::int64_t count) {
    return count - static_cast<std::int64_t>(std::count(codes, codes + count, Code{0}));
}

}  // namespace train

/// Runs a network over samples as the integer program will: with running statistics and integer logits. `observer(first
/// image, count)` is called after each batch, with the codes of the batch still in place. Throws std::invalid_argument
/// if the samples do not fit the network. Several ranks share the samples out: all must call it with the same ones, the
/// observer sees the images of its rank, and the result is that of all.
template <class Net, class Observer>
[[gnu::cold]] Evaluation evaluate(Training<Net>& training, BasicSamples<typename Training<Net>::Pixel> samples,
                                  const Observer& observer) {
    constexpr std::int64_t pixels = Training<Net>::pixels;
    train::check_samples(samples.pixels.size(), samples.labels, pixels, Training<Net>::classes, "evaluation samples");
    Evaluation result;
    result.images = samples.count();
    result.predictions.resize(samples.labels.size());
    std::vector<std::int64_t> nonzero(static_cast<std::size_t>(facts<Net>.value_count));
    const train::Ranks& ranks = training.ranks();
    train::WholeBatch<float> logits(ranks, training.capacity(), Training<Net>::classes);
    for (std::int64_t begin = 0; begin < samples.count(); begin += training.capacity()) {
        const train::BatchPart part = training.part(std::min(training.capacity(), samples.count() - begin));
        const std::int64_t first = begin + part.first;
        training.forward(samples.pixels.data() + first * pixels, part, train::Statistics::running);
        const Labels labels =
            samples.labels.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(part.batch));
        result.loss = train::add_cross_entropy(logits.gather(training.float_logits(), part), labels,
                                               Training<Net>::classes, result.loss);
        for (std::int64_t i = 0; i < part.count; ++i) {
            const auto at = static_cast<std::size_t>(first + i);
            result.predictions[at] = training.prediction(i);
            const std::int64_t label = samples.labels[at];
            result.correct += result.predictions[at] == label ? 1 : 0;
            result.float_correct += training.float_prediction(i) == label ? 1 : 0;
        }
        for (const Row& row : facts<Net>.rows) {
            if (facts<Net>.value(row.output).pending) continue;
            training.visit(row.output, [&](const auto* codes) {
                nonzero[static_cast<std::size_t>(row.output)] +=
                    train::count_nonzero(codes, part.count * facts<Net>.value(row.output).shape.size());
            });
        }
        ranks.gather_images(result.predictions.data() + begin, part.batch, 1);
        observer(first, part.count);
    }
    result.correct = ranks.sum(result.correct);
    result.float_correct = ranks.sum(result.float_correct);
    std::vector<std::int64_t> memory(nonzero.size());
    ranks.sum(nonzero.data(), memory.data(), static_cast<std::int64_t>(nonzero.size()));
    result.loss /= static_cast<double>(samples.count());
    result.activity.resize(nonzero.size());
    for (std::size_t v = 0; v < nonzero.size(); ++v) {
        const std::int64_t size = facts<Net>.values[v].shape.size();
        result.activity[v] = static_cast<double>(nonzero[v]) / static_cast<double>(size * samples.count());
    }
    return result;
}
template <class Net>
Evaluation evaluate(Training<Net>& training, BasicSamples<typename Training<Net>::Pixel> samples) {
    return evaluate(training, samples, [](std::int64_t, std::int64_t) {});
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
