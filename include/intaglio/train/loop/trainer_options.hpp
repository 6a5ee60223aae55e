// How a network is trained, and what is measured meanwhile.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/text.hpp"
#include "intaglio/train/loop/augmentation.hpp"
#include "intaglio/train/loop/distillation.hpp"
#include "intaglio/train/loop/early_stopping.hpp"
#include "intaglio/train/loop/loss.hpp"
#include "intaglio/train/loop/optimizer.hpp"
#include "intaglio/train/loop/samples.hpp"
#include "intaglio/train/loop/schedule.hpp"
#include "intaglio/train/program/parameters.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// The part of a network that is trained: the parameters of the rows `first` ... `last`; all others stay as they are.
struct TrainedPart {
    std::int32_t first = 0;
    std::int32_t last = INT32_MAX;
    bool gains = true;  ///< of norms and scales, too

    [[nodiscard]] bool is_whole() const { return first == 0 && last == INT32_MAX && gains; }
    [[nodiscard]] bool trains(const ParameterRange& range) const {
        return first <= range.row && range.row <= last && (gains || range.kind != ParameterKind::gain);
    }
};

/// A loss that looks at the value after the trained part: computes it for the last forward pass, which read these
/// images, and writes the gradient of the value (`Training::value_gradient`). Returns the mean over the images. With
/// several ranks, all call it, each with its own images (there may be none); the mean, and what the gradient is one of,
/// is that over the whole batch (`Training::last_part`, `Training::ranks`).
template <class Pixel = std::uint8_t>
using LocalLoss = std::function<double(const Pixel* images, std::int64_t count)>;

/// How a network is trained. Pixel is the type of the network's input codes.
template <class Optimizer = Adam, class Pixel = std::uint8_t>
struct TrainerOptions {
    Optimizer optimizer{};
    std::int64_t epochs = 1;
    std::int64_t batch = 0;      ///< images per update; 0: as many as the Training has memory for
    double weight_decay = 5e-4;  ///< on weights only
    std::uint64_t seed = 1;      ///< of the order of the samples, and of their augmentation
    AnySchedule schedule{};      ///< of the learning rate: from the optimiser's on a cosine down to 0
    double warm_up = 0;          ///< epochs (0.5: half of the first), in which the learning rate rises linearly
    double clip_norm = 0;        ///< largest Euclidean norm of all gradients together; 0: any
    double clip_value = 0;       ///< largest size of one gradient, before clip_norm; 0: any
    AnyLoss loss{};              ///< CrossEntropyAndSquares, unless it is another
    WeightAverage average{};
    EarlyStopping early_stopping{};
    BasicSamples<Pixel> validation{};  ///< for fit: evaluated after each epoch; empty: none
    Augment<Pixel> augment{};          ///< changes each image of a batch; empty: none
    Distillation<Pixel> distillation{};
    TrainedPart part{};
    LocalLoss<Pixel> local_loss{};  ///< in place of the loss of the logits, which are then not computed; empty: none
};

/// What happened so far in an epoch.
struct EpochMetrics {
    std::int64_t epoch = 0;  ///< from 1
    std::int64_t epochs = 0;
    std::int64_t batch = 0;  ///< batches done
    std::int64_t batches = 0;
    double loss = 0;      ///< mean over the images so far
    double accuracy = 0;  ///< of the integer logits, on the images so far, each before its update
    double learning_rate = 0;
    double seconds = 0;  ///< since the epoch began or was resumed
    double images_per_second = 0;
    double gradient_norm = 0;  ///< of the last update, before clip_norm; 0 without clip_norm
    bool validated = false;    ///< the next three hold
    double validation_loss = 0;
    double validation_accuracy = 0;
    bool best = false;  ///< by the metric of early stopping, of all epochs so far
};

