// The facts table: what the analysis of a network writes down, as plain rows.
//
// A network is a list of primitive operations; each has one row. Operations read and write values (tensors of codes
// or accumulators), which are numbered; value 0 is the network's input.
#pragma once

#include <cstddef>
#include <cstdint>

#include "intaglio/core/array.hpp"
#include "intaglio/core/codes.hpp"
#include "intaglio/core/extents.hpp"
#include "intaglio/core/type_identity.hpp"
#include "intaglio/model/errors.hpp"
#include "intaglio/model/trained_parameters.hpp"

namespace intaglio {

inline constexpr std::int32_t none = -1;

/// A tensor between two operations.
struct Value {
    Shape shape{};
    CodeRange codes{};
    /// What a code stands for: code / denominator, unless a norm follows it (`norm_row`); times a scale per channel
    /// that is known at run time, if `scaled`.
    std::int64_t denominator = 1;
    bool scaled = false;
    bool scaled_weights = false;    ///< accumulators of weights with a scale of their own
    bool trained_scale = false;     ///< codes whose scale an activation has learnt: it is one for all channels
    std::int32_t padding_code = 0;  ///< what the padding of a convolution that reads this value holds
    PaddingCodes padding_codes{};   ///< what it holds instead, one code for each channel, if there is any
    Storage storage = Storage::uint8;
    /// Accumulators that still wait for a step; otherwise codes that a product may read.
    bool pending = false;
    /// Row of the norm whose affine function applies to this value, or none.
    std::int32_t norm_row = none;
    /// The value whose memory this one shares, or itself; in the integer program and in training.
    std::int32_t memory = 0;
    std::int32_t training_memory = 0;
    /// Whether a parameter stands before it, so that a gradient is needed.
    bool needs_gradient = false;
};

/// How many numbers stand for an affine function per channel in the integer program.
struct ScaleForm {
    bool given = false;           ///< by an integer scale; otherwise a step decides, and each channel has its own
    bool one_multiplier = false;  ///< and one shift, for all channels
    bool one_addend = false;      ///< for all channels, which rounds and holds no bias
    int precision = 15;  ///< bits of the multiplier, 1 ... 15; without an integer scale at most so many, 1 ... 31

    [[nodiscard]] constexpr std::int64_t multipliers(std::int64_t channels) const {
        return one_multiplier ? 1 : channels;
    }
    [[nodiscard]] constexpr std::int64_t addends(std::int64_t channels) const { return one_addend ? 1 : channels; }
};

/// Largest number of step positions that are kept as thresholds; more are a multiplier, an addend and a shift.
inline constexpr std::int64_t max_thresholds = 15;

/// One primitive operation.
struct Row {
    const char* kind = "";       ///< names are for people: what decides anything are the identities and flags
    const char* detail = "";     ///< name of the norm, surrogate or standardisation
    const char* quantizer = "";  ///< name of a weight quantiser that its states do not tell
    TypeIdentity part{};         ///< of the norm or the standardisation
    TypeIdentity weight_quantizer{};
    /// Every code of the result is a code of an input.
    bool picks_codes = false;
    /// Every code of the result is a sum of equally many codes of the input.
    bool sums_codes = false;
    /// An increasing affine function of all inputs is the same function of the results: averages, maxima, moved codes.
    bool keeps_affine = false;
    bool multiplies = false;  ///< codes by numbers other than weights
    /// Between the codes of the input, for the product of a transposed convolution that follows.
    bool inserts_zeros = false;
    Path path{};
    std::int32_t input = none;
    std::int32_t second_input = none;  ///< of an operation that joins two values
    std::int32_t output = none;
    ConvolutionExtents extents{};    ///< of a product, a pool or a subsampling
    CodeRange weight_codes{};        ///< of a product: as they are stored
    std::int32_t weight_states = 0;  ///< 0: real numbers
    /// A weight is (weight_spacing * code + weight_offset) / weight_denominator, times a scale if the output is scaled.
    std::int32_t weight_spacing = 1;
    std::int32_t weight_offset = 0;
    std::int32_t weight_denominator = 1;
    bool clips_weights = false;  ///< latent weights are kept within -1 ... 1
    std::int64_t weights = 0;    ///< trained parameters that weight decay applies to
    std::int64_t gains = 0;      ///< of a norm
    std::int64_t biases = 0;
    const TrainedParameters* trained = &no_trained_parameters;  ///< of a quantiser or an activation
    std::int64_t trained_parameters = 0;                        ///< how many numbers these are
    double epsilon = 0;                                         ///< of a norm that divides by a deviation
    std::int64_t macs = 0;
    CodeRange codes{};              ///< what the operation can produce
    std::int64_t steps = 0;         ///< step positions per channel: highest - lowest code of a quantizing operation
    std::int64_t code_spacing = 1;  ///< of a quantizing operation: distance of neighbouring codes (2 for -1 and 1)
    ScaleForm scale{};              ///< of an integer scale, and of the step or the logits after it
    std::int64_t dropout_threshold = 0;  ///< of 2^32
    std::int32_t channels_before = 0;    ///< that are added before the others
    std::int64_t table = 0;              ///< entries of a table of codes, one for each code of the input
    /// Numbers of an operation from outside of the library that nothing else of its row tells; checkpoints compare
    /// them.
    Array<std::int64_t, 2> settings{};
    const ErrorKind* refusal = &no_mistake;  ///< why there is no integer program of the operation, if so

