// The one table that says which kernel a product runs on. Accumulator bounds and code ranges decide, at compile time.
#pragma once

#include <cstdint>

#include "intaglio/kernels/pack_weights.hpp"
#include "intaglio/model/facts.hpp"

namespace intaglio::integer {

/// The kernel for activation codes and weight codes of these ranges, on a set with or without an exact byte dot
/// product. Each line names the benchmark that justifies it.
constexpr kernels::Product choose_product(const Value& in, CodeRange weights, bool has_byte_dot_product) {
    const std::int64_t largest = -weights.lowest > weights.highest ? -weights.lowest : weights.highest;
    // 16-bit products take half the speed of bytes: only for codes that do not fit (benchmark: convolution_words).
    if (in.storage != Storage::uint8) return kernels::Product::words;
    // Two products that fit 16 bits need no widening where there is no byte dot product (convolution_small_bytes).
    if (!has_byte_dot_product && 2 * largest * in.codes.highest <= 32767) return kernels::Product::bytes_small;
    return kernels::Product::bytes;  // convolution_bytes
}

/// Whether accumulators need the sums of the codes under their windows: the weights are no plain multiples of codes.
constexpr bool has_window_sums(const Row& row) {
    return row.weight_step != 1 || row.weight_offset != 0;
}

constexpr const char* name(kernels::Product product) {
    switch (product) {
        case kernels::Product::bytes:
            return "bytes";
        case kernels::Product::bytes_small:
            return "small bytes";
        case kernels::Product::words:
            return "words";
    }
    return "";
}

/// The kernel of product `Index` of a network on the set Tag.
template <class Tag, class Net, std::size_t Index>
inline constexpr kernels::Product product_of = choose_product(facts<Net>.value(facts<Net>.rows[Index].input),
                                                              facts<Net>.rows[Index].weight_codes,
                                                              has_byte_dot_product(Tag{}));

/// Name of the kernel of an operation, for the facts table.
template <class Tag>
constexpr const char* kernel_name(const FactsView& facts, const Row& row) {
    if (row.weights > 0) {
        if (facts.value(row.output).storage == Storage::real) return "float";
        return name(choose_product(facts.value(row.input), row.weight_codes, has_byte_dot_product(Tag{})));
    }
    if (row.steps > 0 && facts.value(row.input).storage == Storage::real) return "float";
    if (row.steps > 0) return row.has_thresholds() ? "thresholds" : "multiply-shift";
    return row.kind;
}

}  // namespace intaglio::integer
