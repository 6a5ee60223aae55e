// Layers of a quantised network: codes, and steps between them.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "intaglio/core/codes.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/io/import/chain.hpp"
#include "intaglio/io/import/code_join.hpp"
#include "intaglio/io/import/code_weights.hpp"
#include "intaglio/io/import/layer_builder.hpp"
#include "intaglio/io/import/steps.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::io_detail {

class CodeLayerBuilder : public LayerBuilder {
  public:
    /// `input` is what the codes of the input stand for, of each channel.
    CodeLayerBuilder(const ImportGraph& graph, ImportProblems& problems, CodeRange input_codes, ImportAffine input)
        : LayerBuilder(graph, problems), input_(std::move(input)) {
        grid_.codes = input_codes;
        grid_.scale = input_.slope[0];
        grid_.offset = input_.offset[0];
        for (std::size_t c = 1; c < input_.slope.size(); ++c) {
            has_own_input_ = has_own_input_ || input_.slope[c] != grid_.scale || input_.offset[c] != grid_.offset;
        }
    }

  private:
    void add_product(const Blocks& blocks, std::size_t& at, SequenceEnd end, Layers& layers) override {
        const ImportNode& of = node(blocks[at]);
        const std::vector<std::int8_t> codes = weight_codes(of, input_shape(of));
        if (CodeRange{std::min<std::int64_t>(grid_.codes.lowest, -1), grid_.codes.highest}.bits() > 16) {
            refuse("reads sums of more than 16 bits, no quantiser follows these");
        }
        ImportAffine affine = accumulator(of, codes, grid_);
        const CodeRange weights = weight_range(of);
        const std::int64_t fan_in = static_cast<std::int64_t>(codes.size()) / of.shape.channels;
        const CodeRange sums = product_range(grid_.codes, weights, fan_in);
        if (sums.highest >= INT32_MAX || sums.lowest <= INT32_MIN) refuse("has sums of more than 32 bits");
        const std::string name = names_.unique(of.weight_name, of.name);
        add_numbers(name, ".weight", weight_shape(of), codes);
        result_.names.push_back(name);

        ScalarChain chain(std::move(affine));
        take_scalars(blocks, at, chain);
        const bool is_last = at + 1 == blocks.size() && end == SequenceEnd::network;
        ImportLayer layer = product_layer(of, is_last);
        layer.weight = weight_text(of, weights);
        layer.norm = chain.has_norm() ? "BatchNorm" : "AffineNorm";
        if (is_last) {
            add_logits(chain);
            if (layer.kind != "Classifier") layer.activation = "NoActivation";
        } else {
            layer.activation = add_step(chain, sums, of);
            is_sum_ = false;
        }
        layers.push_back(std::move(layer));
    }

    void add_scalars(const Blocks& blocks, std::size_t& at, SequenceEnd end, Layers& layers) override {
        const ImportNode& of = node(blocks[at]);
        const auto channels = static_cast<std::size_t>(of.shape.channels);
        const bool reads_input = of.inputs[0] == 0;
        ImportAffine affine{std::vector<double>(channels, grid_.scale), std::vector<double>(channels, grid_.offset)};
        ScalarChain chain(reads_input ? input_ : affine);
        --at;
        take_scalars(blocks, at, chain);
        if (at + 1 == blocks.size() && end == SequenceEnd::network) {
            add_logits(chain);
            return;
        }
        if (!chain.has_codes()) refuse("gives real numbers: no quantiser follows, which makes codes of them");
        const ImportGrid before = grid_;
        const ImportGrid grid = chain.grid();
        if (reads_input && is_identity(chain, grid, before.codes)) {
            grid_ = grid;
        } else if (chain.other_functions() > 0) {
            if (is_sum_ || before.codes.states() > 256 || !chain.is_one_function()) {
                refuse("is a function of more than 256 codes; a quantiser before it makes fewer of them");
            }
            add_table(chain, grid, before.codes, of, layers);
        } else {
            const bool may_be_table = !is_sum_ && before.codes.states() <= 256 && chain.is_one_function();
            const ImportedStep step = StepImporter(chain, grid, before.codes).import();
            if (may_be_table && step.different > 0) {
                add_table(chain, grid, before.codes, of, layers);
            } else {
                const std::string activation = add_step(chain, grid, step, of);
                if (inexact_join_) note_differences(*inexact_join_, chain, of);
                layers.push_back({.kind = "Activate", .activation = activation, .source = printable(of.name)});
            }
        }
        inexact_join_.reset();
        has_own_input_ = is_sum_ = false;
    }

