// Data sets in memory: access, parts, checks, and the synthetic keywords.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <intaglio/data/dataset.hpp>
#include <intaglio/data/image_dataset.hpp>
#include <intaglio/data/synthetic_keywords.hpp>
#include <intaglio/host/checksum.hpp>
#include <numeric>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "data_files/temporary_folder.hpp"

namespace dataset_test {

using namespace intaglio;
using namespace test_files;

namespace {

ImageDataset small_dataset() {
    ImageDataset data;
    data.shape = {2, 3, 2};
    data.classes = 3;
    data.labels = {0, 2, 1, 2};
    data.pixels.resize(4 * 12);
    for (std::size_t index = 0; index < data.pixels.size(); ++index) {
        data.pixels[index] = static_cast<std::uint8_t>(index);
    }
    data.class_names = {"a", "b", "c"};
    data.name = "small";
    return data;
}

/// `counts[c]` samples of class c, one code each: its number. Classes are mixed.
BasicDataset<std::int16_t> numbered(const std::vector<std::size_t>& counts) {
    std::vector<std::uint8_t> labels;
    auto rest = counts;
    for (bool more = true; more;) {
        more = false;
        for (std::size_t label = 0; label < rest.size(); ++label) {
            if (rest[label] == 0) continue;
            --rest[label];
            labels.push_back(static_cast<std::uint8_t>(label));
            more = true;
        }
    }
    std::vector<std::int16_t> pixels(labels.size());
    std::iota(pixels.begin(), pixels.end(), std::int16_t{0});
    return make_dataset(Shape{1, 1, 1}, static_cast<std::int32_t>(counts.size()), pixels, labels, {}, "numbered");
}

}  // namespace

TEST_CASE("image data set: access, parts, checks") {
    const auto data = small_dataset();
    data.validate();
    CHECK(data.size() == 4);
    CHECK(data.image(2)[0] == 24);

    const auto [front, back] = data.split(3);
    front.validate();
    back.validate();
    CHECK(front.size() == 3);
    CHECK(back.size() == 1);
    CHECK(back.image(0)[0] == 36);
    CHECK(back.labels == Bytes{2});
    CHECK(back.class_names == data.class_names);
    CHECK(data.take(0).size() == 0);
    data.take(0).validate();
    CHECK(contains(message_of<std::invalid_argument>([&] { (void)data.take(5); }), "small"));
    CHECK_THROWS_AS((void)data.slice(3, 2), std::invalid_argument);

    const auto complaint = [](auto&& change) {
        auto broken = small_dataset();
        change(broken);
        return message_of<std::invalid_argument>([&] { broken.validate(); });
    };
    CHECK(contains(complaint([](auto& d) { d.labels[3] = 3; }), "label 3 of image 3"));
    CHECK(contains(complaint([](auto& d) { d.labels.pop_back(); }), "48 pixel codes, which is not 3 images"));
    CHECK(contains(complaint([](auto& d) { d.labels.clear(); }), "pixel codes"));
    CHECK(contains(complaint([](auto& d) { d.pixels.pop_back(); }), "47 pixel codes"));
    CHECK(contains(complaint([](auto& d) { d.classes = 0; }), "0 classes"));
    CHECK(contains(complaint([](auto& d) { d.classes = 257; }), "257 classes"));
    CHECK(contains(complaint([](auto& d) { d.class_names.pop_back(); }), "2 class names for 3 classes"));
    auto most_classes = small_dataset();
    most_classes.classes = 256;
    most_classes.class_names.clear();
    most_classes.validate();
    CHECK(contains(complaint([](auto& d) { d.shape.width = 0; }), "not positive"));
    CHECK(contains(complaint([](auto& d) { d.shape = {0x7fffffff, 0x7fffffff, 0x7fffffff}; }), "pixel codes"));
    // 2^30 * 2^30 * 2^4 is 0 modulo 2^64: an overflowing product would accept it.
    CHECK(contains(complaint([](auto& d) { d.shape = {1 << 30, 1 << 30, 1 << 4}; }), "pixel codes"));
}

TEST_CASE_TEMPLATE("data set: from vectors, for each type of code", Pixel, std::uint8_t, std::int8_t, std::int16_t) {
    const std::vector<Pixel> pixels{1, 2, 3, 4, 5, 6};
    const auto data = make_dataset(Shape{1, 2, 1}, 2, pixels, {0, 1, 0}, {"no", "yes"}, "made");
    static_assert(std::is_same_v<decltype(data), const BasicDataset<Pixel>>);
    CHECK(data.pixels == pixels);
    CHECK(data.labels == Bytes{0, 1, 0});
    CHECK(data.image(2)[1] == 6);
    CHECK(data.class_counts() == std::vector<std::size_t>{2, 1});
    const auto text = message_of<std::invalid_argument>([&] {
        (void)make_dataset(Shape{1, 4, 1}, 2, pixels, {0, 1, 0}, {}, "made");
    });
    CHECK(contains(text, "data set 'made': has 6 pixel codes, which is not 3 images of 1 x 4 x 1"));
    CHECK_THROWS_AS((void)make_dataset(Shape{1, 2, 1}, 1, pixels, {0, 1, 0}), std::invalid_argument);
}

TEST_CASE("data set: subset and concatenation") {
    const auto data = small_dataset();
    const std::vector<std::size_t> chosen{3, 0, 3};
    const auto part = data.subset(chosen);
    part.validate();
    CHECK(part.labels == Bytes{2, 0, 2});
    CHECK(part.pixels.size() == 36);
    for (std::size_t code = 0; code < 12; ++code) {
        CHECK(part.image(0)[code] == 36 + code);
        CHECK(part.image(1)[code] == code);
        CHECK(part.image(2)[code] == 36 + code);
    }
    CHECK(part.class_names == data.class_names);
    CHECK(data.subset({}).size() == 0);
    const std::vector<std::size_t> outside{0, 4};
    CHECK(contains(message_of<std::invalid_argument>([&] { (void)data.subset(outside); }),
                   "'small': image 4 asked for, but there are 4"));

    const auto both = concatenate(part, data);
    both.validate();
    CHECK(both.labels == Bytes{2, 0, 2, 0, 2, 1, 2});
    CHECK(both.image(0)[0] == 36);
    CHECK(both.image(6)[11] == 47);
    CHECK(concatenate(data, data).pixels.size() == 96);
    const auto complaint = [&](auto&& change) {
        auto other = data;
        other.name = "other";
        change(other);
        return message_of<std::invalid_argument>([&] { (void)concatenate(data, other); });
    };
    CHECK(contains(complaint([](auto& d) { d.shape = {3, 2, 2}; }), "'small' and 'other' differ in shape"));
    CHECK(contains(complaint([](auto& d) { d.classes = 4; }), "number of classes"));
    CHECK(contains(complaint([](auto& d) { d.class_names[1] = "x"; }), "class names"));
}

TEST_CASE("data set: random split") {
    const auto data = numbered({60, 30, 10, 0, 1});
    REQUIRE(data.size() == 101);
    for (const bool stratified : {false, true}) {
        for (const std::size_t count : {0u, 1u, 20u, 100u, 101u}) {
            const auto [train, validation] =
                data.random_split({.validation = count, .seed = 5, .stratified = stratified});
            CHECK(validation.size() == count);
            CHECK(train.size() == 101 - count);
            // Every sample is in one of them, with its label, in the order of the whole.
            for (const auto* part : {&train, &validation}) {
                CHECK(std::is_sorted(part->pixels.begin(), part->pixels.end()));
                for (std::size_t i = 0; i < part->size(); ++i) {
                    CHECK(part->labels[i] == data.labels[static_cast<std::size_t>(part->pixels[i])]);
                }
            }
            std::set<std::int16_t> all(train.pixels.begin(), train.pixels.end());
            all.insert(validation.pixels.begin(), validation.pixels.end());
            CHECK(all.size() == 101);
        }
        const SplitOptions options{.validation = 20, .seed = 5, .stratified = stratified};
        const auto chosen = data.random_split(options).second.pixels;
        CHECK(data.random_split(options).second.pixels == chosen);
        CHECK(data.random_split({.validation = 20, .seed = 6, .stratified = stratified}).second.pixels != chosen);
        CHECK_THROWS_AS((void)data.random_split({.validation = 102, .stratified = stratified}), std::invalid_argument);
    }
    // 20 of 101: 11.88, 5.94, 1.98, 0, 0.198 samples. The largest remainders are rounded up.
    const auto [train, validation] = data.random_split({.validation = 20, .stratified = true});
    CHECK(validation.class_counts() == std::vector<std::size_t>{12, 6, 2, 0, 0});
    CHECK(train.class_counts() == std::vector<std::size_t>{48, 24, 8, 0, 1});
    // On ties the lower class.
    const auto even = numbered({4, 4, 4, 4}).random_split({.validation = 6, .stratified = true});
    CHECK(even.second.class_counts() == std::vector<std::size_t>{2, 2, 1, 1});
    CHECK(numbered({2}).subset({}).random_split({.stratified = true}).first.size() == 0);

    // Each sample is chosen as often as any other: 20 of 101 in 2000 draws, 396 +- 17.8 times.
    for (const bool stratified : {false, true}) {
        const auto balanced = numbered({50, 51});
        std::vector<int> times(101);
        for (std::uint64_t seed = 0; seed < 2000; ++seed) {
            const auto drawn = balanced.random_split({.validation = 20, .seed = seed, .stratified = stratified});
            for (const std::int16_t number : drawn.second.pixels) ++times[static_cast<std::size_t>(number)];
        }
        CHECK(*std::min_element(times.begin(), times.end()) > 396 - 80);
        CHECK(*std::max_element(times.begin(), times.end()) < 396 + 80);
    }
}

TEST_CASE("random split: the chosen samples never change") {
    const auto data = numbered({6, 6});
    CHECK(data.random_split({.validation = 4, .seed = 1}).second.pixels == std::vector<std::int16_t>{0, 7, 9, 10});
    CHECK(data.random_split({.validation = 4, .seed = 1, .stratified = true}).second.pixels ==
          std::vector<std::int16_t>{0, 4, 7, 11});
}

TEST_CASE("synthetic keywords: the same codes for a seed, everywhere") {
    const auto data = synthetic_keywords(200, 7);
    data.validate();
    CHECK(data.shape == Shape{1, 1024, 1});
    CHECK(data.classes == 8);
    CHECK(data.class_counts() == std::vector<std::size_t>(8, 25));
    CHECK(data.labels[0] == 0);
    CHECK(data.labels[9] == 1);
    CHECK(checksum(std::span<const std::int16_t>(data.pixels)) == 299847909080731427u);
    const auto small = synthetic_keywords<std::int8_t>(200, 7);
    CHECK(checksum(std::span<const std::int8_t>(small.pixels)) == 11476585519447383160u);
    // The 8-bit codes are the 16-bit codes, rounded half up.
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < data.pixels.size(); ++i) {
        const int error = 256 * small.pixels[i] - data.pixels[i];
        if (error <= -128 || error > 128) ++wrong;
    }
    CHECK(wrong == 0);
    CHECK(small.labels == data.labels);
    // The first samples do not depend on how many there are; the codes depend on the seed.
    const auto fewer = synthetic_keywords(10, 7);
    CHECK(fewer.pixels == data.take(10).pixels);
    CHECK(synthetic_keywords(10, 8).pixels != fewer.pixels);
    // With all settings: another length, all words.
    const auto all = synthetic_keywords(24, 3, {.length = 300, .classes = 24, .noise = 0});
    CHECK(checksum(std::span<const std::int16_t>(all.pixels)) == 5854312416429376982u);
    CHECK(std::set<std::string>(all.class_names.begin(), all.class_names.end()).size() == 24);
    CHECK(all.class_names[0] == "low-high-rising-falling");
}

