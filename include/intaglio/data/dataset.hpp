// Labelled samples of one shape, in memory.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "intaglio/core/extents.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/core/random.hpp"
#include "intaglio/host/labels.hpp"
#include "intaglio/host/text.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// The types of a sensor's codes that data sets hold.
template <class T>
concept PixelCode =
    std::is_same_v<T, std::uint8_t> || std::is_same_v<T, std::int8_t> || std::is_same_v<T, std::int16_t>;

/// How BasicDataset::random_split chooses.
struct SplitOptions {
    std::size_t validation = 0;  ///< number of samples in the second part
    std::uint64_t seed = 1;
    bool stratified = false;  ///< take the same share of each class (largest remainders, the lower class on ties)
};

/// Samples (images or signals) of one shape with one label each. Sample i occupies shape.size() codes,
/// [height][width][channels], from i * shape.size() on. Labels of 8 bits are enough for 256 classes.
template <PixelCode Pixel, LabelNumber Label = std::uint8_t>
struct BasicDataset {
    Shape shape{};
    std::int32_t classes = 0;              ///< 1 ... what Label has numbers for
    std::vector<Pixel> pixels;             ///< size() * shape.size()
    std::vector<Label> labels;             ///< each in [0, classes)
    std::vector<std::string> class_names;  ///< empty, or one for each class
    std::string name;                      ///< for messages and reports

    /// Number of samples.
    [[nodiscard]] std::size_t size() const { return labels.size(); }

    /// First code of sample `index`, which has to be below size().
    [[nodiscard]] const Pixel* image(std::size_t index) const {
        return pixels.data() + index * static_cast<std::size_t>(shape.size());
    }

    /// Number of samples of each class. Labels have to be valid.
    [[nodiscard]] std::vector<std::size_t> class_counts() const {
        std::vector<std::size_t> counts(static_cast<std::size_t>(classes));
        for (const Label label : labels) ++counts[static_cast<std::size_t>(label)];
        return counts;
    }

    /// Checks that shape, counts and labels agree. Errors: std::invalid_argument that names the data set and the first
    /// thing that is wrong.
    void validate() const {
        if (shape.height < 1 || shape.width < 1 || shape.channels < 1) fail("an extent of the shape is not positive");
        if (classes < 1) fail(joined({"has ", classes, " classes"}));
        if (!class_names.empty() && class_names.size() != static_cast<std::size_t>(classes)) {
            fail(joined({"has ", class_names.size(), " class names for ", classes, " classes"}));
        }
        // Division first: a hostile shape could overflow the product (height * width * channels of 2^31 each).
        const std::uint64_t row = static_cast<std::uint64_t>(shape.width) * static_cast<std::uint64_t>(shape.channels);
        const std::uint64_t stored = pixels.size();
        const bool fits = static_cast<std::uint64_t>(shape.height) <= stored / row || labels.empty();
        const bool exact = labels.empty()
                               ? stored == 0
                               : fits && stored % labels.size() == 0 &&
                                     stored / labels.size() == row * static_cast<std::uint64_t>(shape.height);
        if (!exact) {
            fail(joined({"has ", stored, " pixel codes, which is not ", labels.size(), " images of ", shape.height,
                         " x ", shape.width, " x ", shape.channels}));
        }
        Labels(labels).check(classes, words().c_str());
    }

    /// The samples with these numbers, in this order, as a data set of their own (copied); a number may occur twice.
    /// Errors: std::invalid_argument when a number is not below size().
    [[nodiscard]] BasicDataset subset(std::span<const std::size_t> indices) const {
        for (const std::size_t index : indices) {
            if (index >= size()) {
                fail(joined({"image ", index, " asked for, but there are ", size()}));
            }
        }
        const auto image_codes = static_cast<std::size_t>(shape.size());
        auto part = without_samples();
        part.pixels.reserve(indices.size() * image_codes);
        part.labels.reserve(indices.size());
        for (const std::size_t index : indices) {
            part.pixels.insert(part.pixels.end(), image(index), image(index) + image_codes);
            part.labels.push_back(labels[index]);
        }
        return part;
    }

    /// Samples [begin, end) as a data set of their own (copied). Errors: std::invalid_argument unless
    /// begin <= end <= size().
    [[nodiscard]] BasicDataset slice(std::size_t begin, std::size_t end) const {
        if (begin > end || end > size()) {
            fail(joined({"images ", begin, " ... ", end, " asked for, but there are ", size()}));
        }
        const auto at = [](const auto& values, std::size_t position) {
            return values.begin() + static_cast<std::ptrdiff_t>(position);
        };
        const auto image_codes = static_cast<std::size_t>(shape.size());
        auto part = without_samples();
        part.pixels.assign(at(pixels, begin * image_codes), at(pixels, end * image_codes));
        part.labels.assign(at(labels, begin), at(labels, end));
        return part;
    }

    /// The first `count` samples. Errors: std::invalid_argument when there are fewer.
    [[nodiscard]] BasicDataset take(std::size_t count) const { return slice(0, count); }

