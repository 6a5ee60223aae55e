// The entry of a network for the instruction set of the compiler's flags; intaglio_add_network() compiles it for
// several.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "intaglio/canonical/bytes.hpp"
#include "intaglio/canonical/network.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/dispatch/network_entry.hpp"
#include "intaglio/simd/processor_features.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// The functions behind the entry of a network.
template <class Net, class Set = simd::Native>
struct NetworkFunctions {
    using Network = IntegerNetwork<Net, Set>;
    using Working = Scratch<Net, Set>;

    static const void* pack(const std::byte* bytes, std::size_t count) {
        Model<Net> model;
        static_cast<ModelNumbers&>(model) = read_canonical_bytes({bytes, count});
        return new Network(model);
    }
    static void free_network(const void* network) { delete static_cast<const Network*>(network); }
    static void* make_scratch() { return new Working; }
    static void free_scratch(void* scratch) { delete static_cast<Working*>(scratch); }
    static const std::int64_t* logits(const void* network, const void* image, void* scratch) {
        return static_cast<const Network*>(network)->program().logits(
            static_cast<const typename Network::Pixel*>(image), *static_cast<Working*>(scratch));
    }
};

/// The entry of a network under the name of its instruction set, for people.
template <class Net, class Set = simd::Native>
constexpr NetworkEntry make_network_entry(const char* name) {
    using Functions = NetworkFunctions<Net, Set>;
    return {.set = name,
            .processor_features = simd::compiled_features(),
            .parameter_bytes = parameter_bytes<Net, Set>,
            .arena_bytes = arena_bytes<Net, Set>,
            .pack = &Functions::pack,
            .free_network = &Functions::free_network,
            .make_scratch = &Functions::make_scratch,
            .free_scratch = &Functions::free_scratch,
            .logits = &Functions::logits};
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
