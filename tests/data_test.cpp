// Readers of real data: what they accept, and that nothing else gets through.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <intaglio/data/bytes_file.hpp>
#include <intaglio/data/channels_last.hpp>
#include <intaglio/data/fashion_mnist.hpp>
#include <intaglio/data/gzip.hpp>
#include <intaglio/data/idx.hpp>
#include <intaglio/data/mnist.hpp>
#include <intaglio/data/packed_file.hpp>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "data_files/packing.hpp"
#include "data_files/temporary_folder.hpp"

namespace data_test {

using namespace intaglio;
using namespace test_files;

namespace {

void append_big_endian(Bytes& bytes, std::uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<std::uint8_t>(value >> shift));
}

Bytes idx_images(std::uint32_t count, std::uint32_t height, std::uint32_t width, std::size_t payload) {
    Bytes bytes;
    for (const std::uint32_t word : {std::uint32_t{2051}, count, height, width}) append_big_endian(bytes, word);
    for (std::size_t index = 0; index < payload; ++index) bytes.push_back(static_cast<std::uint8_t>(index * 7));
    return bytes;
}

Bytes idx_labels(std::uint32_t count, const Bytes& labels) {
    Bytes bytes;
    append_big_endian(bytes, 2049);
    append_big_endian(bytes, count);
    bytes.insert(bytes.end(), labels.begin(), labels.end());
    return bytes;
}

/// What the gzip data decodes to, or nothing when it is refused with the right kind of exception.
std::optional<Bytes> decoded_or_refused(const Bytes& packed, std::uint64_t limit) {
    try {
        return decompress_gzip(packed, limit, "damaged");
    } catch (const std::runtime_error&) {
        return std::nullopt;
    }
}

/// A folder with a tiny but complete data set in MNIST's form: 3 training and 2 test images.
void store_tiny_mnist(const std::filesystem::path& folder, const std::string& ending = "") {
    std::filesystem::create_directories(folder);
    const auto put = [&](const char* name, const Bytes& bytes) {
        store(folder / (name + ending), ending == ".gz" ? gzipped(bytes) : ending == ".xz" ? xz_packed(bytes) : bytes);
    };
    put("train-images-idx3-ubyte", idx_images(3, 28, 28, 3 * 784));
    put("train-labels-idx1-ubyte", idx_labels(3, {0, 9, 4}));
    put("t10k-images-idx3-ubyte", idx_images(2, 28, 28, 2 * 784));
    put("t10k-labels-idx1-ubyte", idx_labels(2, {1, 2}));
}

}  // namespace

TEST_CASE("whole files") {
    const TemporaryFolder folder;
    store(folder / "plain", {1, 2, 3});
    CHECK(read_bytes(folder / "plain", 3) == Bytes{1, 2, 3});
    store(folder / "empty", {});
    CHECK(read_bytes(folder / "empty", 0).empty());
    const auto complaint = [&](const char* name, std::uint64_t limit) {
        const auto text = message_of<std::runtime_error>([&] { (void)read_bytes(folder / name, limit); });
        CHECK(contains(text, (folder / name).string()));
        return text;
    };
    CHECK(contains(complaint("plain", 2), "has 3 bytes, more than the limit of 2"));
    CHECK(contains(complaint("missing", 2), "o such file"));
    CHECK(contains(complaint("plain/below", 2), "plain/below: "));
    std::filesystem::create_directory(folder / "folder");
    CHECK(contains(complaint("folder", 2), "is not a regular file"));
}

TEST_CASE("gzip: round trip, limit, members, damage") {
    const TemporaryFolder folder;
    Bytes content(300000);
    for (std::size_t index = 0; index < content.size(); ++index) {
        content[index] = static_cast<std::uint8_t>((index * index) >> 7);
    }
    const auto packed = gzipped(content);
    const auto path = folder / "file";
    store(path, packed);
    CHECK(read_packed_bytes(path, content.size()) == content);
    const auto complaint = [&](const Bytes& bytes, std::uint64_t limit) {
        store(path, bytes);
        const auto text = message_of<std::runtime_error>([&] { (void)read_packed_bytes(path, limit); });
        CHECK(contains(text, path.string()));
        return text;
    };
    CHECK(contains(complaint(packed, content.size() - 1), "more than the limit of 299999 bytes"));
    CHECK(contains(complaint(packed, 0), "more than the limit of 0"));
    CHECK(contains(complaint(Bytes(10, 1), 9), "has 10 bytes, more than the limit of 9"));

    // A plain file comes back as it is; of gzip, an empty content and two members in a row are valid.
    store(path, {0x1f});
    CHECK(read_packed_bytes(path, 9) == Bytes{0x1f});
    store(path, gzipped({}));
    CHECK(read_packed_bytes(path, 0).empty());
    auto two = gzipped({1, 2});
    const auto second = gzipped({3});
    two.insert(two.end(), second.begin(), second.end());
    store(path, two);
    CHECK(read_packed_bytes(path, 3) == Bytes{1, 2, 3});

    auto garbage = gzipped({1, 2});
    garbage.push_back(0);
    CHECK(contains(complaint(garbage, 99), "1 bytes of garbage"));
    garbage.back() = 0x1f;
    CHECK(contains(complaint(garbage, 99), "garbage"));
    garbage.push_back(0x8b);
    CHECK(contains(complaint(garbage, 99), "truncated"));

    auto wrong_sum = gzipped({1, 2});
    wrong_sum[wrong_sum.size() - 8] ^= 1;
    CHECK(contains(complaint(wrong_sum, 99), "incorrect data check"));
    auto wrong_length = gzipped({1, 2});
    wrong_length[wrong_length.size() - 4] ^= 1;
    CHECK(contains(complaint(wrong_length, 99), "incorrect length check"));
}

