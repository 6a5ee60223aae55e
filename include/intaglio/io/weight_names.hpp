// Names of the tensors of known networks, as other frameworks write them.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/text.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// The names of zoo::ResNet with `blocks` blocks in each of its three stages (3: ResNet-20, 7: ResNet-44), as
/// load_weights wants them: conv1, bn1, layer1.0.conv1, layer1.0.bn1, ..., linear. Throws std::invalid_argument if
/// there is no block.
[[gnu::cold]] [[nodiscard]] inline std::vector<std::string> resnet_names(std::int32_t blocks) {
    if (blocks < 1) {
        throw std::invalid_argument(joined({"blocks of a ResNet: expected at least 1, found ", blocks}));
    }
    std::vector<std::string> names{"conv1", "bn1"};
    for (int stage = 1; stage <= 3; ++stage) {
        for (std::int32_t block = 0; block < blocks; ++block) {
            const std::string place = joined({"layer", stage, ".", block, "."});
            for (const char* const part : {"conv1", "bn1", "conv2", "bn2"}) names.push_back(place + part);
        }
    }
    names.emplace_back("linear");
    return names;
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
