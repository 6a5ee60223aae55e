// A product kernel from outside of the library cannot read back what it has packed.
// EXPECT: model_error::type_is_no_product_kernel_see_kernels_product_kernel_hpp<app::Kernel>
#include "intaglio/integer/program.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define NAME unpack_weights
#else
#define NAME unpack
#endif

namespace app {
struct Kernel {
    static constexpr const char* name = "own";
    using Code = std::uint8_t;
    template <class Set>
    static constexpr const char* refusal(const kernels::ProductFacts& facts) {
        return facts.storage == Storage::uint8 ? nullptr : "codes are no unsigned bytes";
    }
    template <class Set>
    static constexpr kernels::ProductCost cost(const kernels::ProductFacts&, const kernels::CostProfile&) {
        return 1;
    }
    template <class Set>
    static constexpr std::size_t weight_bytes(const ConvolutionExtents&) {
        return 0;
    }
    template <class Set>
    static void pack_weights(const ConvolutionExtents&, const std::int8_t*, std::byte*) {}
    template <class Set>
    static void NAME(const ConvolutionExtents&, const std::byte*, std::int8_t*) {}
    template <class Set, class Code>
    static constexpr std::size_t workspace_bytes(const ConvolutionExtents&, std::int32_t) {
        return 0;
    }
    template <class Set, kernels::Grouping, class Code>
    static void multiply_rows(const ConvolutionExtents&, const Code*, std::int32_t, std::int32_t, const std::byte*,
                              std::int32_t*, std::byte*) {}
};
}  // namespace app

struct Net : Network<Image<1, 8, 8>, Defaults<QInt<2>, Act<M_a{4}>>, Conv<Out<8>>, Classifier<Out<2>>> {
    using product_kernels = boost::mp11::mp_list<app::Kernel>;
};

std::int32_t predicted(const Program<Net>& program, const std::uint8_t* image, Scratch<Net>& scratch) {
    return program.predict(image, scratch);
}