    /// All trained parameters, in the order in which they lie: weights, gains, biases, those of a quantiser.
    [[nodiscard]] constexpr std::int64_t parameters() const { return weights + gains + biases + trained_parameters; }
    /// Whether a step is kept as thresholds. Behind an integer scale it is not, unless neighbouring codes lie apart.
    [[nodiscard]] constexpr bool has_thresholds() const {
        return steps <= max_thresholds && (!scale.given || code_spacing != 1);
    }
    /// Bits of the weight codes in canonical form; of a float if there are none.
    [[nodiscard]] constexpr int weight_bits() const {
        return weight_states == 0 ? 32 : weight_states == 2 ? 1 : weight_codes.bits();
    }
    [[nodiscard]] constexpr bool has_unit_weights() const {
        const std::int64_t lowest = weight_spacing * weight_codes.lowest + weight_offset;
        const std::int64_t highest = weight_spacing * weight_codes.highest + weight_offset;
        return weight_states > 0 && lowest >= -1 && highest <= 1;
    }
};

/// The rows and values of any network, for code that should exist once, not once per network.
struct FactsView {
    View<const Row> rows;
    View<const Value> values;

    [[nodiscard]] constexpr const Value& value(std::int32_t i) const { return values[static_cast<std::size_t>(i)]; }
    [[nodiscard]] constexpr const Row& row(std::int32_t i) const { return rows[static_cast<std::size_t>(i)]; }
    /// The row that writes a value, which is not the network's input: every row writes one value.
    [[nodiscard]] constexpr const Row& writer(std::int32_t value_index) const { return row(value_index - 1); }
    /// How often the rows from `first_row` on read a value; aliases of its memory are not counted. Plans ask Readers.
    [[nodiscard]] constexpr std::int32_t reads(std::int32_t value_index, std::size_t first_row = 0) const {
        std::int32_t count = 0;
        for (std::size_t i = first_row; i < rows.size; ++i) {
            count += (rows[i].input == value_index ? 1 : 0) + (rows[i].second_input == value_index ? 1 : 0);
        }
        return count;
    }
};

/// Everything that is known about a network before it runs.
template <std::size_t Rows, std::size_t Values>
struct Facts {
    Array<Row, Rows> rows{};
    Array<Value, Values> values{};
    std::int32_t value_count = 0;
    std::int32_t output = 0;  ///< the value from which the logits are made
    Problem problem{};

