// Files of our own: atomic writing, checksums, checkpoints.
#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <bit>
#include <cmath>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <intaglio/host/checksum.hpp>
#include <intaglio/host/little_endian.hpp>
#include <intaglio/io/atomic_file.hpp>
#include <intaglio/io/checkpoint_file.hpp>
#include <limits>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "data_files/temporary_folder.hpp"

namespace io_test {

using namespace intaglio;
using namespace test_files;

namespace {

std::uint64_t sum_of(std::string_view text) {
    return checksum_bytes(std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

/// While it lives, no file of this process may grow beyond `bytes`.
class FileSizeLimit {
  public:
    explicit FileSizeLimit(rlim_t bytes) : old_handler(std::signal(SIGXFSZ, SIG_IGN)) {
        ::getrlimit(RLIMIT_FSIZE, &old);
        const rlimit limit{bytes, old.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~FileSizeLimit() {
        ::setrlimit(RLIMIT_FSIZE, &old);
        std::signal(SIGXFSZ, old_handler);
    }
    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;

  private:
    void (*old_handler)(int);
    rlimit old{};
};

CheckpointWriter small_checkpoint() {
    CheckpointWriter writer("network small\nlayer 1: conv 3x3\nlayer 2: dense\n");
    writer.add<float>("weights", std::vector<float>{1.5f, -0.0f, 3e-40f});
    writer.add<std::int8_t>("codes", std::vector<std::int8_t>{-1, 0, 1, 127, -128});
    writer.add<double>("empty", std::vector<double>{});
    writer.add_value("epoch", std::int64_t{-7});
    return writer;
}

/// The bytes of a file with that text behind the header fields: total size and checksum are made to match, so that
/// only the structure itself can give the lie away.
Bytes sealed(Bytes bytes) {
    const auto at = bytes.size();
    bytes.resize(at + 16);
    store_little_endian(std::uint64_t{bytes.size()}, bytes.data() + at);
    store_little_endian(checksum_bytes(std::span(bytes).first(at + 8)), bytes.data() + at + 8);
    return bytes;
}

struct SectionHeader {
    std::uint32_t name_bytes;
    std::uint32_t type;
    std::uint64_t count;
    std::string name;
    std::size_t data_bytes;
};

Bytes crafted(std::uint32_t section_count, const std::vector<SectionHeader>& sections, std::uint64_t signature = 0,
              std::uint32_t version = 1) {
    Bytes bytes(checkpoint_format::magic.begin(), checkpoint_format::magic.end());
    const auto put = [&](auto value) {
        const auto at = bytes.size();
        bytes.resize(at + sizeof(value));
        store_little_endian(value, bytes.data() + at);
    };
    const auto pad = [&] { bytes.resize((bytes.size() + 7) / 8 * 8); };
    put(version);
    put(section_count);
    put(signature);
    for (const auto& section : sections) {
        put(section.name_bytes);
        put(section.type);
        put(section.count);
        bytes.insert(bytes.end(), section.name.begin(), section.name.end());
        pad();
        bytes.resize(bytes.size() + section.data_bytes);
        pad();
    }
    return sealed(bytes);
}

}  // namespace

TEST_CASE("little-endian numbers, on hosts of either order") {
    std::array<std::uint8_t, 8> bytes{};
    store_little_endian(std::uint64_t{0x0102030405060708}, bytes.data());
    CHECK(bytes == std::array<std::uint8_t, 8>{8, 7, 6, 5, 4, 3, 2, 1});
    CHECK(load_little_endian<std::int32_t>(bytes.data()) == 0x05060708);
    store_little_endian(std::int16_t{-2}, bytes.data());
    CHECK(bytes[0] == 0xfe);
    CHECK(bytes[1] == 0xff);
    CHECK(load_little_endian<std::int16_t>(bytes.data()) == -2);

    const std::vector<double> values{1.0, -0.0, 1e-310, std::numeric_limits<double>::infinity()};
    Bytes fast(32);
    Bytes slow(32);
    store_little_endian(std::span<const double>(values), fast.data());
    store_little_endian<std::endian::big>(std::span<const double>(values), slow.data());
    CHECK(fast == slow);
    std::vector<double> back(4);
    load_little_endian<std::endian::big>(slow.data(), std::span<double>(back));
    CHECK(std::signbit(back[1]));
    CHECK(back == values);
}

TEST_CASE("checksum: the published values of XXH64, in one piece or many") {
    CHECK(sum_of("") == 0xEF46DB3751D8E999);
    CHECK(sum_of("a") == 0xD24EC4F1A98C6E5B);
    CHECK(sum_of("abc") == 0x44BC2CF5AD770999);
    CHECK(sum_of("The quick brown fox jumps over the lazy dog") == 0x0B242D361FDA71BC);

    Bytes bytes(203);
    for (std::size_t index = 0; index < bytes.size(); ++index) bytes[index] = static_cast<std::uint8_t>(index * 31);
    const auto whole = checksum_bytes(bytes);
    for (std::size_t piece = 1; piece < 80; ++piece) {
        Checksum sum;
        for (std::size_t at = 0; at < bytes.size(); at += piece) {
            sum.add_bytes(std::span(bytes).subspan(at, std::min(piece, bytes.size() - at)));
            CHECK(sum.value() == checksum_bytes(std::span(bytes).first(std::min(at + piece, bytes.size()))));
        }
        CHECK(sum.value() == whole);
    }
    for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
        auto changed = bytes;
        changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ (1u << (bit % 8)));
        CHECK(checksum_bytes(changed) != whole);
    }
    CHECK(checksum_bytes(bytes, 1) != whole);

    std::vector<std::int16_t> codes(1000, -3);
    Bytes code_bytes(2000);
    store_little_endian(std::span<const std::int16_t>(codes), code_bytes.data());
    CHECK(checksum(std::span<const std::int16_t>(codes)) == checksum_bytes(code_bytes));
}

namespace {

/// A process of its own that runs `body` and then waits to be killed.
class Child {
  public:
    template <class Body>
    explicit Child(const Body& body) {
        int ends[2];
        REQUIRE(::pipe(ends) == 0);
        id_ = ::fork();
        REQUIRE(id_ >= 0);
        if (id_ == 0) {
            body([&] {
                [[maybe_unused]] const auto told = ::write(ends[1], "x", 1);
                for (;;) ::pause();
            });
            ::_exit(1);
        }
        char ready = 0;
        CHECK(::read(ends[0], &ready, 1) == 1);
        ::close(ends[0]);
        ::close(ends[1]);
    }
    ~Child() { end(); }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    void end() {
        if (id_ <= 0) return;
        ::kill(id_, SIGKILL);
        ::waitpid(id_, nullptr, 0);
        id_ = 0;
    }
    [[nodiscard]] pid_t id() const { return id_; }

  private:
    pid_t id_ = 0;
};

}  // namespace

TEST_CASE("atomic file: what a killed process has left is removed at the next write") {
    const TemporaryFolder folder;
    const auto path = folder / "file";
    store(path, {1, 2, 3});
    const auto half = [&](const auto& wait) {
        AtomicFile file(path);
        file.write(std::string_view("half"));
        wait();
    };
    const std::string prefix = intaglio::io_detail::partial_prefix(path);

    SUBCASE("killed, then written") {
        Child child(half);
        CHECK(folder.entries() == 2);
        child.end();
        CHECK(folder.entries() == 2);
        CHECK(load(path).size() == 3);
        write_file_atomically(folder / "another", std::string_view("x"));
        CHECK(folder.entries() == 3);
        write_file_atomically(path, std::string_view("whole"));
        CHECK(folder.entries() == 2);
        CHECK(load(path).size() == 5);
    }
    SUBCASE("in the folder in which the process runs") {
        Child child(half);
        child.end();
        const auto here = std::filesystem::current_path();
        std::filesystem::current_path(folder.path());
        write_file_atomically("file", std::string_view("whole"));
        std::filesystem::current_path(here);
        CHECK(folder.entries() == 1);
    }
    SUBCASE("not while the process lives") {
        const Child child(half);
        write_file_atomically(path, std::string_view("whole"));
        CHECK(folder.entries() == 2);
        // Not even if nothing but the lock tells.
        std::filesystem::rename(folder / (prefix + std::to_string(child.id()) + "-0"),
                                folder / (prefix + std::to_string(::getpid()) + "-7"));
        write_file_atomically(path, std::string_view("whole"));
        CHECK(folder.entries() == 2);
    }
    SUBCASE("not those of this process, in whatever order they end") {
        auto first = std::make_unique<AtomicFile>(path);
        AtomicFile second(path);
        CHECK(folder.entries() == 3);
        first->write(std::string_view("first"));
        second.write(std::string_view("second"));
        second.commit();
        CHECK(folder.entries() == 2);
        write_file_atomically(path, std::string_view("third"));
        first->commit();
        CHECK(load(path).size() == 5);
        CHECK(folder.entries() == 1);
    }
    SUBCASE("only temporaries of this target, this host, and of processes that are gone") {
        // A process that is gone: it has been waited for.
        Child child([](const auto& wait) { wait(); });
        const std::string gone = std::to_string(child.id());
        child.end();
        const std::string own = std::to_string(::getpid());
        const std::string kept[] = {"file.partial-another-host-" + gone + "-0",
                                    "file.partial-" + gone + "-0",
                                    "file2" + prefix.substr(4) + gone + "-0",
                                    prefix + "1-0",  // the first process always runs
                                    prefix + gone + "-",
                                    prefix + gone,
                                    prefix + gone + "-0-1",
                                    prefix + "-1",
                                    prefix + gone + "-x",
                                    prefix + "0-0"};
        for (const std::string& name : kept) store(folder / name, {1});
        for (const std::string& name : {prefix + gone + "-0", prefix + gone + "-12", prefix + own + "-3"}) {
            store(folder / name, {1});
        }
        std::filesystem::create_symlink(path, folder / (prefix + gone + "-5"));
        std::filesystem::create_directory(folder / (prefix + gone + "-6"));
        CHECK(folder.entries() == 1 + 10 + 3 + 2);
        write_file_atomically(path, std::string_view("whole"));
        CHECK(folder.entries() == 1 + 10 + 2);
        for (const std::string& name : kept) CHECK(std::filesystem::exists(folder / name));
    }
}

TEST_CASE("atomic file: writers of one target do not take each other's temporaries") {
    const TemporaryFolder folder;
    const auto path = folder / "file";
    std::vector<std::thread> threads;
    std::atomic<int> failures = 0;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&, t] {
            for (int i = 0; i < 200; ++i) {
                try {
                    write_file_atomically(path, std::string(static_cast<std::size_t>(1000 + t), 'x'));
                } catch (const std::exception&) {
                    ++failures;
                }
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(failures == 0);
    CHECK(folder.entries() == 1);
    CHECK(load(path).size() >= 1000);
}

TEST_CASE("atomic file: complete, or not there") {
    const TemporaryFolder folder;
    const auto path = folder / "file";
    write_file_atomically(path, std::string_view("first"));
    CHECK(load(path).size() == 5);
    for (const mode_t mode : {mode_t{0640}, mode_t{0600}}) {
        ::chmod(path.c_str(), mode);
        write_file_atomically(path, std::string_view("the second"));
        CHECK(load(path).size() == 10);
        CHECK((std::filesystem::status(path).permissions() & std::filesystem::perms::all) ==
              static_cast<std::filesystem::perms>(mode));
    }
    CHECK(folder.entries() == 1);

    SUBCASE("given up half way") {
        {
            AtomicFile file(path);
            file.write(std::string_view("half"));
            CHECK(folder.entries() == 2);
        }
        CHECK(folder.entries() == 1);
        CHECK(load(path).size() == 10);
    }
    SUBCASE("the disk takes no more") {
        const Bytes large(100000, 1);
        std::string text;
        {
            const FileSizeLimit limit(4096);
            text = message_of<std::runtime_error>([&] { write_file_atomically(path, std::span(large)); });
        }
        CHECK(contains(text, path.string() + ": write error"));
        CHECK(folder.entries() == 1);
        CHECK(load(path).size() == 10);
    }
    SUBCASE("through a link") {
        std::filesystem::create_symlink(path, folder / "link");
        write_file_atomically(folder / "link", std::string_view("abc"));
        CHECK(std::filesystem::is_symlink(folder / "link"));
        CHECK(load(path).size() == 3);
    }
    SUBCASE("places where nothing can be written") {
        const auto complaint = [](const std::filesystem::path& target) {
            return message_of<std::runtime_error>([&] { write_file_atomically(target, std::string_view("x")); });
        };
        CHECK(contains(complaint(folder / "none/file"), "none/file: cannot be written"));
        CHECK(contains(complaint(path / "below"), "cannot be written"));
        CHECK(contains(complaint(folder.path()), "is not a regular file"));
        CHECK(contains(complaint("/dev/null"), "is not a regular file"));
        CHECK(contains(complaint(folder / "none/"), "is not a file name"));
        CHECK(contains(complaint(""), "is not a file name"));
        CHECK(contains(complaint(folder / std::string(300, 'n')), "cannot be written"));
        if (::geteuid() != 0) {  // root may write everywhere
            std::filesystem::create_directory(folder / "locked");
            store(folder / "locked/file", {1});
            ::chmod((folder / "locked").c_str(), 0500);
            CHECK(contains(complaint(folder / "locked/file"), "cannot be written"));
            ::chmod((folder / "locked").c_str(), 0700);
            CHECK(load(folder / "locked/file") == Bytes{1});
        }
        CHECK(load(path).size() == 10);
    }
}

TEST_CASE("checkpoint: what is written comes back") {
    const TemporaryFolder folder;
    auto writer = small_checkpoint();
    writer.add<std::uint8_t>("u8", std::vector<std::uint8_t>{255});
    writer.add<std::int16_t>("i16", std::vector<std::int16_t>{-32768, 5});
    writer.add<std::uint16_t>("u16", std::vector<std::uint16_t>{65535});
    writer.add<std::int32_t>("i32", std::vector<std::int32_t>{-5});
    writer.add<std::uint32_t>("u32", std::vector<std::uint32_t>{0xffffffff});
    writer.add<std::uint64_t>("u64", std::vector<std::uint64_t>{~std::uint64_t{0}});
    writer.add_text("note", "two\nlines");
    std::vector<float> many(100000);
    for (std::size_t index = 0; index < many.size(); ++index) many[index] = static_cast<float>(index) * 0.1f;
    writer.add<float>("layer 1/weights \u00b5", many);
    writer.write(folder / "file");
    writer.write(folder / "again");
    CHECK(load(folder / "file") == load(folder / "again"));
    CHECK(folder.entries() == 2);

    const CheckpointReader reader(folder / "file");
    CHECK(reader.signature() == "network small\nlayer 1: conv 3x3\nlayer 2: dense\n");
    CHECK(reader.sections().size() == 12);
    CHECK(reader.sections()[1].name == "codes");
    CHECK(reader.sections()[1].count == 5);
    CHECK(reader.has("epoch"));
    CHECK_FALSE(reader.has("epoc"));
    CHECK_FALSE(reader.has("zzz"));
    std::vector<std::int8_t> codes(5);
    reader.read<std::int8_t>("codes", codes);
    CHECK(codes == std::vector<std::int8_t>{-1, 0, 1, 127, -128});
    const auto weights = reader.values<float>("weights");
    CHECK(weights == std::vector<float>{1.5f, -0.0f, 3e-40f});
    CHECK(std::signbit(weights[1]));
    reader.read("empty", std::span<double>());
    CHECK(reader.value<std::int64_t>("epoch") == -7);
    CHECK(reader.value<std::uint8_t>("u8") == 255);
    CHECK(reader.values<std::int16_t>("i16") == std::vector<std::int16_t>{-32768, 5});
    CHECK(reader.value<std::uint16_t>("u16") == 65535);
    CHECK(reader.value<std::int32_t>("i32") == -5);
    CHECK(reader.value<std::uint32_t>("u32") == 0xffffffff);
    CHECK(reader.value<std::uint64_t>("u64") == ~std::uint64_t{0});
    CHECK(reader.text("note") == "two\nlines");
    CHECK(reader.values<float>("layer 1/weights \u00b5") == many);

    CheckpointWriter("").write(folder / "nothing");
    CHECK(CheckpointReader(folder / "nothing").sections().empty());
}

TEST_CASE("checkpoint: wrong questions are answered with name, found and expected") {
    const TemporaryFolder folder;
    small_checkpoint().write(folder / "file");
    const CheckpointReader reader(folder / "file");
    std::vector<std::int8_t> codes(4, 99);
    const auto wrong_count = message_of<std::runtime_error>([&] { reader.read<std::int8_t>("codes", codes); });
    CHECK(contains(wrong_count, (folder / "file").string() + ": section 'codes' has 5 elements, expected 4"));
    CHECK(codes == std::vector<std::int8_t>(4, 99));
    const auto wrong_type = message_of<std::runtime_error>([&] { (void)reader.values<double>("weights"); });
    CHECK(contains(wrong_type, "section 'weights' holds float, expected double"));
    CHECK_THROWS_AS((void)reader.values<std::uint8_t>("codes"), std::runtime_error);
    CHECK(contains(message_of<std::runtime_error>([&] { (void)reader.value<float>("bias"); }), "no section 'bias'"));

    CheckpointWriter writer("x");
    writer.add_value("a", 1.0);
    const auto name_complaint = [&](const std::string& name) {
        return message_of<std::invalid_argument>([&] { writer.add_value(name, 1.0); });
    };
    CHECK(contains(name_complaint("a"), "'a' is used twice"));
    CHECK(contains(name_complaint(""), "1 ... 255 bytes"));
    CHECK(contains(name_complaint(std::string(256, 'n')), "1 ... 255 bytes"));
    CHECK(contains(name_complaint("a\nb"), "control"));
    CHECK(name_complaint(std::string(255, 'n')).empty());
}

TEST_CASE("checkpoint: truncated anywhere, extended, or one byte changed") {
    const TemporaryFolder folder;
    const auto path = folder / "file";
    small_checkpoint().write(path);
    const auto bytes = load(path);
    const auto complaint = [&](const Bytes& changed) {
        store(path, changed);
        return message_of<std::runtime_error>([&] { const CheckpointReader reader(path); });
    };
    CHECK(complaint(bytes).empty());
    for (std::ptrdiff_t length = 0; length < std::ssize(bytes); ++length) {
        CHECK(contains(complaint(Bytes(bytes.begin(), bytes.begin() + length)), path.string() + ": "));
    }
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        for (const unsigned mask : {0x01u, 0x80u, 0xffu}) {
            auto changed = bytes;
            changed[at] = static_cast<std::uint8_t>(changed[at] ^ mask);
            CHECK(contains(complaint(changed), path.string() + ": "));
        }
    }
    auto longer = bytes;
    longer.push_back(0);
    CHECK(contains(complaint(longer), "checksum"));
    CHECK(contains(complaint({}), "is empty"));
    CHECK(contains(complaint(Bytes(1000, 'x')), "is not a checkpoint"));
    std::filesystem::remove(path);
    CHECK(contains(message_of<std::runtime_error>([&] { const CheckpointReader reader(path); }), path.string()));
    store(path, bytes);
    CHECK(contains(message_of<std::runtime_error>([&] { const CheckpointReader reader(path, 100); }), "limit of 100"));
}

TEST_CASE("checkpoint: hostile files whose checksum is right") {
    const TemporaryFolder folder;
    const auto path = folder / "file";
    const auto complaint = [&](const Bytes& bytes) {
        store(path, bytes);
        const auto text = message_of<std::runtime_error>([&] { const CheckpointReader reader(path); });
        if (!text.empty()) CHECK(contains(text, path.string() + ": "));
        return text;
    };
    constexpr std::uint32_t bytes_type = 31;
    constexpr std::uint32_t double_type = 18;
    constexpr auto most = ~std::uint64_t{0};
    const SectionHeader good{1, bytes_type, 3, "a", 3};
    CHECK(complaint(crafted(1, {good})).empty());

    CHECK(contains(complaint(crafted(1, {good}, 0, 2)), "format version 2, this program reads 1"));
    CHECK(contains(complaint(crafted(0xffffffff, {good})), "announces 4294967295 sections"));
    CHECK(contains(complaint(crafted(2, {good})), "announces 2 sections"));
    CHECK(contains(complaint(crafted(0, {good})), "bytes after the last section"));
    CHECK(contains(complaint(crafted(1, {good}, most)), "signature lies outside"));
    CHECK(contains(complaint(crafted(1, {good}, most - 7)), "signature lies outside"));
    CHECK(contains(complaint(crafted(1, {good}, 33)), "signature lies outside"));
    CHECK(contains(complaint(crafted(1, {good}, 32)), "sections, more than fit"));
    CHECK(contains(complaint(crafted(1, {good}, 3)), "signature is not padded"));
    CHECK(contains(complaint(crafted(2, {good, good})), "two sections named 'a'"));
    CHECK(contains(complaint(crafted(1, {{0, bytes_type, 24, "", 24}})), "unprintable or empty name"));
    CHECK(contains(complaint(crafted(1, {{2, bytes_type, 3, "a\n", 3}})), "unprintable or empty name"));
    CHECK(contains(complaint(crafted(1, {{256, bytes_type, 3, "a", 999}})), "name that is too long"));
    CHECK(contains(complaint(crafted(1, {{0xffffffff, bytes_type, 3, "a", 3}})), "name that is too long"));
    CHECK(contains(complaint(crafted(1, {{200, bytes_type, 3, "a", 3}})), "section 0 lies outside"));
    CHECK(contains(complaint(crafted(1, {{1, bytes_type, 3, "ab", 3}})), "not padded with zeros"));
    for (const std::uint32_t type : {0u, 10u, 11u, 32u + 64u, 0xffffffffu}) {
        CHECK(contains(complaint(crafted(1, {{1, type, 1, "a", 8}})), "unknown element type"));
    }
    for (const std::uint64_t count : {most, most / 8 + 1, most / 8, std::uint64_t{1} << 61, std::uint64_t{2}}) {
        CHECK(contains(complaint(crafted(1, {{1, double_type, count, "a", 8}})), "elements, more than fit"));
    }
    CHECK(contains(complaint(crafted(1, {{1, bytes_type, 9, "a", 8}})), "more than fit"));
    CHECK(contains(complaint(crafted(1, {{1, double_type, 1, "a", 16}})), "bytes after the last section"));

    // Total size wrong under a right checksum.
    auto bytes = crafted(1, {good});
    const auto at = bytes.size() - 16;
    store_little_endian(std::uint64_t{bytes.size() + 8}, bytes.data() + at);
    store_little_endian(checksum_bytes(std::span(bytes).first(at + 8)), bytes.data() + at + 8);
    CHECK(contains(complaint(bytes), "announces"));
    // Random 64-bit lies in every aligned word, sealed again: never anything but an answer or an exception.
    const auto body = [&] {
        auto copy = crafted(2, {good, {3, double_type, 2, "bcd", 16}}, 0);
        copy.resize(copy.size() - 16);
        return copy;
    }();
    for (std::size_t word = 8; word + 8 <= body.size(); word += 4) {
        for (const std::uint64_t lie : {most, most / 2, std::uint64_t{1} << 32, std::uint64_t{40}, std::uint64_t{8}}) {
            auto changed = body;
            store_little_endian(lie, changed.data() + word);
            (void)complaint(sealed(changed));
        }
    }
    // A terminal must not see control characters from a file.
    CheckpointWriter("\x1b[31mred").write(path);
    const CheckpointReader reader(path);
    CHECK_FALSE(contains(message_of<std::runtime_error>([&] { require_signature(reader, "x"); }), "\x1b"));
}

TEST_CASE("checkpoint: a failed write leaves the old file and no temporary") {
    const TemporaryFolder folder;
    const auto path = folder / "file";
    small_checkpoint().write(path);
    const auto before = load(path);
    CheckpointWriter large("large");
    large.add<float>("weights", std::vector<float>(100000, 1.0f));
    std::string text;
    {
        const FileSizeLimit limit(8192);
        text = message_of<std::runtime_error>([&] { large.write(path); });
    }
    CHECK(contains(text, path.string() + ": write error"));
    CHECK(load(path) == before);
    CHECK(folder.entries() == 1);
    CHECK_THROWS_AS(large.write(folder / "none/file"), std::runtime_error);
    CHECK(folder.entries() == 1);
}

TEST_CASE("checkpoint: the first line of the signature that differs") {
    const TemporaryFolder folder;
    const auto path = folder / "file";
    small_checkpoint().write(path);
    const CheckpointReader reader(path);
    const auto complaint = [&](const std::string& expected) {
        return message_of<std::runtime_error>([&] { require_signature(reader, expected); });
    };
    CHECK(complaint("network small\nlayer 1: conv 3x3\nlayer 2: dense\n").empty());
    CHECK(contains(complaint("network small\nlayer 1: conv 5x5\nlayer 2: pool\n"),
                   path.string() + ": belongs to another model: line 2 of the signature: expected 'layer 1: conv 5x5', "
                                   "found 'layer 1: conv 3x3'"));
    CHECK(contains(complaint("network small\nlayer 1: conv 3x3"),
                   "line 3 of the signature: expected the end of the signature, found 'layer 2: dense'"));
    CHECK(contains(complaint("network small\nlayer 1: conv 3x3\nlayer 2: dense"),
                   "line 4 of the signature: expected the end of the signature, found ''"));
    CHECK(contains(complaint("network small\nlayer 1: conv 3x3\nlayer 2: dense\n\nlayer 3"),
                   "line 5 of the signature: expected 'layer 3', found the end of the signature"));
    CHECK(contains(complaint(""), "line 1 of the signature: expected '', found 'network small'"));
    CHECK(complaint(std::string(100000, 'x')).size() < 1000);
}

}  // namespace io_test
