// A fixed array and a view over memory, usable on devices without a standard library.
#pragma once

#include <cstddef>

namespace intaglio {

/// N values in a row; an aggregate that is usable in constant expressions and as a template argument.
template <class T, std::size_t N>
struct Array {
    T data[N == 0 ? 1 : N]{};

    [[nodiscard]] static constexpr std::size_t size() { return N; }
    constexpr T& operator[](std::size_t i) { return data[i]; }
    constexpr const T& operator[](std::size_t i) const { return data[i]; }
    constexpr const T* begin() const { return data; }
    constexpr const T* end() const { return data + N; }
    // Written out: of a defaulted one, GCC 14 to 16 take `a == Array{...} && a != Array{...}` for false as a constant.
    constexpr bool operator==(const Array& other) const {
        for (std::size_t i = 0; i < N; ++i) {
            if (!(data[i] == other.data[i])) return false;
        }
        return true;
    }
};

/// `size` values at `data`, owned by somebody else.
template <class T>
struct View {
    T* data = nullptr;
    std::size_t size = 0;

    constexpr T& operator[](std::size_t i) const { return data[i]; }
    constexpr T* begin() const { return data; }
    constexpr T* end() const { return data + size; }
};

}  // namespace intaglio
