// Where an inference spends its time: each instruction of the integer program of a network beside its limit. See
// ./bench layers.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "../peaks.hpp"
#include "clock.hpp"
#include "intaglio/canonical/describe.hpp"
#include "intaglio/host/text.hpp"
#include "intaglio/integer/program.hpp"
#include "intaglio/report/table.hpp"
#include "networks.hpp"
#include "product_run.hpp"

namespace {

using namespace intaglio;
using namespace intaglio::benchmarks;
using Target = simd::NativeTarget;

/// Multiply-accumulates whose taps lie on the image.
std::int64_t useful_macs(const ConvolutionExtents& e) {
    const auto taps = [&](std::int32_t in, std::int32_t out, std::int32_t kernel, std::int32_t stride,
                          std::int32_t padding) {
        std::int64_t inside = 0;
        for (std::int32_t o = 0; o < out; ++o) {
            for (std::int32_t k = 0; k < kernel; ++k) {
                const std::int32_t at = o * stride - padding + k * e.dilation;
                inside += at >= 0 && at < in ? 1 : 0;
            }
        }
        return inside;
    };
    return taps(e.in.height, e.out.height, e.kernel_height, e.stride_height, e.padding_height) *
           taps(e.in.width, e.out.width, e.kernel_width, e.stride_width, e.padding_width) * e.channels_per_group() *
           e.out.channels;
}

/// The shortest time of a product in seconds: its useful products at the peak of its kernel's arithmetic, or reading
/// its weights once, whichever is longer.
struct Limit {
    double seconds = 0;
    const char* by = "";
};
template <class Kernel>
Limit product_limit(const kernels::ProductFacts& facts) {
    double rate = 1e15 / simd::profile_of<Target>.byte_product;
    if constexpr (requires { typename Kernel::template Arithmetic<Set>::Stored; }) {
        using Arithmetic = typename Kernel::template Arithmetic<Set>;
        // A word holds 32 products of bits.
        constexpr double bits = sizeof(typename Arithmetic::Stored) == 4 ? 32 : 1;
        rate = bits * multiply_add_peak<Arithmetic>();
    }
    const double products = static_cast<double>(useful_macs(facts.extents)) / rate;
    const auto bytes = static_cast<double>(Kernel::template weight_bytes<Set>(facts.extents));
    const simd::CostProfile& profile = simd::profile_of<Target>;
    const double reading =
        1e-15 * bytes * (bytes > profile.near_bytes ? profile.far_weight_byte : profile.near_weight_byte);
    return products > reading ? Limit{products, "products"} : Limit{reading, "weights"};
}
using FindLimit = Limit (*)(const kernels::ProductFacts&);
/// The function that finds it for row I; null if the row is no product.
template <class Net, std::size_t I>
constexpr FindLimit find_limit() {
    if constexpr (facts<Net>.rows[I].weights > 0) {
        return &product_limit<integer::product_kernel<Net, Target, I>>;
    } else {
        return nullptr;
    }
}
template <class Net, std::size_t... I>
std::vector<FindLimit> find_limits(std::index_sequence<I...>) {
    return {find_limit<Net, I>()...};
}
/// Of everything else: what it reads and writes at the speed of the second cache.
Limit passing_limit(const FactsView& table, const Row& row, std::int32_t written) {
    const auto size = [&](std::int32_t value) {
        return static_cast<double>(table.value(value).shape.size() * bytes(table.value(value).storage));
    };
    return {(size(row.input) + size(written)) / pass_peak(), "memory"};
}

template <class Net>
void print_layers(bool as_json) {
    constexpr FactsView table = facts<Net>.view();
    const auto& instructions = integer::instructions<Net, Target>;
    constexpr const auto& plan = integer::plan<Net, Target>;
    // Any parameters do: times do not depend on them.
    const auto parameters = std::make_unique<Parameters<Net, Target>>();
    for (std::size_t i = 0; i < parameter_bytes<Net, Target>; ++i)
        parameters->bytes[i] = static_cast<std::byte>(i * 37);
    const auto scratch = std::make_unique<Scratch<Net, Target>>();
    const Buffer<typename Program<Net, Target>::Pixel> image(static_cast<std::int64_t>(Program<Net, Target>::pixels));
    const integer::Frame frame{parameters->bytes, image.get(), scratch->arena, scratch->logits};

    constexpr std::size_t count = integer::instructions<Net, Target>.size();
    std::vector<std::vector<double>> times(count);
    using Clock = std::chrono::steady_clock;
    const Clock::time_point begin = Clock::now();
    while (times[0].size() < 15 || (Clock::now() - begin < std::chrono::seconds(1) && times[0].size() < 2000)) {
        for (std::size_t i = 0; i < count; ++i) {
            const Clock::time_point start = Clock::now();
            instructions[i].run(instructions[i].site, frame);
            times[i].push_back(std::chrono::duration<double>(Clock::now() - start).count());
        }
    }

    Table text({{"layer"},
                {"kernel"},
                {"in"},
                {"out"},
                {"microseconds", Align::right},
                {"share", Align::right},
                {"limit", Align::right},
                {"by"},
                {"of limit", Align::right}});
    std::string json;
    double total = 0;
    double total_limit = 0;
    std::vector<double> medians;
    for (const std::vector<double>& all : times) medians.push_back(median(all));
    for (const double seconds : medians) total += seconds;
    const auto shape = [](Shape s) { return joined({s.height, "x", s.width, "x", s.channels}); };
    const std::vector<FindLimit> limits = find_limits<Net>(std::make_index_sequence<integer::row_count<Net>>());
    std::size_t next = 0;
    for (std::size_t i = 0; i < static_cast<std::size_t>(facts<Net>.row_count()); ++i) {
        if (!integer::has_instruction<Net, Target>(i)) continue;
        const Row& row = facts<Net>.rows[i];
        const std::int32_t step = plan.fused[i];
        const std::int32_t written = step == none ? row.output : table.row(step).output;
        const double seconds = medians[next++];
        const Limit limit =
            row.weights > 0 ? limits[i](integer::product_facts(table, row)) : passing_limit(table, row, written);
        total_limit += limit.seconds;
        const std::string path = joined({path_text(row.path), " ", row.kind});
        const char* const kernel = integer::kernel_name<Target, integer::product_kernels<Net>>(table, row);
        text.add_row({path, kernel, shape(table.value(row.input).shape), shape(table.value(written).shape),
                      fixed(1e6 * seconds, 1), fixed(100 * seconds / total, 1) + " %", fixed(1e6 * limit.seconds, 1),
                      limit.by, fixed(100 * limit.seconds / seconds, 0) + " %"});
        json += joined({json.empty() ? "" : ",\n", "  {\"layer\": \"", path, "\", \"kernel\": \"", kernel,
                        "\", \"seconds\": ", fixed(seconds, 9), ", \"limit\": ", fixed(limit.seconds, 9),
                        ", \"limited_by\": \"", limit.by, "\"}"});
    }
    text.add_rule();
    text.add_row({"all", "", "", "", fixed(1e6 * total, 1), "", fixed(1e6 * total_limit, 1), "",
                  fixed(100 * total_limit / total, 0) + " %"});
    if (as_json) {
        std::cout << "{\"network\": \"" << Net::name << "\", \"instruction_set\": \"" << simd::name(Set{})
                  << "\", \"layers\": [\n"
                  << json << "\n]}\n";
    } else {
        std::cout << Net::name << " on " << simd::name(Set{}) << ", batch 1, one thread, medians\n";
        text.print(std::cout);
    }
}

}  // namespace

// layers NETWORK [--json]
int main(int count, char** arguments) {
    const char* const wanted = count > 1 ? arguments[1] : "";
    const bool as_json = count > 2 && std::strcmp(arguments[2], "--json") == 0;
    bool found = false;
    std::string names;
    for_each_network([&](auto net) {
        using Net = typename decltype(net)::type;
        names += joined({" ", Net::name});
        if (std::strcmp(wanted, Net::name) != 0) return;
        found = true;
        print_layers<Net>(as_json);
    });
    if (found) return 0;
    std::cerr << "no network \"" << wanted << "\"; there are" << names << '\n';
    return 1;
}
