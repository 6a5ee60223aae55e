// Codes: the integers that stand for quantised values (exactness contract 1).
#pragma once

#include <cstdint>

namespace intaglio {

/// The closed range of integers that a code or an accumulator can take.
struct CodeRange {
    std::int64_t lowest = 0;
    std::int64_t highest = 0;

    [[nodiscard]] constexpr std::int64_t states() const { return highest - lowest + 1; }
    [[nodiscard]] constexpr bool contains(std::int64_t code) const { return lowest <= code && code <= highest; }
    /// Bits that hold every code: two's complement if the range has negative codes, unsigned otherwise.
    [[nodiscard]] constexpr int bits() const {
        int bits = 1;
        if (lowest >= 0) {
            while ((highest >> bits) > 0) ++bits;
        } else {
            while ((lowest >> (bits - 1)) != -1 || (highest > 0 && (highest >> (bits - 1)) != 0)) ++bits;
        }
        return bits;
    }
    constexpr bool operator==(const CodeRange&) const = default;
};

constexpr CodeRange operator+(CodeRange a, CodeRange b) {
    return {a.lowest + b.lowest, a.highest + b.highest};
}

/// The range of a sum of `count` products of one code of `a` and one of `b`; `a` may also be the padding code 0.
constexpr CodeRange product_range(CodeRange a, CodeRange b, std::int64_t count) {
    const std::int64_t corners[] = {a.lowest * b.lowest, a.lowest * b.highest, a.highest * b.lowest,
                                    a.highest * b.highest};
    CodeRange range{0, 0};
    for (const std::int64_t corner : corners) {
        range.lowest = corner < range.lowest ? corner : range.lowest;
        range.highest = corner > range.highest ? corner : range.highest;
    }
    return {range.lowest * count, range.highest * count};
}

/// How a tensor of codes or accumulators lies in memory; real numbers are for training alone.
enum class Storage : std::uint8_t { uint8, int8, int16, int32, float32 };

constexpr std::int64_t bytes(Storage storage) {
    return storage == Storage::uint8 || storage == Storage::int8 ? 1 : storage == Storage::int16 ? 2 : 4;
}

/// The smallest storage that holds the range.
constexpr Storage smallest_storage(CodeRange range) {
    if (range.lowest >= 0 && range.highest <= 255) return Storage::uint8;
    if (range.lowest >= -128 && range.highest <= 127) return Storage::int8;
    if (range.lowest >= -32768 && range.highest <= 32767) return Storage::int16;
    return Storage::int32;
}

}  // namespace intaglio