TEST_CASE("gzip: truncated everywhere, and every bit flipped") {
    Bytes content;
    for (int index = 0; index < 600; ++index) content.push_back(static_cast<std::uint8_t>(index % 23 * (index % 7)));
    const auto packed = gzipped(content);
    for (std::size_t length = 0; length < packed.size(); ++length) {
        const std::span part(packed.data(), length);
        CHECK(contains(message_of<std::runtime_error>([&] { (void)decompress_gzip(part, 600, "cut"); }), "cut: gzip"));
    }
    std::size_t unharmed = 0;
    for (std::size_t bit = 0; bit < 8 * packed.size(); ++bit) {
        auto damaged = packed;
        damaged[bit / 8] = static_cast<std::uint8_t>(damaged[bit / 8] ^ (1u << (bit % 8)));
        const auto decoded = decoded_or_refused(damaged, 600);
        if (!decoded) continue;
        CHECK(*decoded == content);
        ++unharmed;
    }
    // Only what says nothing about the content may change unseen: time, extra flags, system, the text flag, and the
    // bits behind the end of the last block.
    CHECK(unharmed <= 6 * 8 + 1 + 7);
}

TEST_CASE("IDX: what is valid") {
    const TemporaryFolder folder;
    for (const auto pack : {plain, gzipped, xz_packed}) {
        const auto images = idx_images(4, 3, 5, 60);
        store(folder / "images", pack(images));
        const auto read = read_idx_images(folder / "images");
        CHECK(read.count == 4);
        CHECK(read.shape == Shape{3, 5, 1});
        CHECK(read.pixels == Bytes(images.begin() + 16, images.end()));
        const auto labels = idx_labels(3, {7, 255, 0});
        store(folder / "labels", pack(labels));
        CHECK(read_idx_labels(folder / "labels") == Bytes{7, 255, 0});
    }
}

TEST_CASE("IDX: every kind of damage names the file and the reason") {
    const TemporaryFolder folder;
    const auto path = folder / "idx";
    const auto images_complaint = [&](const Bytes& bytes) {
        store(path, bytes);
        const auto text = message_of<std::runtime_error>([&] { (void)read_idx_images(path); });
        CHECK(contains(text, path.string() + ": "));
        return text;
    };
    const auto labels_complaint = [&](const Bytes& bytes) {
        store(path, bytes);
        const auto text = message_of<std::runtime_error>([&] { (void)read_idx_labels(path); });
        CHECK(contains(text, path.string() + ": "));
        return text;
    };
    const auto images = idx_images(2, 3, 5, 30);
    const auto labels = idx_labels(2, {0, 1});
    for (std::ptrdiff_t length = 0; length < std::ssize(images); ++length) {
        CHECK(contains(images_complaint(Bytes(images.begin(), images.begin() + length)), "is truncated"));
    }
    for (std::ptrdiff_t length = 0; length < std::ssize(labels); ++length) {
        CHECK(contains(labels_complaint(Bytes(labels.begin(), labels.begin() + length)), "is truncated"));
    }
    CHECK(contains(images_complaint(labels_complaint(images).empty() ? images : idx_images(2, 3, 5, 31)),
                   "has trailing bytes: its header announces 30 bytes of data, found 31"));
    CHECK(contains(labels_complaint(idx_labels(2, {0, 1, 2})), "has trailing bytes"));
    CHECK(contains(labels_complaint(images), "magic number 2051, expected 2049 (labels)"));
    auto wrong = labels;
    wrong.resize(20);
    CHECK(contains(images_complaint(wrong), "magic number 2049, expected 2051 (images)"));
    CHECK(contains(images_complaint(idx_images(0, 3, 5, 0)), "holds no image"));
    CHECK(contains(labels_complaint(idx_labels(0, {})), "holds no label"));
    CHECK(contains(images_complaint(idx_images(2, 0, 5, 0)), "0 x 5"));
    CHECK(contains(images_complaint(idx_images(2, 5, 0, 0)), "5 x 0"));
    CHECK(contains(images_complaint(idx_images(1, 65536, 1, 65536)), "65536 x 1"));
    CHECK(contains(images_complaint(idx_images(1, 1, 65536, 65536)), "1 x 65536"));
    // The largest numbers of the format: no overflow, and no attempt to get that much memory.
    constexpr std::uint32_t most = 0xffffffff;
    CHECK(contains(images_complaint(idx_images(most, 3, 5, 30)), "announces 64424509425 bytes of data, found 30"));
    CHECK(contains(images_complaint(idx_images(most, 65535, 65535, 30)), "announces 18446181123756261375 bytes"));
    CHECK(contains(images_complaint(idx_images(most, most, most, 30)), "image size 4294967295"));
    CHECK(contains(labels_complaint(idx_labels(most, {0, 1})), "announces 4294967295 bytes of data, found 2"));

    store(path, images);
    CHECK(contains(message_of<std::runtime_error>([&] { (void)read_idx_images(path, 3); }), "limit of 3"));
    std::filesystem::remove(path);
    CHECK(contains(message_of<std::runtime_error>([&] { (void)read_idx_images(path); }), path.string()));
}

