// What a product kernel is: a type that packs weights, multiplies codes, and says what it is for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "intaglio/core/codes.hpp"
#include "intaglio/core/extents.hpp"
#include "intaglio/kernels/convolution_plan.hpp"
#include "intaglio/kernels/product_cost.hpp"
#include "intaglio/kernels/product_output.hpp"
#include "intaglio/simd/tags.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels {

/// What is known of a product while a program is compiled, by which its kernel is chosen.
struct ProductFacts {
    ConvolutionExtents extents{};
    Storage storage{};              ///< of the activation codes: uint8, int8 or int16
    CodeRange codes{};              ///< of the activations; the padding has some of them, or 0
    std::int32_t code_spacing = 1;  ///< distance of neighbouring activation codes; that of -1 and 1 is 2
    CodeRange weight_codes{};       ///< within -128 ... 127
    bool sign_weights = false;      ///< weight codes are -1 and 1, never 0
    /// The sums of the codes under the windows are added to the accumulators afterwards: weights are no plain multiples
    /// of their codes.
    bool window_sums = false;
    std::int32_t batch = 1;  ///< images that are multiplied by weights that are read once
};

/// A product kernel: an empty type with
/// - `name`, for the facts table,
/// - `Code`, the type of the activation codes that it is made for,
/// - `refusal<Set>(facts)`: why its accumulators would not be exact for these ranges, storages and extents on the set
///   Set, as a few words for people; null where they are. The library has proven that totals fit 32 bits,
/// - `cost<Set>(facts, profile)`, where it is legal: what it takes on a machine of this profile, as product_cost.hpp
///   counts. The choice takes the kernel of the smallest cost. It never changes a result,
/// - `weight_bytes<Set>(extents)`: bytes of packed weights, a multiple of 64,
/// - `pack_weights<Set>(extents, weights, packed)`: from canonical codes [out][kernel_height][kernel_width][in /
/// groups],
///   `packed` is aligned to 64 bytes. All bytes are written, the same ones for the same codes,
/// - `unpack_weights<Set>(extents, packed, weights)`: its exact inverse,
/// - `workspace_bytes<Set, Code>(extents, rows)` for blocks of `rows` output rows; a multiple of 64, possibly 0,
/// - `multiply_rows<Set, Grouping, Code>(extents, image, first_row, rows, packed, accumulators, workspace)`: correlates
///   one image [in.height][in.width][in.channels] with the packed weights for the output rows first_row ... first_row +
///   rows - 1. Writes the accumulators [rows][out.width][out.channels], and nothing beyond them. Taps outside of the
///   image read padding_code, or padding_codes. `workspace` is aligned to 64 bytes. Never fails. A caller that knows
///   grouping_of(extents) while compiling says so, another says Grouping::any,
/// - `planes`, if it reads images in so many planes: `Code` may then also be PlaneElement<planes>; see PlaneForm,
/// - `panel_channels<Set>(extents)` and `multiply_panels<Set, Code>(extents, image, block, packed, output, workspace)`,
///   if it
///   computes some output channels of all pixels before the next ones, other than depthwise: then steps run while sums
///   are in the first cache. As multiply_rows for a RowBlock, with workspace_bytes for each of its images; `output`
///   says where sums go, its memory of a panel holds panel_channels for each pixel,
/// - `row_multiple`, if blocks of so many output rows, or of multiples, take the least time for each,
/// - `panel_bytes<Set>(extents)`, if the packed weights of some panels in a row are those of a product of their output
///   channels alone: bytes between two panels. Then threads can share the channels of an image.
template <class Kernel>
concept ProductKernel = std::is_empty_v<Kernel> &&
    requires(const ProductFacts& facts, const CostProfile& profile, const ConvolutionExtents& extents,
             const std::int8_t* weights, std::int8_t* unpacked, const std::byte* packed, std::byte* bytes,
             const typename Kernel::Code* image, std::int32_t rows, std::int32_t* accumulators) {
    requires std::is_convertible_v<decltype(Kernel::name), const char*>;
    requires std::is_same_v<decltype(Kernel::template refusal<simd::Portable>(facts)), const char*>;
    requires std::is_same_v<decltype(Kernel::template cost<simd::Portable>(facts, profile)), ProductCost>;
    requires std::is_same_v<decltype(Kernel::template weight_bytes<simd::Portable>(extents)), std::size_t>;
    Kernel::template pack_weights<simd::Portable>(extents, weights, bytes);
    Kernel::template unpack_weights<simd::Portable>(extents, packed, unpacked);
    requires std::is_same_v<
        decltype(Kernel::template workspace_bytes<simd::Portable, typename Kernel::Code>(extents, rows)), std::size_t>;
    Kernel::template multiply_rows<simd::Portable, Grouping::any>(extents, image, rows, rows, packed, accumulators,
                                                                  bytes);
};

/// Whether a kernel is exact for a product on the set Set.
template <class Kernel, class Set>
[[nodiscard]] constexpr bool is_legal(const ProductFacts& facts) {
    return Kernel::template refusal<Set>(facts) == nullptr;
}

/// Whether a kernel hands on its sums panel by panel, for images of codes of a type.
template <class Kernel, class Set, class Code>
concept MultipliesPanels = requires(const ConvolutionExtents& extents, const Code* image, const RowBlock& block,
                                    const std::byte* packed, const ProductOutput<std::int32_t>& output,
                                    std::byte* workspace) {
    Kernel::template panel_channels<Set>(extents);
    Kernel::template multiply_panels<Set>(extents, image, block, packed, output, workspace);
};

/// Planes of the images that a kernel reads beside codes; 0 if it reads none.
template <class Kernel>
inline constexpr int planes_read = 0;
template <class Kernel>
requires requires {
    Kernel::planes;
}
inline constexpr int planes_read<Kernel> = Kernel::planes;

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels
