// Measures the cost profile of this machine, for the best instruction set of the compiler's flags, and prints it as C++
// and as JSON. See ./bench --calibrate.
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <functional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "../peaks.hpp"
#include "clock.hpp"
#include "product_run.hpp"

namespace {

using namespace intaglio;
using namespace intaglio::benchmarks;

// Whole vectors of output channels, whole steps, weights that lie near.
constexpr ConvolutionExtents extents{.in = {16, 16, 128},
                                     .out = {16, 16, 128},
                                     .kernel_height = 3,
                                     .kernel_width = 3,
                                     .padding_height = 1,
                                     .padding_width = 1};

constexpr kernels::ProductFacts unsigned_bytes(std::int64_t highest, std::int64_t weight) {
    return {.extents = extents,
            .storage = Storage::uint8,
            .codes = {0, highest},
            .weight_codes = {-weight, weight},
            .sign_weights = false};
}
constexpr kernels::ProductFacts bits(bool signs) {
    kernels::ProductFacts facts = unsigned_bytes(1, 1);
    facts.sign_weights = signs;
    return facts;
}

/// Femtoseconds of packing one code to a bit.
double packing_time() {
    constexpr std::int64_t codes = 16 * 16 * 128;
    const Buffer<std::uint8_t> image(codes);
    const Buffer<std::uint32_t> words(codes / 32);
    const auto pack = [&] {
        touch(image.get());
        kernels::pack_codes<Set, 1, 1>(image.get(), 16 * 16, 128, 0, words.get());
        touch(words.get());
    };
    return 1e15 * times_of_calls({pack}, 25).front() / static_cast<double>(codes);
}

/// Femtoseconds of reading a byte of a buffer of so many.
double reading_time(std::int64_t bytes) {
    const Buffer<std::int32_t> values(bytes / 4);
    const auto read = [&] {
        touch(values.get());
        (void)read_pass(values.get(), bytes / 4);
    };
    return 1e15 * times_of_calls({read}, 15, 5e-3).front() / static_cast<double>(bytes);
}

/// Bytes of the second cache that weights may fill, beside the rest.
std::int64_t near_bytes() {
    long size = 0;
#ifdef _SC_LEVEL2_CACHE_SIZE
    size = sysconf(_SC_LEVEL2_CACHE_SIZE);
#endif
    return size > 0 ? size / 4 * 3 : std::int64_t{1} << 18;
}

/// The native set as a member of Target.
std::string set_name() {
    if (std::is_same_v<Set, simd::Sse2>) return "sse2";
    if (std::is_same_v<Set, simd::Neon>) return "neon";
    if (std::is_same_v<Set, simd::Generic>) return "generic";
    return simd::name(Set{});
}

}  // namespace

// calibrate [--json]
int main(int count, char** arguments) {
    const std::int64_t near = near_bytes();
    // Side by side: only their ratios decide.
    const std::vector<double> times =
        times_of_calls({run_of<kernels::ByteProduct, std::uint8_t>(unsigned_bytes(255, 127)),
                        run_of<kernels::SmallByteProduct, std::uint8_t>(unsigned_bytes(7, 7)),
                        run_of<kernels::ShortSumByteProduct<15>, std::uint8_t>(unsigned_bytes(7, 7)),
                        run_of<kernels::WordProduct, std::int16_t>(unsigned_bytes(255, 127)),
                        run_of<kernels::UnsignedBitProduct, kernels::BitWord>(bits(true)),
                        run_of<kernels::PlaneProduct<1, 1, 1>, kernels::BitWord>(bits(false)),
                        run_of<kernels::NibbleTableProduct, std::uint8_t>(bits(true))},
                       41);
    const auto product_time = [&](std::size_t i) {
        return 1e15 * times[i] / static_cast<double>(extents.out.pixels() * extents.weights());
    };
    const std::vector<std::pair<const char*, double>> numbers{{"byte_product", product_time(0)},
                                                              {"small_byte_product", product_time(1)},
                                                              {"short_product", product_time(2)},
                                                              {"word_product", product_time(3)},
                                                              {"bit_product", product_time(4)},
                                                              {"plane_product", product_time(5)},
                                                              {"looked_up_byte", 4 * product_time(6)},
                                                              {"packed_code", packing_time()},
                                                              {"near_weight_byte", reading_time(near / 3 * 2)},
                                                              {"far_weight_byte", reading_time(near * 8)},
                                                              {"near_bytes", static_cast<double>(near)}};
    if (count > 1 && std::strcmp(arguments[1], "--json") == 0) {
        std::printf("{\"instruction_set\": \"%s\"", set_name().c_str());
        for (const auto& [name, value] : numbers) std::printf(", \"%s\": %.0f", name, std::max(value, 1.0));
        std::printf("}\n");
        return 0;
    }
    // All numbers of a profile are measured, so that none is that of another machine.
    std::printf("struct ThisMachine {\n    using instruction_set = intaglio::Target::%s;\n", set_name().c_str());
    std::printf("    static constexpr intaglio::simd::CostProfile profile{\n");
    for (const auto& [name, value] : numbers) std::printf("        .%s = %.0f,\n", name, std::max(value, 1.0));
    std::printf("    };\n};\n");
    return 0;
}
