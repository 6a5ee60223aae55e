// The numbers of the canonical model, row by row. Its code is the same for all networks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/train/program/node.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train {

/// Writes the trained integers of all rows to `model`: running statistics are folded into the steps. `affine` receives
/// the real functions that the steps stand for, per row and channel, unless it is null. Throws std::runtime_error if a
/// parameter is not finite.
[[gnu::cold]] inline void lower_rows(const std::vector<std::unique_ptr<Node>>& nodes, const std::vector<Site>& sites,
                                     const float* parameters, std::uint64_t parameter_version, ModelNumbers& model,
                                     std::vector<std::vector<Affine>>* affine) {
    const std::size_t rows = nodes.size();
    ThreadPool alone(1);
    std::vector<const NormChannel*> norms(rows, nullptr);
    std::vector<const double*> scales(rows + 1, nullptr);
    Lowering lowering{.context = {.pool = &alone,
                                  .statistics = Statistics::running,
                                  .parameters = parameters,
                                  .norms = norms.data(),
                                  .scales = scales.data(),
                                  .parameter_version = parameter_version},
                      .channels = std::vector<std::vector<NormChannel>>(rows),
                      .scales = std::vector<std::vector<double>>(rows + 1),
                      .affine = std::vector<std::vector<Affine>>(rows)};
    model.rows.resize(rows);
    for (std::size_t i = 0; i < rows; ++i) nodes[i]->lower(sites[i], lowering, model.rows[i]);
    model.logit_exponent = lowering.logit_exponent;
    if (affine != nullptr) *affine = std::move(lowering.affine);
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train
