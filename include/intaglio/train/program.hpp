// The training program of a network: forward in integers, backward in floats, generated from the type.
#pragma once

#include <algorithm>
#include <boost/mp11/algorithm.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/text.hpp"
#include "intaglio/model/memory.hpp"
#include "intaglio/model/network.hpp"
#include "intaglio/train/program/aligned_vector.hpp"
#include "intaglio/train/program/lower_rows.hpp"
#include "intaglio/train/program/measured_values.hpp"
#include "intaglio/train/program/node.hpp"
#include "intaglio/train/program/operations.hpp"
#include "intaglio/train/program/parameters.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// Parameters, memory and statistics of a network in training.
///
/// Here and elsewhere, what runs once, or once a batch and calls what takes the time, is marked cold: it then compiles
/// to a fraction of the code, and faster. A pass is `forward(...)`; behind it `logits()` and `predictions` are those of
/// the integer program whose steps follow from the statistics in use. `backward` needs the gradient of the loss with
/// respect to the float logits. Nothing is allocated after construction.
template <class Net>
class Training {
  public:
    using Pixel = integer::code_type<Net, 0>;  ///< an input code
    static constexpr const auto& table = facts<Net>;
    static constexpr std::size_t rows = facts<Net>.row_count();
    static constexpr std::int32_t classes = table.classes();
    static constexpr std::int64_t pixels = table.input_shape().size();

    /// Memory for batches of up to `batch` images on `threads` threads; parameters are drawn from `seed`, and so is
    /// what passes drop. Weights are normal with variance 2 / fan-in, gains 1, biases 0. Throws std::invalid_argument
    /// for a batch or a number of threads that is not positive, or for which there are no addresses.
    [[gnu::cold]] explicit Training(std::int64_t batch, int threads = 1, std::uint64_t seed = 1)
        : capacity_(checked(batch)),
          pool_(threads),
          sites_(train::make_sites(table.view(), train::plan<Net>)),
          parameters_(addressable<train::plan<Net>.parameter_count * 4>() / 4),
          gradients_(parameters_.size()),
          codes_(static_cast<std::size_t>(train::plan<Net>.code_bytes * batch)),
          gradient_memory_(static_cast<std::size_t>(train::plan<Net>.gradient_floats * batch)),
          partial_(addressable<train::plan<Net>.largest_weights * train::sample_groups * 4>() / 4),
          norms_(rows, nullptr),
          scales_(rows + 1, nullptr),
          seed_(seed) {
        std::int64_t most = 0;
        for (const train::Site& site : sites_) {
            nodes_.push_back(Makers::of[nodes_.size()](site, batch));
            most = std::max(most, nodes_.back()->workspace_bytes(site, batch));
        }
        workspace_bytes_ = aligned(most);
        if (workspace_bytes_ > (most_bytes - 1) / threads) {
            throw std::invalid_argument(joined(
                {"batch size: ", batch, " images on ", threads, " threads need more memory than can be addressed"}));
        }
        workspace_.resize(static_cast<std::size_t>(workspace_bytes_ * threads));
        initialize(seed);
    }

    /// Draws all parameters anew, as a Training of this seed has them, whose seed it becomes. Statistics of norms stay.
    void initialize(std::uint64_t seed) {
        seed_ = seed;
        train::draw_parameters(ranges(), table.view().rows, seed, parameters_.data());
        parameters_changed();
    }

    /// Runs `count` images, each of `pixels` codes, through the rows first_row ... end_row - 1; those in front must
    /// have run on the same images. Throws std::invalid_argument if they do not fit the batch or if a norm would take
    /// its statistics from a single value, and std::runtime_error if a parameter is not finite.
    [[gnu::cold]] void forward(const Pixel* images, std::int64_t count, train::Statistics statistics,
                               std::size_t end_row = rows, std::size_t first_row = 0) {
        if (count < 1 || count > capacity_) {
            throw std::invalid_argument(
                joined({"number of images in a batch: expected 1 to ", capacity_, ", found ", count}));
        }
        if (count == 1 && statistics != train::Statistics::running) {
            // What is only added to statistics over more images may be one value, if nothing reads its normalised code.
            const bool reestimates = statistics == train::Statistics::reestimation;
            train::check_single_image<Net>("batch of 1 image", first_row, reestimates ? end_row - 1 : end_row);
        }
        if (statistics == train::Statistics::batch && first_row == 0) pass_ = next_pass_++;
        train::Context context = make_context(images, count, statistics);
        for (std::size_t i = first_row; i < std::min(end_row, rows); ++i) nodes_[i]->forward(sites_[i], context);
        pixels_ = images;
        count_ = count;
        restart_statistics_ = false;
    }

