// Files compressed as .xz, and the binary version of CIFAR-10 and CIFAR-100.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <intaglio/data/cifar10.hpp>
#include <intaglio/data/cifar100.hpp>
#include <intaglio/data/packed_file.hpp>
#include <intaglio/data/xz.hpp>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "data_files/packing.hpp"
#include "data_files/temporary_folder.hpp"

namespace cifar_test {

using namespace intaglio;
using namespace test_files;

namespace {

Bytes some_content(std::size_t size) {
    Bytes content(size);
    for (std::size_t index = 0; index < size; ++index) content[index] = static_cast<std::uint8_t>((index * index) >> 7);
    return content;
}

Bytes joined(Bytes first, const Bytes& second) {
    first.insert(first.end(), second.begin(), second.end());
    return first;
}

/// Byte `index` of the pixels of record `record`, as the file has them.
std::uint8_t file_pixel(std::size_t record, std::size_t index) {
    return static_cast<std::uint8_t>(record * 31 + index * 7 + (index >> 8));
}

/// Records with these label bytes (one string of bytes for each record).
Bytes cifar_records(const std::vector<Bytes>& labels) {
    Bytes bytes;
    for (std::size_t record = 0; record < labels.size(); ++record) {
        bytes.insert(bytes.end(), labels[record].begin(), labels[record].end());
        for (std::size_t index = 0; index < 3072; ++index) bytes.push_back(file_pixel(record, index));
    }
    return bytes;
}

using Packer = Bytes (*)(const Bytes&);

/// Six files: data_batch_i with the labels i and i + 1, test_batch with 0.
void store_tiny_cifar10(const std::filesystem::path& folder, const std::string& ending = "", Packer pack = plain) {
    std::filesystem::create_directories(folder);
    for (std::uint8_t batch = 1; batch <= 5; ++batch) {
        const auto next = static_cast<std::uint8_t>(batch + 1);
        store(folder / ("data_batch_" + std::to_string(batch) + ".bin" + ending),
              pack(cifar_records({{batch}, {next}})));
    }
    store(folder / ("test_batch.bin" + ending), pack(cifar_records({{0}})));
}

void check_pixels(const ImageDataset& data, std::size_t image, std::size_t record) {
    std::size_t wrong = 0;
    for (std::size_t y = 0; y < 32; ++y) {
        for (std::size_t x = 0; x < 32; ++x) {
            for (std::size_t channel = 0; channel < 3; ++channel) {
                const std::uint8_t expected = file_pixel(record, channel * 1024 + y * 32 + x);
                if (data.image(image)[(y * 32 + x) * 3 + channel] != expected) ++wrong;
            }
        }
    }
    CHECK(wrong == 0);
}

}  // namespace

TEST_CASE("xz: round trip, limit, streams, checksums, damage") {
    const TemporaryFolder folder;
    const auto content = some_content(300000);
    const auto packed = xz_packed(content);
    const auto path = folder / "file";
    store(path, packed);
    CHECK(read_packed_bytes(path, content.size()) == content);
    const auto complaint = [&](const Bytes& bytes, std::uint64_t limit) {
        const auto text = message_of<std::runtime_error>([&] { (void)decompress_xz(bytes, limit, path); });
        CHECK(contains(text, path.string() + ": "));
        return text;
    };
    CHECK(contains(complaint(packed, content.size() - 1), "more than the limit of 299999 bytes"));
    CHECK(contains(complaint(packed, 0), "more than the limit of 0"));
    store(path, packed);
    CHECK(contains(message_of<std::runtime_error>([&] { (void)read_packed_bytes(path, 1000); }), "limit of 1000"));

    for (const auto check : {LZMA_CHECK_NONE, LZMA_CHECK_CRC32, LZMA_CHECK_CRC64, LZMA_CHECK_SHA256}) {
        CHECK(decompress_xz(xz_packed_with({1, 2, 3}, 6, 0, check), 3, path) == Bytes{1, 2, 3});
    }
    CHECK(decompress_xz(xz_packed({}), 0, path).empty());
    // Several streams, and padding by multiples of four zeros.
    const auto two = joined(xz_packed({1, 2}), xz_packed({3}));
    CHECK(decompress_xz(two, 3, path) == Bytes{1, 2, 3});
    CHECK(decompress_xz(joined(two, {0, 0, 0, 0}), 3, path) == Bytes{1, 2, 3});
    CHECK(contains(complaint(joined(two, {0, 0, 0}), 9), "xz data is corrupt, or followed by other bytes"));
    CHECK(contains(complaint(joined(two, some_content(100)), 9), "followed by other bytes"));
    CHECK(contains(complaint({}, 9), "truncated"));
    CHECK(contains(complaint(some_content(100), 9), "is not xz data"));
    CHECK_FALSE(is_xz(Bytes{0xfd, '7', 'z', 'X', 'Z'}));
    CHECK(is_xz(packed));
}

TEST_CASE("xz: a file that demands much memory is refused before it gets any") {
    // What the highest preset needs is allowed, a dictionary of 1.5 GiB is not.
    CHECK(decompress_xz(xz_packed_with({7}, 0, 64u << 20, LZMA_CHECK_CRC32), 1, "largest preset") == Bytes{7});
    // The encoder would take as much memory itself, so the size is written into the header, with its checksum.
    auto packed = xz_packed_with({7}, 0, 4096, LZMA_CHECK_CRC32);
    constexpr std::size_t block = 12;                   // behind the header of the stream
    const std::size_t size = (packed[block] + 1u) * 4;  // of the header of the block
    const Bytes filter{0x21, 1, 0};                     // LZMA2, one byte of properties, 4 KiB
    const auto found = std::search(packed.begin() + block, packed.begin() + block + static_cast<std::ptrdiff_t>(size),
                                   filter.begin(), filter.end());
    REQUIRE(found != packed.begin() + block + static_cast<std::ptrdiff_t>(size));
    found[2] = 37;  // 1.5 GiB
    const std::uint32_t sum = lzma_crc32(packed.data() + block, size - 4, 0);
    for (std::size_t byte = 0; byte < 4; ++byte) {
        packed[block + size - 4 + byte] = static_cast<std::uint8_t>(sum >> (8 * byte));
    }
    const auto text = message_of<std::runtime_error>([&] { (void)decompress_xz(packed, 9, "hostile"); });
    CHECK(contains(text, "hostile: xz data needs 1610"));
    CHECK(contains(text, "more than the limit of 134217728"));
}

TEST_CASE("xz: a stream with an unknown kind of checksum is refused, not read unchecked") {
    auto packed = xz_packed({1, 2, 3});
    packed[7] = 2;  // the kind, behind six bytes of magic and a zero; their own sum follows
    const std::uint32_t sum = lzma_crc32(packed.data() + 6, 2, 0);
    for (std::size_t byte = 0; byte < 4; ++byte) packed[8 + byte] = static_cast<std::uint8_t>(sum >> (8 * byte));
    const auto text = message_of<std::runtime_error>([&] { (void)decompress_xz(packed, 9, "future"); });
    CHECK(text == "future: xz data has a checksum that this liblzma does not know");
}

TEST_CASE("xz: truncated everywhere, and every bit flipped") {
    Bytes content;
    for (int index = 0; index < 600; ++index) content.push_back(static_cast<std::uint8_t>(index % 23 * (index % 7)));
    const auto packed = xz_packed(content);
    for (std::size_t length = 0; length < packed.size(); ++length) {
        const std::span part(packed.data(), length);
        CHECK(contains(message_of<std::runtime_error>([&] { (void)decompress_xz(part, 600, "cut"); }), "cut: xz"));
    }
    for (std::size_t bit = 0; bit < 8 * packed.size(); ++bit) {
        auto damaged = packed;
        damaged[bit / 8] = static_cast<std::uint8_t>(damaged[bit / 8] ^ (1u << (bit % 8)));
        CHECK_THROWS_AS((void)decompress_xz(damaged, 600, "damaged"), std::runtime_error);
    }
}

TEST_CASE("CIFAR-10: planes become channels, in the order of the files, plain or packed") {
    const TemporaryFolder folder;
    store_tiny_cifar10(folder / "plain");
    store_tiny_cifar10(folder / "gz", ".gz", gzipped);
    store_tiny_cifar10(folder / "xz", ".xz", xz_packed);
    for (const char* name : {"plain", "gz", "xz"}) {
        const auto data = load_cifar10(find_cifar10(folder / name));
        CHECK(data.train.shape == Shape{32, 32, 3});
        CHECK(data.train.classes == 10);
        CHECK(data.train.labels == Bytes{1, 2, 2, 3, 3, 4, 4, 5, 5, 6});
        CHECK(data.test.labels == Bytes{0});
        check_pixels(data.train, 0, 0);
        check_pixels(data.train, 9, 1);
        check_pixels(data.test, 0, 0);
        CHECK(data.train.class_names == cifar10_classes());
        CHECK(data.train.name == "CIFAR-10 train");
    }
}

TEST_CASE("CIFAR-10: the search") {
    const TemporaryFolder folder;
    store_tiny_cifar10(folder / "sets/cifar10", ".xz", xz_packed);
    CHECK(find_cifar10(folder / "sets") == folder / "sets/cifar10");
    const Environment sets("INTAGLIO_DATA", (folder / "sets").c_str());
    CHECK(find_cifar10() == folder / "sets/cifar10");
    std::filesystem::remove(folder / "sets/cifar10/data_batch_3.bin.xz");
    const auto text = message_of<std::runtime_error>([&] { (void)find_cifar10(folder / "sets"); });
    CHECK(contains(text, "CIFAR-10 was not found"));
    CHECK(contains(text, "lacks data_batch_3.bin)"));
    CHECK(contains(text, "INTAGLIO_DATA"));
}

TEST_CASE("CIFAR-10: every kind of damage names the file and the reason") {
    const TemporaryFolder folder;
    const auto complaint = [&](const char* file, const Bytes& bytes) {
        store_tiny_cifar10(folder.path());
        store(folder / file, bytes);
        const auto text = message_of<std::runtime_error>([&] { (void)load_cifar10(folder.path()); });
        CHECK(contains(text, (folder / file).string() + ": "));
        return text;
    };
    const auto good = cifar_records({{3}, {9}});
    CHECK(contains(complaint("data_batch_4.bin", {}), "holds no image"));
    CHECK(contains(complaint("data_batch_4.bin", Bytes(good.begin(), good.end() - 1)), "6145 is not a multiple"));
    CHECK(
        contains(complaint("test_batch.bin", joined(good, {0})), "is truncated or has trailing bytes: its size 6147"));
    CHECK(contains(complaint("data_batch_5.bin", cifar_records({{9}, {10}})), "label 10 of image 1"));
    CHECK(contains(complaint("data_batch_1.bin", Bytes(10001 * 3073)), "more than the limit of 30730000"));
    CHECK(contains(complaint("data_batch_1.bin", xz_packed(Bytes(10001 * 3073))), "more than the limit of 30730000"));
    auto corrupt = xz_packed(good);
    corrupt[corrupt.size() / 2] ^= 1;
    CHECK(contains(complaint("data_batch_2.bin", corrupt), "xz data is corrupt"));
    corrupt.resize(corrupt.size() / 3);
    CHECK(contains(complaint("data_batch_2.bin", corrupt), "xz data is"));

    store_tiny_cifar10(folder.path());
    std::filesystem::remove(folder / "data_batch_2.bin");
    const auto text = message_of<std::runtime_error>([&] { (void)load_cifar10(folder.path()); });
    CHECK(contains(text, (folder / "data_batch_2.bin").string() + ": "));
    CHECK(contains(text, "o such file"));
}

TEST_CASE("CIFAR: class names from the file that lies with the data") {
    const TemporaryFolder folder;
    store_tiny_cifar10(folder.path());
    const auto put = [&](const std::string& text) {
        store(folder / "batches.meta.txt", Bytes(text.begin(), text.end()));
    };
    put("a\nb\r\nc\nd\ne\nf\ng\nh\ni\nlast one\n\n");
    const auto data = load_cifar10(folder.path());
    CHECK(data.train.class_names == std::vector<std::string>{"a", "b", "c", "d", "e", "f", "g", "h", "i", "last one"});
    CHECK(data.test.class_names == data.train.class_names);
    put("a\nb\nc\nd\ne\nf\ng\nh\ni\nj");
    CHECK(load_cifar10(folder.path()).test.class_names.back() == "j");
    for (const char* wrong : {"a\nb\n", "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\n", ""}) {
        put(wrong);
        const auto text = message_of<std::runtime_error>([&] { (void)load_cifar10(folder.path()); });
        CHECK(contains(text, (folder / "batches.meta.txt").string()));
        CHECK(contains(text, "class names, expected 10"));
    }
    store(folder / "batches.meta.txt", Bytes(70000, 'a'));
    CHECK(contains(message_of<std::runtime_error>([&] { (void)load_cifar10(folder.path()); }), "limit of 65536"));
}

TEST_CASE("CIFAR-100: fine and coarse labels") {
    const TemporaryFolder folder;
    const auto sets = folder / "sets";
    std::filesystem::create_directories(folder / "sets/cifar100");
    store(folder / "sets/cifar100/train.bin.xz", xz_packed(cifar_records({{19, 99}, {0, 50}})));
    store(folder / "sets/cifar100/test.bin.gz", gzipped(cifar_records({{4, 0}})));
    const auto found = find_cifar100(sets);
    CHECK(found == sets / "cifar100");

    const auto fine = load_cifar100(found);
    CHECK(fine.train.classes == 100);
    CHECK(fine.train.labels == Bytes{99, 50});
    CHECK(fine.test.labels == Bytes{0});
    CHECK(fine.train.class_names.at(99) == "worm");
    check_pixels(fine.train, 1, 1);
    const auto coarse = load_cifar100(found, Cifar100Labels::coarse);
    CHECK(coarse.train.classes == 20);
    CHECK(coarse.train.labels == Bytes{19, 0});
    CHECK(coarse.test.labels == Bytes{4});
    CHECK(coarse.test.class_names.at(4) == "fruit_and_vegetables");
    check_pixels(coarse.test, 0, 0);

    for (const auto labels : {Cifar100Labels::fine, Cifar100Labels::coarse}) {
        const auto names = cifar100_classes(labels);
        CHECK(names.size() == (labels == Cifar100Labels::fine ? 100 : 20));
        CHECK(std::is_sorted(names.begin(), names.end()));  // both lists of the release are in alphabetical order
        CHECK(std::set<std::string>(names.begin(), names.end()).size() == names.size());
        // Both labels have to be valid, whichever is asked for.
        const auto complaint = [&](const Bytes& bytes) {
            store(found / "train.bin", bytes);
            const auto text = message_of<std::runtime_error>([&] { (void)load_cifar100(found, labels); });
            std::filesystem::remove(found / "train.bin");
            CHECK(contains(text, (found / "train.bin").string() + ": "));
            return text;
        };
        CHECK(contains(complaint(cifar_records({{20, 0}})), "label 20 of image 0"));
        CHECK(contains(complaint(cifar_records({{0, 0}, {0, 100}})), "label 100 of image 1"));
        CHECK(contains(complaint(cifar_records({{1}})), "not a multiple of a record of 3074"));
    }
    const std::string words = "only\ntwo\n";
    store(found / "coarse_label_names.txt", Bytes(words.begin(), words.end()));
    CHECK_NOTHROW((void)load_cifar100(found));
    CHECK_THROWS_AS((void)load_cifar100(found, Cifar100Labels::coarse), std::runtime_error);
}

TEST_CASE("CIFAR-10: the real files") {
    std::filesystem::path folder;
    try {
        folder = find_cifar10();
    } catch (const std::runtime_error& error) {
        // They are in no package of Debian: where they are missing, the message has to say how to get them.
        CHECK(contains(error.what(), "CIFAR-10 was not found. Looked at:"));
        CHECK(contains(error.what(), "Set INTAGLIO_DATA"));
        return;
    }
    const auto data = load_cifar10(folder);
    CHECK(data.train.class_counts() == std::vector<std::size_t>(10, 5000));
    CHECK(data.test.class_counts() == std::vector<std::size_t>(10, 1000));
    CHECK(data.train.class_names == cifar10_classes());
    CHECK(Bytes(data.train.labels.begin(), data.train.labels.begin() + 5) == Bytes{6, 9, 9, 4, 1});
    CHECK(Bytes(data.test.labels.begin(), data.test.labels.begin() + 5) == Bytes{3, 8, 8, 0, 6});
    // The published means of the training images are 0.49139968, 0.48215841, 0.44653091: of red, green, blue.
    const double published[] = {0.49139968, 0.48215841, 0.44653091};
    for (std::size_t channel = 0; channel < 3; ++channel) {
        std::uint64_t sum = 0;
        for (std::size_t index = channel; index < data.train.pixels.size(); index += 3) sum += data.train.pixels[index];
        const double mean = static_cast<double>(sum) / (255.0 * 1024 * 50000);
        CHECK(mean > published[channel] - 1e-8);
        CHECK(mean < published[channel] + 1e-8);
    }
}

}  // namespace cifar_test
