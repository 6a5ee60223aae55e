// Speed of products, as shares of what this machine can do. Rates are nominal: taps on the padding count.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>

#include "intaglio/kernels/pool.hpp"
#include "intaglio/kernels/product_kernels.hpp"
#include "intaglio/kernels/step.hpp"
#include "intaglio/kernels/training/convolution_backward.hpp"
#include "intaglio/simd/simd.hpp"
#include "peaks.hpp"
#include "rows.hpp"

namespace {

using namespace intaglio;
using namespace intaglio::kernels;
using benchmarks::add_row;
using benchmarks::Buffer;
using benchmarks::report;
using benchmarks::report_ratio;
using intaglio::simd::Native;

constexpr std::int64_t images_per_call = 12;

// Peaks --------------------------------------------------------------------------------------------------------------

template <class Arithmetic>
void peak_multiply_add(benchmark::State& state) {
    std::int64_t macs = 0;
    for (auto _ : state) macs = benchmarks::multiply_add_pass<Arithmetic>();
    report(state, static_cast<double>(macs), "MAC/s", benchmarks::multiply_add_peak<Arithmetic>());
}

void peak_popcount(benchmark::State& state) {
    std::int64_t macs = 0;
    for (auto _ : state) macs = benchmarks::popcount_pass();
    report(state, static_cast<double>(macs), "MAC/s", 0);
}

void peak_read(benchmark::State& state, std::int64_t values) {
    const Buffer<std::int32_t> buffer(values);
    std::int64_t bytes = 0;
    for (auto _ : state) {
        benchmark::DoNotOptimize(buffer.get());
        benchmark::ClobberMemory();
        bytes = benchmarks::read_pass(buffer.get(), values);
    }
    report(state, static_cast<double>(bytes), "B/s", 0);
}

// Convolutions -------------------------------------------------------------------------------------------------------

template <class Set, class P>
inline constexpr bool is_of_bits = std::is_same_v<typename P::template Arithmetic<Set>::Weight, std::uint32_t>;

/// Codes of a product: few states, where the kernel is for them.
struct States {
    std::int32_t codes = 13;          ///< 0 ... codes - 1
    std::int32_t largest_weight = 0;  ///< weights are of -largest ... largest; 0 leaves them as they are
};

/// One convolution with all its memory.
template <class Set, class P>
class Convolution {
  public:
    explicit Convolution(const ConvolutionExtents& extents, States states = {})
        : extents_(extents),
          image_(extents.in.size()),
          accumulators_(extents.out.size()),
          packed_(static_cast<std::int64_t>(P::template weight_bytes<Set>(extents))),
          workspace_(static_cast<std::int64_t>(
              P::template workspace_bytes<Set, typename P::Code>(extents, extents.out.height))) {
        const Buffer<std::int8_t> weights(extents.weights());
        if (is_of_bits<Set, P>) {
            for (std::int64_t i = 0; i < extents.weights(); ++i) weights.get()[i] = weights.get()[i] > 6 ? 1 : -1;
        }
        if (states.largest_weight > 0) {
            const std::int32_t count = 2 * states.largest_weight + 1;
            for (std::int64_t i = 0; i < extents.weights(); ++i) {
                weights.get()[i] = static_cast<std::int8_t>(i * 7 % count - states.largest_weight);
            }
            for (std::int64_t i = 0; i < extents.in.size(); ++i) {
                image_.get()[i] = static_cast<typename P::Code>(i * 11 % states.codes);
            }
        }
        P::template pack_weights<Set>(extents, weights.get(), packed_.get());
    }
    void run() const {
        P::template multiply_rows<Set, Grouping::any>(extents_, image_.get(), 0, extents_.out.height, packed_.get(),
                                                      accumulators_.get(), workspace_.get());
        benchmark::ClobberMemory();
    }
    /// Several images, which are the same here, by each panel of weights.
    void run_images(const typename P::Code* images, std::int32_t count, std::int32_t* sums,
                    std::byte* workspace) const {
        P::template multiply_panels<Set>(extents_, images, {.images = count, .rows = extents_.out.height},
                                         packed_.get(), {.sums = sums}, workspace);
        benchmark::ClobberMemory();
    }
    [[nodiscard]] std::int64_t workspace_bytes() const {
        return static_cast<std::int64_t>(
            P::template workspace_bytes<Set, typename P::Code>(extents_, extents_.out.height));
    }

