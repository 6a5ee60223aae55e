// What an import gives.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/io/import/graph.hpp"
#include "intaglio/io/import/layers.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// A tensor of an imported network, for a safetensors file.
struct ImportedTensor {
    using Numbers = std::variant<std::vector<float>, std::vector<std::int8_t>, std::vector<std::uint8_t>,
                                 std::vector<std::int32_t>, std::vector<std::int64_t>>;
    std::string name;
    std::vector<std::int64_t> shape;
    Numbers numbers;
};

namespace io_detail {

/// The layers of a network and what they hold.
struct ImportedLayers {
    std::vector<ImportLayer> layers;
    std::vector<ImportedTensor> tensors;
    std::vector<std::string> names;  ///< of products, norms and steps in the file, in the order of the network
    std::vector<double> mean;        ///< of the input, in the units of its codes' values
    std::vector<double> deviation;
    std::string declarations;   ///< what the layers name, before them
    std::string padding_value;  ///< option of the input, empty if it needs none
    std::int32_t logit_exponent = 0;
    std::vector<std::string> notes;
};

/// Names that a file's tensors begin with: those of the source's tensors, without "weight" at their end.
class ImportNames {
  public:
    [[gnu::cold]] [[nodiscard]] std::string unique(std::string_view wanted, std::string_view otherwise) {
        for (const std::string_view end : {".weight", "/weight", "_weight", ".kernel"}) {
            if (wanted.ends_with(end)) wanted.remove_suffix(end.size());
        }
        std::string name(wanted);
        const bool is_number = name.find_first_not_of("0123456789") == std::string::npos;
        if (name.empty() || is_number || name.starts_with("onnx::") || name.size() > 100) name = otherwise;
        for (char& letter : name) {
            const bool is_plain = (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'z') ||
                                  (letter >= 'A' && letter <= 'Z') || letter == '_' || letter == '.';
            if (!is_plain) letter = '_';
        }
        while (name.starts_with('_') || name.starts_with('.')) name.erase(0, 1);
        if (name.empty()) name = "layer";
        const std::string first = name;
        for (int i = 2; !used_.insert(name).second; ++i) name = joined({first, "_", i});
        return name;
    }

  private:
    std::set<std::string> used_;
};

}  // namespace io_detail

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
