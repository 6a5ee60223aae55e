// Training over a data set: batches, epochs, evaluation, statistics.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <numeric>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "intaglio/core/random.hpp"
#include "intaglio/train/loss.hpp"
#include "intaglio/train/optimizer.hpp"
#include "intaglio/train/program.hpp"
#include "intaglio/train/samples.hpp"

namespace intaglio {

/// How a network is trained.
template <class Optimizer = Adam>
struct TrainerOptions {
    Optimizer optimizer{};
    std::int64_t epochs = 1;
    std::int64_t batch = 0;      ///< images per step; 0: as many as the Training has memory for
    double weight_decay = 5e-4;  ///< on weights only
    double gamma = 0.05;         ///< share of the squared error in the loss
    std::uint64_t seed = 1;      ///< of the order of the samples
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
};

/// Trains a network. Everything that the result depends on is a function of the seeds, the options, the data and the
/// position (epoch and batch), so that a run can be stopped and resumed at any batch.
template <class Net, class Optimizer = Adam>
class Trainer {
  public:
    using Options = TrainerOptions<Optimizer>;

    /// Throws std::invalid_argument if the samples do not fit the network or an option is out of range.
    [[gnu::cold]] Trainer(Training<Net>& training, Samples samples, Options options)
        : training_(training), samples_(samples), options_(options) {
        check(samples, "training samples");
        if (options_.batch == 0) options_.batch = training.capacity();
        if (options_.batch < 1 || options_.batch > training.capacity()) {
            throw std::invalid_argument("batch size: expected 1 to " + std::to_string(training.capacity()) +
                                        ", which the training has memory for, found " + std::to_string(options_.batch));
        }
        if (options.epochs < 1) {
            throw std::invalid_argument("epochs: expected at least 1, found " + std::to_string(options.epochs));
        }
        const auto require = [](bool good, const char* name, double value) {
            if (!good) throw std::invalid_argument(std::string(name) + " is out of range: " + std::to_string(value));
        };
        require(options.optimizer.learning_rate > 0 && std::isfinite(options.optimizer.learning_rate), "learning rate",
                options.optimizer.learning_rate);
        require(options.weight_decay >= 0 && std::isfinite(options.weight_decay), "weight decay", options.weight_decay);
        require(options.gamma >= 0 && options.gamma <= 1, "gamma", options.gamma);
        for (std::vector<float>& moment : moments_) moment.assign(training.parameters().size(), 0.0F);
        order_.resize(static_cast<std::size_t>(samples.count()));
        images_.resize(static_cast<std::size_t>(options_.batch * Training<Net>::pixels));
        labels_.resize(static_cast<std::size_t>(options_.batch));
    }

    [[nodiscard]] std::int64_t batches() const { return (samples_.count() + options_.batch - 1) / options_.batch; }
    [[nodiscard]] bool finished() const { return epoch_ >= options_.epochs; }
    [[nodiscard]] std::int64_t epoch() const { return epoch_; }
    [[nodiscard]] const Options& options() const { return options_; }
    [[nodiscard]] Training<Net>& training() { return training_; }

    /// One batch: forward, loss, backward, update. Returns the metrics of the epoch so far; behind the last batch of an
    /// epoch the next call begins the next one.
    const EpochMetrics& step() {
        if (batch_ == 0 || !ordered_) start_epoch();
        const std::int64_t begin = batch_ * options_.batch;
        const std::int64_t count = std::min(options_.batch, samples_.count() - begin);
        gather(begin, count);
        training_.forward(images_.data(), count, train::Statistics::batch);
        const double loss =
            train::cross_entropy_and_squares<float>(training_.float_logits(), labels_.data(), Training<Net>::classes,
                                                    options_.gamma, training_.logit_gradient());
        loss_sum_ += loss * static_cast<double>(count);
        for (std::int64_t i = 0; i < count; ++i) {
            correct_ += training_.prediction(i) == labels_[static_cast<std::size_t>(i)] ? 1 : 0;
        }
        training_.backward();
        const double rate = options_.optimizer.learning_rate *
                            cosine_schedule(steps_, static_cast<std::uint64_t>(options_.epochs * batches()));
        update(rate);
        report(begin + count, begin + count - resumed_at_, rate);
        if (++batch_ == batches()) {
            batch_ = 0;
            ++epoch_;
        }
        return metrics_;
    }

