// Random changes of training samples: every single result on tiny images, and how often each occurs.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <intaglio/core/random.hpp>
#include <intaglio/data/augmentation.hpp>
#include <map>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include "data_files/temporary_folder.hpp"

namespace augmentation_test {

using namespace intaglio;
using test_files::contains;
using test_files::message_of;

namespace {

template <class Pixel>
std::vector<Pixel> numbered(Shape shape) {
    std::vector<Pixel> image(static_cast<std::size_t>(shape.size()));
    for (std::size_t i = 0; i < image.size(); ++i) image[i] = static_cast<Pixel>(i + 1);
    return image;
}

/// What a shift, then a flip, then a filled square must give, pixel by pixel.
template <class Pixel>
std::vector<Pixel> expected(const std::vector<Pixel>& image, Shape shape, int rows, int columns, bool flip, int top,
                            int left, int side, Pixel fill) {
    std::vector<Pixel> out;
    for (int y = 0; y < shape.height; ++y) {
        for (int x = 0; x < shape.width; ++x) {
            const int from_y = y + rows;
            const int from_x = (flip ? shape.width - 1 - x : x) + columns;
            const bool inside = from_y >= 0 && from_y < shape.height && from_x >= 0 && from_x < shape.width;
            const bool cut = y >= top && y < top + side && x >= left && x < left + side;
            for (int c = 0; c < shape.channels; ++c) {
                const auto at = static_cast<std::size_t>((from_y * shape.width + from_x) * shape.channels + c);
                out.push_back(inside && !cut ? image[at] : fill);
            }
        }
    }
    return out;
}

/// How often each result occurs in `draws` calls.
template <class Pixel>
std::map<std::vector<Pixel>, int> outcomes(const Augmentation& augmentation, int draws) {
    std::map<std::vector<Pixel>, int> counts;
    const auto original = numbered<Pixel>(augmentation.shape);
    for (int draw = 0; draw < draws; ++draw) {
        Random random(3, static_cast<std::uint64_t>(draw));
        auto image = original;
        augmentation(std::span<Pixel>(image), random);
        ++counts[image];
    }
    return counts;
}

}  // namespace

TEST_CASE_TEMPLATE("every shift of tiny images", Pixel, std::uint8_t, std::int8_t, std::int16_t) {
    for (const Shape shape : {Shape{1, 1, 1}, Shape{3, 4, 2}, Shape{1, 7, 1}, Shape{5, 1, 3}, Shape{4, 4, 1}}) {
        const auto image = numbered<Pixel>(shape);
        for (int rows = 1 - shape.height; rows < shape.height; ++rows) {
            for (int columns = 1 - shape.width; columns < shape.width; ++columns) {
                auto shifted = image;
                data_detail::shift_image(std::span<Pixel>(shifted), shape, rows, columns, Pixel{99});
                CHECK(shifted == expected(image, shape, rows, columns, false, 0, 0, 0, Pixel{99}));
            }
        }
        auto flipped = image;
        data_detail::flip_image(std::span<Pixel>(flipped), shape);
        CHECK(flipped == expected(image, shape, 0, 0, true, 0, 0, 0, Pixel{99}));
        for (int side = 1; side < 7; ++side) {
            for (int top = -7; top < 8; ++top) {
                for (int left = -7; left < 8; ++left) {
                    auto cut = image;
                    data_detail::fill_square(std::span<Pixel>(cut), shape, top, left, side, Pixel{99});
                    CHECK(cut == expected(image, shape, 0, 0, false, top, left, side, Pixel{99}));
                }
            }
        }
    }
}

TEST_CASE("small results, spelt out") {
    std::array<std::uint8_t, 6> image{1, 2, 3, 4, 5, 6};
    data_detail::shift_image(std::span<std::uint8_t>(image), Shape{2, 3, 1}, 1, -1, std::uint8_t{0});
    CHECK(image == std::array<std::uint8_t, 6>{0, 4, 5, 0, 0, 0});
    std::array<std::int16_t, 6> colours{1, 2, 3, -4, -5, -6};
    data_detail::flip_image(std::span<std::int16_t>(colours), Shape{1, 2, 3});
    CHECK(colours == std::array<std::int16_t, 6>{-4, -5, -6, 1, 2, 3});
}

TEST_CASE("nothing asked for: nothing changes and nothing is drawn") {
    const Augmentation augmentation{.shape = {4, 5, 3}};
    auto image = numbered<std::uint8_t>(augmentation.shape);
    Random random(1);
    augmentation(std::span<std::uint8_t>(image), random);
    CHECK(image == numbered<std::uint8_t>(augmentation.shape));
    CHECK(random.position() == 0);
}

TEST_CASE("numbers are drawn in the documented order") {
    const Augmentation augmentation{
        .shape = {6, 7, 2}, .shift_height = 2, .shift_width = 3, .horizontal_flip = true, .cutout = 3, .fill = -1};
    const auto original = numbered<std::int16_t>(augmentation.shape);
    for (std::uint64_t stream = 0; stream < 500; ++stream) {
        Random drawn(9, stream);
        const int rows = static_cast<int>(drawn.below(5)) - 2;
        const int columns = static_cast<int>(drawn.below(7)) - 3;
        const bool flip = drawn.below(2) == 1;
        const int y = static_cast<int>(drawn.below(6));
        const int x = static_cast<int>(drawn.below(7));
        Random random(9, stream);
        auto image = original;
        augmentation(std::span<std::int16_t>(image), random);
        CHECK(image == expected<std::int16_t>(original, augmentation.shape, rows, columns, flip, y - 1, x - 1, 3, -1));
        CHECK(random.position() == drawn.position());
    }
}

TEST_CASE("every result occurs, equally often") {
    constexpr int draws = 20000;
    const auto check_uniform = [](const auto& counts, std::size_t results) {
        REQUIRE(counts.size() == results);
        const double mean = static_cast<double>(draws) / static_cast<double>(results);
        double chi_square = 0;
        for (const auto& [image, count] : counts) chi_square += (count - mean) * (count - mean) / mean;
        // Mean: results - 1, variance: twice that; five standard deviations.
        const double freedom = static_cast<double>(results - 1);
        CHECK((chi_square - freedom) * (chi_square - freedom) < 25 * 2 * freedom);
    };
    check_uniform(outcomes<std::uint8_t>({.shape = {5, 6, 2}, .shift_height = 2, .shift_width = 3}, draws), 35);
    check_uniform(outcomes<std::uint8_t>({.shape = {3, 3, 1}, .horizontal_flip = true}, draws), 2);
    check_uniform(outcomes<std::uint8_t>({.shape = {4, 5, 3}, .cutout = 2, .fill = 255}, draws), 20);
    // A signal: shifts by -4 ... 4 codes.
    check_uniform(outcomes<std::int16_t>({.shape = {1, 40, 1}, .shift_width = 4, .fill = -7}, draws), 9);
    check_uniform(outcomes<std::int8_t>({.shape = {40, 1, 1}, .shift_height = 4}, draws), 9);
}

TEST_CASE("crop, flip and cutout are independent of each other") {
    constexpr int draws = 20000;
    const Augmentation augmentation{
        .shape = {3, 3, 1}, .shift_height = 1, .shift_width = 1, .horizontal_flip = true, .cutout = 1, .fill = 0};
    const auto image = numbered<std::uint8_t>(augmentation.shape);
    // Some of the 162 combinations give the same image: how many give which one?
    std::map<std::vector<std::uint8_t>, int> ways;
    for (int rows = -1; rows <= 1; ++rows) {
        for (int columns = -1; columns <= 1; ++columns) {
            for (const bool flip : {false, true}) {
                for (int centre = 0; centre < 9; ++centre) {
                    ++ways[expected<std::uint8_t>(image, augmentation.shape, rows, columns, flip, centre / 3,
                                                  centre % 3, 1, 0)];
                }
            }
        }
    }
    const auto found = outcomes<std::uint8_t>(augmentation, draws);
    REQUIRE(found.size() == ways.size());
    double chi_square = 0;
    for (const auto& [result, count] : found) {
        REQUIRE(ways.count(result) == 1);
        const double mean = draws * ways.at(result) / 162.0;
        chi_square += (count - mean) * (count - mean) / mean;
    }
    const double freedom = static_cast<double>(ways.size() - 1);
    CHECK((chi_square - freedom) * (chi_square - freedom) < 25 * 2 * freedom);
}

TEST_CASE("the side of the cutout") {
    // In the middle of a large image the whole square is filled, at the corner a quarter of it.
    for (const int side : {1, 2, 3, 8}) {
        const Augmentation augmentation{.shape = {32, 32, 1}, .cutout = side, .fill = 0};
        std::ptrdiff_t most = 0;
        std::ptrdiff_t least = 1024;
        for (std::uint64_t stream = 0; stream < 5000; ++stream) {
            std::vector<std::uint8_t> image(1024, 1);
            Random random(2, stream);
            augmentation(std::span<std::uint8_t>(image), random);
            const std::ptrdiff_t filled = std::count(image.begin(), image.end(), 0);
            most = std::max(most, filled);
            least = std::min(least, filled);
        }
        CHECK(most == side * side);
        CHECK(least == ((side + 1) / 2) * ((side + 1) / 2));
    }
    // Larger than the image: everything is filled.
    const auto all = outcomes<std::uint8_t>({.shape = {3, 3, 1}, .cutout = 2147483647}, 50);
    CHECK(all.size() == 1);
    CHECK(all.begin()->first == std::vector<std::uint8_t>(9, 0));
}

TEST_CASE("threads share one object and get what one thread gets") {
    const Augmentation augmentation{
        .shape = {32, 32, 3}, .shift_height = 4, .shift_width = 4, .horizontal_flip = true, .cutout = 8, .fill = 120};
    constexpr std::size_t images = 64;
    const auto size = static_cast<std::size_t>(augmentation.shape.size());
    const auto run = [&](std::size_t threads) {
        std::vector<std::uint8_t> all;
        for (std::size_t i = 0; i < images; ++i) {
            const auto one = numbered<std::uint8_t>(augmentation.shape);
            all.insert(all.end(), one.begin(), one.end());
        }
        std::vector<std::thread> pool;
        for (std::size_t thread = 0; thread < threads; ++thread) {
            pool.emplace_back([&, thread] {
                for (std::size_t i = thread; i < images; i += threads) {
                    Random random(4, i);
                    augmentation(std::span(all).subspan(i * size, size), random);
                }
            });
        }
        for (auto& thread : pool) thread.join();
        return all;
    };
    // What a trainer stores: any function of an image and its random numbers.
    const std::function<void(std::span<std::uint8_t>, Random&)> stored = augmentation;
    const auto one = run(1);
    CHECK(one == run(3));
    CHECK(std::vector(one.begin(), one.begin() + 3072) != std::vector(one.begin() + 3072, one.begin() + 6144));
    auto first = numbered<std::uint8_t>(augmentation.shape);
    Random random(4, 0);
    stored(first, random);
    CHECK(std::equal(first.begin(), first.end(), one.begin()));
}

TEST_CASE("wrong parameters and sizes") {
    const auto complaint = [](const Augmentation& augmentation, std::size_t size = 12) {
        std::vector<std::uint8_t> image(size);
        Random random(1);
        return message_of<std::invalid_argument>([&] { augmentation(std::span<std::uint8_t>(image), random); });
    };
    CHECK(complaint({.shape = {2, 3, 2}}).empty());
    CHECK(contains(complaint({.shape = {2, 3, 2}}, 11), "an image of 11 codes, expected 2 x 3 x 2"));
    CHECK(contains(complaint({.shape = {2, 3, 2}}, 13), "an image of 13 codes"));
    CHECK(contains(complaint({.shape = {2, 3, 2}}, 0), "an image of 0 codes"));
    CHECK(contains(complaint({.shape = {0, 3, 2}}), "shape.height is 0"));
    CHECK(contains(complaint({.shape = {2, -3, 2}}), "shape.width is -3"));
    CHECK(contains(complaint({.shape = {2, 3, 0}}), "shape.channels is 0"));
    CHECK(contains(complaint({.shape = {2, 3, 2}, .shift_height = 2}), "shift_height is 2, not in 0 ... 1"));
    CHECK(contains(complaint({.shape = {2, 3, 2}, .shift_width = -1}), "shift_width is -1, not in 0 ... 2"));
    CHECK(contains(complaint({.shape = {2, 3, 2}, .cutout = -1}), "cutout is -1"));
    CHECK(contains(complaint({.shape = {2, 3, 2}, .fill = 256}), "fill is 256, not in 0 ... 255"));
    // 2^31 * 2^31 * 4 would be 0 modulo 2^64.
    CHECK(contains(complaint({.shape = {2147483647, 2147483647, 4}}, 4), "an image of 4 codes"));
    const Augmentation negative{.shape = {2, 3, 2}, .fill = -129};
    CHECK_NOTHROW(negative.validate<std::int16_t>());
    CHECK(contains(message_of<std::invalid_argument>([&] { negative.validate<std::int8_t>(); }),
                   "fill is -129, not in -128 ... 127"));
}

}  // namespace augmentation_test
