// Objects on huge pages: where they lie, what they hold, that they end.
#include "intaglio/host/large_memory.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>

namespace large_memory_test {

namespace {

template <std::size_t Bytes>
struct alignas(64) Memory {
    std::byte bytes[Bytes];
};

struct Counted {
    ~Counted() { ++ended; }
    static inline int ended = 0;
};

template <std::size_t Bytes>
void check_memory(std::uintptr_t alignment) {
    const auto memory = intaglio::make_large<Memory<Bytes>>();
    CHECK(reinterpret_cast<std::uintptr_t>(memory.get()) % alignment == 0);
    std::size_t set = 0;
    for (const std::byte b : memory->bytes) set += b != std::byte{0} ? 1 : 0;
    CHECK(set == 0);
    memory->bytes[0] = memory->bytes[Bytes - 1] = std::byte{1};
}

}  // namespace

TEST_CASE("large memory: zeros, aligned to huge pages from the size of one on") {
    constexpr std::size_t huge = std::size_t{2} << 20;
    check_memory<64>(64);
    check_memory<huge - 64>(64);
    check_memory<huge>(huge);
    check_memory<3 * huge + 64>(huge);
}

TEST_CASE("large memory: what is made is destroyed once") {
    {
        const auto counted = intaglio::make_large<Counted>();
        CHECK(Counted::ended == 0);
    }
    CHECK(Counted::ended == 1);
}

}  // namespace large_memory_test
