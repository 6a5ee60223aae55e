// The running statistics of norms, taken anew over a whole data set.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/text.hpp"
#include "intaglio/train/program.hpp"
#include "intaglio/train/program/measured_values.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// How running statistics are taken anew.
enum class Reestimation : std::uint8_t {
    /// Norm by norm: mean and variance of what evaluation gives the norm, over all images. For each norm the images run
    /// through the rows in front of it; once all in all if they fit into one batch.
    exact,
    /// All norms at once, in one pass: a norm after another one sees codes that were made with the statistics of each
    /// batch, not with those that evaluation uses.
    one_pass
};

/// Replaces the running statistics of all norms by those over `images`, one after the other, with the present weights.
/// `batch` images run at a time (0: as many as there is memory for); an exact result does not depend on it. There is no
/// last pass afterwards. Several ranks share the images out; all must call it with the same ones. Throws
/// std::invalid_argument if there is no image, a part of one, or a statistic of one value.
template <class Net>
void reestimate_statistics(Training<Net>& training, std::span<const typename Training<Net>::Pixel> images,
                           Reestimation how = Reestimation::exact, std::int64_t batch = 0) {
    using train::Statistics;
    constexpr const auto& values = train::measured_values<Net>;
    constexpr std::size_t rows = Training<Net>::rows;
    constexpr std::int64_t pixels = Training<Net>::pixels;
    const std::int64_t count = static_cast<std::int64_t>(images.size()) / pixels;
    if (count < 1 || count * pixels != static_cast<std::int64_t>(images.size())) {
        throw std::invalid_argument(
            joined({"re-estimation: expected images of ", pixels, " pixels, found ", images.size(), " pixels"}));
    }
    if (batch == 0) batch = training.capacity();
    if (count == 1) train::check_single_image<Net>("re-estimation of 1 image");
    if (how == Reestimation::one_pass) train::check_batches<Net>(count, batch);
    const auto each_batch = [&](const auto& body) {
        for (std::int64_t begin = 0; begin < count; begin += batch) {
            const train::BatchPart part = training.part(std::min(batch, count - begin));
            body(images.data() + (begin + part.first) * pixels, part, begin == 0);
        }
    };
    if (how == Reestimation::one_pass) {
        training.restart_statistics();
        each_batch([&](const auto* first, const train::BatchPart& some, bool) {
            training.forward(first, some, Statistics::reestimation);
        });
        return;
    }
    std::size_t done = 0;  // rows that need not run again, as the codes of all images are still there
    for (std::size_t row = 0; row < rows; ++row) {
        if (values[row] == 0) continue;
        each_batch([&](const auto* first, const train::BatchPart& some, bool restart) {
            training.forward(first, some, Statistics::running, row, done);
            if (restart) training.restart_statistics();
            training.forward(first, some, Statistics::reestimation, row + 1, row);
        });
        if (count <= batch) done = row;
    }
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
