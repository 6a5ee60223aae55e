// Training over a data set: batches, epochs, validation, statistics.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/text.hpp"
#include "intaglio/train/loop/batch_loss.hpp"
#include "intaglio/train/loop/evaluation.hpp"
#include "intaglio/train/loop/kept_states.hpp"
#include "intaglio/train/loop/reestimation.hpp"
#include "intaglio/train/loop/trainer_options.hpp"
#include "intaglio/train/loop/update.hpp"
#include "intaglio/train/program.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// Trains a network. Everything that the result depends on is a function of the seeds, the options, the data and the
/// position (epoch and batch), so that a run can be stopped and resumed at any batch.
///
/// Where several ranks share the training, each has a trainer with all samples and the same options, and all make the
/// same calls. Their numbers are the same, bit for bit, and those of one rank; times are each rank's own.
template <class Net, class Optimizer = Adam>
class Trainer {
    static_assert(train::check_optimizer_type<Optimizer>());

  public:
    using Pixel = typename Training<Net>::Pixel;
    using Options = TrainerOptions<Optimizer, Pixel>;

    /// Throws std::invalid_argument if the samples do not fit the network, an option is out of range, or a batch would
    /// give a norm a single value to take its statistics from; also if parameters, statistics, samples, batch or seed
    /// are not those of the other ranks.
    [[gnu::cold]] Trainer(Training<Net>& training, BasicSamples<Pixel> samples, Options options)
        : training_(training),
          samples_(samples),
          options_(std::move(options)),
          loss_(training, static_cast<bool>(options_.distillation.teacher)),
          kept_(options_.average, options_.early_stopping, live(training)) {
        constexpr std::int64_t pixels = Training<Net>::pixels;
        constexpr std::int32_t classes = Training<Net>::classes;
        train::check_samples(samples.pixels.size(), samples.labels, pixels, classes, "training samples");
        const BasicSamples<Pixel>& other = options_.validation;
        if (!other.pixels.empty() || !other.labels.empty()) {
            train::check_samples(other.pixels.size(), other.labels, pixels, classes, "validation samples");
        }
        train::check_options(options_, training.capacity(), classes);
        const std::size_t end =
            options_.local_loss ? static_cast<std::size_t>(options_.part.last) + 1 : train::every_row;
        train::check_batches<Net>(samples.count(), options_.batch, end);
        for (const ParameterRange& range : Training<Net>::ranges()) {
            if (options_.part.trains(range)) ranges_.push_back(range);
        }
        for (std::vector<float>& moment : moments_) moment.assign(training.parameters().size(), 0.0F);
        order_.resize(static_cast<std::size_t>(samples.count()));
        images_.resize(static_cast<std::size_t>(own_batch() * pixels));
        labels_.resize(static_cast<std::size_t>(options_.batch));
        const std::array<std::int64_t, 4> run{samples.count(), options_.batch, options_.epochs,
                                              static_cast<std::int64_t>(options_.seed)};
        training.ranks().require_same(std::as_bytes(std::span(run)), "number of samples, batch, epochs or seed");
        for (const train::NamedNumbers& numbers : live(training)) {
            std::visit([&](auto values) { training.ranks().require_same(std::as_bytes(values), numbers.name); },
                       numbers.values);
        }
    }

    [[nodiscard]] std::int64_t batches() const { return (samples_.count() + options_.batch - 1) / options_.batch; }
    /// The most images of a batch that this rank has.
    [[nodiscard]] std::int64_t own_batch() const { return training_.ranks().largest_part(options_.batch); }
    /// Whether all epochs are done, or early stopping has ended the run.
    [[nodiscard]] bool finished() const { return epoch_ >= options_.epochs || kept_.stopping().stopped(); }
    [[nodiscard]] std::int64_t epoch() const { return epoch_; }
    [[nodiscard]] const Options& options() const { return options_; }
    [[nodiscard]] const BasicSamples<Pixel>& samples() const { return samples_; }
    [[nodiscard]] Training<Net>& training() { return training_; }

