// The header that an import writes.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/text.hpp"
#include "intaglio/io/import/graph.hpp"
#include "intaglio/io/import/layers.hpp"
#include "intaglio/io/import/result.hpp"
#include "intaglio/version.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::io_detail {

/// "Image<1, 28, 28>"
[[gnu::cold]] inline std::string input_text(const ImageShape& shape, std::string_view codes,
                                            const std::string& padding_value) {
    std::string text = shape.pixels() == 1 ? joined({"Features<", shape.channels})
                       : shape.height == 1 ? joined({"Signal<", shape.channels, ", ", shape.width})
                                           : joined({"Image<", shape.channels, ", ", shape.height, ", ", shape.width});
    const bool is_default = shape.height == 1 && shape.width > 1 ? codes == "Int16" : codes == "UInt8";
    if (!is_default || !padding_value.empty()) text += joined({", ", codes});
    if (!padding_value.empty()) text += joined({", ", padding_value});
    return text + ">";
}

struct HeaderText {
    std::string name;     ///< of the type
    std::string source;   ///< the file that it is made from
    std::string input;    ///< the type of the input
    std::string meaning;  ///< lines about input and weights, without "// "
    bool is_float = false;
};

[[gnu::cold]] inline bool has_kind(const std::vector<ImportLayer>& layers, std::string_view kind) {
    return std::any_of(layers.begin(), layers.end(),
                       [&](const ImportLayer& layer) { return layer.kind == kind || has_kind(layer.children, kind); });
}

/// The entry after the input; what is nothing is left out.
[[gnu::cold]] inline std::string defaults_text(const std::string& input, const std::vector<std::string>& options) {
    std::string text;
    for (const std::string& option : options) {
        if (option.empty() || option == "NoActivation") continue;
        text += joined({(text.empty() ? "" : ", "), option});
    }
    return joined({(input.size() + text.size() > 70 ? ",\n    " : ", "), "Defaults<", text, ">,\n"});
}

/// Layers of which real numbers make a teacher, and codes its student.
[[gnu::cold]] inline std::string teacher_text(const HeaderText& header, const ImportDefaults& defaults,
                                              const std::vector<ImportLayer>& layers) {
    std::string text =
        "// With codes in place of real numbers: BnFree<Layers<DoReFa<4>, DoReFaAct<4>>, Scale::LayerBias>.\n";
    text += joined(
        {"template <class Weights, class Activation, class... More>\nusing Layers = Network<", header.input,
         defaults_text(header.input, {"Weights", "NoWeightStandardization", defaults.norm, "Activation", "More..."}),
         LayerPrinter(defaults).entries(layers, 4, ">;"), "\nstruct ", header.name, " : Layers<FloatWeights, ",
         defaults.activation});
    if (has_kind(layers, "Residual")) text += ", FloatBranchGrid";
    return text + "> {};\n";
}

[[gnu::cold]] inline std::string header_text(const HeaderText& header, ImportedLayers layers) {
    const ImportDefaults defaults = common_options(layers.layers);
    find_repeats(layers.layers);
    std::string text =
        joined({"// ", header.name, ": the network of ", printable(header.source), ", imported by intaglio ",
                INTAGLIO_VERSION_MAJOR, ".", INTAGLIO_VERSION_MINOR, ".", INTAGLIO_VERSION_PATCH, ".\n"});
    std::size_t at = 0;
    while (at < header.meaning.size()) {
        const std::size_t end = header.meaning.find('\n', at);
        text += joined({"// ", header.meaning.substr(at, end - at), "\n"});
        at = end == std::string::npos ? header.meaning.size() : end + 1;
    }
    text += joined({"#pragma once\n\n#include <intaglio/model/network.hpp>\n\nnamespace ", header.name,
                    "_layers {\n\nusing namespace intaglio;\n\n"});
    if (!layers.declarations.empty()) text += layers.declarations + "\n";
    text += header.is_float ? teacher_text(header, defaults, layers.layers)
                            : joined({"struct ", header.name, " : Network<", header.input,
                                      defaults_text(header.input, {defaults.weight, "NoWeightStandardization",
                                                                   defaults.norm, defaults.activation}),
                                      LayerPrinter(defaults).entries(layers.layers, 4, "> {};")});
    text +=
        joined({"\n}  // namespace ", header.name, "_layers\n\nusing ", header.name, "_layers::", header.name, ";\n"});
    return text;
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::io_detail
