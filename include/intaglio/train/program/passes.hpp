// What a training holds and runs, whatever its network is: operations, parameters, the memory of a pass.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/text.hpp"
#include "intaglio/model/memory.hpp"
#include "intaglio/train/program/aligned_vector.hpp"
#include "intaglio/train/program/node.hpp"
#include "intaglio/train/program/parameters.hpp"
#include "intaglio/train/program/ranks.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train {

/// How much memory a network takes.
struct PassSizes {
    std::size_t parameters;
    std::size_t largest_weights;  ///< parameters of one product
    std::int64_t code_bytes;      ///< of one image
    std::int64_t gradients;       ///< numbers of one image
};

/// The largest batch of a network: what a batch takes in one piece can be addressed, and the pixels of a group of
/// samples count in 32 bits.
[[gnu::cold]] inline std::int64_t largest_batch(const FactsView& facts, const PassSizes& sizes) {
    std::int64_t bytes = std::max<std::int64_t>(sizes.code_bytes, sizes.gradients * std::int64_t{sizeof(Gradient)});
    std::int64_t pixels = 1;
    for (std::size_t v = 0; v < facts.values.size; ++v) {
        bytes = std::max(bytes, facts.values[v].shape.size() * 8);  // no array holds more for each value
        pixels = std::max(pixels, facts.values[v].shape.pixels());
    }
    return std::min((most_bytes - 1) / bytes, sample_groups * (INT32_MAX / pixels));
}

/// The operations of one network, and passes over them. Its code is the same for all networks.
struct Passes {
    using Maker = std::unique_ptr<Node> (*)(const Site&, std::int64_t);

    /// `makers` has one of each operation. Throws std::invalid_argument for a batch or a number of threads that makes
    /// no sense, or for which there are no addresses.
    [[gnu::cold]] Passes(std::int64_t batch, int threads, const Ranks& all, std::vector<Site> all_sites,
                         const Maker* makers, const PassSizes& sizes)
        : batch_capacity(checked(batch, largest_batch(all_sites.front().facts, sizes))),
          capacity(all.largest_part(batch)),
          ranks(all),
          pool(threads),
          sites(std::move(all_sites)),
          parameters(sizes.parameters),
          gradients(sizes.parameters),
          codes(static_cast<std::size_t>(sizes.code_bytes * capacity)),
          gradient_memory(static_cast<std::size_t>(sizes.gradients * capacity)),
          partial(sizes.largest_weights * sample_groups),
          norms(sites.size(), nullptr),
          scales(sites.size() + 1, nullptr) {
        std::int64_t most = 0;
        for (const Site& site : sites) {
            nodes.push_back(makers[nodes.size()](site, capacity));
            most = std::max(most, nodes.back()->workspace_bytes(site, batch));
        }
        workspace_bytes = aligned(most);
        if (workspace_bytes > (most_bytes - 1) / threads) {
            throw std::invalid_argument(joined(
                {"batch size: ", batch, " images on ", threads, " threads need more memory than can be addressed"}));
        }
        workspace.resize(static_cast<std::size_t>(workspace_bytes * threads));
    }

    [[gnu::cold]] void forward(const void* input, const BatchPart& images, Statistics statistics, std::size_t first_row,
                               std::size_t end_row) {
        Context context = make_context(input, images, statistics);
        for (std::size_t i = first_row; i < std::min(end_row, nodes.size()); ++i) nodes[i]->forward(sites[i], context);
        pixels = input;
        part = images;
        restart_statistics = false;
    }
    [[gnu::cold]] void backward(std::size_t first_row, std::size_t end_row) {
        Context context = make_context(pixels, part, Statistics::batch);
        context.first_row = first_row;
        if (end_row < nodes.size()) clear_gradients(first_row, end_row);
        for (std::size_t i = std::min(end_row, nodes.size()); i-- > first_row;) nodes[i]->backward(sites[i], context);
    }