    /// One batch: forward, loss, backward, update. Returns the metrics of the epoch so far; after the last batch of an
    /// epoch the next call begins the next one. Throws std::runtime_error when the training diverges and
    /// std::logic_error while the weight average is in use.
    [[gnu::cold]] const EpochMetrics& train_batch() {
        if (kept_.average_in_use())
            throw std::logic_error("the weight average is in use: swap the weights back to train on");
        if (batch_ == 0 || !ordered_) start_epoch();
        const std::int64_t begin = batch_ * options_.batch;
        const std::int64_t count = std::min(options_.batch, samples_.count() - begin);
        const train::BatchPart part = training_.part(count);
        gather(begin, part);
        training_.set_pass(updates_);
        const auto first = static_cast<std::size_t>(options_.part.first);
        const auto end = static_cast<std::size_t>(options_.part.last) + 1;
        if (options_.local_loss) {
            training_.forward(images_.data(), part, train::Statistics::batch, end);
            loss_sum_ += options_.local_loss(images_.data(), part.count) * static_cast<double>(count);
            training_.backward(first, end);
        } else {
            training_.forward(images_.data(), part, train::Statistics::batch);
            const Labels labels = Labels(labels_).first(static_cast<std::size_t>(count));
            loss_sum_ += loss_(training_, options_, images_.data(), labels) * static_cast<double>(count);
            std::int64_t correct = 0;
            for (std::int64_t i = 0; i < part.count; ++i) {
                correct += training_.prediction(i) == labels_[static_cast<std::size_t>(part.first + i)] ? 1 : 0;
            }
            correct_ += training_.ranks().sum(correct);
            training_.backward(first);
        }
        const double rate = train::learning_rate(options_, updates_, batches());
        update(rate);
        report(begin + count, begin + count - resumed_at_, rate);
        if (++batch_ == batches()) {
            batch_ = 0;
            ++epoch_;
        }
        return metrics_;
    }

    /// Trains to the end, and gives back the best state if there is early stopping. `observer.batch(metrics)` is called
    /// after every batch and stops the training, of all ranks, by returning false; `observer.epoch(metrics)` is called
    /// after every epoch and its validation. A call after such a stop goes on.
    template <class Observer>
    [[gnu::cold]] void fit(Observer& observer) {
        if (kept_.stops_early() && batch_ == 0 && kept_.stopping().validated_epoch() < epoch_) validate();
        while (!finished()) {
            train_batch();
            const bool stop = training_.ranks().sum(observer.batch(metrics_) ? 0 : 1) > 0;
            if (batch_ == 0) {
                if (options_.validation.count() > 0) validate();
                observer.epoch(metrics_);
            }
            if (stop) return;
        }
        restore_best();
    }
    void fit() {
        struct {
            static bool batch(const EpochMetrics&) { return true; }
            static void epoch(const EpochMetrics&) {}
        } silent;
        fit(silent);
    }

    /// Evaluates the validation samples after an epoch, with the weight average if there is one, and decides on early
    /// stopping; `fit` does so by itself. Returns the metrics of the epoch with the result. Throws std::logic_error
    /// inside of an epoch or without validation samples.
    [[gnu::cold]] const EpochMetrics& validate() {
        if (batch_ != 0) throw std::logic_error("validation is possible between epochs only");
        if (options_.validation.count() == 0) throw std::logic_error("there are no validation samples");
        const bool exchange = kept_.averages() && !average_in_use();
        if (exchange) swap_average();
        const Evaluation result = evaluate(training_, options_.validation);
        metrics_.validated = true;
        metrics_.validation_loss = result.loss;
        metrics_.validation_accuracy = result.accuracy();
        if (kept_.stopping().validated_epoch() < epoch_) {
            metrics_.best = kept_.add_validation(epoch_, result.loss, result.accuracy());
        }
        if (exchange) swap_average();
        return metrics_;
    }
    /// Gives the parameters and statistics of the best validated epoch back, once; nothing without early stopping.
    [[gnu::cold]] void restore_best() {
        if (kept_.restore_best()) training_.parameters_changed();
    }
    /// The epoch (from 1) with the best validation so far; 0: none.
    [[nodiscard]] std::int64_t best_epoch() const { return kept_.stopping().best_epoch(); }

    /// Exchanges the weights and statistics of the training with their moving average, for evaluation or lowering; the
    /// next call changes them back. Throws std::logic_error unless the options ask for an average.
    [[gnu::cold]] void swap_average() {
        kept_.swap_average();
        training_.parameters_changed();
    }
    /// Whether the average is in the training at the moment.
    [[nodiscard]] bool average_in_use() const { return kept_.average_in_use(); }

    /// Replaces the running statistics by those over the training samples with the present weights (over the first
    /// `limit`, if there are more): see Reestimation. Throws std::invalid_argument if a statistic would be that of one
    /// value.
    void reestimate_statistics(std::int64_t limit = INT64_MAX, Reestimation how = Reestimation::exact) {
        const auto count = static_cast<std::size_t>(std::clamp<std::int64_t>(limit, 0, samples_.count()));
        const auto images = samples_.pixels.first(count * static_cast<std::size_t>(Training<Net>::pixels));
        intaglio::reestimate_statistics(training_, images, how, how == Reestimation::exact ? 0 : options_.batch);
    }
    void reestimate_statistics(Reestimation how) { reestimate_statistics(INT64_MAX, how); }

