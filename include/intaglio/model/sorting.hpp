// Sorting for constant expressions on every device: no standard library, n log n.
#pragma once

#include <cstddef>

#include "intaglio/core/array.hpp"

namespace intaglio {

/// Sorts the first `count` values so that before(a, b) holds for no neighbours b, a; equal ones keep their order.
template <class T, std::size_t N, class Before>
constexpr void stable_sort(Array<T, N>& values, std::size_t count, const Before& before) {
    Array<T, N> merged{};
    for (std::size_t width = 1; width < count; width *= 2) {
        for (std::size_t begin = 0; begin < count; begin += 2 * width) {
            const std::size_t middle = begin + width < count ? begin + width : count;
            const std::size_t end = middle + width < count ? middle + width : count;
            std::size_t left = begin;
            std::size_t right = middle;
            for (std::size_t i = begin; i < end; ++i) {
                const bool takes_right = left == middle || (right < end && before(values[right], values[left]));
                merged[i] = values[takes_right ? right++ : left++];
            }
        }
        for (std::size_t i = 0; i < count; ++i) values[i] = merged[i];
    }
}

}  // namespace intaglio
