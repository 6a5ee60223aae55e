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
#include "intaglio/train/program/lower_rows.hpp"
#include "intaglio/train/program/measured_values.hpp"
#include "intaglio/train/program/operations.hpp"
#include "intaglio/train/program/parameters.hpp"
#include "intaglio/train/program/passes.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// Parameters, memory and statistics of a network in training.
///
/// Here and elsewhere, what runs once, or once a batch and calls what takes the time, is marked cold: it then compiles
/// to a fraction of the code, and faster. A pass is `forward(...)`; after it `logits()` and `predictions` are those of
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
    /// what passes drop. Weights are normal with variance 2 / fan-in, gains 1, biases 0, trained parameters of
    /// quantisers what their methods begin with. Throws std::invalid_argument for a batch or a number of threads that
    /// is not positive, or for which there are no addresses.
    ///
    /// With a communicator (train::Communicator, which must outlive the training) as `ranks`, batches are shared out:
    /// every rank has a training of the same network, batch and seed, with memory for its part.
    [[gnu::cold]] explicit Training(std::int64_t batch, int threads = 1, std::uint64_t seed = 1,
                                    const train::Ranks& ranks = {})
        : passes_(batch, threads, ranks, train::make_sites(table.view(), train::plan<Net>), Makers::of,
                  {.parameters = addressable<train::plan<Net>.parameter_count * 4>() / 4,
                   .largest_weights = addressable<train::plan<Net>.largest_weights * train::sample_groups * 4>() /
                                      (train::sample_groups * 4),
                   .code_bytes = train::plan<Net>.code_bytes,
                   .gradients = train::plan<Net>.gradient_floats}) {
        initialize(seed);
    }

    /// Draws all parameters anew, as a Training of this seed has them, whose seed it becomes. Statistics of norms stay.
    void initialize(std::uint64_t seed) {
        passes_.seed = seed;
        train::draw_parameters(ranges(), table.view().rows, seed, passes_.parameters.data());
        initialize_quantizers();
    }

    /// Sets the trained parameters of weight quantisers to what their methods begin with, from the present weights:
    /// after weights were written that did not bring them.
    [[gnu::cold]] void initialize_quantizers() {
        for (const ParameterRange& range : ranges()) {
            if (range.kind == ParameterKind::quantizer) passes_.initialize(range, nullptr, {});
        }
        parameters_changed();
    }
    /// The same, and those of activations from a first batch, which is a training pass (running statistics follow).
    /// Several ranks call it with the whole batch. Throws as `forward` does.
    [[gnu::cold]] void initialize_quantizers(const Pixel* images, std::int64_t count) {
        initialize_quantizers();
        const train::BatchPart own = part(count);
        const Pixel* const first = images + own.first * pixels;
        std::size_t done = 0;
        for (const ParameterRange& range : ranges()) {
            const auto row = static_cast<std::size_t>(range.row);
            if (range.kind != ParameterKind::quantizer || table.rows[row].weights > 0) continue;
            forward(first, own, train::Statistics::batch, row, done);
            passes_.initialize(range, first, own);
            done = row;
        }
        parameters_changed();
    }

    /// Runs `count` images, each of `pixels` codes, through the rows first_row ... end_row - 1; those in front must
    /// have run on the same images. Throws std::invalid_argument if they do not fit the batch or if a norm would take
    /// its statistics from a single value, and std::runtime_error if a parameter is not finite. One of several ranks
    /// may run images that are its alone with running statistics, up to own_capacity().
    [[gnu::cold]] void forward(const Pixel* images, std::int64_t count, train::Statistics statistics,
                               std::size_t end_row = rows, std::size_t first_row = 0) {
        forward(images, train::BatchPart{0, count, count}, statistics, end_row, first_row);
    }
    /// The same of a batch that is shared out: `images` are those of this rank, of which `part(images of the batch)`
    /// says which they are. With statistics of the batch all ranks must run theirs, also one that has none.
    [[gnu::cold]] void forward(const Pixel* images, const train::BatchPart& part, train::Statistics statistics,
                               std::size_t end_row = rows, std::size_t first_row = 0) {
        const bool shared = passes_.is_shared(part);
        const std::int64_t most = shared ? capacity() : own_capacity();
        if (part.batch < 1 || part.batch > most) {
            throw std::invalid_argument(
                joined({"number of images in a batch: expected 1 to ", most, ", found ", part.batch}));
        }
        if (!shared && statistics != train::Statistics::running) {
            throw std::invalid_argument(joined({"a batch of ", part.batch, " images is shared out among ",
                                                passes_.ranks.size(), " ranks: each runs its part"}));
        }
        if (part.batch == 1 && statistics != train::Statistics::running) {
            // What is only added to statistics over more images may be one value, if nothing reads its normalised code.
            const bool reestimates = statistics == train::Statistics::reestimation;
            train::check_single_image<Net>("batch of 1 image", first_row, reestimates ? end_row - 1 : end_row);
        }
        if (statistics == train::Statistics::batch && first_row == 0) passes_.pass = passes_.next_pass++;
        passes_.forward(images, part, statistics, first_row, end_row);
    }

    /// Where the gradient of the loss with respect to the float logits goes: [images][classes].
    [[nodiscard]] std::span<train::Gradient> logit_gradient() { return passes_.gradient_of(table.output); }

    /// Where the gradient of the loss with respect to the real number that a value stands for goes, [images][values]:
    /// of the output of a row from which `backward` begins. Throws std::invalid_argument for a value that does not
    /// depend on parameters.
    [[nodiscard]] std::span<train::Gradient> value_gradient(std::int32_t value) {
        if (value < 0 || value >= table.value_count || !table.value(value).needs_gradient) {
            throw std::invalid_argument(joined({"value ", value, " has no gradient"}));
        }
        return passes_.gradient_of(value);
    }

    /// Gradients of the parameters of the rows first_row ... end_row - 1 for the last forward pass, which must have
    /// used the statistics of its batch; the gradient of what row end_row - 1 gives is the caller's. Rows from end_row
    /// on count for nothing, also where they read values of rows in front.
    [[gnu::cold]] void backward(std::size_t first_row = 0, std::size_t end_row = rows) {
        if (!passes_.is_shared(passes_.part)) {
            throw std::logic_error("backward: the last pass was not one of all ranks");
        }
        passes_.backward(first_row, end_row);
    }

    /// Integer logits of the last pass, [images][classes]: with several ranks, here and below, of this rank's images.
    [[nodiscard]] std::span<const std::int64_t> logits() const {
        return {state<rows - 1>().integers.data(), static_cast<std::size_t>(last_part().count * classes)};
    }
    /// The same as real numbers, without the last rounding; for the loss.
    [[nodiscard]] std::span<const float> float_logits() const {
        return {state<rows - 1>().floats.data(), static_cast<std::size_t>(last_part().count * classes)};
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
            first = static_cast<const Pixel*>(passes_.pixels);
        } else {
            first = reinterpret_cast<Code*>(value_memory(Value));
        }
        return std::span(first + image * static_cast<std::int64_t>(size), size);
    }

    /// The memory of a value of the last pass, whose number is known at run time: codes of its storage type,
    /// [images][values]. Not for the network's input.
    [[nodiscard]] std::byte* value_memory(std::int32_t value) {
        return passes_.codes.data() + passes_.written(value).codes * passes_.capacity;
    }
    /// Calls f(first code of the last pass), typed as the value is stored.
    template <class F>
    void visit(std::int32_t value, const F& f) {
        if (table.value(value).training_memory == 0) {
            f(static_cast<const Pixel*>(passes_.pixels));
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
        return train::value_affine(
            of,
            {of.norm_row == none ? nullptr : passes_.norms[static_cast<std::size_t>(of.norm_row)],
             of.scaled ? passes_.scales[static_cast<std::size_t>(value)] : nullptr},
            channel);
    }

    /// Starts a new average of the statistics; the next passes with Statistics::reestimation fill it.
    void restart_statistics() { passes_.restart_statistics = true; }

    /// Number of the next pass with Statistics::batch through the first row; the passes after it count on from there.
    /// A new Training begins with 0. What a pass draws at random (dropout) follows from the seed and its number alone:
    /// for the same draws again, set the number again.
    void set_pass(std::uint64_t pass) { passes_.next_pass = pass; }
    /// Seed of what passes draw at random, which is that of the constructor or of `initialize`.
    [[nodiscard]] std::uint64_t seed() const { return passes_.seed; }
    /// Another seed for the next passes; the parameters stay.
    void set_seed(std::uint64_t seed) { passes_.seed = seed; }

    [[nodiscard]] std::span<float> parameters() { return passes_.parameters; }
    [[nodiscard]] std::span<const float> parameters() const { return passes_.parameters; }
    [[nodiscard]] std::span<const train::Gradient> gradients() const { return passes_.gradients; }
    /// To be called after parameters were written.
    void parameters_changed() { ++passes_.parameter_version; }
    [[nodiscard]] ThreadPool& pool() { return passes_.pool; }
    /// Images of a batch, and how many of them this rank has memory for.
    [[nodiscard]] std::int64_t capacity() const { return passes_.batch_capacity; }
    [[nodiscard]] std::int64_t own_capacity() const { return passes_.capacity; }
    [[nodiscard]] const train::Ranks& ranks() const { return passes_.ranks; }
    /// The images of a batch of `count` that this rank runs: all, if it is alone; and those of the last pass.
    [[nodiscard]] train::BatchPart part(std::int64_t count) const { return passes_.ranks.part(count); }
    [[nodiscard]] const train::BatchPart& last_part() const { return passes_.part; }

    /// Which parameters are weights, gains, biases and those of quantisers.
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
    [[nodiscard]] const train::ProductState* weights(std::size_t row) const { return passes_.nodes.at(row)->weights(); }
    /// The running statistics of a row; none of what is no norm over batches.
    [[nodiscard]] std::optional<train::RunningStatistics> running_statistics(std::size_t row) {
        return passes_.nodes.at(row)->running_statistics();
    }

    /// Adds all that a checkpoint must keep beside the parameters: the statistics of the norms.
    void add_persistent(std::vector<train::NamedNumbers>& list) {
        add_persistent(list, [](const Row& row) { return joined({"row ", &row - table.rows.data}); });
    }
    /// The same under the names that `place` gives to rows.
    template <class Place>
    [[gnu::cold]] void add_persistent(std::vector<train::NamedNumbers>& list, const Place& place) {
        for (std::size_t i = 0; i < rows; ++i) passes_.nodes[i]->add_persistent(list, place(table.rows[i]));
    }

    /// The state of an operation: what it keeps between passes, typed as train::Operation says.
    template <std::size_t I>
    [[nodiscard]] auto& state() {
        return static_cast<NodeAt<I>&>(*passes_.nodes[I]).state;
    }
    template <std::size_t I>
    [[nodiscard]] const auto& state() const {
        return static_cast<const NodeAt<I>&>(*passes_.nodes[I]).state;
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
    /// `affine` receives the real functions that the steps stand for, per row and channel.
    [[nodiscard]] [[gnu::cold]] Model<Net> lower(std::vector<std::vector<train::Affine>>* affine = nullptr) const {
        Model<Net> model;
        train::lower_rows(passes_.nodes, passes_.sites, passes_.parameters.data(), passes_.parameter_version, model,
                          affine);
        return model;
    }

    /// Bytes that a Training object of this batch size and thread count holds, apart from the steps and statistics.
    [[nodiscard]] std::size_t memory_bytes() const { return passes_.memory_bytes(); }

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

    template <class T>
    static std::int32_t argmax(std::span<const T> values) {
        return static_cast<std::int32_t>(std::max_element(values.begin(), values.end()) - values.begin());
    }

    train::Passes passes_;
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