TEST_CASE("synthetic keywords: range, onset, loudness") {
    const auto data = synthetic_keywords(400, 1, {.classes = 4, .noise = 0});
    std::vector<double> energy(4);
    std::set<std::ptrdiff_t> onsets;
    int loudest = 0;
    for (std::size_t i = 0; i < data.size(); ++i) {
        const std::span signal(data.image(i), 1024);
        for (const int code : signal) {
            energy[data.labels[i]] += static_cast<double>(code) * code / 100 / 1024;
            loudest = std::max(loudest, std::abs(code));
        }
        onsets.insert(std::find_if(signal.begin(), signal.end(), [](int code) { return code != 0; }) - signal.begin());
    }
    CHECK(loudest <= 16000);
    CHECK(loudest > 15000);
    CHECK(onsets.size() > 100);
    // No class is louder than another: within 25 % for 100 samples of each.
    CHECK(*std::max_element(energy.begin(), energy.end()) < 1.25 * *std::min_element(energy.begin(), energy.end()));
    // The largest settings stay in the range of the type.
    const auto noisy = synthetic_keywords<std::int8_t>(20, 1, {.length = 256, .noise = 16384});
    CHECK(*std::max_element(noisy.pixels.begin(), noisy.pixels.end()) > 90);
    CHECK(*std::min_element(noisy.pixels.begin(), noisy.pixels.end()) < -90);
}

TEST_CASE("synthetic keywords: settings out of range") {
    const auto complaint = [](const KeywordSettings& settings) {
        return message_of<std::invalid_argument>([&] { (void)synthetic_keywords(1, 1, settings); });
    };
    CHECK(contains(complaint({.length = 255}), "length is 255, not in 256 ... 65536"));
    CHECK(contains(complaint({.length = 65537}), "length is 65537"));
    CHECK(contains(complaint({.classes = 1}), "classes is 1, not in 2 ... 24"));
    CHECK(contains(complaint({.classes = 25}), "classes is 25"));
    CHECK(contains(complaint({.noise = -1}), "noise is -1"));
    CHECK(contains(complaint({.noise = 16385}), "noise is 16385, not in 0 ... 16384"));
    CHECK(synthetic_keywords(1, 1, {.length = 65536, .noise = 16384}).pixels.size() == 65536);
    CHECK(synthetic_keywords(0, 1).size() == 0);
}

}  // namespace dataset_test
