// The taps of the windows of pools: loops that are gone where the window is a frequent one.
#pragma once

#include <cstddef>
#include <cstdint>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/simd/lanes.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels {

/// Rows and columns of a window, as numbers or as `simd::Number`s known to the compiler, and the distances between them
/// in elements.
template <class Rows, class Columns>
struct PoolTaps {
    Rows rows;
    Columns columns;
    std::ptrdiff_t row;
    std::ptrdiff_t column;

    /// Calls visit(tap) for each tap of the window that begins at `first`, row by row.
    template <class Code, class Visit>
    INTAGLIO_INLINE void visit(const Code* first, const Visit& visit) const {
        for (std::int32_t i = 0; i < rows; ++i, first += row) {
            const Code* tap = first;
            std::int32_t j = 0;
            for (; j + 4 <= columns; j += 4, tap += 4 * column) {
                visit(tap);
                visit(tap + column);
                visit(tap + 2 * column);
                visit(tap + 3 * column);
            }
            for (; j < columns; ++j, tap += column) visit(tap);
        }
    }
};

/// Calls pool(PoolTaps) for a window of so many rows and columns: once compiled for each of the frequent windows, 2 x 2
/// and 3 x 3, and once for all others.
template <class Pool>
INTAGLIO_INLINE void for_window(std::int32_t rows, std::int32_t columns, std::ptrdiff_t row, std::ptrdiff_t column,
                                const Pool& pool) {
    using simd::Number;
    if (rows == 2 && columns == 2) {
        pool(PoolTaps<Number<2>, Number<2>>{{}, {}, row, column});
    } else if (rows == 3 && columns == 3) {
        pool(PoolTaps<Number<3>, Number<3>>{{}, {}, row, column});
    } else if (columns * column == row) {
        // Rows without a gap between them are one.
        pool(PoolTaps<Number<1>, std::int32_t>{{}, rows * columns, row, column});
    } else {
        pool(PoolTaps<std::int32_t, std::int32_t>{rows, columns, row, column});
    }
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels
