// Which operations follow each other, and which are branches side by side.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/io/import/graph.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::io_detail {

/// An operation; one that joins branches has these, each from the place where they part.
struct ImportBlock {
    int node = 0;
    std::vector<std::vector<ImportBlock>> branches;
};

/// Sees a graph as a sequence of operations and of blocks of branches.
class ImportStructure {
  public:
    [[gnu::cold]] explicit ImportStructure(const ImportGraph& graph)
        : graph_(graph), dominators_(graph.nodes.size(), 0), depths_(graph.nodes.size(), 0) {
        for (std::size_t i = 1; i < graph.nodes.size(); ++i) {
            const std::vector<int>& inputs = graph.nodes[i].inputs;
            int above = inputs[0];
            for (const int input : inputs) above = common(above, input);
            dominators_[i] = above;
            depths_[i] = depths_[static_cast<std::size_t>(above)] + 1;
        }
    }

    /// From the input, which is left out, to the output. Throws ImportRefusal where operations are no such sequence.
    [[gnu::cold]] [[nodiscard]] std::vector<ImportBlock> blocks() {
        used_.assign(graph_.nodes.size(), false);
        return sequence(graph_.output, 0, 0);
    }

  private:
    /// The last operation through which all ways to both lead.
    [[nodiscard]] int common(int a, int b) const {
        while (a != b) {
            int& deeper = depths_[static_cast<std::size_t>(a)] >= depths_[static_cast<std::size_t>(b)] ? a : b;
            deeper = dominators_[static_cast<std::size_t>(deeper)];
        }
        return a;
    }

    [[nodiscard]] std::vector<ImportBlock> sequence(int end, int begin, int depth) {
        constexpr int deepest = 20;
        if (depth > deepest) refuse("branches are nested too deeply");
        std::vector<ImportBlock> blocks;
        for (int at = end; at != begin;) {
            const auto i = static_cast<std::size_t>(at);
            if (used_[i]) {
                refuse(joined({"what node '", printable(graph_.nodes[i].name),
                               "' gives is read in several places that no block of branches joins"}));
            }
            used_[i] = true;
            ImportBlock block{at, {}};
            const std::vector<int>& inputs = graph_.nodes[i].inputs;
            const int fork = dominators_[i];
            if (inputs.size() > 1) {
                for (const int input : inputs) block.branches.push_back(sequence(input, fork, depth + 1));
            }
            blocks.push_back(std::move(block));
            at = inputs.size() > 1 ? fork : inputs[0];
        }
        std::reverse(blocks.begin(), blocks.end());
        return blocks;
    }

    const ImportGraph& graph_;
    std::vector<int> dominators_;
    std::vector<int> depths_;
    std::vector<bool> used_;
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::io_detail