TEST_CASE("Fashion-MNIST: the search") {
    const TemporaryFolder folder;
    const Environment no_data("INTAGLIO_DATA", nullptr);
    const auto find = [](const std::filesystem::path& place) {
        return message_of<std::runtime_error>([&] { (void)find_fashion_mnist(place); });
    };
    // A folder that the caller names: itself, its subfolder, nothing else.
    CHECK(contains(find(folder / "none"), (folder / "none").string() + " (no such folder)"));
    CHECK(contains(find(folder / "none"), "dataset-fashion-mnist"));
    CHECK_FALSE(contains(find(folder / "none"), "/usr/share"));
    store_tiny_mnist(folder / "here");
    CHECK(find_fashion_mnist(folder / "here") == folder / "here");
    store_tiny_mnist(folder / "sets/fashion-mnist", ".gz");
    CHECK(find_fashion_mnist(folder / "sets") == folder / "sets/fashion-mnist");
    std::filesystem::remove(folder / "here/t10k-labels-idx1-ubyte");
    CHECK(contains(find(folder / "here"), "lacks t10k-labels-idx1-ubyte"));

    // The environment: a folder of data sets, or the data set itself.
    {
        const Environment sets("INTAGLIO_DATA", (folder / "sets").c_str());
        CHECK(find_fashion_mnist() == folder / "sets/fashion-mnist");
    }
    {
        const Environment itself("INTAGLIO_DATA", (folder / "sets/fashion-mnist").c_str());
        CHECK(find_fashion_mnist() == folder / "sets/fashion-mnist");
    }

    // A shared folder beside the current folder or one of its parents.
    store_tiny_mnist(folder / "shared/data/fashion-mnist");
    std::filesystem::create_directories(folder / "a/b/c/d/e");
    const auto before = std::filesystem::current_path();
    for (const char* near : {"a", "a/b/c/d"}) {
        std::filesystem::current_path(folder / near);
        const auto found = find_fashion_mnist();
        std::filesystem::current_path(before);
        CHECK(found == folder / "shared/data/fashion-mnist");
    }
    std::filesystem::current_path(folder / "a/b/c/d/e");
    const auto text = message_of<std::runtime_error>([] {
        (void)find_dataset({"Nothing", "fashion-mnist", {"no-such-file"}, "/no/such/folder", "Advice."});
    });
    std::filesystem::current_path(before);
    CHECK(contains(text, (folder / "a/shared/data/fashion-mnist").string()));
    CHECK_FALSE(contains(text, "\n  " + (folder / "shared").string()));
    CHECK(contains(text, "\n  /no/such/folder (no such folder)\nAdvice."));
}