    /// Trains to the end. `observer.batch(metrics)` is called after every batch and stops the training by returning
    /// false; `observer.epoch(metrics)` is called after every epoch.
    template <class Observer>
    void fit(Observer& observer) {
        while (!finished()) {
            const EpochMetrics& metrics = step();
            const bool go_on = observer.batch(metrics);
            if (batch_ == 0) observer.epoch(metrics);
            if (!go_on) return;
        }
    }
    void fit() {
        while (!finished()) step();
    }

    /// Replaces the running statistics by averages over the training samples with the present weights (at most `limit`
    /// images, in their own order).
    void reestimate_statistics(std::int64_t limit = INT64_MAX) {
        training_.restart_statistics();
        const std::int64_t last = std::min(limit, samples_.count());
        for (std::int64_t begin = 0; begin < last; begin += options_.batch) {
            training_.forward(samples_.pixels.data() + begin * Training<Net>::pixels,
                              std::min(options_.batch, last - begin), train::Statistics::reestimation);
        }
    }

    /// Everything that a checkpoint keeps beside the position: parameters, moments, statistics. The spans refer to this
    /// trainer.
    [[gnu::cold]] [[nodiscard]] std::vector<train::NamedNumbers> state() {
        std::vector<train::NamedNumbers> list{{"parameters", training_.parameters()}};
        for (std::size_t i = 0; i < moments_.size(); ++i) {
            list.push_back({"moment " + std::to_string(i), std::span<float>(moments_[i])});
        }
        training_.add_persistent(list);
        list.push_back({"loss sum", std::span<double>(&loss_sum_, 1)});
        return list;
    }
    /// Where the run stands: epochs done, batches done of the present one, steps, and correct images of the epoch.
    [[nodiscard]] std::array<std::int64_t, 4> position() const {
        return {epoch_, batch_, static_cast<std::int64_t>(steps_), correct_};
    }
    /// Continues from a position, after the numbers of `state` were written. Throws std::runtime_error if its parts do
    /// not belong together.
    void set_position(const std::array<std::int64_t, 4>& position) {
        check_position(position);
        epoch_ = position[0];
        batch_ = position[1];
        steps_ = static_cast<std::uint64_t>(position[2]);
        correct_ = position[3];
        ordered_ = false;
        training_.parameters_changed();
    }
    /// The check of set_position alone.
    void check_position(const std::array<std::int64_t, 4>& position) const {
        if (position[0] < 0 || position[0] > options_.epochs || position[1] < 0 || position[1] >= batches() ||
            position[2] != position[0] * batches() + position[1] || position[3] < 0) {
            throw std::runtime_error("position in the run: epoch " + std::to_string(position[0]) + ", batch " +
                                     std::to_string(position[1]) + ", step " + std::to_string(position[2]) +
                                     " do not belong together");
        }
    }
    /// The settings that a resumed run must share, as text.
    [[gnu::cold]] [[nodiscard]] std::string description() const {
        return std::string(Optimizer::name) + ", learning rate " + std::to_string(options_.optimizer.learning_rate) +
               ", epochs " + std::to_string(options_.epochs) + ", batch " + std::to_string(options_.batch) +
               ", weight decay " + std::to_string(options_.weight_decay) + ", gamma " + std::to_string(options_.gamma) +
               ", seed " + std::to_string(options_.seed) + ", samples " + std::to_string(samples_.count());
    }