    /// Lets an operation write its trained parameters as its method begins: by the weights, or by the images before it
    /// if there are some.
    [[gnu::cold]] void initialize(const ParameterRange& range, const void* input, const BatchPart& images) {
        const auto row = static_cast<std::size_t>(range.row);
        Context context = make_context(input, images, Statistics::batch);
        nodes[row]->initialize(sites[row], context, parameters.data() + range.begin);
    }

    /// Whether all ranks take part in a pass; otherwise its images are this rank's alone.
    [[nodiscard]] bool is_shared(const BatchPart& images) const { return images == ranks.part(images.batch); }

    /// The place of a value that a row writes; every row writes one.
    [[nodiscard]] const Operand& written(std::int32_t value) const {
        return sites[static_cast<std::size_t>(value - 1)].output;
    }
    /// The gradient of such a value, for the images of the last pass.
    [[nodiscard]] std::span<Gradient> gradient_of(std::int32_t value) {
        const Operand& operand = written(value);
        return {gradient_memory.data() + operand.gradient * capacity,
                static_cast<std::size_t>(part.count * operand.size())};
    }
    [[nodiscard]] std::size_t memory_bytes() const {
        return codes.size() + (gradient_memory.size() + partial.size() + gradients.size()) * sizeof(Gradient) +
               parameters.size() * sizeof(float) + workspace.size();
    }

    std::int64_t batch_capacity;  ///< images of all ranks
    std::int64_t capacity;        ///< images of this rank
    Ranks ranks;
    ThreadPool pool;
    std::vector<Site> sites;
    std::vector<std::unique_ptr<Node>> nodes;
    std::vector<float> parameters;
    std::vector<Gradient> gradients;
    AlignedVector<std::byte> codes;
    AlignedVector<Gradient> gradient_memory;
    AlignedVector<Gradient> partial;
    AlignedVector<std::byte> workspace;
    std::int64_t workspace_bytes = 0;
    std::vector<const NormChannel*> norms;
    std::vector<const double*> scales;
    const void* pixels = nullptr;  ///< of the last pass
    BatchPart part{};
    std::uint64_t parameter_version = 0;
    std::uint64_t seed = 0;
    std::uint64_t pass = 0;  ///< number of the last pass
    std::uint64_t next_pass = 0;
    bool restart_statistics = false;

  private:
    static std::int64_t checked(std::int64_t batch, std::int64_t most) {
        if (batch < 1 || batch > most) {
            throw std::invalid_argument(joined({"batch size: expected 1 to ", most, ", found ", batch}));
        }
        return batch;
    }
    /// The last reader of a value overwrites its gradient; where that is a row after end_row, nobody else does.
    [[gnu::cold]] void clear_gradients(std::size_t first_row, std::size_t end_row) {
        for (std::size_t i = first_row; i + 1 < end_row; ++i) {
            const Operand& output = sites[i].output;
            if (sites[i].facts.reads(output.index, end_row) == 0 || !output.value->needs_gradient) continue;
            const std::span<Gradient> gradient = gradient_of(output.index);
            std::fill(gradient.begin(), gradient.end(), Gradient{0});
        }
    }

    Context make_context(const void* input, const BatchPart& images, Statistics statistics) {
        return {.pool = &pool,
                .ranks = is_shared(images) ? ranks : Ranks(),
                .images = images.count,
                .first_image = images.first,
                .batch = images.batch,
                .statistics = statistics,
                .restart_statistics = restart_statistics,
                .input = input,
                .codes = codes.data(),
                .gradient_memory = gradient_memory.data(),
                .capacity = capacity,
                .parameters = parameters.data(),
                .gradients = gradients.data(),
                .norms = norms.data(),
                .scales = scales.data(),
                .partial = partial.data(),
                .workspace = workspace.data(),
                .workspace_bytes = workspace_bytes,
                .parameter_version = parameter_version,
                .seed = seed,
                .pass = pass};
    }
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train
