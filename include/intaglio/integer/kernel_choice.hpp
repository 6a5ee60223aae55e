// The one table that says which kernel a product runs on. Accumulator bounds and code ranges decide, at compile time.
#pragma once

#include <cstdint>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/kernels/pack_weights.hpp"
#include "intaglio/model/facts.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::integer {

/// Whether accumulators need the sums of the codes under their windows: the weights are no plain multiples of codes.
constexpr bool has_window_sums(const Row& row) {
    return row.weight_spacing != 1 || row.weight_offset != 0;
}

/// Whether a value, of codes -1 ... 1, never holds 0: signs, or signs that were only picked from.
constexpr bool has_signs_only(const FactsView& facts, std::int32_t value) {
    while (value > 0) {
        const Row& row = facts.writer(value);
        if (row.steps > 0) return row.code_spacing == 2 && facts.value(value).codes == CodeRange{-1, 1};
        if (!row.picks_codes) return false;
        value = row.input;
    }
    return false;
}

/// Whether bits are faster than bytes: half of a word is used at least, and there is more than one word.
constexpr bool is_worth_bits(const ConvolutionExtents& extents) {
    return extents.groups == 1 && extents.in.channels >= 16 && extents.fan_in() >= 32;
}

/// The kernel of a product for the ranges of its activation codes and weight codes, on a set with or without an exact
/// byte dot product. Each line names the benchmark that justifies it.
constexpr kernels::Product choose_product(const FactsView& facts, const Row& row, bool has_byte_dot_product) {
    const Value& in = facts.value(row.input);
    const CodeRange weights = row.weight_codes;
    const std::int64_t largest = -weights.lowest > weights.highest ? -weights.lowest : weights.highest;
    const bool sign_weights = row.weight_states == 2 && weights == CodeRange{-1, 1} && !has_window_sums(row);
    if (sign_weights && is_worth_bits(row.extents)) {
        // 32 products in three instructions (bits_against_bytes, sign_bits_against_words).
        if (in.storage == Storage::uint8 && in.codes == CodeRange{0, 1}) return kernels::Product::bits;
        if (in.storage == Storage::int16 && has_signs_only(facts, row.input)) return kernels::Product::sign_bits;
    }
    // 16-bit products take half the speed of bytes: only for codes that do not fit (benchmark: convolution_words).
    if (in.storage != Storage::uint8) return kernels::Product::words;
    // Two products that fit 16 bits need no widening where there is no byte dot product (convolution_small_bytes).
    if (!has_byte_dot_product && 2 * largest * in.codes.highest <= 32767) return kernels::Product::bytes_small;
    return kernels::Product::bytes;  // convolution_bytes
}

constexpr const char* name(kernels::Product product) {
    switch (product) {
        case kernels::Product::bytes:
            return "bytes";
        case kernels::Product::bytes_small:
            return "small bytes";
        case kernels::Product::words:
            return "words";
        case kernels::Product::bits:
        case kernels::Product::sign_bits:
            return "bits";
    }
    return "";
}

/// Name of the kernel of an operation, for the facts table.
template <class Set>
constexpr const char* kernel_name(const FactsView& facts, const Row& row) {
    if (row.weights > 0) {
        if (facts.value(row.output).storage == Storage::float32) return "float";
        return name(choose_product(facts, row, has_byte_dot_product(Set{})));
    }
    if (row.steps > 0 && facts.value(row.input).storage == Storage::float32) return "float";
    if (row.steps > 0) return row.has_thresholds() ? "thresholds" : "multiply-shift";
    return row.kind;
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::integer
