// Aligned memory with numbers in it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>

namespace intaglio::benchmarks {

struct Free {
    void operator()(void* memory) const { ::operator delete (memory, std::align_val_t{64}); }
};

/// n elements aligned to 64 bytes, with small numbers in them.
template <class T>
class Buffer {
  public:
    explicit Buffer(std::int64_t n)
        : data_(static_cast<T*>(::operator new (static_cast<std::size_t>(n + 1) * sizeof(T), std::align_val_t{64}))) {
        for (std::int64_t i = 0; i < n; ++i) data_.get()[i] = static_cast<T>((i * 7 + i / 11) % 13);
    }
    [[nodiscard]] T* get() const { return data_.get(); }

  private:
    std::unique_ptr<T, Free> data_;
};

}  // namespace intaglio::benchmarks