    /// The code of each code that comes in: exact for any function.
    void add_table(const ScalarChain& chain, const ImportGrid& grid, CodeRange in, const ImportNode& of,
                   Layers& layers) {
        std::vector<std::int64_t> entries;
        for (std::int64_t code = in.lowest; code <= in.highest; ++code) {
            entries.push_back(
                std::clamp(chain.code(0, static_cast<double>(code)), grid.codes.lowest, grid.codes.highest));
        }
        const auto [least, most] = std::minmax_element(entries.begin(), entries.end());
        if (*least == *most) refuse("gives one code only");
        const std::int64_t denominator = std::max({-*least, *most, std::int64_t{1}});
        const std::string table = joined({"Table", ++tables_});
        std::string text =
            joined({"/// ", printable(of.name), "\nusing ", table, " = ListedCodes<", denominator, ", ", in.lowest});
        std::size_t line = text.size() - text.rfind('\n');
        for (const std::int64_t entry : entries) {
            const std::string number = std::to_string(entry);
            text += line + number.size() > 110 ? ",\n    " : ", ";
            line = line + number.size() > 110 ? 4 : line + 2;
            text += number;
            line += number.size();
        }
        result_.declarations += text + ">;\n";
        const std::string name = names_.unique("", joined({of.name, ".table"}));
        result_.names.push_back(name);
        add_channels(name, ".numbers", entries);
        grid_ = grid;
        grid_.codes = {*least, *most};
        grid_.spacing = 1;
        layers.push_back({.kind = "CodeTable", .options = {table}, .source = printable(of.name)});
    }

    void add_join(const Blocks& blocks, std::size_t at, SequenceEnd end, Layers& layers) override {
        const ImportNode& of = node(blocks[at]);
        const ImportGrid before = grid_;
        const bool was_sum = is_sum_;
        ImportLayer layer{.kind = of.kind == ImportNode::Kind::add ? "Residual" : "Concat",
                          .source = printable(of.name)};
        if (of.kind == ImportNode::Kind::multiply) refuse("multiplies codes of two images, which is not read yet");
        const bool adds = of.kind == ImportNode::Kind::add;
        std::vector<ImportGrid> grids;
        std::vector<std::size_t> landings;
        for (const Blocks* const branch : branches_of(blocks[at])) {
            grid_ = before;
            is_sum_ = was_sum;
            Layers inside;
            sequence(*branch, SequenceEnd::other, inside);
            grids.push_back(grid_);
            // Numbers of a landing come after those of its branch.
            if (adds) {
                landings.push_back(result_.names.size());
                result_.names.push_back(names_.unique("", joined({of.name, ".branch"})));
            }
            layer.children.push_back(as_one(std::move(inside)));
        }
        if (end == SequenceEnd::network && at + 1 == blocks.size()) refuse("is the last layer, which is not read yet");
        if (!adds) {
            for (const ImportGrid& grid : grids) {
                if (grid.scale != grids[0].scale || grid.offset != grids[0].offset || !(grid.codes == grids[0].codes)) {
                    refuse("puts codes together that stand for different numbers");
                }
            }
            return layers.push_back(std::move(layer));
        }
        const CodeJoin join(grids[0], grids[1]);
        if (!join.is_exact()) inexact_join_ = join;
        const std::int64_t factors[] = {join.factor(0), join.factor(1)};
        for (std::size_t i = 0; i < 2; ++i) {
            const auto channels = static_cast<std::size_t>(of.shape.channels);
            const std::string& name = result_.names[landings[i]];
            add_channels(name, ".multipliers",
                         std::vector<std::int32_t>(channels, static_cast<std::int32_t>(2 * factors[i])));
            add_channels(name, ".addends", std::vector<std::int64_t>(channels, 0));
            add_channels(name, ".shifts", std::vector<std::uint8_t>(channels, 1));
        }
        const std::string option = joined({"BranchGrid<QInt<", join.bits(), ">, Range{1}>"});
        layer.activation = option;  // printed last, as an option is
        grid_ = join.sum();
        is_sum_ = true;
        layers.push_back(std::move(layer));
    }

    /// How many pairs of codes get another code because their scales are no ratio of small integers.
    void note_differences(const CodeJoin& join, const ScalarChain& chain, const ImportNode& of) {
        const CodeJoin::Difference found = join.compare(chain);
        result_.notes.push_back(joined({"node '", printable(of.name), "': ", found.different, " of ", found.pairs,
                                        " pairs of codes that are added get another code, because their scales are no"
                                        " ratio of small integers; they meet on a grid of ",
                                        join.bits(), " bits"}));
    }

    void before_reader(const Blocks&, std::size_t, Layers&) override {
        if (has_own_input_) refuse("reads an input of which each channel is normalised by itself, not quantised");
    }
    void pooled(const ImportNode& of) override {
        if (of.kind != ImportNode::Kind::average_pool) return;
        const std::int64_t count = of.window.height * of.window.width;
        if (count * std::max(-grid_.codes.lowest, grid_.codes.highest) > INT32_MAX) refuse("sums more than 32 bits");
        grid_.codes = {grid_.codes.lowest * count, grid_.codes.highest * count};
        grid_.scale /= static_cast<double>(count);
        is_sum_ = true;
    }
    void finish(const Blocks&) override {
        if (near_ > 0) {
            result_.notes.push_back(joined({near_, " of ", steps_,
                                            " steps lie so near to an accumulator that the rounding"
                                            " of floats in the source decides on its code; here they are exact"}));
        }
        if (!has_logits_ && !problems_.exist()) refuse("the network does not end with a layer that gives logits");
    }

    void take_scalars(const Blocks& blocks, std::size_t& at, ScalarChain& chain) const {
        while (is_scalar(blocks, at + 1)) {
            const ScalarFunction& function = node(blocks[at + 1]).function;
            if (function.kind == ScalarFunction::Kind::other && chain.has_codes()) return;  // of these codes
            chain.add(function);
            ++at;
        }
    }

    /// Adds the numbers of a step and gives the text of its activation; codes are now those after it.
    [[nodiscard]] std::string add_step(const ScalarChain& chain, CodeRange accumulators, const ImportNode& of) {
        if (!chain.has_codes()) refuse("gives real numbers: no quantiser follows, which makes codes of them");
        const ImportGrid grid = chain.grid();
        return add_step(chain, grid, StepImporter(chain, grid, accumulators).import(), of);
    }
    [[nodiscard]] std::string add_step(const ScalarChain& chain, const ImportGrid& grid, const ImportedStep& step,
                                       const ImportNode& of) {
        const std::string name = names_.unique("", joined({of.name, ".step"}));
        result_.names.push_back(name);
        const auto levels = grid.codes.states() - 1;
        const auto channels = static_cast<std::int64_t>(chain.channels());
        if (!step.numbers.thresholds.empty()) {
            add_numbers(name, ".thresholds", {levels, channels}, step.numbers.thresholds);
            add_channels(name, ".falling", step.numbers.falling);
        } else {
            add_channels(name, ".multipliers", step.numbers.multipliers);
            add_channels(name, ".addends", step.numbers.addends);
            add_channels(name, ".shifts", step.numbers.shifts);
        }
        near_ += step.near;
        steps_ += levels * channels;
        if (step.different > 0) {
            result_.notes.push_back(
                joined({"node '", printable(of.name), "': ", step.different, " of ", step.accumulators,
                        " accumulators get another code, where a tie is rounded "
                        "or a multiplier of 31 bits is not exact"}));
        }
        grid_ = grid;
        if (grid.spacing == 2) return "Sign<>";
        if (grid.codes.lowest == 0) return joined({"Act<M_a{", grid.codes.states(), "}>"});
        if (grid.codes.lowest == -grid.codes.highest) return joined({"SignedAct<M_a{", grid.codes.states(), "}>"});
        return joined({"GridAct<", grid.codes.lowest, ", ", grid.codes.highest, ", ",
                       std::max(-grid.codes.lowest, grid.codes.highest), ">"});
    }

    void add_logits(const ScalarChain& chain) {
        if (chain.has_codes()) {
            result_.notes.emplace_back("the quantiser of the output is left out: logits are finer than its codes");
        }
        const ImportAffine affine = chain.affine();
        std::vector<train::Affine> values;
        for (std::size_t c = 0; c < chain.channels(); ++c) values.push_back({affine.slope[c], affine.offset[c]});
        std::vector<std::int32_t> multipliers(values.size());
        std::vector<std::int64_t> addends(values.size());
        result_.logit_exponent = train::make_logits(values, multipliers, addends);
        const std::string name = names_.unique("logits", "logits");
        result_.names.push_back(name);
        add_channels(name, ".multipliers", multipliers);
        add_channels(name, ".addends", addends);
        has_logits_ = true;
    }

    template <class T>
    void add_numbers(const std::string& name, const char* part, std::vector<std::int64_t> shape,
                     const std::vector<T>& numbers) {
        result_.tensors.push_back({name + part, std::move(shape), numbers});
    }
    template <class T>
    void add_channels(const std::string& name, const char* part, const std::vector<T>& numbers) {
        add_numbers(name, part, {static_cast<std::int64_t>(numbers.size())}, numbers);
    }

    ImportAffine input_;
    ImportGrid grid_;
    std::optional<CodeJoin> inexact_join_;  ///< of the sum that waits for its step
    bool is_sum_ = false;                   ///< codes are sums, which wait for a step
    int tables_ = 0;
    std::int64_t near_ = 0;       ///< steps that floats of the source may round to the other side
    std::int64_t steps_ = 0;      ///< all of them
    bool has_own_input_ = false;  ///< channels of the input stand for different numbers
    bool has_logits_ = false;
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::io_detail