    [[nodiscard]] static constexpr std::size_t row_count() { return Rows; }
    [[nodiscard]] constexpr FactsView view() const {
        return {{rows.data, Rows}, {values.data, static_cast<std::size_t>(value_count)}};
    }
    [[nodiscard]] constexpr const Value& value(std::int32_t i) const { return values[static_cast<std::size_t>(i)]; }
    [[nodiscard]] constexpr const Row& row(std::int32_t i) const { return rows[static_cast<std::size_t>(i)]; }
    [[nodiscard]] constexpr Shape input_shape() const { return values[0].shape; }
    [[nodiscard]] constexpr std::int32_t classes() const { return value(output).shape.channels; }

    [[nodiscard]] constexpr std::int64_t weights() const { return sum(&Row::weights); }
    /// Trained parameters: weights, gains, biases and those of quantisers.
    [[nodiscard]] constexpr std::int64_t parameters() const {
        std::int64_t total = 0;
        for (const Row& row : rows) total += row.parameters();
        return total;
    }
    /// Multiply-accumulates of one image; taps on the padding are counted.
    [[nodiscard]] constexpr std::int64_t macs() const { return sum(&Row::macs); }
    /// Bytes of all weight codes in canonical form, each layer rounded up to whole bytes.
    [[nodiscard]] constexpr std::int64_t weight_bytes() const {
        std::int64_t total = 0;
        for (const Row& row : rows) total += (row.weights * row.weight_bits() + 7) / 8;
        return total;
    }
    /// Bits of the widest accumulator.
    [[nodiscard]] constexpr int accumulator_bits() const {
        int bits = 0;
        for (const Row& row : rows) {
            if (row.weights > 0 && row.codes.bits() > bits) bits = row.codes.bits();
        }
        return bits;
    }
    /// Whether inference needs only additions and comparisons up to the accumulators of the logits: every weight is
    /// -1, 0 or 1, every step is a list of thresholds, and nothing else multiplies codes.
    [[nodiscard]] constexpr bool multiplier_free() const {
        for (const Row& row : rows) {
            if (row.multiplies || (row.weights > 0 && !row.has_unit_weights())) return false;
            if ((row.steps > 0 && !row.has_thresholds()) || row.refusal->is_mistake) return false;
        }
        return true;
    }
    /// Number of norms. Integer scales are none: they are a multiplier and a shift of the integer program.
    [[nodiscard]] constexpr std::int32_t norms() const {
        std::int32_t count = 0;
        for (std::size_t i = 0; i < Rows; ++i) {
            const bool is_affine = value(rows[i].output).norm_row == static_cast<std::int32_t>(i);
            count += is_affine && !rows[i].scale.given ? 1 : 0;
        }
        return count;
    }
    /// Multipliers of all steps and logits in the integer program.
    [[nodiscard]] constexpr std::int64_t multipliers() const {
        std::int64_t count = 0;
        for (std::size_t i = 0; i < Rows; ++i) {
            const bool multiplies = i + 1 == Rows || (rows[i].steps > 0 && !rows[i].has_thresholds());
            if (multiplies) count += rows[i].scale.multipliers(value(rows[i].output).shape.channels);
        }
        return count;
    }
    /// The first reason why there is no integer program, e.g. weights that are real numbers; none exists otherwise.
    [[nodiscard]] constexpr Problem refusal() const {
        for (const Row& row : rows) {
            if (row.refusal->is_mistake) return {.kind = row.refusal, .path = row.path};
        }
        return {};
    }
    /// Whether every operation has an integer program.
    [[nodiscard]] constexpr bool integer_only() const { return !refusal().exists(); }
    /// How many operations read the value, aliases of its memory not counted.
    [[nodiscard]] constexpr std::int32_t readers(std::int32_t value_index) const { return view().reads(value_index); }

  private:
    [[nodiscard]] constexpr std::int64_t sum(std::int64_t Row::*member) const {
        std::int64_t total = 0;
        for (const Row& row : rows) total += row.*member;
        return total;
    }
};

/// The facts of a network: shapes, ranges, counts. Usable in static_assert.
template <class Net>
inline constexpr const auto& facts = Net::description;

}  // namespace intaglio