    /// Everything that a checkpoint keeps beside the position: parameters, moments, statistics, and where the options
    /// ask for them the weight average, the best state and the history of the validation. The spans refer to this
    /// trainer.
    [[gnu::cold]] [[nodiscard]] std::vector<train::NamedNumbers> state() {
        std::vector<train::NamedNumbers> list;
        kept_.add_to(list);
        for (std::size_t i = 0; i < moments_.size(); ++i) {
            list.push_back({joined({"moment ", i}), std::span<float>(moments_[i])});
        }
        list.push_back({"loss sum", std::span<double>(&loss_sum_, 1)});
        return list;
    }
    /// Where the run stands: epochs done, batches done of the present one, updates, and correct images of the epoch.
    [[nodiscard]] std::array<std::int64_t, 4> position() const {
        return {epoch_, batch_, static_cast<std::int64_t>(updates_), correct_};
    }
    /// Continues from a position, after the numbers of `state` were written. Throws std::runtime_error if its parts do
    /// not belong together.
    void set_position(const std::array<std::int64_t, 4>& position) {
        check_position(position);
        epoch_ = position[0];
        batch_ = position[1];
        updates_ = static_cast<std::uint64_t>(position[2]);
        correct_ = position[3];
        ordered_ = false;
        training_.parameters_changed();
    }
    /// The check of set_position alone.
    void check_position(const std::array<std::int64_t, 4>& position) const {
        train::check_run_position(position, options_.epochs, batches(), samples_.count());
    }
    /// The settings that a resumed run must share, as text, one a line.
    [[gnu::cold]] [[nodiscard]] std::string description() const {
        return train::options_text(options_, samples_.count());
    }

  private:
    [[gnu::cold]] static std::vector<train::NamedNumbers> live(Training<Net>& training) {
        std::vector<train::NamedNumbers> list{{"parameters", training.parameters()}};
        training.add_persistent(list);
        return list;
    }

    [[gnu::cold]] void start_epoch() {
        train::shuffle(order_, options_.seed, epoch_);
        if (batch_ == 0) {
            loss_sum_ = 0;
            correct_ = 0;
        }
        ordered_ = true;
        resumed_at_ = batch_ * options_.batch;
        started_ = std::chrono::steady_clock::now();
    }

    /// The images of this rank, and the labels of all.
    [[gnu::cold]] void gather(std::int64_t begin, const train::BatchPart& part) {
        constexpr auto size = static_cast<std::size_t>(Training<Net>::pixels);
        for (std::int64_t i = 0; i < part.batch; ++i) {
            labels_[static_cast<std::size_t>(i)] = samples_.labels[order_[static_cast<std::size_t>(begin + i)]];
        }
        const std::uint32_t* indices = order_.data() + begin + part.first;
        for (std::size_t i = 0; i < static_cast<std::size_t>(part.count); ++i) {
            const std::size_t source = indices[i];
            std::memcpy(images_.data() + i * size, samples_.pixels.data() + source * size, size * sizeof(Pixel));
        }
        if (options_.augment) {
            train::augment_images(options_.augment, images_.data(), part.count, size, indices, options_.seed, epoch_,
                                  training_.pool());
        }
    }

    [[gnu::cold]] void update(double rate) {
        ++updates_;
        train::GradientChange change{.value = options_.clip_value};
        if (options_.clip_norm > 0) {
            metrics_.gradient_norm = train::gradient_norm(training_.gradients(), change.value, training_.pool());
            change.scale = train::clip_scale(metrics_.gradient_norm, options_.clip_norm);
        }
        train::update_parameters(options_.optimizer, ranges_, training_.parameters().data(),
                                 training_.gradients().data(), moments_.front().data(), moments_.back().data(), change,
                                 options_.weight_decay, rate, updates_, training_.pool());
        training_.parameters_changed();
        kept_.follow(updates_, training_.pool());
    }

    [[gnu::cold]] void report(std::int64_t images, std::int64_t images_since, double rate) {
        const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count();
        metrics_ = {.epoch = epoch_ + 1,
                    .epochs = options_.epochs,
                    .batch = batch_ + 1,
                    .batches = batches(),
                    .loss = loss_sum_ / static_cast<double>(images),
                    .accuracy = static_cast<double>(correct_) / static_cast<double>(images),
                    .learning_rate = rate,
                    .seconds = seconds,
                    .images_per_second = seconds > 0 ? static_cast<double>(images_since) / seconds : 0.0,
                    .gradient_norm = metrics_.gradient_norm};
    }

    Training<Net>& training_;
    BasicSamples<Pixel> samples_;
    Options options_;
    train::BatchLoss<Net> loss_;
    train::KeptStates kept_;
    std::vector<ParameterRange> ranges_;  ///< of the trained part
    std::array<std::vector<float>, Optimizer::moments> moments_;
    std::vector<std::uint32_t> order_;
    std::vector<Pixel> images_;
    std::vector<std::int64_t> labels_;
    std::int64_t epoch_ = 0;
    std::int64_t batch_ = 0;  ///< of the epoch; 0 also after its end
    std::uint64_t updates_ = 0;
    double loss_sum_ = 0;
    std::int64_t correct_ = 0;
    bool ordered_ = false;
    std::int64_t resumed_at_ = 0;
    std::chrono::steady_clock::time_point started_{};
    EpochMetrics metrics_{};
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
