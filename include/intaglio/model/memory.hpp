// Networks that do not fit the processor for which they are compiled.
#pragma once

#include <cstddef>
#include <cstdint>

#include "intaglio/core/memory_size.hpp"
#include "intaglio/model/errors.hpp"

namespace intaglio {

INTAGLIO_MODEL_ERROR(network_needs_more_memory_than_the_processor_can_address)

namespace detail {

/// For `raise`: whether the processor can address so many bytes.
template <std::int64_t Bytes>
struct MemoryNeeded {
    struct Description {
        Problem problem;
    };
    static constexpr Description description{
        Bytes < most_bytes ? Problem{}
                           : Problem{.kind = &network_needs_more_memory_than_the_processor_can_address,
                                     .expected = most_bytes - 1,
                                     .found = Bytes}};
};

}  // namespace detail

/// `Bytes` as a size; does not compile where the processor cannot address them.
template <std::int64_t Bytes>
[[nodiscard]] constexpr std::size_t addressable() {
    static_assert(raise<detail::MemoryNeeded<Bytes>>());
    return static_cast<std::size_t>(Bytes);
}

}  // namespace intaglio