  private:
    static void check(Samples samples, const char* name) {
        const auto expected = static_cast<std::size_t>(samples.count() * Training<Net>::pixels);
        if (samples.count() == 0 || samples.pixels.size() != expected) {
            throw std::invalid_argument(std::string(name) + ": expected " + std::to_string(expected) + " pixels for " +
                                        std::to_string(samples.count()) + " labels and images of " +
                                        std::to_string(Training<Net>::pixels) + ", found " +
                                        std::to_string(samples.pixels.size()));
        }
        for (std::size_t i = 0; i < samples.labels.size(); ++i) {
            if (samples.labels[i] >= Training<Net>::classes) {
                throw std::invalid_argument(std::string(name) + ": label " + std::to_string(samples.labels[i]) +
                                            " of image " + std::to_string(i) + " is not below " +
                                            std::to_string(Training<Net>::classes));
            }
        }
    }

    void start_epoch() {
        // The order is a function of seed and epoch alone (Fisher and Yates).
        std::iota(order_.begin(), order_.end(), std::uint32_t{0});
        Random random(options_.seed, (std::uint64_t{1} << 32) + static_cast<std::uint64_t>(epoch_));
        for (std::size_t i = order_.size() - 1; i > 0; --i) {
            std::swap(order_[i], order_[random.below(static_cast<std::uint32_t>(i + 1))]);
        }
        if (batch_ == 0) {
            loss_sum_ = 0;
            correct_ = 0;
        }
        ordered_ = true;
        resumed_at_ = batch_ * options_.batch;
        started_ = std::chrono::steady_clock::now();
    }

    void gather(std::int64_t begin, std::int64_t count) {
        constexpr auto size = static_cast<std::size_t>(Training<Net>::pixels);
        for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
            const std::size_t source = order_[static_cast<std::size_t>(begin) + i];
            std::memcpy(images_.data() + i * size, samples_.pixels.data() + source * size, size);
            labels_[i] = samples_.labels[source];
        }
    }

    void update(double rate) {
        ++steps_;
        float* parameters = training_.parameters().data();
        const float* gradients = training_.gradients().data();
        for (const ParameterRange& range : Training<Net>::ranges()) {
            const float decay = range.kind == ParameterKind::weight ? static_cast<float>(options_.weight_decay) : 0.0F;
            constexpr std::int64_t block = 32768;
            training_.pool().run((range.count + block - 1) / block, [&](std::int64_t task, int) {
                const std::int64_t begin = range.begin + task * block;
                const auto count = static_cast<std::size_t>(std::min(block, range.begin + range.count - begin));
                options_.optimizer.update(parameters + begin, gradients + begin, count, decay, rate, steps_,
                                          moments_.front().data() + begin, moments_.back().data() + begin);
            });
        }
        training_.parameters_changed();
    }

    void report(std::int64_t images, std::int64_t images_since, double rate) {
        const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count();
        metrics_ = {.epoch = epoch_ + 1,
                    .epochs = options_.epochs,
                    .batch = batch_ + 1,
                    .batches = batches(),
                    .loss = loss_sum_ / static_cast<double>(images),
                    .accuracy = static_cast<double>(correct_) / static_cast<double>(images),
                    .learning_rate = rate,
                    .seconds = seconds,
                    .images_per_second = seconds > 0 ? static_cast<double>(images_since) / seconds : 0.0};
    }

    Training<Net>& training_;
    Samples samples_;
    Options options_;
    std::array<std::vector<float>, Optimizer::moments> moments_;
    std::vector<std::uint32_t> order_;
    std::vector<std::uint8_t> images_;
    std::vector<std::uint8_t> labels_;
    std::int64_t epoch_ = 0;
    std::int64_t batch_ = 0;  ///< of the epoch; 0 also behind its end
    std::uint64_t steps_ = 0;
    double loss_sum_ = 0;
    std::int64_t correct_ = 0;
    bool ordered_ = false;
    std::int64_t resumed_at_ = 0;
    std::chrono::steady_clock::time_point started_{};
    EpochMetrics metrics_{};
};

}  // namespace intaglio