    /// Where the gradient of the loss with respect to the float logits goes: [images][classes].
    [[nodiscard]] std::span<float> logit_gradient() { return gradient_of(table.output); }

    /// Where the gradient of the loss with respect to the real number that a value stands for goes, [images][values]:
    /// of the output of a row from which `backward` begins. Throws std::invalid_argument for a value that does not
    /// depend on parameters.
    [[nodiscard]] std::span<float> value_gradient(std::int32_t value) {
        if (value < 0 || value >= table.value_count || !table.value(value).needs_gradient) {
            throw std::invalid_argument(joined({"value ", value, " has no gradient"}));
        }
        return gradient_of(value);
    }

    /// Gradients of the parameters of the rows first_row ... end_row - 1 for the last forward pass, which must have
    /// used the statistics of its batch; the gradient of what row end_row - 1 gives is the caller's. Rows from end_row
    /// on count for nothing, also where they read values of rows in front.
    [[gnu::cold]] void backward(std::size_t first_row = 0, std::size_t end_row = rows) {
        train::Context context = make_context(pixels_, count_, train::Statistics::batch);
        context.first_row = first_row;
        if (end_row < rows) clear_gradients(first_row, end_row);
        for (std::size_t i = std::min(end_row, rows); i-- > first_row;) nodes_[i]->backward(sites_[i], context);
    }

    /// Integer logits of the last pass, [images][classes].
    [[nodiscard]] std::span<const std::int64_t> logits() const {
        return {state<rows - 1>().integers.data(), static_cast<std::size_t>(count_ * classes)};
    }
    /// The same as real numbers, without the last rounding; for the loss.
    [[nodiscard]] std::span<const float> float_logits() const {
        return {state<rows - 1>().floats.data(), static_cast<std::size_t>(count_ * classes)};
    }
    /// Class of an image of the last pass, from the integer logits; the lowest index on ties. A network of real numbers
    /// has float logits alone.
    [[nodiscard]] std::int32_t prediction(std::int64_t image) const {
        if constexpr (table.value(table.output).storage == Storage::float32) return float_prediction(image);
        return argmax(logits().subspan(static_cast<std::size_t>(image * classes), classes));
    }
    /// Class of an image of the last pass, from the float logits.
    [[nodiscard]] std::int32_t float_prediction(std::int64_t image) const {
        return argmax(float_logits().subspan(static_cast<std::size_t>(image * classes), classes));
    }
    /// Codes of a value of the last pass: those of image `image`, in the value's storage type.
    template <std::int32_t Value>
    [[nodiscard]] auto codes(std::int64_t image) {
        using Code =
            std::conditional_t<table.value(Value).training_memory == 0, const Pixel, integer::code_type<Net, Value>>;
        constexpr auto size = static_cast<std::size_t>(table.value(Value).shape.size());
        Code* first = nullptr;
        if constexpr (std::is_same_v<Code, const Pixel> && table.value(Value).training_memory == 0) {
            first = pixels_;
        } else {
            first = reinterpret_cast<Code*>(value_memory(Value));
        }
        return std::span(first + image * static_cast<std::int64_t>(size), size);
    }

    /// The memory of a value of the last pass, whose number is known at run time: codes of its storage type,
    /// [images][values]. Not for the network's input.
    [[nodiscard]] std::byte* value_memory(std::int32_t value) {
        const auto memory = static_cast<std::size_t>(table.value(value).training_memory);
        return codes_.data() + train::plan<Net>.codes[memory] * capacity_;
    }
    /// Calls f(first code of the last pass), typed as the value is stored.
    template <class F>
    void visit(std::int32_t value, const F& f) {
        if (table.value(value).training_memory == 0) {
            f(pixels_);
            return;
        }
        const Storage storage = table.value(value).storage;
        visit_as<Storage::uint8>(value, storage, f);
        visit_as<Storage::int8>(value, storage, f);
        visit_as<Storage::int16>(value, storage, f);
        visit_as<Storage::int32>(value, storage, f);
        visit_as<Storage::float32>(value, storage, f);
    }
    /// The affine function that gave a value of the last pass its meaning, of one channel.
    [[nodiscard]] train::Affine affine(std::int32_t value, std::int64_t channel) const {
        const Value& of = table.value(value);
        return train::value_affine(of,
                                   {of.norm_row == none ? nullptr : norms_[static_cast<std::size_t>(of.norm_row)],
                                    of.scaled ? scales_[static_cast<std::size_t>(value)] : nullptr},
                                   channel);
    }

