// What the C sources of the primitive operations share: the operation that is written, its step, its operands.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "intaglio/canonical/model.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/integer/site.hpp"
#include "intaglio/io/c/writer.hpp"
#include "intaglio/model/facts.hpp"

namespace intaglio::model_error {
template <class...>
struct operation_has_no_C_source_specialise_CSource;
}  // namespace intaglio::model_error

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// One operation, for the writer of its C function.
struct COperation {
    const FactsView& facts;
    const ModelNumbers& model;
    const std::string& prefix;
    CArrays& arrays;
    std::int32_t index;  ///< of its row
    std::int32_t step;   ///< of the row of the step that runs inside it, or none

    [[nodiscard]] const Row& row() const { return facts.row(index); }
    [[nodiscard]] const RowNumbers& numbers() const { return model.rows[static_cast<std::size_t>(index)]; }
    [[nodiscard]] const Value& in() const { return facts.value(row().input); }
    [[nodiscard]] const Value& second() const { return facts.value(row().second_input); }
    /// What it writes: codes, if a step runs inside.
    [[nodiscard]] const Value& out() const { return facts.value(facts.row(step == none ? index : step).output); }
    [[nodiscard]] std::string type(const Value& value) const { return io_detail::c_type(prefix, value.storage); }
    /// "network_weights_3": a name of this operation.
    [[nodiscard]] std::string name(std::string_view what) const { return joined({prefix, "_", what, "_", index}); }
};

/// The C source of a primitive operation, specialised for each: `write(const COperation&, CWriter& functions, CWriter&
/// body)` writes the body of a function that has `in`, `second` if there is one, `out`, and `workspace` of
/// `workspace_bytes(const COperation&)` bytes for 32-bit words, if these are not 0; functions that it calls come
/// before. An operation without anything to do inherits CIdle.
template <class Primitive>
struct CSource : Missing<model_error::operation_has_no_C_source_specialise_CSource<Primitive>> {};

struct CNoWorkspace {
    static std::int64_t workspace_bytes(const COperation&) { return 0; }
};
struct CIdle : CNoWorkspace {
    static constexpr bool is_idle = true;
};

namespace io_detail {

/// A step: a function of an accumulator and a channel, and the pointer to the channel's thresholds, which loops over
/// channels move on, so that no address is a product.
class CStep {
  public:
    /// Writes the arrays and the function of the step of row `step`.
    [[gnu::cold]] CStep(const COperation& operation, std::int32_t step, CWriter& functions)
        : form_(integer::step_form(operation.facts.row(step))),
          name_(joined({operation.prefix, "_step_", step})),
          type_(io_detail::c_type(operation.prefix, operation.facts.value(operation.facts.row(step).output).storage)) {
        const Row& row = operation.facts.row(step);
        const RowNumbers& numbers = operation.model.rows[static_cast<std::size_t>(step)];
        if (row.has_thresholds()) {
            write_thresholds(operation, step, numbers, operation.facts.value(row.input).codes, functions);
        } else {
            write_dyadic(operation, step, numbers, functions);
        }
    }

    /// Before a loop over channels.
    [[gnu::cold]] void begin(CWriter& body) const {
        if (!pointer_.empty()) body.line({"const ", pointer_, " *t = ", thresholds_, ";"});
    }
    /// The code of the accumulator `acc` in channel `c`.
    [[nodiscard]] [[gnu::cold]] std::string code() const {
        return joined({name_, "(acc, c", pointer_.empty() ? ")" : ", t)"});
    }
    /// At the end of a turn of the loop.
    [[gnu::cold]] void advance(CWriter& body) const {
        if (!pointer_.empty()) body.line({"t += ", form_.levels, ";"});
    }

  private:
    [[gnu::cold]] void write_thresholds(const COperation& operation, std::int32_t step, const RowNumbers& numbers,
                                        CodeRange range, CWriter& functions) {
        const std::size_t channels = numbers.falling.size();
        const auto levels = static_cast<std::size_t>(form_.levels);
        // [channel][level], and no further away than accumulators are.
        std::vector<std::int64_t> thresholds(channels * levels);
        const std::int64_t most = std::max(range.highest, -range.lowest - 1) + 1;
        const std::int64_t least = std::min(range.lowest, -range.highest - 1);
        for (std::size_t c = 0; c < channels; ++c) {
            for (std::size_t m = 0; m < levels; ++m) {
                thresholds[c * levels + m] =
                    std::clamp<std::int64_t>(numbers.thresholds[m * channels + c], least, most);
            }
        }
        thresholds_ = joined({operation.prefix, "_thresholds_", step});
        pointer_ = operation.arrays.add(joined({"thresholds_", step}), thresholds);
        const bool falls = std::any_of(numbers.falling.begin(), numbers.falling.end(), [](auto f) { return f != 0; });
        if (falls) operation.arrays.add(joined({"falling_", step}), numbers.falling);
        functions.open({"static inline ", type_, " ", name_, "(int32_t acc, int32_t c, const ", pointer_, " *t)"});
        functions.line({"int32_t code = ", form_.lowest, ";"});
        if (falls) {
            functions.line({"if (", operation.prefix, "_falling_", step, "[c] != 0) acc = ~acc;"});
        } else {
            functions.line({"(void)c;"});
        }
        functions.line({"for (int32_t m = 0; m < ", form_.levels, "; ++m) code += acc >= t[m] ? 1 : 0;"});
        functions.line({"return (", type_, ")code;"});
        functions.close();
        functions.blank();
    }
    [[gnu::cold]] void write_dyadic(const COperation& operation, std::int32_t step, const RowNumbers& numbers,
                                    CWriter& functions) {
        const std::string multiplier = joined({"multipliers_", step});
        const std::string addend = joined({"addends_", step});
        const std::string shift = joined({"shifts_", step});
        operation.arrays.add(multiplier, numbers.multipliers);
        operation.arrays.add(addend, numbers.addends);
        operation.arrays.add(shift, numbers.shifts);
        const std::string& p = operation.prefix;
        const std::string_view m = form_.one_multiplier ? "[0]" : "[c]";
        const std::string_view a = form_.one_addend ? "[0]" : "[c]";
        functions.open({"static inline ", type_, " ", name_, "(int32_t acc, int32_t c)"});
        if (form_.one_multiplier && form_.one_addend) functions.line({"(void)c;"});
        functions.line({"const int64_t sum = (int64_t)acc * ", p, "_", multiplier, m, " + ", p, "_", addend, a, ";"});
        functions.line({"const int64_t code = ", p, "_shifted(sum, ", p, "_", shift, m, ");"});
        functions.line({"if (code <= ", form_.lowest, ") return ", form_.lowest, ";"});
        functions.line({"return (", type_, ")(code < ", form_.highest, " ? code : ", form_.highest, ");"});
        functions.close();
        functions.blank();
    }

    integer::StepForm form_;
    std::string name_;
    std::string type_;
    std::string pointer_;  ///< type of the thresholds, if it has any
    std::string thresholds_;
};

}  // namespace io_detail
}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