TEST_CASE("MNIST's form: small sets, and what does not fit together") {
    const TemporaryFolder folder;
    store_tiny_mnist(folder / "plain");
    store_tiny_mnist(folder / "gz", ".gz");
    store_tiny_mnist(folder / "xz", ".xz");
    for (const char* name : {"plain", "gz", "xz"}) {
        const auto data = load_fashion_mnist(folder / name);
        CHECK(data.train.size() == 3);
        CHECK(data.test.size() == 2);
        CHECK(data.train.labels == Bytes{0, 9, 4});
        CHECK(data.train.image(1)[1] == static_cast<std::uint8_t>(785 * 7));
        CHECK(data.test.class_names.at(9) == "ankle boot");
        CHECK(load_mnist(folder / name).test.class_names.at(9) == "9");
    }
    const auto complaint = [&](const char* file, const Bytes& bytes) {
        store_tiny_mnist(folder / "plain");
        store(folder / "plain" / file, bytes);
        const auto text = message_of<std::runtime_error>([&] { (void)load_fashion_mnist(folder / "plain"); });
        CHECK(contains(text, (folder / "plain" / file).string()));
        return text;
    };
    CHECK(contains(complaint("train-labels-idx1-ubyte", idx_labels(3, {0, 10, 4})), "label 10 of image 1"));
    CHECK(contains(complaint("train-labels-idx1-ubyte", idx_labels(2, {0, 4})), "holds 3 images, but"));
    CHECK(contains(complaint("t10k-images-idx3-ubyte", idx_images(3, 28, 28, 3 * 784)), "holds 2 labels"));
    CHECK(contains(complaint("t10k-images-idx3-ubyte", idx_images(2, 28, 27, 2 * 756)), "28 x 27, expected 28 x 28"));
    CHECK(contains(complaint("t10k-labels-idx1-ubyte", idx_labels(60001, Bytes(60001, 0))), "limit of 60008"));
    CHECK(contains(complaint("t10k-labels-idx1-ubyte", {}), "is truncated: 0 bytes"));
    std::filesystem::remove(folder / "plain/t10k-labels-idx1-ubyte");
    CHECK(contains(message_of<std::runtime_error>([&] { (void)load_fashion_mnist(folder / "plain"); }),
                   "t10k-labels-idx1-ubyte"));
}

TEST_CASE("Fashion-MNIST: the real files") {
    const auto folder = find_fashion_mnist();
    const auto data = load_fashion_mnist(folder);
    CHECK(data.train.size() == 60000);
    CHECK(data.test.size() == 10000);
    CHECK(data.train.pixels.size() == 60000u * 784);
    CHECK(data.test.shape == Shape{28, 28, 1});
    CHECK(data.train.classes == 10);
    for (int label = 0; label < 10; ++label) {
        CHECK(std::count(data.train.labels.begin(), data.train.labels.end(), label) == 6000);
        CHECK(std::count(data.test.labels.begin(), data.test.labels.end(), label) == 1000);
    }
    CHECK(Bytes(data.train.labels.begin(), data.train.labels.begin() + 5) == Bytes{9, 0, 0, 3, 0});

    // Clothes are not digits, although the files have the same names and sizes.
    CHECK(contains(message_of<std::runtime_error>([&] { (void)load_mnist(folder); }), "is not MNIST"));

    // Damage to the compressed labels: an error, or the same labels.
    const auto bytes = gzipped(idx_labels(10000, Bytes(data.test.labels.begin(), data.test.labels.end())));
    std::mt19937 generator(1);
    int rejected = 0;
    for (int round = 0; round < 500; ++round) {
        auto damaged = bytes;
        damaged[generator() % damaged.size()] ^= static_cast<std::uint8_t>(1u << (generator() % 8));
        const auto decoded = decoded_or_refused(damaged, 10008);
        if (decoded) {
            CHECK(parse_idx_labels(*decoded, "damaged") == data.test.labels);
        } else {
            ++rejected;
        }
    }
    CHECK(rejected > 450);
}

TEST_CASE("planes of channels become pixels with the channels last") {
    // Two images of 2 rows, 3 columns, 2 channels: number = 100 image + 10 pixel + channel.
    std::vector<std::int16_t> planes;
    std::vector<std::int16_t> expected(24);
    for (int image = 0; image < 2; ++image) {
        for (int channel = 0; channel < 2; ++channel) {
            for (int pixel = 0; pixel < 6; ++pixel) {
                const auto number = static_cast<std::int16_t>(100 * image + 10 * pixel + channel);
                planes.push_back(number);
                expected[static_cast<std::size_t>(12 * image + 2 * pixel + channel)] = number;
            }
        }
    }
    CHECK(channels_last(planes, {2, 3, 2}) == expected);
    CHECK(channels_last(std::vector<std::uint8_t>{}, {2, 3, 2}).empty());
    const auto refused = [&](const Shape& shape, const char* words) {
        CHECK_THROWS_WITH_AS((void)channels_last(planes, shape), words, std::invalid_argument);
    };
    refused({2, 5, 2}, "channels_last: 24 numbers are not a whole number of images of 2x5x2");
    refused({0, 3, 2}, "channels_last: 24 numbers are not a whole number of images of 0x3x2");
    refused({-1, 3, -2}, "channels_last: 24 numbers are not a whole number of images of -1x3x-2");
}

}  // namespace data_test