    /// Starts a new average of the statistics; the next passes with Statistics::reestimation fill it.
    void restart_statistics() { restart_statistics_ = true; }

    /// Number of the next pass with Statistics::batch through the first row; the passes behind it count on from there.
    /// A new Training begins with 0. What a pass draws at random (dropout) follows from the seed and its number alone:
    /// for the same draws again, set the number again.
    void set_pass(std::uint64_t pass) { next_pass_ = pass; }
    /// Seed of what passes draw at random, which is that of the constructor or of `initialize`.
    [[nodiscard]] std::uint64_t seed() const { return seed_; }
    /// Another seed for the next passes; the parameters stay.
    void set_seed(std::uint64_t seed) { seed_ = seed; }

    [[nodiscard]] std::span<float> parameters() { return parameters_; }
    [[nodiscard]] std::span<const float> parameters() const { return parameters_; }
    [[nodiscard]] std::span<const float> gradients() const { return gradients_; }
    /// To be called after parameters were written.
    void parameters_changed() { ++parameter_version_; }
    [[nodiscard]] train::ThreadPool& pool() { return pool_; }
    [[nodiscard]] std::int64_t capacity() const { return capacity_; }

    /// Which parameters are weights, gains and biases.
    [[nodiscard]] static const std::vector<ParameterRange>& ranges() {
        static const std::vector<ParameterRange> all =
            train::parameter_ranges(table.view().rows, {train::plan<Net>.parameters.data, rows});
        return all;
    }

    /// Share of the weight codes of a row that are not zero (R_w).
    [[nodiscard]] double weight_density(std::size_t row) const {
        const train::ProductState* of = weights(row);
        return of == nullptr ? 0.0 : of->density();
    }
    /// The weights of a row in all their forms, as the last pass used them; null of a row without weights.
    [[nodiscard]] const train::ProductState* weights(std::size_t row) const { return nodes_.at(row)->weights(); }
    /// The running statistics of a row; none of what is no norm over batches.
    [[nodiscard]] std::optional<train::RunningStatistics> running_statistics(std::size_t row) {
        return nodes_.at(row)->running_statistics();
    }

    /// Adds all that a checkpoint must keep beside the parameters: the statistics of the norms.
    void add_persistent(std::vector<train::NamedNumbers>& list) {
        add_persistent(list, [](const Row& row) { return joined({"row ", &row - table.rows.data}); });
    }
    /// The same under the names that `place` gives to rows.
    template <class Place>
    [[gnu::cold]] void add_persistent(std::vector<train::NamedNumbers>& list, const Place& place) {
        for (std::size_t i = 0; i < rows; ++i) nodes_[i]->add_persistent(list, place(table.rows[i]));
    }

    /// The state of an operation: what it keeps between passes, typed as train::Operation says.
    template <std::size_t I>
    [[nodiscard]] auto& state() {
        return static_cast<NodeAt<I>&>(*nodes_[I]).state;
    }
    template <std::size_t I>
    [[nodiscard]] const auto& state() const {
        return static_cast<const NodeAt<I>&>(*nodes_[I]).state;
    }

