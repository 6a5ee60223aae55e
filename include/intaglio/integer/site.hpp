// What the integer program keeps of a row of the facts: the plain numbers that kernels read, and where things lie.
#pragma once

#include <cstddef>
#include <cstdint>

#include "intaglio/core/extents.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/model/facts.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::integer {

template <Storage S>
struct StorageType {
    using type = std::int32_t;
};
template <>
struct StorageType<Storage::uint8> {
    using type = std::uint8_t;
};
template <>
struct StorageType<Storage::int8> {
    using type = std::int8_t;
};
template <>
struct StorageType<Storage::int16> {
    using type = std::int16_t;
};
template <>
struct StorageType<Storage::float32> {
    using type = float;
};

/// The type of a code of a value; of real numbers in networks that are trained only.
template <class Net, std::int32_t Index>
using code_type = typename StorageType<facts<Net>.value(Index).storage>::type;

/// What decides which code an operation needs, beside its own type: how its operands and its result are stored, and
/// whatever its `variant` tells apart. Operations of one kind share their code whatever their extents.
template <class Input, class SecondInput, class Output, auto Variant>
struct Kind {
    using input = Input;
    using second_input = SecondInput;  ///< std::uint8_t if there is none
    using output = Output;
    static constexpr auto variant = Variant;
};

/// The variant of operations whose operands decide everything.
struct OnlyVariant {
    constexpr bool operator==(const OnlyVariant&) const = default;
};

/// A weight is spacing * code + offset, over a denominator that accumulators do not know.
struct WeightForm {
    std::int32_t spacing = 1;
    std::int32_t offset = 0;
};
constexpr WeightForm weight_form(const Row& row) {
    return {row.weight_spacing, row.weight_offset};
}

/// A step of accumulators to codes, without its parameters.
struct StepForm {
    std::int32_t lowest = 0;   ///< code
    std::int32_t highest = 0;  ///< code
    std::int32_t levels = 0;   ///< thresholds per channel
    std::int32_t spacing = 1;  ///< of neighbouring codes
    bool one_multiplier = false;
    bool one_addend = false;
};
constexpr StepForm step_form(const Row& row) {
    return {static_cast<std::int32_t>(row.codes.lowest),
            static_cast<std::int32_t>(row.codes.highest),
            static_cast<std::int32_t>(row.steps),
            static_cast<std::int32_t>(row.code_spacing),
            row.scale.one_multiplier,
            row.scale.one_addend};
}

/// One operation of an integer program: the numbers of its row, and offsets in bytes.
struct Site {
    static constexpr std::ptrdiff_t network_input = -1;

    ConvolutionExtents extents{};  ///< `in` and `out`: shapes of the first operand and of the result
    Shape second{};                ///< of the second operand
    WeightForm weight{};
    StepForm step{};  ///< of a step, also of one that runs inside a product; otherwise the range of the result alone
    std::int32_t images = 1;               ///< that the memory of the program holds
    std::int32_t channels_before = 0;      ///< that are added before the others
    std::int32_t table = 0;                ///< entries of a table of codes
    std::int32_t settings[2]{};            ///< of an operation from outside of the library
    std::ptrdiff_t input = network_input;  ///< from the start of the arena
    std::ptrdiff_t second_input = network_input;
    std::ptrdiff_t output = 0;
    std::ptrdiff_t workspace = 0;
    std::ptrdiff_t parameters = 0;       ///< from the start of the parameters
    std::ptrdiff_t step_parameters = 0;  ///< of the step that runs inside a product
};

/// The site of a row for so many images, without places; `fused` is the row of the step that runs inside it, or none.
constexpr Site make_site(const FactsView& facts, const Row& row, std::int32_t fused, std::int32_t images = 1) {
    Site site;
    site.images = images;
    site.extents = row.extents;
    // A dense layer reads an image as one pixel.
    if (row.weights == 0) site.extents.in = facts.value(row.input).shape;
    site.extents.out = facts.value(row.output).shape;
    if (row.second_input != none) site.second = facts.value(row.second_input).shape;
    site.weight = weight_form(row);
    site.step = step_form(fused == none ? row : facts.row(fused));
    site.channels_before = row.channels_before;
    site.table = static_cast<std::int32_t>(row.table);
    for (std::size_t i = 0; i < 2; ++i) site.settings[i] = static_cast<std::int32_t>(row.settings[i]);
    return site;
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::integer
