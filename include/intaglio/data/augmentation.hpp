// Random changes of training samples that keep their class: crops, shifts, flips, cutout.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>

#include "intaglio/core/extents.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/core/random.hpp"
#include "intaglio/data/dataset.hpp"
#include "intaglio/host/text.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

namespace data_detail {

/// Moves the content of an image up by `rows` and left by `columns` (negative: down, right), in place: afterwards pixel
/// (y, x) is what was (y + rows, x + columns), or `fill` where that lies outside.
template <PixelCode Pixel>
void shift_image(std::span<Pixel> image, Shape shape, std::int32_t rows, std::int32_t columns, Pixel fill) {
    if (rows == 0 && columns == 0) return;
    const std::ptrdiff_t row_codes = std::ptrdiff_t{shape.width} * shape.channels;
    const std::ptrdiff_t kept = std::ptrdiff_t{std::max(shape.width - std::abs(columns), 0)} * shape.channels;
    const std::ptrdiff_t from = std::ptrdiff_t{std::max(columns, 0)} * shape.channels;
    const std::ptrdiff_t to = std::ptrdiff_t{std::max(-columns, 0)} * shape.channels;
    for (std::int32_t step = 0; step < shape.height; ++step) {
        // No row may be overwritten before it has been moved.
        const std::int32_t y = rows >= 0 ? step : shape.height - 1 - step;
        Pixel* const out = image.data() + y * row_codes;
        if (y + rows < 0 || y + rows >= shape.height || kept == 0) {
            std::fill(out, out + row_codes, fill);
            continue;
        }
        const Pixel* const in = out + rows * row_codes + from;
        if (in < out + to) {
            std::copy_backward(in, in + kept, out + to + kept);
        } else {
            std::copy(in, in + kept, out + to);
        }
        std::fill(out, out + to, fill);
        std::fill(out + to + kept, out + row_codes, fill);
    }
}

/// Exchanges left and right, in place.
template <PixelCode Pixel>
void flip_image(std::span<Pixel> image, Shape shape) {
    const auto channels = static_cast<std::ptrdiff_t>(shape.channels);
    for (std::int32_t y = 0; y < shape.height; ++y) {
        Pixel* left = image.data() + y * shape.width * channels;
        for (Pixel* right = left + (shape.width - 1) * channels; left < right; left += channels, right -= channels) {
            std::swap_ranges(left, left + channels, right);
        }
    }
}

/// Fills the square of `side` x `side` pixels whose first row and column are `top` and `left`, as far as it lies in the
/// image.
template <PixelCode Pixel>
void fill_square(std::span<Pixel> image, Shape shape, std::int64_t top, std::int64_t left, std::int64_t side,
                 Pixel fill) {
    const auto clamp = [](std::int64_t position, std::int32_t extent) {
        return std::clamp(position, std::int64_t{0}, std::int64_t{extent});
    };
    const std::int64_t x_begin = clamp(left, shape.width) * shape.channels;
    const std::int64_t x_end = clamp(left + side, shape.width) * shape.channels;
    for (std::int64_t y = clamp(top, shape.height); y < clamp(top + side, shape.height); ++y) {
        Pixel* const row = image.data() + y * shape.width * shape.channels;
        std::fill(row + x_begin, row + x_end, fill);
    }
}

}  // namespace data_detail

/// Changes one image (or signal) in place at random: a crop, then a flip, then cutout, each only where it is asked for.
/// The crop is that of an image padded by `shift_height` rows above and below and `shift_width` columns left and right
/// with the code `fill`: content moves by a whole number of pixels, every offset with the same probability. A signal is
/// an image of one row or one column, and its crop a random shift in time.
///
/// Numbers are drawn in this order: rows, columns (each if its shift is not 0), flip, row and column of the cutout's
/// centre. Nothing is allocated and nothing is stored: one object serves several threads.
struct Augmentation {
    Shape shape{};                  ///< of the images
    std::int32_t shift_height = 0;  ///< 0 ... shape.height - 1
    std::int32_t shift_width = 0;   ///< 0 ... shape.width - 1
    bool horizontal_flip = false;   ///< exchange left and right with probability 1/2
    /// Side of the square that is filled (DeVries and Taylor 2017, "Improved regularization of convolutional neural
    /// networks with cutout"); its centre is any pixel with the same probability, and what lies outside is cut off.
    /// 0: none.
    std::int32_t cutout = 0;
    std::int32_t fill = 0;  ///< code of what is outside the image, and of the cutout

    /// Checks the parameters for codes of this type. Errors: std::invalid_argument that names the first wrong one.
    template <PixelCode Pixel>
    void validate() const {
        const auto require = [](bool good, const char* what, std::int32_t found, std::int64_t low, std::int64_t high) {
            if (good) return;
            throw std::invalid_argument(
                joined({"augmentation: ", what, " is ", found, ", not in ", low, " ... ", high}));
        };
        const auto in = [&](const char* what, std::int32_t value, std::int64_t low, std::int64_t high) {
            require(low <= value && value <= high, what, value, low, high);
        };
        constexpr std::int32_t most = std::numeric_limits<std::int32_t>::max();
        in("shape.height", shape.height, 1, most);
        in("shape.width", shape.width, 1, most);
        in("shape.channels", shape.channels, 1, most);
        in("shift_height", shift_height, 0, std::int64_t{shape.height} - 1);
        in("shift_width", shift_width, 0, std::int64_t{shape.width} - 1);
        in("cutout", cutout, 0, most);
        in("fill", fill, std::numeric_limits<Pixel>::min(), std::numeric_limits<Pixel>::max());
    }

    /// Changes `image`, [height][width][channels]. Errors: as validate; std::invalid_argument when the size is wrong.
    template <PixelCode Pixel>
    void operator()(std::span<Pixel> image, Random& random) const {
        validate<Pixel>();
        if (image.size() / static_cast<std::size_t>(shape.channels) != static_cast<std::size_t>(shape.pixels()) ||
            image.size() % static_cast<std::size_t>(shape.channels) != 0) {
            throw std::invalid_argument(joined({"augmentation: an image of ", image.size(), " codes, expected ",
                                                shape.height, " x ", shape.width, " x ", shape.channels}));
        }
        const auto code = static_cast<Pixel>(fill);
        const std::int32_t rows = offset(shift_height, random);
        const std::int32_t columns = offset(shift_width, random);
        data_detail::shift_image(image, shape, rows, columns, code);
        if (horizontal_flip && random.below(2) == 1) data_detail::flip_image(image, shape);
        if (cutout > 0) {
            const std::int64_t y = random.below(static_cast<std::uint32_t>(shape.height));
            const std::int64_t x = random.below(static_cast<std::uint32_t>(shape.width));
            data_detail::fill_square(image, shape, y - cutout / 2, x - cutout / 2, cutout, code);
        }
    }

  private:
    /// Uniform in -most ... most; draws nothing for 0.
    static std::int32_t offset(std::int32_t most, Random& random) {
        if (most == 0) return 0;
        return static_cast<std::int32_t>(random.below(2 * static_cast<std::uint32_t>(most) + 1)) - most;
    }
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
