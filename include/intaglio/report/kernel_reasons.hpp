// Why each product of a network runs on its kernel, as a table for people.
#pragma once

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

#include "intaglio/canonical/describe.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/text.hpp"
#include "intaglio/integer/kernel_choice.hpp"
#include "intaglio/model/network.hpp"
#include "intaglio/report/table.hpp"
#include "intaglio/simd/simd.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// The choice of the kernel of one product.
struct KernelReasons {
    std::string path;                          ///< place in the network
    std::string kernel;                        ///< that is chosen
    std::vector<integer::KernelOffer> offers;  ///< of all kernels of the list, in its order
};

/// The products of codes of a network on a target, in order.
template <class Net, class Target = simd::NativeTarget>
[[gnu::cold]] std::vector<KernelReasons> kernel_reasons() {
    using Kernels = integer::product_kernels<Net>;
    const FactsView table = facts<Net>.view();
    std::vector<KernelReasons> all;
    for (std::size_t i = 0; i < table.rows.size; ++i) {
        const Row& row = table.rows[i];
        if (row.weights == 0 || table.value(row.output).storage == Storage::float32) continue;
        const kernels::ProductFacts product = integer::product_facts(table, row);
        const auto offers = integer::kernel_offers<Target, Kernels>(product);
        KernelReasons& reasons = all.emplace_back();
        reasons.path = path_text(row.path);
        reasons.kernel = offers[integer::choose_product<Target, Kernels>(product)].name;
        for (std::size_t k = 0; k < offers.size(); ++k) reasons.offers.push_back(offers[k]);
    }
    return all;
}

/// In words: what the legal kernels take, the cheapest first, in microseconds on the machine of the profile, then why
/// the others are not legal.
[[gnu::cold]] inline std::string reasons_text(const KernelReasons& reasons) {
    std::vector<integer::KernelOffer> offers = reasons.offers;
    // Of equal ones the first of the list comes first, as in the choice.
    std::vector<std::size_t> order(offers.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t i, std::size_t k) {
        const integer::KernelOffer& a = reasons.offers[i];
        const integer::KernelOffer& b = reasons.offers[k];
        if ((a.refusal == nullptr) != (b.refusal == nullptr)) return a.refusal == nullptr;
        return a.cost != b.cost ? a.cost < b.cost : i < k;
    });
    for (std::size_t i = 0; i < order.size(); ++i) offers[i] = reasons.offers[order[i]];
    // Kernels that differ in a parameter alone have one name.
    offers.erase(std::unique(offers.begin(), offers.end(),
                             [](const integer::KernelOffer& a, const integer::KernelOffer& b) {
                                 return a.refusal != nullptr && b.refusal != nullptr &&
                                        std::string_view(a.refusal) == b.refusal && std::string_view(a.name) == b.name;
                             }),
                 offers.end());
    std::string text;
    bool legal = true;
    for (const integer::KernelOffer& offer : offers) {
        const bool first_refusal = legal && offer.refusal != nullptr;
        legal = offer.refusal == nullptr;
        if (!text.empty()) text += first_refusal ? "; not legal: " : legal ? ", " : "; ";
        text += legal ? joined({offer.name, " ", fixed(1e-9 * static_cast<double>(offer.cost), 2)})
                      : joined({offer.name, ", as ", offer.refusal});
    }
    return text;
}

/// One row per product: its kernel, and why.
[[gnu::cold]] inline Table kernel_reasons_table(const std::vector<KernelReasons>& all) {
    Table table({{"layer"}, {"kernel"}, {"microseconds by the profile; not legal"}});
    for (const KernelReasons& reasons : all) table.add_row({reasons.path, reasons.kernel, reasons_text(reasons)});
    return table;
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
