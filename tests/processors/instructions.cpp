// Two rows of outputs of a layer of the VGG, by the kernels of one instruction set, for instructions.sh to
// count: instructions SET LAYER, where SET is portable, native, generic or none. Weights and codes are zero: what the
// kernels do does not depend on them.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <type_traits>

#include "intaglio/kernels/product_kernels.hpp"
#include "intaglio/kernels/step.hpp"
#include "intaglio/model/network.hpp"
#include "intaglio/simd/simd.hpp"
#include "intaglio/zoo/vgg.hpp"

namespace {

using namespace intaglio;

struct Vgg : zoo::Vgg<Image<3, 32, 32>, 10, zoo::WidthMultiplier<1>, Defaults<States<M_w{15}>, Lbn, Act<M_a{8}>>> {};

constexpr std::int32_t levels = 7;  // of M_a{8}
constexpr std::int32_t rows = 2;

alignas(64) std::byte packed[std::size_t{1} << 23];
alignas(64) std::byte workspace[std::size_t{1} << 20];
std::uint8_t image[std::size_t{1} << 18];
std::int32_t accumulators[std::size_t{1} << 14];
std::uint8_t codes[std::size_t{1} << 14];
std::int32_t thresholds[std::size_t{1} << 14];

template <class Set>
void run(const ConvolutionExtents& extents) {
    using Product = std::conditional_t<has_byte_dot_product(Set{}), kernels::ByteProduct, kernels::SmallByteProduct>;
    if (Product::template weight_bytes<Set>(extents) > sizeof packed ||
        Product::template workspace_bytes<Set, std::uint8_t>(extents, rows) > sizeof workspace) {
        std::abort();
    }
    Product::template multiply_rows<Set, kernels::Grouping::any>(extents, image, 0, rows, packed, accumulators,
                                                                 workspace);
    kernels::threshold_step<Set>(accumulators, rows * extents.out.width, extents.out.channels, levels, thresholds,
                                 thresholds, 0, codes);
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 3) return 1;
    std::int32_t layer = std::atoi(arguments[2]);
    for (const Row& row : facts<Vgg>.rows) {
        if (row.weights == 0 || layer-- > 0) continue;
        if (std::strcmp(arguments[1], "portable") == 0) run<simd::Portable>(row.extents);
        if (std::strcmp(arguments[1], "native") == 0) run<simd::Native>(row.extents);
#if INTAGLIO_HAS_VECTORS
        if (std::strcmp(arguments[1], "generic") == 0) run<simd::Generic>(row.extents);
#endif
        return 0;
    }
    return 1;
}