    /// The first `count` samples and the rest, for example for validation. Errors: as take.
    [[nodiscard]] std::pair<BasicDataset, BasicDataset> split(std::size_t count) const {
        return {slice(0, count), slice(count, size())};
    }

    /// A training and a validation set, drawn by the counter-based generator: the same on every machine for one seed.
    /// Both keep the order of the samples.
    /// Errors: std::invalid_argument when more are asked for than there are, or there are 2^32 or more.
    [[nodiscard]] std::pair<BasicDataset, BasicDataset> random_split(const SplitOptions& options) const {
        if (options.validation > size()) {
            fail(joined({options.validation, " images asked for, but there are ", size()}));
        }
        if (size() > std::numeric_limits<std::uint32_t>::max()) fail("has too many images for a random split");
        std::vector<bool> chosen(size());
        if (options.stratified) {
            const auto counts = class_counts();
            const auto wanted = shares(counts, options.validation);
            for (std::size_t label = 0; label < counts.size(); ++label) {
                std::vector<std::size_t> members;
                members.reserve(counts[label]);
                for (std::size_t index = 0; index < size(); ++index) {
                    if (static_cast<std::size_t>(labels[index]) == label) members.push_back(index);
                }
                choose(members, wanted[label], Random(options.seed, 1 + label), chosen);
            }
        } else {
            std::vector<std::size_t> members(size());
            std::iota(members.begin(), members.end(), std::size_t{0});
            choose(members, options.validation, Random(options.seed), chosen);
        }
        std::vector<std::size_t> parts[2];
        for (std::size_t index = 0; index < size(); ++index) parts[chosen[index] ? 1 : 0].push_back(index);
        return {subset(parts[0]), subset(parts[1])};
    }

  private:
    [[nodiscard]] std::string words() const { return joined({"data set '", name, "'"}); }
    [[noreturn]] void fail(const std::string& reason) const {
        throw std::invalid_argument(joined({words(), ": ", reason}));
    }

    [[nodiscard]] BasicDataset without_samples() const { return {shape, classes, {}, {}, class_names, name}; }

    /// Marks `count` of the members, each set of that size with the same probability (Fisher and Yates).
    static void choose(std::vector<std::size_t>& members, std::size_t count, Random random, std::vector<bool>& chosen) {
        for (std::size_t i = 0; i < count; ++i) {
            const auto rest = static_cast<std::uint32_t>(members.size() - i);
            std::swap(members[i], members[i + random.below(rest)]);
            chosen[members[i]] = true;
        }
    }

    /// `total` spread over the classes in proportion to their counts.
    static std::vector<std::size_t> shares(const std::vector<std::size_t>& counts, std::size_t total) {
        const std::size_t all = std::accumulate(counts.begin(), counts.end(), std::size_t{0});
        std::vector<std::size_t> result(counts.size());
        if (all == 0) return result;
        std::vector<std::size_t> order(counts.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::size_t given = 0;
        for (const std::size_t label : order) given += result[label] = counts[label] * total / all;
        std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
            const std::size_t rest_a = counts[a] * total % all;
            const std::size_t rest_b = counts[b] * total % all;
            return rest_a != rest_b ? rest_a > rest_b : a < b;
        });
        for (std::size_t i = 0; given < total; ++i, ++given) ++result[order[i]];
        return result;
    }
};

/// A checked data set from vectors. Errors: as BasicDataset::validate.
template <PixelCode Pixel, LabelNumber Label = std::uint8_t>
[[nodiscard]] BasicDataset<Pixel, Label> make_dataset(Shape shape, std::int32_t classes, std::vector<Pixel> pixels,
                                                      std::vector<Label> labels,
                                                      std::vector<std::string> class_names = {},
                                                      std::string name = "data set") {
    BasicDataset<Pixel, Label> data{
        shape, classes, std::move(pixels), std::move(labels), std::move(class_names), std::move(name)};
    data.validate();
    return data;
}

/// The samples of both, those of `first` first; its name is kept. Errors: std::invalid_argument when shapes, numbers of
/// classes, or class names differ.
template <PixelCode Pixel, LabelNumber Label>
[[nodiscard]] BasicDataset<Pixel, Label> concatenate(const BasicDataset<Pixel, Label>& first,
                                                     const BasicDataset<Pixel, Label>& second) {
    const auto fail = [&](const std::string& what) {
        throw std::invalid_argument(joined({"data sets '", first.name, "' and '", second.name, "' differ in ", what}));
    };
    if (first.shape != second.shape) fail("shape");
    if (first.classes != second.classes) fail("the number of classes");
    if (first.class_names != second.class_names) fail("class names");
    BasicDataset<Pixel, Label> both{first.shape, first.classes, {}, {}, first.class_names, first.name};
    both.pixels.reserve(first.pixels.size() + second.pixels.size());
    both.labels.reserve(first.size() + second.size());
    for (const auto* part : {&first, &second}) {
        both.pixels.insert(both.pixels.end(), part->pixels.begin(), part->pixels.end());
        both.labels.insert(both.labels.end(), part->labels.begin(), part->labels.end());
    }
    return both;
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
