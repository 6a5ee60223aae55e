// The analysis: layers append rows to the facts table through a Builder, or record the first mistake.
#pragma once

#include <cstdint>

#include "intaglio/model/errors.hpp"
#include "intaglio/model/facts.hpp"

namespace intaglio {

/// State of the analysis: the network up to the next layer. Not a template, so that its code exists once.
class Builder {
  public:
    /// Writes up to `capacity` rows, and one more value.
    constexpr Builder(Row* rows, Value* values, std::int32_t capacity, const Value& input)
        : rows_(rows), values_(values), capacity_(capacity) {
        values_[0] = input;
        value_count_ = 1;
    }

    [[nodiscard]] constexpr bool failed() const { return problem_.exists(); }
    [[nodiscard]] constexpr const Problem& problem() const { return problem_; }
    [[nodiscard]] constexpr std::int32_t value_count() const { return value_count_; }
    [[nodiscard]] constexpr std::int32_t row_count() const { return row_count_; }

    /// Records a mistake of the layer at the current path; only the first one counts.
    constexpr void fail(const ErrorKind& kind, std::int64_t expected, std::int64_t found) {
        fail(Problem{.kind = &kind, .expected = expected, .found = found});
    }
    constexpr void fail(Problem problem) {
        if (!failed()) {
            problem_ = problem;
            problem_.path = path_;
        }
    }

    /// Tensors have fewer than 2^31 values, so that every count that follows fits into 64 bits.
    constexpr void check_size(Shape shape) {
        const std::int64_t values = shape.pixels() > INT32_MAX ? shape.pixels() : shape.size();
        if (values > INT32_MAX) fail(tensor_has_too_many_values, INT32_MAX, values);
    }

    constexpr void enter(std::int32_t number) { enter(Part::number, number); }
    constexpr void enter(Part part, std::int32_t number = 0) {
        path_.push(part, number);
        if (path_.length > Path::capacity) fail(layers_are_nested_too_deeply, Path::capacity, path_.length);
    }
    constexpr void leave() { path_.pop(); }

    /// The value that the next layer reads.
    [[nodiscard]] constexpr std::int32_t current() const { return current_; }
    constexpr void set_current(std::int32_t value) { current_ = value; }
    [[nodiscard]] constexpr const Value& in() const { return values_[current_]; }
    [[nodiscard]] constexpr const Value& value(std::int32_t i) const { return values_[i]; }

    /// Appends an operation that reads the current value (and row.second_input, if given) and writes `out`, which
    /// becomes the current value. With `in_place`, `out` shares the memory of the value that it is made from, in
    /// training unless `copied_in_training`.
    constexpr void append(Row row, Value out, bool in_place = false, bool copied_in_training = false) {
        check_size(out.shape);
        if (out.padding_codes.count > 0 && out.padding_codes.count != out.shape.channels) {
            fail(layer_changes_the_channels_of_a_padding_value, out.padding_codes.count, out.shape.channels);
        }
        if (row_count_ == capacity_) {
            fail(layers_append_another_number_of_rows_than_they_have_primitives, capacity_, row_count_ + 1);
        }
        if (failed()) return;
        row.path = path_;
        row.input = current_;
        row.output = value_count_;
        row.codes = out.codes;
        out.memory = in_place ? in().memory : value_count_;
        out.training_memory = in_place && !copied_in_training ? in().training_memory : value_count_;
        if (out.storage == Storage::float32 && !row.refusal->is_mistake) {
            row.refusal = &float_activations_have_no_integer_program;
        }
        out.needs_gradient = in().needs_gradient || row.parameters() > 0 ||
                             (row.second_input != none && values_[row.second_input].needs_gradient);
        if (out.codes.highest >= INT32_MAX || out.codes.lowest <= INT32_MIN) {
            fail(accumulator_needs_more_than_32_bits, 32, out.codes.bits());
            return;
        }
        values_[value_count_] = out;
        rows_[row_count_++] = row;
        current_ = value_count_++;
    }
    /// The form of the integer scale that applies to the current value; otherwise none is given, and multipliers have
    /// the network's bits.
    [[nodiscard]] constexpr ScaleForm scale() const {
        const bool given = in().norm_row != none && rows_[in().norm_row].scale.given;
        return given ? rows_[in().norm_row].scale : ScaleForm{.precision = multiplier_bits_};
    }
    constexpr void set_multiplier_bits(int bits) { multiplier_bits_ = bits; }
    /// Row that the next `append` will write; a norm names itself by it.
    [[nodiscard]] constexpr std::int32_t next_row() const { return row_count_; }

  private:
    Row* rows_;
    Value* values_;
    std::int32_t capacity_;
    std::int32_t row_count_ = 0;
    std::int32_t value_count_ = 0;
    std::int32_t current_ = 0;
    int multiplier_bits_ = 31;
    Path path_{};
    Problem problem_{};
};

}  // namespace intaglio
