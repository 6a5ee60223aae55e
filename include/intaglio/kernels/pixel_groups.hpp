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

/// Walks over groups of neighbouring pixels in rows, down the image first: windows below each other share most of
/// their codes, and groups below each other the taps on the padding. The last group of a row is moved back to fit: it
/// computes some pixels twice, which costs less than a smaller tile.
template <class Arithmetic>
class PixelGroups {
  public:
    PixelGroups(const ProductGrid<Arithmetic>& grid, std::int32_t group_pixels)
        : grid_(grid),
          group_pixels_(group_pixels),
          last_(grid.width - group_pixels),
          image_input_(grid.input),
          image_output_(grid.output) {
        begin_column();
    }

    /// Number of groups of the whole grid.
    [[nodiscard]] std::int64_t count() const {
        return std::int64_t{grid_.images} * grid_.rows * ((grid_.width + group_pixels_ - 1) / group_pixels_);
    }

    /// Gives the next groups and moves on.
    template <int Groups>
    void next(PixelTile<Arithmetic, Groups>& tile) {
        const UsefulTaps& taps = grid_.taps;
        tile.rows = taps.of_row(y_);
        tile.first_chunks = taps.first_chunks;
        tile.last_chunks = taps.last_chunks;
        for (int g = 0; g < Groups; ++g) {
            if (g > 0) {
                const TapRows rows = taps.of_row(y_);
                if (rows.begin < tile.rows.begin) tile.rows.begin = rows.begin;
                if (rows.end > tile.rows.end) tile.rows.end = rows.end;
            }
            if (x_ > 0) tile.first_chunks = 0;
            if (x_ < last_) tile.last_chunks = 0;
            tile.inputs[g] = input_;
            tile.outputs[g] = output_;
            advance();
        }
    }

  private:
    void begin_column() {
        input_ = image_input_ + x_ * grid_.input_pixel;
        output_ = image_output_ + x_ * grid_.output_pixel;
    }
    void advance() {
        input_ += grid_.input_row;
        output_ += grid_.output_row;
        if (++y_ < grid_.rows) return;
        y_ = 0;
        if (x_ < last_) {
            x_ += group_pixels_;
            if (x_ > last_) x_ = last_;
        } else {
            x_ = 0;
            image_input_ += grid_.input_image;
            image_output_ += grid_.output_image;
        }
        begin_column();
    }

    const ProductGrid<Arithmetic>& grid_;
    std::int32_t group_pixels_;
    std::int32_t last_;  ///< column of the last group
    std::int32_t x_ = 0;
    std::int32_t y_ = 0;
    const typename Arithmetic::Stored* image_input_;
    typename Arithmetic::Sum* image_output_;
    const typename Arithmetic::Stored* input_ = nullptr;
    typename Arithmetic::Sum* output_ = nullptr;
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels
