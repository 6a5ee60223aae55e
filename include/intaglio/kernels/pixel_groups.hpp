// The walk of a product over its output pixels, in groups of neighbours.
#pragma once

#include <cstddef>
#include <cstdint>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/kernels/useful_taps.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels {

/// Output pixels of a product and the input windows under them; distances are in elements.
template <class Arithmetic>
struct ProductGrid {
    const typename Arithmetic::Stored* input;  ///< first code of the first pixel's window
    typename Arithmetic::Sum* output;          ///< first pixel, first channel of the group
    std::int32_t images = 1;
    std::int32_t rows = 1;
    std::int32_t width = 1;
    std::ptrdiff_t input_image = 0;
    std::ptrdiff_t input_row = 0;
    std::ptrdiff_t input_pixel = 0;
    std::ptrdiff_t segment_row = 0;
    std::ptrdiff_t segment_column = 0;
    std::ptrdiff_t output_image = 0;
    std::ptrdiff_t output_row = 0;
    std::ptrdiff_t output_pixel = 0;
    UsefulTaps taps{};

    [[nodiscard]] std::int64_t pixels() const { return std::int64_t{images} * rows * width; }
};

/// Groups of neighbouring pixels that a tile computes at once, and the taps that count for any of their pixels.
template <class Arithmetic, int Groups>
struct PixelTile {
    const typename Arithmetic::Stored* inputs[Groups] = {};
    typename Arithmetic::Sum* outputs[Groups] = {};
    TapRows rows{};
    // Chunks of a segment that do not count for the first pixel of each group, and for the last one.
    std::int32_t first_chunks = 0;
    std::int32_t last_chunks = 0;
};

/// Walks over groups of neighbouring pixels in runs of groups whose taps are alike: first the rows all of whose taps
/// count, down the image, since windows below each other share most of their codes; then each other row. The last group
/// of a row is moved back to fit: it computes some pixels twice, which costs less than a smaller tile.
template <class Arithmetic>
class PixelGroups {
  public:
    PixelGroups(const ProductGrid<Arithmetic>& grid, std::int32_t group_pixels)
        : grid_(grid),
          group_pixels_(group_pixels),
          last_(grid.width - group_pixels),
          inner_begin_(grid.taps.inner_begin < grid.rows ? grid.taps.inner_begin : grid.rows),
          inner_end_(grid.taps.inner_end < grid.rows ? grid.taps.inner_end : grid.rows) {
        if (inner_end_ < inner_begin_) inner_end_ = inner_begin_;
        if (inner_begin_ < inner_end_) {
            begin_run(inner_begin_, inner_end_);
        } else {
            begin_next_row();
        }
    }

    /// Number of groups that are left of a run; 0 after the last one.
    [[nodiscard]] std::int64_t run() const { return run_; }

    /// Gives the next groups of a run and moves on.
    template <int Groups>
    void next(PixelTile<Arithmetic, Groups>& tile) {
        tile.rows = grid_.taps.of_row(y_);
        tile.first_chunks = grid_.taps.first_chunks;
        tile.last_chunks = grid_.taps.last_chunks;
        for (int g = 0; g < Groups; ++g) {
            if (x_ > 0) tile.first_chunks = 0;
            if (x_ < last_) tile.last_chunks = 0;
            tile.inputs[g] = grid_.input + image_ * grid_.input_image + y_ * grid_.input_row + x_ * grid_.input_pixel;
            tile.outputs[g] =
                grid_.output + image_ * grid_.output_image + y_ * grid_.output_row + x_ * grid_.output_pixel;
            advance();
        }
        run_ -= Groups;
        if (run_ == 0) begin_next_row();
    }

  private:
    void begin_run(std::int32_t begin, std::int32_t end) {
        begin_ = begin;
        end_ = end;
        image_ = 0;
        x_ = 0;
        y_ = begin;
        run_ = std::int64_t{grid_.images} * (end - begin) * ((grid_.width + group_pixels_ - 1) / group_pixels_);
    }
    /// The next one of the rows that lack taps.
    void begin_next_row() {
        if (next_row_ == inner_begin_) next_row_ = inner_end_;
        if (next_row_ >= grid_.rows) return;
        begin_run(next_row_, next_row_ + 1);
        ++next_row_;
    }
    void advance() {
        if (++y_ < end_) return;
        y_ = begin_;
        if (x_ < last_) {
            x_ += group_pixels_;
            if (x_ > last_) x_ = last_;
        } else {
            x_ = 0;
            ++image_;
        }
    }

    const ProductGrid<Arithmetic>& grid_;
    std::int32_t group_pixels_;
    std::int32_t last_;  ///< column of the last group
    std::int32_t inner_begin_;
    std::int32_t inner_end_;
    std::int32_t next_row_ = 0;
    // Of the run.
    std::int32_t begin_ = 0;
    std::int32_t end_ = 0;
    std::int64_t run_ = 0;
    std::int32_t image_ = 0;
    std::int32_t x_ = 0;
    std::int32_t y_ = 0;
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels
