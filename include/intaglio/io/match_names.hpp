// Names for the layers of a network, found among the tensors of a PyTorch state_dict (nlohmann-json).
#pragma once

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "intaglio/canonical/describe.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/data/file_error.hpp"
#include "intaglio/host/text.hpp"
#include "intaglio/io/safetensors.hpp"
#include "intaglio/model/facts.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

namespace io_detail {

/// The order of people: "layer.2" before "layer.10", parts between dots one after the other.
[[gnu::cold]] inline bool comes_before(std::string_view a, std::string_view b) {
    const auto is_digit = [](char letter) { return letter >= '0' && letter <= '9'; };
    while (!a.empty() && !b.empty()) {
        if (is_digit(a[0]) && is_digit(b[0])) {
            const auto take = [&](std::string_view& text) {
                std::size_t end = 0;
                while (end < text.size() && is_digit(text[end])) ++end;
                std::string_view digits = text.substr(0, end);
                text.remove_prefix(end);
                while (digits.size() > 1 && digits[0] == '0') digits.remove_prefix(1);
                return digits;
            };
            const std::string_view first = take(a);
            const std::string_view second = take(b);
            if (first.size() != second.size()) return first.size() < second.size();
            if (first != second) return first < second;
        } else if (a[0] != b[0]) {
            return a[0] < b[0];
        } else {
            a.remove_prefix(1);
            b.remove_prefix(1);
        }
    }
    return a.size() < b.size();
}

/// A group of tensors, NAME.weight and its companions, that a layer may take.
struct NamedGroup {
    std::string name;
    std::vector<std::int64_t> shape;
    bool is_norm = false;
    bool is_taken = false;
};

[[gnu::cold]] inline std::vector<NamedGroup> named_groups(const SafetensorsFile& file) {
    constexpr std::string_view end = ".weight";
    std::vector<NamedGroup> groups;
    for (const SafetensorsEntry& entry : file.tensors()) {
        const std::string_view name = entry.name;
        if (!name.ends_with(end)) continue;
        const std::string group(name.substr(0, name.size() - end.size()));
        groups.push_back({group, entry.shape, file.has(joined({group, ".running_mean"})), false});
    }
    std::sort(groups.begin(), groups.end(),
              [](const NamedGroup& a, const NamedGroup& b) { return comes_before(a.name, b.name); });
    return groups;
}

/// Whether weights of this shape are those of a row.
[[nodiscard]] inline bool fits(const NamedGroup& group, const Row& row) {
    const std::vector<std::int64_t>& shape = group.shape;
    if (row.weights == 0) {
        return group.is_norm == (row.epsilon > 0) && shape == std::vector<std::int64_t>{row.biases};
    }
    if (group.is_norm || shape.size() < 2) return false;
    const ConvolutionExtents& e = row.extents;
    if (shape[0] != e.out.channels || shape[1] != e.channels_per_group()) return false;
    if (shape.size() == 2) return e.kernel_height * e.kernel_width == 1;
    if (shape.size() == 3) return e.kernel_height == 1 && shape[2] == e.kernel_width;
    return shape.size() == 4 && shape[2] == e.kernel_height && shape[3] == e.kernel_width;
}

[[gnu::cold]] inline std::vector<std::string> match_names(const SafetensorsFile& file, const FactsView& facts) {
    std::vector<NamedGroup> groups = named_groups(file);
    std::vector<std::string> names;
    for (const Row& row : facts.rows) {
        if (row.weights + row.gains + row.biases == 0) continue;
        // A bias or a gain after a product has no name of its own: the product's bias is its number.
        const bool after_product = row.input > 0 && facts.writer(row.input).weights > 0;
        if (row.weights == 0 && row.epsilon == 0 && after_product) continue;
        const auto found = std::find_if(groups.begin(), groups.end(),
                                        [&](const NamedGroup& group) { return !group.is_taken && fits(group, row); });
        if (found == groups.end()) {
            throw_file_error(file.path(),
                             joined({"has no tensors left that fit ", place_text(row), "; found so far: ", names.size(),
                                     " names, the last is '", (names.empty() ? std::string() : names.back()), "'"}));
        }
        found->is_taken = true;
        names.push_back(found->name);
    }
    return names;
}

}  // namespace io_detail

/// Names for load_weights: each product and norm of the network, in order, takes the first tensors that fit, in the
/// order of their names with numbers as numbers. So it finds those of nn.Sequential and of torchvision's ResNet, VGG
/// and MobileNet, whose names follow the network where shapes are the same. Print the list, and change what is wrong.
/// Throws std::runtime_error that names the file and the layer for which there is nothing.
template <class Net>
[[gnu::cold]] [[nodiscard]] std::vector<std::string> match_names(const SafetensorsFile& file) {
    return io_detail::match_names(file, facts<Net>.view());
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
