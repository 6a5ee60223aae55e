// Layers as a person writes them: the text of a network's type.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/text.hpp"
#include "intaglio/io/import/graph.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::io_detail {

/// A layer in the making. Weights, norm and activation are left out where they are those of the defaults.
struct ImportLayer {
    std::string kind;                    ///< "Conv"
    std::vector<std::string> options{};  ///< "Out<32>", in the order of printing
    std::string weight{};                ///< "" where the layer takes none
    std::string norm{};
    std::string activation{};
    std::vector<ImportLayer> children{};
    std::string source{};  ///< names of the source's nodes, for a comment

    bool operator==(const ImportLayer& other) const {
        return kind == other.kind && options == other.options && weight == other.weight && norm == other.norm &&
               activation == other.activation && children == other.children;
    }
};

/// What most layers have.
struct ImportDefaults {
    std::string weight, norm, activation;
};

[[gnu::cold]] inline void count_options(const std::vector<ImportLayer>& layers,
                                        std::map<std::string, int> (&counts)[3]) {
    for (const ImportLayer& layer : layers) {
        const std::string* const given[] = {&layer.weight, &layer.norm, &layer.activation};
        for (std::size_t i = 0; i < 3; ++i) {
            if (!given[i]->empty()) ++counts[i][*given[i]];
        }
        count_options(layer.children, counts);
    }
}

[[gnu::cold]] inline ImportDefaults common_options(const std::vector<ImportLayer>& layers) {
    std::map<std::string, int> counts[3];
    count_options(layers, counts);
    ImportDefaults defaults;
    std::string* const chosen[] = {&defaults.weight, &defaults.norm, &defaults.activation};
    const std::string nothing[] = {"", "NoNorm", "NoActivation"};
    for (std::size_t i = 0; i < 3; ++i) {
        counts[i].erase(nothing[i]);  // nothing is said where it is
        const auto most = std::max_element(counts[i].begin(), counts[i].end(),
                                           [](const auto& a, const auto& b) { return a.second < b.second; });
        *chosen[i] = most == counts[i].end() ? nothing[i] : most->first;
    }
    return defaults;
}

/// The same layers one after the other become a Repeat; the longest run of the shortest pattern first.
[[gnu::cold]] inline void find_repeats(std::vector<ImportLayer>& layers) {
    for (ImportLayer& layer : layers) find_repeats(layer.children);
    constexpr std::size_t longest = 16;
    std::vector<ImportLayer> found;
    for (std::size_t at = 0; at < layers.size();) {
        std::size_t best_length = 1;
        std::size_t best_times = 1;
        for (std::size_t length = 1; length <= longest && at + 2 * length <= layers.size(); ++length) {
            std::size_t times = 1;
            while (at + (times + 1) * length <= layers.size() &&
                   std::equal(layers.begin() + static_cast<std::ptrdiff_t>(at),
                              layers.begin() + static_cast<std::ptrdiff_t>(at + length),
                              layers.begin() + static_cast<std::ptrdiff_t>(at + times * length))) {
                ++times;
            }
            if (times > 1 && times * length > best_times * best_length) {
                best_length = length;
                best_times = times;
            }
        }
        if (best_times == 1) {
            found.push_back(std::move(layers[at++]));
            continue;
        }
        ImportLayer repeat{.kind = "Repeat", .options = {std::to_string(best_times)}};
        for (std::size_t i = 0; i < best_length; ++i) repeat.children.push_back(layers[at + i]);
        repeat.source = layers[at].source;
        const std::string& last = layers[at + best_times * best_length - 1].source;
        if (repeat.source.size() + last.size() < 60) repeat.source += joined({" ... ", last});
        at += best_times * best_length;
        found.push_back(std::move(repeat));
    }
    layers = std::move(found);
}

/// Prints layers with the defaults left out.
class LayerPrinter {
  public:
    explicit LayerPrinter(ImportDefaults defaults) : defaults_(std::move(defaults)) {}

    /// The entries of a network, each with its comment.
    [[gnu::cold]] [[nodiscard]] std::string entries(const std::vector<ImportLayer>& layers, std::size_t indent,
                                                    const std::string& end) const {
        std::vector<std::pair<std::string, std::string>> lines;
        add_entries(layers, indent, end, lines);
        std::size_t longest = 0;
        for (const auto& [line, comment] : lines) longest = std::max(longest, line.size());
        std::string text;
        for (const auto& [line, comment] : lines) {
            text += line;
            if (!comment.empty()) text += joined({std::string(longest - line.size() + 2, ' '), "// ", comment});
            text += '\n';
        }
        return text;
    }

  private:
    static constexpr std::size_t width = 100;

    using Lines = std::vector<std::pair<std::string, std::string>>;  ///< each with its comment

    void add_entries(const std::vector<ImportLayer>& layers, std::size_t indent, const std::string& end,
                     Lines& lines) const {
        for (std::size_t i = 0; i < layers.size(); ++i) {
            add_entry(layers[i], indent, i + 1 == layers.size() ? end : ",", lines);
        }
    }
    void add_entry(const ImportLayer& layer, std::size_t indent, const std::string& end, Lines& lines) const {
        const std::string line = joined({std::string(indent, ' '), one_line(layer), end});
        if (layer.children.empty() || line.size() <= width) {
            lines.emplace_back(line, layer.source);
            return;
        }
        std::string first = joined({std::string(indent, ' '), layer.kind, "<"});
        for (const std::string& option : layer.options) first += joined({option, ", "});
        if (first.back() == ' ') first.pop_back();
        lines.emplace_back(first, layer.source);
        const std::vector<std::string> after = given(layer);
        std::string last = ">";
        for (std::size_t i = after.size(); i-- > 0;) last = joined({", ", after[i], last});
        add_entries(layer.children, indent + 4, last + end, lines);
    }

    /// Norm, weights and activation, those of the defaults left out.
    [[nodiscard]] std::vector<std::string> given(const ImportLayer& layer) const {
        std::vector<std::string> options;
        if (!layer.weight.empty() && layer.weight != defaults_.weight) options.push_back(layer.weight);
        if (!layer.norm.empty() && layer.norm != defaults_.norm) options.push_back(layer.norm);
        if (!layer.activation.empty() && layer.activation != defaults_.activation) options.push_back(layer.activation);
        return options;
    }

    [[nodiscard]] std::string one_line(const ImportLayer& layer) const {
        std::vector<std::string> parts = layer.options;
        for (const ImportLayer& child : layer.children) parts.push_back(one_line(child));
        for (const std::string& option : given(layer)) parts.push_back(option);
        std::string text = layer.kind;
        if (parts.empty() && (layer.kind == "Identity" || layer.kind == "GlobalAvgPool")) return text;
        text += "<";
        for (std::size_t i = 0; i < parts.size(); ++i) text += joined({(i == 0 ? "" : ", "), parts[i]});
        return text + ">";
    }

    ImportDefaults defaults_;
};

/// "Stride<2>", or "Stride<1, 2>" where the numbers differ.
[[gnu::cold]] inline std::string pair_option(const char* name, std::int64_t height, std::int64_t width) {
    if (height == width) return joined({name, "<", height, ">"});
    return joined({name, "<", height, ", ", width, ">"});
}

/// The padding of a window, in as few numbers as tell it.
[[gnu::cold]] inline std::string padding_of(const ImportWindow& w, bool one_dimensional) {
    if (one_dimensional) {
        return w.left == w.right ? joined({"Padding<", w.left, ">"}) : joined({"Padding<", w.left, ", ", w.right, ">"});
    }
    if (w.top == w.bottom && w.left == w.right) return pair_option("Padding", w.top, w.left);
    return joined({"Padding<", w.top, ", ", w.bottom, ", ", w.left, ", ", w.right, ">"});
}

/// Kernel, stride, padding and dilation of a convolution, those that nobody has to say left out.
[[gnu::cold]] inline std::vector<std::string> window_options(const ImportWindow& w, bool one_dimensional) {
    std::vector<std::string> options;
    if (one_dimensional) {
        if (w.width != 3) options.push_back(joined({"Kernel<", w.width, ">"}));
        if (w.stride_width != 1) options.push_back(joined({"Stride<", w.stride_width, ">"}));
    } else {
        if (w.height != 3 || w.width != 3) options.push_back(pair_option("Kernel", w.height, w.width));
        if (w.stride_height != 1 || w.stride_width != 1) {
            options.push_back(pair_option("Stride", w.stride_height, w.stride_width));
        }
    }
    const std::int64_t dilation = w.width > 1 ? w.dilation_width : w.dilation_height;
    if ((w.width > 1 || w.height > 1) && dilation != 1) options.push_back(joined({"Dilation<", dilation, ">"}));
    if (w.height > 1 && w.width > 1 && w.dilation_height != w.dilation_width) {
        refuse("has different dilations of rows and columns, for which there is no layer");
    }
    const std::int64_t rows = w.dilation_height * (w.height - 1) / 2;
    const std::int64_t columns = w.dilation_width * (w.width - 1) / 2;
    if (w.top == rows && w.bottom == rows && w.left == columns && w.right == columns) return options;
    const bool is_causal = one_dimensional && w.right == 0 && w.left == 2 * columns;
    options.push_back(is_causal ? "CausalPadding" : padding_of(w, one_dimensional));
    return options;
}

/// A pool whose windows do not overlap needs no stride.
[[gnu::cold]] inline std::vector<std::string> pool_options(const ImportWindow& w, const ImageShape& in,
                                                           bool one_dimensional) {
    std::vector<std::string> options;
    if (one_dimensional) {
        options.push_back(std::to_string(w.width));
    } else {
        options.push_back(w.height == w.width ? std::to_string(w.height)
                                              : joined({"Window{", w.height, ", ", w.width, "}"}));
    }
    const bool tiles = w.height == w.stride_height && w.width == w.stride_width &&
                       (in.height + w.top + w.bottom) % w.height == 0 && (in.width + w.left + w.right) % w.width == 0;
    if (!tiles || (one_dimensional && w.width != w.stride_width)) {
        options.push_back(one_dimensional ? joined({"Stride<", w.stride_width, ">"})
                                          : pair_option("Stride", w.stride_height, w.stride_width));
    }
    if (w.has_padding()) options.push_back(padding_of(w, one_dimensional));
    return options;
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::io_detail