namespace train {

/// Throws std::invalid_argument for a setting that is out of range, for a network of `classes` classes and a Training
/// with memory for `capacity` images. A batch of 0 becomes `capacity`.
template <class Optimizer, class Pixel>
[[gnu::cold]] void check_options(TrainerOptions<Optimizer, Pixel>& options, std::int64_t capacity,
                                 std::int32_t classes) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    if (options.batch == 0) options.batch = capacity;
    if (options.batch < 1 || options.batch > capacity) {
        throw std::invalid_argument(joined(
            {"batch size: expected 1 to ", capacity, ", which the training has memory for, found ", options.batch}));
    }
    if (options.epochs < 1) {
        throw std::invalid_argument(joined({"epochs: expected at least 1, found ", options.epochs}));
    }
    const double rate = options.optimizer.learning_rate;
    require_option(rate > 0, "learning rate", rate);
    if constexpr (requires { options.optimizer.check(); }) options.optimizer.check();
    require_option(options.weight_decay, 0, infinity, "weight decay");
    options.schedule.check();
    require_option(options.warm_up, 0, static_cast<double>(options.epochs), "warm_up");
    require_option(options.clip_norm, 0, infinity, "clip_norm");
    require_option(options.clip_value, 0, infinity, "clip_value");
    options.loss.check(classes);
    options.average.check();
    options.early_stopping.check(options.validation.count() > 0);
    check_distillation(options.distillation.share, options.distillation.temperature);
    if (options.part.first < 0 || options.part.first > options.part.last) {
        throw std::invalid_argument(joined(
            {"trained part: expected first row <= last row, found ", options.part.first, " and ", options.part.last}));
    }
    if (!options.part.is_whole() && options.clip_norm > 0) {
        throw std::invalid_argument(
            "clip_norm looks at the gradients of the whole network, of which a part is trained");
    }
}

/// The learning rate of update `update` (from 0) of a run with so many batches in an epoch.
template <class Optimizer, class Pixel>
[[gnu::cold]] double learning_rate(const TrainerOptions<Optimizer, Pixel>& options, std::uint64_t update,
                                   std::int64_t batches) {
    const double warm_up = options.warm_up * static_cast<double>(batches);
    return options.optimizer.learning_rate *
           options.schedule.factor({.update = update,
                                    .updates_per_epoch = static_cast<std::uint64_t>(batches),
                                    .epochs = static_cast<std::uint64_t>(options.epochs),
                                    .warm_up = static_cast<std::uint64_t>(std::llround(warm_up))});
}

/// All settings that the result depends on, as text, one a line. Of augmentation, teacher and local loss only that they
/// are there.
template <class Optimizer, class Pixel>
[[gnu::cold]] std::string options_text(const TrainerOptions<Optimizer, Pixel>& options, std::int64_t samples) {
    SettingsText text;
    text.add(std::string("optimiser ") + Optimizer::name);
    text.add(options.optimizer.description());
    text.add("learning rate", options.optimizer.learning_rate);
    text.add("epochs", options.epochs);
    text.add("batch", options.batch);
    text.add("weight decay", options.weight_decay);
    SettingsText loss;
    options.loss.describe(loss);
    const std::string_view of_loss = loss.text();
    const std::size_t first = of_loss.find('\n') + 1;
    text.add_lines(of_loss.substr(0, first));  // checkpoints have always had gamma here, and the rest below
    text.add(joined({"seed ", options.seed}));
    text.add("samples", samples);
    const std::int64_t updates = options.epochs * ((samples + options.batch - 1) / options.batch);
    options.schedule.describe(text, static_cast<std::uint64_t>(updates));
    text.add("warm-up", options.warm_up);
    text.add("clip_norm", options.clip_norm);
    text.add("clip_value", options.clip_value);
    text.add_lines(of_loss.substr(first));
    options.average.describe(text);
    options.early_stopping.describe(text);
    if (options.early_stopping.patience > 0) text.add("validation samples", options.validation.count());
    if (options.augment) text.add("augmentation");
    if (options.distillation.teacher) {
        text.add("distillation share", options.distillation.share);
        text.add("temperature", options.distillation.temperature);
    }
    if (!options.part.is_whole()) {
        text.add("first row", std::int64_t{options.part.first});
        text.add("last row", std::int64_t{options.part.last});
        text.add(options.part.gains ? "with gains" : "without gains");
    }
    if (options.local_loss) text.add("local loss");
    return text.text();
}

/// Throws std::runtime_error if the parts of a position in a run (see Trainer::position) do not belong together.
[[gnu::cold]] inline void check_run_position(const std::array<std::int64_t, 4>& position, std::int64_t epochs,
                                             std::int64_t batches, std::int64_t samples) {
    if (position[0] < 0 || position[0] > epochs || position[1] < 0 || position[1] >= batches ||
        position[2] != position[0] * batches + position[1] || position[3] < 0 || position[3] > samples) {
        throw std::runtime_error(
            joined({"position in the run: epoch ", position[0], ", batch ", position[1], ", update ", position[2],
                    ", correct images ", position[3], " do not belong together"}));
    }
}

}  // namespace train
}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