    /// Calls f.template operator()<I>() for each row in order.
    template <class F>
    static void each(const F& f) {
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            // A list instead of a fold: compilers nest folds, and limit how deeply.
            [[maybe_unused]] const bool done[] = {(f.template operator()<I>(), true)...};
        }
        (std::make_index_sequence<rows>{});
    }

    /// The canonical model of the trained network: running statistics are folded into the steps. Nothing here changes.
    /// Throws std::runtime_error if a parameter is not finite.
    [[nodiscard]] [[gnu::cold]] Model<Net> lower() const { return lower(nullptr); }
    /// The same; `affine` receives the real functions that the steps stand for, per row and channel.
    [[nodiscard]] [[gnu::cold]] Model<Net> lower(std::vector<std::vector<train::Affine>>* affine) const {
        Model<Net> model;
        train::lower_rows(nodes_, sites_, parameters_.data(), parameter_version_, model, affine);
        return model;
    }

    /// Bytes that a Training object of this batch size and thread count holds, apart from the steps and statistics.
    [[nodiscard]] std::size_t memory_bytes() const {
        return codes_.size() +
               (gradient_memory_.size() + partial_.size() + parameters_.size() + gradients_.size()) * 4 +
               workspace_.size();
    }

  private:
    using Makers = train::detail::NodeMakers<Net, std::make_index_sequence<rows>, typename Net::primitives>;
    template <std::size_t I>
    using NodeAt = typename train::detail::NodeAt<Net, I, boost::mp11::mp_at_c<typename Net::primitives, I>>::type;

    /// Whether a value of the network is stored so: what is not compiled for it is not compiled at all.
    template <Storage S>
    static constexpr bool stores() {
        for (std::int32_t v = 0; v < table.value_count; ++v) {
            if (table.value(v).storage == S) return true;
        }
        return false;
    }
    template <Storage S, class F>
    void visit_as(std::int32_t value, Storage storage, const F& f) {
        if constexpr (stores<S>()) {
            if (storage == S) f(reinterpret_cast<const train::detail::stored<S>*>(value_memory(value)));
        }
    }

    static std::int64_t checked(std::int64_t batch) {
        constexpr std::int64_t most = most_images();
        if (batch < 1 || batch > most) {
            throw std::invalid_argument(joined({"batch size: expected 1 to ", most, ", found ", batch}));
        }
        return batch;
    }
    /// What a batch takes in one piece can be addressed, and the pixels of a group of samples count in 32 bits.
    static constexpr std::int64_t most_images() {
        std::int64_t bytes = std::max(train::plan<Net>.code_bytes, train::plan<Net>.gradient_floats * 4);
        std::int64_t pixel_count = 1;
        for (std::int32_t v = 0; v < table.value_count; ++v) {
            bytes = std::max(bytes, table.value(v).shape.size() * 8);  // no array holds more for each value
            pixel_count = std::max(pixel_count, table.value(v).shape.pixels());
        }
        return std::min((most_bytes - 1) / bytes, train::sample_groups * (INT32_MAX / pixel_count));
    }
    template <class T>
    static std::int32_t argmax(std::span<const T> values) {
        return static_cast<std::int32_t>(std::max_element(values.begin(), values.end()) - values.begin());
    }

    std::span<float> gradient_of(std::int32_t value) {
        constexpr const auto& plan = train::plan<Net>;
        const auto memory = static_cast<std::size_t>(plan.gradient_of[static_cast<std::size_t>(value)]);
        return {gradient_memory_.data() + plan.gradients[memory].offset * capacity_,
                static_cast<std::size_t>(count_ * table.value(value).shape.size())};
    }

    /// The last reader of a value overwrites its gradient; where that is a row behind end_row, nobody else does.
    [[gnu::cold]] void clear_gradients(std::size_t first_row, std::size_t end_row) {
        for (std::size_t i = first_row; i + 1 < end_row; ++i) {
            const std::int32_t value = table.rows[i].output;
            if (table.view().reads(value, end_row) == 0 || !table.value(value).needs_gradient) continue;
            const std::span<float> gradient = gradient_of(value);
            std::fill(gradient.begin(), gradient.end(), 0.0F);
        }
    }

    train::Context make_context(const Pixel* images, std::int64_t count, train::Statistics statistics) {
        return {.pool = &pool_,
                .images = count,
                .statistics = statistics,
                .restart_statistics = restart_statistics_,
                .input = images,
                .codes = codes_.data(),
                .gradient_memory = gradient_memory_.data(),
                .capacity = capacity_,
                .parameters = parameters_.data(),
                .gradients = gradients_.data(),
                .norms = norms_.data(),
                .scales = scales_.data(),
                .partial = partial_.data(),
                .workspace = workspace_.data(),
                .workspace_bytes = workspace_bytes_,
                .parameter_version = parameter_version_,
                .seed = seed_,
                .pass = pass_};
    }

    std::int64_t capacity_;
    train::ThreadPool pool_;
    std::vector<train::Site> sites_;
    std::vector<std::unique_ptr<train::Node>> nodes_;
    std::vector<float> parameters_;
    std::vector<float> gradients_;
    train::AlignedVector<std::byte> codes_;
    train::AlignedVector<float> gradient_memory_;
    train::AlignedVector<float> partial_;
    train::AlignedVector<std::byte> workspace_;
    std::int64_t workspace_bytes_ = 0;
    std::vector<const train::NormChannel*> norms_;
    std::vector<const double*> scales_;
    const Pixel* pixels_ = nullptr;
    std::int64_t count_ = 0;
    std::uint64_t parameter_version_ = 0;
    std::uint64_t seed_;
    std::uint64_t pass_ = 0;  ///< number of the last pass
    std::uint64_t next_pass_ = 0;
    bool restart_statistics_ = false;
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
