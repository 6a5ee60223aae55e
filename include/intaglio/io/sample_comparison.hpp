// Both programs of a network on real images: the same codes in every layer, image by image?
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/checksum.hpp"
#include "intaglio/train/loop/evaluation.hpp"
#include "intaglio/train/lowering.hpp"
#include "intaglio/train/trainer.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// What the comparison of the two programs on a data set found.
struct SampleComparison {
    Evaluation evaluation;                       ///< of the training program
    std::int64_t integer_correct = 0;            ///< by the integer program
    std::int64_t differing_images = 0;           ///< images with another prediction or other codes in any layer
    std::vector<std::uint64_t> training_hashes;  ///< per value of the facts, over all images in order
    std::vector<std::uint64_t> integer_hashes;   ///< of the integer program; equal for equal codes
    double integer_seconds = 0;                  ///< wall time of the integer program's predictions alone

    [[nodiscard]] double integer_accuracy() const {
        return static_cast<double>(integer_correct) / static_cast<double>(evaluation.images);
    }
};

/// Runs both programs over samples on the threads of `training` and compares the hashes of all codes of every layer.
/// Accumulators that a fused step keeps to itself are compared through its codes. Throws std::invalid_argument if the
/// samples do not fit the network.
template <class Net, class Target>
[[gnu::cold]] SampleComparison compare_on_samples(Training<Net>& training, const IntegerNetwork<Net, Target>& network,
                                                  BasicSamples<typename Training<Net>::Pixel> samples) {
    constexpr std::int64_t pixels = Training<Net>::pixels;
    constexpr const auto& table = facts<Net>;
    const auto values = static_cast<std::size_t>(table.value_count);
    const auto images = static_cast<std::size_t>(samples.count());
    SampleComparison result;

    std::vector<std::uint64_t> by_training(values * images);
    result.evaluation = evaluate(training, samples, [&](std::int64_t begin, std::int64_t count) {
        for (std::size_t row = 0; row < table.row_count(); ++row) {
            const std::int32_t value = table.rows[row].output;
            if (table.value(value).memory != value || integer::plan<Net, Target>.fused[row] != none) continue;
            training.visit(value, [&](const auto* codes) {
                const auto size = static_cast<std::size_t>(table.value(value).shape.size());
                for (std::int64_t i = 0; i < count; ++i) {
                    by_training[static_cast<std::size_t>(value) * images + static_cast<std::size_t>(begin + i)] =
                        checksum(std::span(codes + static_cast<std::size_t>(i) * size, size));
                }
            });
        }
    });

    const Program<Net, Target> program = network.program();
    std::vector<std::unique_ptr<Scratch<Net, Target>>> scratch;
    for (int i = 0; i < training.pool().threads(); ++i) scratch.push_back(network.make_scratch());
    std::vector<std::int32_t> predictions(images);
    const auto start = std::chrono::steady_clock::now();
    training.pool().run(samples.count(), [&](std::int64_t image, int worker) {
        predictions[static_cast<std::size_t>(image)] =
            program.predict(samples.pixels.data() + image * pixels, *scratch[static_cast<std::size_t>(worker)]);
    });
    result.integer_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();

    std::vector<std::uint64_t> by_program(values * images);
    training.pool().run(samples.count(), [&](std::int64_t image, int worker) {
        program.run(samples.pixels.data() + image * pixels, *scratch[static_cast<std::size_t>(worker)],
                    [&](std::int32_t value, const auto* codes) {
                        const auto size = static_cast<std::size_t>(table.value(value).shape.size());
                        by_program[static_cast<std::size_t>(value) * images + static_cast<std::size_t>(image)] =
                            checksum(std::span(codes, size));
                    });
    });

    for (std::size_t i = 0; i < images; ++i) {
        result.integer_correct += predictions[i] == samples.labels[i] ? 1 : 0;
        bool differs = predictions[i] != result.evaluation.predictions[i];
        for (std::size_t v = 0; v < values; ++v) differs |= by_training[v * images + i] != by_program[v * images + i];
        result.differing_images += differs ? 1 : 0;
    }
    for (std::size_t v = 0; v < values; ++v) {
        result.training_hashes.push_back(
            checksum(std::span<const std::uint64_t>(by_training).subspan(v * images, images)));
        result.integer_hashes.push_back(
            checksum(std::span<const std::uint64_t>(by_program).subspan(v * images, images)));
    }
    return result;
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
