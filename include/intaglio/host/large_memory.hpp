// Objects of many megabytes on huge pages, where the system offers them: weights are read from one end to the other,
// and each small page costs a look-up.
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>

#include "intaglio/core/instruction_set.hpp"

#if __has_include(<sys/mman.h>)
#include <sys/mman.h>
#endif

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

namespace host_detail {

inline constexpr std::size_t huge_page = std::size_t{2} << 20;

/// How an object of a type is aligned: to a huge page, if it fills one.
template <class T>
inline constexpr std::align_val_t large_alignment{sizeof(T) >= huge_page ? huge_page : alignof(T)};

/// Asks for huge pages: a hint, without which nothing fails.
inline void ask_for_huge_pages([[maybe_unused]] void* memory, [[maybe_unused]] std::size_t bytes) {
#ifdef MADV_HUGEPAGE
    if (bytes >= huge_page) static_cast<void>(::madvise(memory, bytes, MADV_HUGEPAGE));
#endif
}

}  // namespace host_detail

/// Destroys what make_large has made.
template <class T>
struct LargeDelete {
    void operator()(T* object) const {
        object->~T();
        ::operator delete(static_cast<void*>(object), host_detail::large_alignment<T>);
    }
};
/// The owner of an object made by make_large.
template <class T>
using LargePointer = std::unique_ptr<T, LargeDelete<T>>;

/// An object with the members 0, as std::make_unique makes it; of 2 MiB and more, it asks the system for huge pages.
/// Throws std::bad_alloc.
template <class T>
[[nodiscard]] LargePointer<T> make_large() {
    static_assert(std::is_nothrow_default_constructible_v<T>);
    void* const memory = ::operator new(sizeof(T), host_detail::large_alignment<T>);
    host_detail::ask_for_huge_pages(memory, sizeof(T));
    return LargePointer<T>(new (memory) T());
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
