// Whether the choice of kernels is right on this machine: each product of the networks runs on every kernel that is
// legal for it. Fails where the choice is over 10 % slower than another kernel. See ./bench --verify-table.
#include <algorithm>
#include <boost/mp11/algorithm.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <iostream>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "clock.hpp"
#include "intaglio/integer/program.hpp"
#include "intaglio/report/table.hpp"
#include "networks.hpp"
#include "product_run.hpp"

namespace {

using namespace intaglio;
using namespace intaglio::benchmarks;
using kernels::ProductFacts;
using Target = simd::NativeTarget;

/// Whether a kernel is legal for any product of codes of this storage: only then it is compiled for them.
template <class Kernel>
constexpr bool takes(Storage storage) {
    const bool is_signed = storage != Storage::uint8;
    for (const std::int64_t highest : {1, 2, 3, 7, 15, 255}) {
        if (is_signed && highest > 127) continue;
        for (const std::int64_t weight : {1, 3, 7, 127}) {
            for (const bool signs : {false, true}) {
                const ConvolutionExtents extents{.in = {3, 3, 32},
                                                 .out = {1, 1, 32},
                                                 .kernel_height = 3,
                                                 .kernel_width = 3,
                                                 .lowest_code = is_signed ? -static_cast<std::int32_t>(highest) : 0};
                const ProductFacts facts{.extents = extents,
                                         .storage = storage,
                                         .codes = {is_signed ? -highest : 0, highest},
                                         .code_spacing = signs && is_signed && highest == 1 ? 2 : 1,
                                         .weight_codes = {-weight, weight},
                                         .sign_weights = signs && weight == 1};
                if (kernels::is_legal<Kernel, Set>(facts)) return true;
            }
        }
    }
    return false;
}

using Run = std::function<void()>;
/// The run of a kernel on a product; none if it is not legal. `in_planes`: the image lies in planes, for kernels that
/// read them.
template <class Kernel>
Run legal_run(const ProductFacts& facts, bool in_planes) {
    if (!kernels::is_legal<Kernel, Set>(facts)) return {};
    if constexpr (kernels::planes_read < Kernel >> 0) {
        if (in_planes) return run_of<Kernel, kernels::PlaneElement<kernels::planes_read<Kernel>>>(facts);
    }
    if constexpr (takes<Kernel>(Storage::uint8)) {
        if (facts.storage == Storage::uint8) return run_of<Kernel, std::uint8_t>(facts);
    }
    if constexpr (takes<Kernel>(Storage::int8)) {
        if (facts.storage == Storage::int8) return run_of<Kernel, std::int8_t>(facts);
    }
    if constexpr (takes<Kernel>(Storage::int16)) {
        if (facts.storage == Storage::int16) return run_of<Kernel, std::int16_t>(facts);
    }
    return {};
}

/// What tells one product from another.
std::string product_text(const ProductFacts& facts) {
    const ConvolutionExtents& e = facts.extents;
    return joined({e.kernel_height,
                   "x",
                   e.kernel_width,
                   ", ",
                   e.in.height,
                   "x",
                   e.in.width,
                   "x",
                   e.in.channels,
                   " to ",
                   e.out.channels,
                   ", codes ",
                   facts.codes.lowest,
                   "..",
                   facts.codes.highest,
                   ", weights ",
                   facts.weight_codes.lowest,
                   "..",
                   facts.weight_codes.highest,
                   facts.sign_weights ? " without 0" : ""});
}

struct Found {
    Table table{{{"network"},
                 {"product"},
                 {"choice"},
                 {"microseconds", Align::right},
                 {"of the profile", Align::right},
                 {"best"},
                 {"microseconds", Align::right},
                 {"ratio", Align::right}}};
    std::set<std::string> seen;
    int rows = 0;
    int wrong = 0;
};

template <class Net>
void verify(Found& found) {
    using Kernels = typename integer::product_kernels<Net>::list;
    constexpr FactsView table = facts<Net>.view();
    for (const Row& row : facts<Net>.rows) {
        if (row.weights == 0 || table.value(row.output).storage == Storage::float32) continue;
        const ProductFacts product = integer::product_facts(table, row);
        const std::string text = product_text(product);
        if (!found.seen.insert(text).second) continue;
        const bool in_planes = integer::layouts<Net, Target>[static_cast<std::size_t>(row.input)].planes > 0;
        std::vector<Run> runs;
        std::vector<const char*> names;
        std::size_t choice = 0;
        kernels::ProductCost cost = 0;
        const std::size_t place = integer::choose_product<Target, integer::product_kernels<Net>>(product);
        std::size_t i = 0;
        boost::mp11::mp_for_each<Kernels>([&](auto kernel) {
            using Kernel = decltype(kernel);
            if (Run run = legal_run<Kernel>(product, in_planes)) {
                if (i == place) {
                    choice = runs.size();
                    cost = Kernel::template cost<Set>(product, simd::profile_of<Target>);
                }
                runs.push_back(std::move(run));
                names.push_back(Kernel::name);
            }
            ++i;
        });
        std::vector<double> times;
        std::size_t best = 0;
        double ratio = 0;
        // A call takes some tens of nanoseconds, whatever the kernel.
        const auto is_wrong = [&] { return ratio > 1.1 && times[choice] - times[best] > 50e-9; };
        // What looks wrong is measured once more, longer: other work of the machine is not to blame the choice.
        for (const int repeats : {15, 61}) {
            times = times_of_calls(runs, repeats);
            best = static_cast<std::size_t>(std::min_element(times.begin(), times.end()) - times.begin());
            ratio = times[choice] / times[best];
            if (!is_wrong()) break;
        }
        const bool wrong = is_wrong();
        found.table.add_row({Net::name, text, names[choice], fixed(1e6 * times[choice], 1),
                             fixed(1e-9 * static_cast<double>(cost), 1), names[best], fixed(1e6 * times[best], 1),
                             fixed(ratio, 2) + (wrong ? " wrong" : "")});
        ++found.rows;
        found.wrong += wrong ? 1 : 0;
    }
}

}  // namespace

int main() {
    Found found;
    std::cout << "kernels on " << simd::name(Set{}) << ", medians; wrong: over 1.10 of the best, and 50 ns\n";
    for_each_network([&](auto net) { verify<typename decltype(net)::type>(found); });
    found.table.print(std::cout);
    std::cout << found.rows << " products, " << found.wrong << " wrong choices\n";
    return found.wrong == 0 ? 0 : 1;
}