  private:
    ConvolutionExtents extents_;
    Buffer<typename P::Code> image_;
    Buffer<std::int32_t> accumulators_;
    Buffer<std::byte> packed_;
    Buffer<std::byte> workspace_;
};

template <class Set, class P>
void integer_convolution(benchmark::State& state, const ConvolutionExtents& extents) {
    const Convolution<Set, P> convolution(extents);
    for (auto _ : state) convolution.run();
    double peak = 0;
    if constexpr (!is_of_bits<Set, P>) {
        peak = benchmarks::multiply_add_peak<typename P::template Arithmetic<Set>>();
    } else if (std::is_same_v<Set, Native>) {
        peak = benchmarks::popcount_peak();
    }
    report(state, static_cast<double>(extents.macs()), "MAC/s", peak);
}

/// A layer of planes: product and step in blocks of rows, as the integer program runs them; planes in and planes out.
template <class Set, int Magnitudes, int Planes>
class PlaneLayer {
    using P = PlaneProduct<Magnitudes, Planes, 1>;
    using Element = PlaneElement<Planes>;
    static constexpr std::int32_t levels = (1 << Planes) - 1;

  public:
    explicit PlaneLayer(const ConvolutionExtents& extents)
        : extents_(extents),
          rows_(std::min((48 + extents.out.width - 1) / extents.out.width, extents.out.height)),
          image_(extents.in.pixels() * words_of(extents.in.channels)),
          out_(extents.out.pixels() * words_of(extents.out.channels)),
          accumulators_(std::int64_t{rows_} * extents.out.width * extents.out.channels),
          thresholds_(std::int64_t{levels} * extents.out.channels),
          flip_(extents.out.channels),
          packed_(static_cast<std::int64_t>(P::template weight_bytes<Set>(extents))),
          workspace_(static_cast<std::int64_t>(P::template workspace_bytes<Set, Element>(extents, rows_))) {
        const Buffer<std::int8_t> weights(extents.weights());
        for (std::int64_t i = 0; i < extents.weights(); ++i) {
            std::int8_t& weight = weights.get()[i];
            weight = static_cast<std::int8_t>(Magnitudes == 0 ? (weight > 6 ? 1 : -1) : weight % 3 - 1);
        }
        P::template pack_weights<Set>(extents, weights.get(), packed_.get());
    }
    void run() const {
        const std::int32_t channels = extents_.out.channels;
        Element* out = out_.get();
        for (std::int32_t row = 0; row < extents_.out.height; row += rows_) {
            const std::int32_t rows = std::min(rows_, extents_.out.height - row);
            P::template multiply_rows<Set, Grouping::mixed>(extents_, image_.get(), row, rows, packed_.get(),
                                                            accumulators_.get(), workspace_.get());
            const std::int64_t pixels = std::int64_t{rows} * extents_.out.width;
            if constexpr (Planes == 1) {
                threshold_bits<Set>(accumulators_.get(), pixels, channels, thresholds_.get(), flip_.get(), out);
            } else {
                threshold_planes<Set, Planes>(accumulators_.get(), pixels, channels, levels, thresholds_.get(),
                                              flip_.get(), 0, words_in(out));
            }
            out += pixels * words_of(channels);
        }
        benchmark::ClobberMemory();
    }

  private:
    ConvolutionExtents extents_;
    std::int32_t rows_;
    Buffer<Element> image_;
    Buffer<Element> out_;
    Buffer<std::int32_t> accumulators_;
    Buffer<std::int32_t> thresholds_;
    Buffer<std::int32_t> flip_;
    Buffer<std::byte> packed_;
    Buffer<std::byte> workspace_;
};

/// Its share of what counting bits allows for so many pairs of planes.
template <class Set, int Magnitudes, int Planes>
void plane_layer(benchmark::State& state, const ConvolutionExtents& extents) {
    const PlaneLayer<Set, Magnitudes, Planes> layer(extents);
    for (auto _ : state) layer.run();
    const double peak = std::is_same_v<Set, Native> ? benchmarks::popcount_peak() / Planes : 0;
    report(state, static_cast<double>(extents.macs()), "MAC/s", peak);
}

/// Products of a few states: of each look-up, several.
template <class Set, class P>
void few_state_convolution(benchmark::State& state, const ConvolutionExtents& extents, States states) {
    const Convolution<Set, P> convolution(extents, states);
    for (auto _ : state) convolution.run();
    double products = 1;
    if constexpr (requires { P::codes_per_number; }) products = P::codes_per_number;
    report(state, static_cast<double>(extents.macs()), "MAC/s",
           products * benchmarks::multiply_add_peak<typename P::template Arithmetic<Set>>());
}

/// Bits against another product on the same layer.
template <class Set, class Bits, class Other>
void bits_against(benchmark::State& state, const ConvolutionExtents& extents, States states) {
    const Convolution<Set, Bits> bits(extents, states);
    const Convolution<Set, Other> other(extents, states);
    report_ratio(
        state, [&] { bits.run(); }, [&] { other.run(); });
}

/// A padding of zeros, whose taps are left out, against one of other codes.
template <class Set, class P>
void useful_taps_against_all(benchmark::State& state, const ConvolutionExtents& extents) {
    ConvolutionExtents padded = extents;
    padded.padding_code = 1;
    const Convolution<Set, P> useful(extents);
    const Convolution<Set, P> all(padded);
    report_ratio(
        state, [&] { useful.run(); }, [&] { all.run(); });
}

/// Four images by each panel of weights against one image after the other.
template <class Set, class P>
void images_against_one(benchmark::State& state, const ConvolutionExtents& extents) {
    constexpr std::int32_t images = 4;
    const Convolution<Set, P> convolution(extents);
    const Buffer<typename P::Code> codes(extents.in.size() * images);
    const Buffer<std::int32_t> sums(extents.out.size() * images);
    const Buffer<std::byte> workspace(convolution.workspace_bytes() * images);
    report_ratio(
        state, [&] { convolution.run_images(codes.get(), images, sums.get(), workspace.get()); },
        [&] {
            for (std::int32_t i = 0; i < images; ++i) {
                convolution.run_images(codes.get() + i * extents.in.size(), 1, sums.get() + i * extents.out.size(),
                                       workspace.get());
            }
        });
}

template <class Set>
void input_gradients(benchmark::State& state, const ConvolutionExtents& extents) {
    const Buffer<float> weights(extents.weights());
    const Buffer<float> dout(extents.out.size() * images_per_call);
    const Buffer<float> din(extents.in.size() * images_per_call);
    const Buffer<std::byte> packed(static_cast<std::int64_t>(packed_transposed_bytes<Set, float>(extents)));
    const Buffer<std::byte> workspace(static_cast<std::int64_t>(input_gradient_workspace_bytes<Set, float>(extents)));
    pack_transposed<Set, float>(extents, weights.get(), packed.get());
    for (auto _ : state) {
        input_gradient<Set, float>(extents, dout.get(), packed.get(), din.get(), workspace.get(), images_per_call);
        benchmark::ClobberMemory();
    }
    report(state, static_cast<double>(extents.macs() * images_per_call), "MAC/s",
           benchmarks::multiply_add_peak<FloatArithmetic<Set, float>>());
}

template <class Set>
void weight_gradients(benchmark::State& state, const ConvolutionExtents& extents) {
    const Buffer<std::uint8_t> codes(extents.in.size() * images_per_call);
    const Buffer<float> dout(extents.out.size() * images_per_call);
    const Buffer<float> dweights(extents.weights());
    const Buffer<std::byte> workspace(static_cast<std::int64_t>(weight_gradient_workspace_bytes<Set, float>(extents)));
    for (auto _ : state) {
        weight_gradient<Set, float>(extents, codes.get(), dout.get(), images_per_call, dweights.get(), workspace.get());
        benchmark::ClobberMemory();
    }
    report(state, static_cast<double>(extents.macs() * images_per_call), "MAC/s",
           benchmarks::multiply_add_peak<FloatArithmetic<Set, float>>());
}

// Rows ---------------------------------------------------------------------------------------------------------------

ConvolutionExtents window3(std::int32_t size, std::int32_t in, std::int32_t out) {
    return {.in = {size, size, in},
            .out = {size, size, out},
            .kernel_height = 3,
            .kernel_width = 3,
            .padding_height = 1,
            .padding_width = 1};
}
ConvolutionExtents pointwise(std::int32_t size, std::int32_t in, std::int32_t out) {
    return {.in = {size, size, in}, .out = {size, size, out}};
}
ConvolutionExtents depthwise3(std::int32_t size, std::int32_t channels) {
    ConvolutionExtents extents = window3(size, channels, channels);
    extents.groups = channels;
    return extents;
}
ConvolutionExtents dense(std::int32_t in, std::int32_t out) {
    return {.in = {1, 1, in}, .out = {1, 1, out}};
}

std::string shape_name(const ConvolutionExtents& e) {
    const std::string channels = std::to_string(e.in.channels) + "->" + std::to_string(e.out.channels);
    if (e.in.pixels() == 1) return "dense_" + channels;
    if (e.kernel_height == 1) {
        return "pointwise_" + std::to_string(e.in.height) + "x" + std::to_string(e.in.width) + "x" + channels;
    }
    if (e.groups > 1)
        return "depthwise_" + std::to_string(e.in.height) + "x" + std::to_string(e.in.width) + "x" + channels;
    return std::to_string(e.in.height) + "x" + std::to_string(e.in.width) + "x" + channels;
}

template <class Set>
using SignedBytes = std::conditional_t<has_byte_dot_product(Set{}), SignedByteProduct, SmallSignedByteProduct<64>>;

template <class Set>
void add_integer_rows() {
    const std::string set = simd::name(Set{});
    const std::string signed_bytes = has_byte_dot_product(Set{}) ? "signed_bytes/" : "small_signed_bytes/";
    for (const ConvolutionExtents& e :
         {window3(32, 64, 64), window3(16, 256, 256), window3(8, 512, 512), window3(32, 3, 16), window3(32, 16, 16),
          window3(32, 16, 32), window3(16, 32, 64), window3(16, 64, 64), window3(8, 64, 128), window3(8, 128, 128),
          window3(4, 128, 128), window3(28, 1, 32), window3(28, 32, 32), window3(14, 32, 64), window3(14, 64, 64),
          dense(3136, 10), dense(1024, 1024)}) {
        add_row("convolution_bytes/" + set + "/" + shape_name(e), integer_convolution<Set, ByteProduct>, e);
    }
    for (const ConvolutionExtents& e :
         {window3(32, 64, 64), window3(16, 256, 256), window3(8, 512, 512), window3(4, 512, 512)}) {
        add_row("useful_taps_against_all/" + set + "/" + shape_name(e), useful_taps_against_all<Set, ByteProduct>, e);
        add_row("four_images_against_one/" + set + "/" + shape_name(e), images_against_one<Set, ByteProduct>, e);
    }
    add_row("four_images_against_one/" + set + "/" + shape_name(dense(1024, 1024)),
            images_against_one<Set, ByteProduct>, dense(1024, 1024));
    for (const ConvolutionExtents& e : {depthwise3(32, 64), depthwise3(8, 256)}) {
        add_row("convolution_bytes/" + set + "/" + shape_name(e), integer_convolution<Set, ByteProduct>, e);
        add_row("convolution_" + signed_bytes + set + "/" + shape_name(e), integer_convolution<Set, SignedBytes<Set>>,
                e);
        add_row("convolution_words/" + set + "/" + shape_name(e), integer_convolution<Set, WordProduct>, e);
    }
    for (const ConvolutionExtents& e :
         {window3(16, 256, 256), window3(16, 32, 64), pointwise(16, 64, 64), dense(1024, 1024)}) {
        add_row("convolution_small_bytes/" + set + "/" + shape_name(e), integer_convolution<Set, SmallByteProduct>, e);
        add_row("convolution_" + signed_bytes + set + "/" + shape_name(e), integer_convolution<Set, SignedBytes<Set>>,
                e);
        add_row("convolution_words/" + set + "/" + shape_name(e), integer_convolution<Set, WordProduct>, e);
    }
}

template <class Set>
void add_bit_rows() {
    const std::string set = simd::name(Set{});
    using Bytes = std::conditional_t<has_byte_dot_product(Set{}), ByteProduct, SmallByteProduct>;
    for (const ConvolutionExtents& e :
         {window3(32, 3, 64), window3(32, 8, 64), window3(32, 16, 64), window3(32, 32, 32), window3(16, 64, 64),
          window3(16, 128, 128), window3(8, 256, 256), window3(4, 512, 512), pointwise(16, 8, 64),
          pointwise(16, 16, 64), pointwise(16, 32, 64), pointwise(16, 64, 64), pointwise(16, 128, 128), dense(16, 64),
          dense(64, 10), dense(256, 10), dense(256, 256), dense(1024, 1024)}) {
        add_row("convolution_bits/" + set + "/" + shape_name(e), integer_convolution<Set, UnsignedBitProduct>, e);
        add_row("bits_against_bytes/" + set + "/" + shape_name(e), bits_against<Set, UnsignedBitProduct, Bytes>, e,
                States{});
        add_row("sign_bits_against_signed_bytes/" + set + "/" + shape_name(e),
                bits_against<Set, SignBitProduct, SignedBytes<Set>>, e, States{});
    }
}

/// Rows are named by the states of weights and activations.
template <class Set>
void add_few_state_rows() {
    const std::string set = simd::name(Set{});
    using Bytes = std::conditional_t<has_byte_dot_product(Set{}), ByteProduct, SmallByteProduct>;
    for (const ConvolutionExtents& e :
         {window3(32, 64, 64), window3(16, 256, 256), window3(8, 512, 512), dense(1024, 1024)}) {
        const std::string place = "/" + set + "/" + shape_name(e);
        const auto add = [&](const std::string& name, auto kernel, auto other, States states) {
            using P = decltype(kernel);
            using Other = decltype(other);
            add_row("few_states_" + name + place, few_state_convolution<Set, P>, e, states);
            add_row("few_states_" + name + "_against_" + Other::name + place, bits_against<Set, P, Other>, e, states);
        };
        add("15x8", ShortSumByteProduct<15>{}, Bytes{}, {8, 7});
        add("15x16", ShortSumByteProduct<15>{}, Bytes{}, {16, 7});
        add("15x256", ShortSumByteProduct<255>{}, Bytes{}, {256, 7});
        add("3x256", ShortSumByteProduct<255>{}, Bytes{}, {256, 1});
        add("3x16", ShortSumByteProduct<15>{}, Bytes{}, {16, 1});
        add("3x8", PairTableProduct<8>{}, ShortSumByteProduct<15>{}, {8, 1});
        add("3x4", PairTableProduct<4>{}, ShortSumByteProduct<15>{}, {4, 1});
        add("3x2", PairTableProduct<2>{}, ShortSumByteProduct<15>{}, {2, 1});
        add("2x2", NibbleTableProduct{}, UnsignedBitProduct{}, {2, 1});
    }
}

template <class Set>
void add_plane_rows() {
    const std::string set = simd::name(Set{});
    using Bytes = std::conditional_t<has_byte_dot_product(Set{}), ByteProduct, SmallByteProduct>;
    for (const ConvolutionExtents& e : {window3(32, 64, 64), window3(16, 256, 256), window3(8, 512, 512)}) {
        const std::string row = "/" + set + "/" + shape_name(e);
        add_row("binary_planes_2_states" + row, plane_layer<Set, 0, 1>, e);
        add_row("binary_planes_4_states" + row, plane_layer<Set, 0, 2>, e);
        add_row("binary_planes_8_states" + row, plane_layer<Set, 0, 3>, e);
        add_row("ternary_planes_2_states" + row, plane_layer<Set, 1, 1>, e);
        add_row("ternary_planes_4_states" + row, plane_layer<Set, 1, 2>, e);
        add_row("ternary_planes_8_states" + row, plane_layer<Set, 1, 3>, e);
        add_row("planes_against_bytes_2_states" + row, bits_against<Set, PlaneProduct<1, 1, 1>, Bytes>, e, States{});
        add_row("planes_against_bytes_4_states" + row, bits_against<Set, PlaneProduct<1, 2, 1>, Bytes>, e, States{});
        add_row("planes_against_bytes_8_states" + row, bits_against<Set, PlaneProduct<1, 3, 1>, Bytes>, e, States{});
    }
}

template <class Set>
void add_gradient_rows() {
    const std::string set = simd::name(Set{});
    for (const ConvolutionExtents& e :
         {window3(32, 16, 16), window3(32, 16, 32), window3(16, 32, 64), window3(16, 64, 64), window3(8, 64, 128),
          window3(8, 128, 128), window3(4, 128, 128), window3(32, 64, 64), window3(16, 256, 256), window3(4, 512, 512),
          window3(28, 32, 32), window3(14, 32, 64), window3(14, 64, 64), dense(3136, 10), dense(1024, 1024),
          depthwise3(32, 64), depthwise3(8, 256)}) {
        add_row("input_gradient/" + set + "/" + shape_name(e), input_gradients<Set>, e);
        add_row("weight_gradient/" + set + "/" + shape_name(e), weight_gradients<Set>, e);
    }
    // First layers have no input gradient.
    for (const ConvolutionExtents& e : {window3(32, 3, 16), window3(28, 1, 32)}) {
        add_row("weight_gradient/" + set + "/" + shape_name(e), weight_gradients<Set>, e);
    }
}

[[maybe_unused]] const bool rows_added = [] {
    add_row("peak/float_fma", peak_multiply_add<FloatArithmetic<Native, float>>);
    add_row("peak/byte_dot_product", peak_multiply_add<ByteArithmetic<Native>>);
    add_row("peak/popcount", peak_popcount);
    add_row("peak/read_first_cache", peak_read, benchmarks::first_cache_values);
    add_row("peak/read_256_MiB", peak_read, std::int64_t{64} << 20);
    add_integer_rows<Native>();
    add_bit_rows<Native>();
    add_plane_rows<Native>();
    add_few_state_rows<Native>();
    add_gradient_rows<Native>();
#if INTAGLIO_HAS_AVX512
    add_integer_rows<simd::Avx2>();
    add_bit_rows<simd::Avx2>();
    add_plane_rows<simd::Avx2>();
    add_gradient_rows<simd::Avx2>();
#endif
    return true;
}();

}  // namespace
