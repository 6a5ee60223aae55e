// Dense layers of one image: how fast their weights are read, beside what this machine reads from as many bytes, and
// how many times as fast packed weights are as bytes.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <type_traits>

#include "intaglio/host/text.hpp"
#include "intaglio/kernels/product_kernels.hpp"
#include "intaglio/simd/simd.hpp"
#include "peaks.hpp"
#include "rows.hpp"

namespace {

using namespace intaglio;
using namespace intaglio::kernels;
using benchmarks::add_row;
using benchmarks::Buffer;
using intaglio::simd::Native;

/// Bytes per second read from a buffer of so many bytes, measured once.
double read_peak(std::int64_t bytes) {
    static std::map<std::int64_t, double> peaks;
    double& peak = peaks[bytes];
    if (peak == 0) {
        const Buffer<std::int32_t> buffer(bytes / 4);
        peak = benchmarks::best_rate([&] {
            benchmarks::touch(buffer.get());
            return benchmarks::read_pass(buffer.get(), bytes / 4);
        });
    }
    return peak;
}

/// One dense layer with all its memory: weights -1, 0 and 1, or -1 and 1.
template <class P>
class Dense {
  public:
    Dense(std::int32_t in, std::int32_t out, bool signs)
        : extents_{.in = {1, 1, in}, .out = {1, 1, out}},
          image_(in),
          accumulators_(out),
          packed_(weight_bytes()),
          workspace_(static_cast<std::int64_t>(P::template workspace_bytes<Native, typename P::Code>(extents_, 1))) {
        const Buffer<std::int8_t> weights(extents_.weights());
        for (std::int64_t i = 0; i < extents_.weights(); ++i) {
            std::int8_t& weight = weights.get()[i];
            weight = static_cast<std::int8_t>(weight < 4 ? -1 : weight > 8 || signs ? 1 : 0);
        }
        for (std::int64_t i = 0; i < in; ++i) image_.get()[i] = image_.get()[i] > 6 ? 1 : 0;
        P::template pack_weights<Native>(extents_, weights.get(), packed_.get());
    }
    [[nodiscard]] std::int64_t weight_bytes() const {
        return static_cast<std::int64_t>(P::template weight_bytes<Native>(extents_));
    }
    [[nodiscard]] std::int64_t weights() const { return extents_.weights(); }
    void run() const {
        P::template multiply_rows<Native, Grouping::mixed>(extents_, image_.get(), 0, 1, packed_.get(),
                                                           accumulators_.get(), workspace_.get());
        benchmark::ClobberMemory();
    }

  private:
    ConvolutionExtents extents_;
    Buffer<typename P::Code> image_;
    Buffer<std::int32_t> accumulators_;
    Buffer<std::byte> packed_;
    Buffer<std::byte> workspace_;
};

/// Bytes of weights per second, and the products of them.
template <class P>
void read_weights(benchmark::State& state, std::int32_t in, std::int32_t out, bool signs) {
    const Dense<P> dense(in, out, signs);
    for (auto _ : state) dense.run();
    benchmarks::report(state, static_cast<double>(dense.weight_bytes()), "B/s", read_peak(dense.weight_bytes()));
    const double macs = static_cast<double>(dense.weights()) * static_cast<double>(state.iterations());
    state.counters["MAC/s"] = benchmark::Counter(macs, benchmark::Counter::kIsRate);
}

/// Both in turns, the best time of each.
template <class P, class Bytes>
void against_bytes(benchmark::State& state, std::int32_t in, std::int32_t out, bool signs) {
    const Dense<P> packed(in, out, signs);
    const Dense<Bytes> bytes(in, out, signs);
    benchmarks::report_ratio(
        state, [&] { packed.run(); }, [&] { bytes.run(); });
}

template <class P>
void add_rows(const std::string& name, bool signs) {
    using Bytes = std::conditional_t<has_byte_dot_product(Native{}), ByteProduct, SmallByteProduct>;
    for (const std::int32_t size : {256, 1024, 4096}) {
        const std::string shape = joined({"/", size, "->", size});
        add_row(joined({"dense_", name, shape}), read_weights<P>, size, size, signs);
        add_row(joined({"dense_", name, "_against_bytes", shape}), against_bytes<P, Bytes>, size, size, signs);
    }
}

[[maybe_unused]] const bool rows_added = [] {
    add_rows<PackedProduct<1>>("signs_by_bytes", true);
    add_rows<PackedProduct<2>>("ternary_by_bytes", false);
    add_rows<PackedProduct<4>>("4_bits_by_bytes", false);
    add_rows<UnsignedBitProduct>("signs_by_bits", true);
    return true;
}();

}  // namespace
