// One network compiled for one instruction set, as code compiled for another can call it: numbers and pointers, no type
// of the library that lies in the namespace of a set.
#pragma once

#include <cstddef>
#include <cstdint>

namespace intaglio {

/// What the object of one instruction set offers. All pointers are to what its own functions made.
struct NetworkEntry {
    const char* set;                   ///< its name, for people
    std::uint64_t processor_features;  ///< that its code needs, see simd::compiled_features
    std::size_t parameter_bytes;
    std::size_t arena_bytes;
    /// Packs the canonical_bytes of a model. Throws std::invalid_argument if they are none of the network.
    const void* (*pack)(const std::byte* model, std::size_t bytes);
    void (*free_network)(const void* network);
    void* (*make_scratch)();
    void (*free_scratch)(void* scratch);
    /// The integer logits of an image; they lie in the scratch.
    const std::int64_t* (*logits)(const void* network, const void* image, void* scratch);
};

}  // namespace intaglio
