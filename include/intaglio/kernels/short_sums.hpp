// Sums of few bits inside the product kernel: how they are widened before they overflow.
#pragma once

#include <cstdint>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/kernels/arithmetic.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels {

/// Whether an arithmetic adds products up in short sums first, of fewer bits than its sums: it has `zero_short`,
/// `multiply_add` of short sums, `add_short`, and `chunks_of_short_sums(weights)`, how many chunks they hold.
template <class Arithmetic>
concept HasShortSums = requires {
    Arithmetic::zero_short();
};

/// What the products of an arithmetic are added to, chunk by chunk: short sums, if it has some.
template <class Arithmetic>
[[nodiscard]] INTAGLIO_INLINE auto zero_partial() {
    if constexpr (HasShortSums<Arithmetic>) {
        return Arithmetic::zero_short();
    } else {
        return Arithmetic::zero();
    }
}
template <class Arithmetic>
using PartialSum = decltype(zero_partial<Arithmetic>());

/// The sums behind those that a register tile of `Rows` by `Columns` vectors adds to: none, if those are not short.
template <class Arithmetic, int Rows, int Columns>
class LongSums {
  public:
    INTAGLIO_INLINE explicit LongSums(std::int32_t /*chunks*/) {}
    /// How many of the next `chunks` chunks may be added.
    INTAGLIO_INLINE std::int32_t make_room(const PartialSum<Arithmetic> (&)[Rows][Columns], std::int32_t chunks) {
        return chunks;
    }
    INTAGLIO_INLINE auto sum(const PartialSum<Arithmetic> (&partial)[Rows][Columns], int r, int c) const {
        return partial[r][c];
    }
};

template <HasShortSums Arithmetic, int Rows, int Columns>
class LongSums<Arithmetic, Rows, Columns> {
  public:
    /// Short sums hold `chunks` chunks, at least one.
    INTAGLIO_INLINE explicit LongSums(std::int32_t chunks) : chunks_(chunks), left_(chunks) {
        INTAGLIO_UNROLLED (r, Rows) {
            INTAGLIO_UNROLLED (c, Columns) {
                sums_[r][c] = Arithmetic::zero();
            }
        }
    }
    /// Adds the short sums to the long ones if they are full, and begins them anew. The caller adds as many of the next
    /// `chunks` chunks as there is room for.
    INTAGLIO_INLINE std::int32_t make_room(PartialSum<Arithmetic> (&partial)[Rows][Columns], std::int32_t chunks) {
        if (left_ == 0) {
            PartialSum<Arithmetic> full[Rows][Columns];
            INTAGLIO_UNROLLED (r, Rows) {
                INTAGLIO_UNROLLED (c, Columns) {
                    full[r][c] = partial[r][c];
                    partial[r][c] = Arithmetic::zero_short();
                }
            }
            add(full, sums_);
            left_ = chunks_;
        }
        const std::int32_t room = chunks < left_ ? chunks : left_;
        left_ -= room;
        return room;
    }
    INTAGLIO_INLINE auto sum(const PartialSum<Arithmetic> (&partial)[Rows][Columns], int r, int c) const {
        return Arithmetic::add_short(sums_[r][c], partial[r][c]);
    }

  private:
    using Sum = decltype(Arithmetic::zero());

    /// A call, so that long sums stay in memory: the registers are those of the short ones.
    [[gnu::noinline]] static void add(const PartialSum<Arithmetic> (&partial)[Rows][Columns],
                                      Sum (&sums)[Rows][Columns]) {
        INTAGLIO_UNROLLED (r, Rows) {
            INTAGLIO_UNROLLED (c, Columns) {
                sums[r][c] = Arithmetic::add_short(sums[r][c], partial[r][c]);
            }
        }
    }

    std::int32_t chunks_;
    std::int32_t left_;
    Sum sums_[Rows][Columns];
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels
