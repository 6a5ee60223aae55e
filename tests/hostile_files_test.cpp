// What fuzzing looks for at random (tests/fuzz), at places that are known: every reader takes its good files, refuses
// or takes each of them cut off or with numbers that lie, and never takes more memory than its share.
#include <doctest/doctest.h>
#include <malloc.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#include "data_files/temporary_folder.hpp"
#include "fuzz/readers.hpp"
#include "intaglio/host/whole_number.hpp"
#include "intaglio/tandem/tasks.hpp"
#include "intaglio/train/loop/early_stopping.hpp"
#include "intaglio/train/loop/trainer_options.hpp"

namespace {

std::atomic<std::size_t> bytes_now{0};
std::atomic<std::size_t> bytes_most{0};

void* counted_new(std::size_t size) {
    void* const memory = std::malloc(size);
    if (memory == nullptr) throw std::bad_alloc();
    bytes_now += malloc_usable_size(memory);
    bytes_most = std::max(bytes_most.load(), bytes_now.load());
    return memory;
}
void counted_delete(void* memory) {
    if (memory != nullptr) bytes_now -= malloc_usable_size(memory);
    std::free(memory);
}

}  // namespace

// The forms for other alignments keep their meaning: no reader uses them.
void* operator new(std::size_t size) {
    return counted_new(size);
}
void* operator new[](std::size_t size) {
    return counted_new(size);
}
void operator delete(void* memory) noexcept {
    counted_delete(memory);
}
void operator delete[](void* memory) noexcept {
    counted_delete(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    counted_delete(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
    counted_delete(memory);
}

namespace hostile_files_test {

using namespace intaglio;
using test_files::Bytes;
using test_files::TemporaryFolder;

namespace {

/// The seeds of a reader: those that are made, and the files.
std::vector<Bytes> seeds_of(const fuzz::Reader& reader) {
    std::vector<Bytes> seeds = reader.seeds();
    const std::filesystem::path folder = std::filesystem::path("fuzz/seeds") / reader.name;
    if (std::filesystem::is_directory(folder)) {
        for (const auto& entry : std::filesystem::directory_iterator(folder)) seeds.push_back(test_files::load(entry));
    }
    return seeds;
}

/// Reads a file, in which everything but std::runtime_error ends the test, and checks the message and the memory.
std::string refusal(const fuzz::Reader& reader, const std::filesystem::path& path, const Bytes& bytes) {
    test_files::store(path, bytes);
    const std::size_t before = bytes_now;
    bytes_most = before;
    std::string message;
    try {
        reader.read(path);
    } catch (const std::runtime_error& error) {
        message = error.what();
    }
    const std::size_t most = bytes_most - before;
    CHECK_MESSAGE(most <= reader.multiple * bytes.size() + reader.constant, reader.name << ": " << message);
    if (!message.empty()) CHECK_MESSAGE(fuzz::message_fault(message, path) == "", reader.name << ": " << message);
    return message;
}

/// As is, and with a right checksum.
void read_both(const fuzz::Reader& reader, const std::filesystem::path& path, const Bytes& bytes) {
    (void)refusal(reader, path, bytes);
    if (reader.sealed != nullptr) (void)refusal(reader, path, reader.sealed(bytes));
}

const fuzz::Reader& reader_named(std::string_view name) {
    return *std::find_if(std::begin(fuzz::readers), std::end(fuzz::readers),
                         [&](const fuzz::Reader& reader) { return name == reader.name; });
}

}  // namespace

TEST_CASE("every reader takes its good files, and changed ones never hurt") {
    const TemporaryFolder folder;
    const auto path = folder / "file";
    for (const fuzz::Reader& reader : fuzz::readers) {
        CAPTURE(reader.name);
        const std::vector<Bytes> seeds = seeds_of(reader);
        CHECK(!seeds.empty());
        for (const Bytes& seed : seeds) {
            CHECK(refusal(reader, path, seed) == "");
            const std::size_t stride = std::max<std::size_t>(1, seed.size() / 300);
            for (std::size_t size = 0; size < seed.size(); size += stride) {
                read_both(reader, path, Bytes(seed.begin(), seed.begin() + static_cast<std::ptrdiff_t>(size)));
            }
            for (std::size_t at = 0; at < seed.size(); at += stride) {
                for (const int lie : {0, 1, 127, 128, 255}) {
                    Bytes changed = seed;
                    for (std::size_t i = at; i < std::min(at + (lie % 2 == 0 ? 1 : 8), seed.size()); ++i) {
                        changed[i] = static_cast<std::uint8_t>(lie);
                    }
                    read_both(reader, path, changed);
                }
            }
        }
    }
}

TEST_CASE("headers that would cost much more memory than they have bytes") {
    const TemporaryFolder folder;
    const auto path = folder / "file";
    const auto repeated = [](std::string_view begin, std::string_view part, std::string_view end) {
        std::string text(begin);
        while (text.size() < 100'000) text += part;
        text += end;
        return Bytes(text.begin(), text.end());
    };
    for (const auto& [begin, part, end] : std::vector<std::array<const char*, 3>>{{"[0", ",0", "]"},
                                                                                  {"[[]", ",[]", "]"},
                                                                                  {"[{}", ",{}", "]"},
                                                                                  {"", "[", ""},
                                                                                  {"", "{\"\":", ""},
                                                                                  {"\"", "\\u0001", "\""},
                                                                                  {"{\"a\":0", ",\"a\":0", "}"},
                                                                                  {"\"", "\x7f", "\n"}}) {
        const Bytes json = repeated(begin, part, end);
        CAPTURE(part);
        (void)refusal(reader_named("json"), path, json);
        Bytes safetensors(8);
        store_little_endian(std::uint64_t{json.size()}, safetensors.data());
        safetensors.insert(safetensors.end(), json.begin(), json.end());
        CHECK(refusal(reader_named("safetensors"), path, safetensors) != "");
    }
    CHECK(refusal(reader_named("json"), path, Bytes(101, '[')).ends_with("is JSON nested more than 100 deep"));
}

TEST_CASE("many small tensors and sections") {
    const TemporaryFolder folder;
    const auto path = folder / "file";
    std::string header = "{";
    for (int i = 0; i < 3000; ++i) {
        header += (i == 0 ? "\"" : ",\"") + std::to_string(i) + R"(":{"dtype":"U8","shape":[0],"data_offsets":[0,0]})";
    }
    header += "}";
    Bytes bytes(8);
    store_little_endian(std::uint64_t{header.size()}, bytes.data());
    bytes.insert(bytes.end(), header.begin(), header.end());
    CHECK(refusal(reader_named("safetensors"), path, bytes) == "");

    CheckpointWriter writer("input 3\nlayer 1\n");
    for (int i = 0; i < 3000; ++i) writer.add<float>(std::to_string(i), {});
    writer.write(path);
    CHECK(refusal(reader_named("checkpoint"), path, test_files::load(path)) == "");
}

TEST_CASE("a position of a run, and counts that are kept as doubles") {
    const auto refuses = [](const std::array<std::int64_t, 4>& position) {
        return !test_files::message_of<std::runtime_error>([&] {
                    train::check_run_position(position, 3, 10, 95);
                }).empty();
    };
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    CHECK_FALSE(refuses({1, 2, 12, 95}));
    CHECK(refuses({1, 2, 12, 96}));
    CHECK(refuses({1, 2, 12, most}));  // the next batch would overflow
    CHECK(refuses({most, 2, 12, 0}));
    CHECK(refuses({1, most, 12, 0}));

    CHECK(whole_number(3) == 3);
    for (const double none : {-1.0, 1e300, -1e300, std::numeric_limits<double>::quiet_NaN()}) {
        CAPTURE(none);
        CHECK(whole_number(none) == 0);
        tandem::Record record;
        record[tandem::Record::decision] = none;
        CHECK(record.decided() == tandem::Decision::none);
        train::StoppingState state;
        std::fill(state.numbers().begin(), state.numbers().end(), none);
        CHECK(state.best_epoch() == 0);
        CHECK(state.validated_epoch() == 0);
    }
    tandem::Record record;
    record[tandem::Record::decision] = 4;
    CHECK(record.decided() == tandem::Decision::none);
    record[tandem::Record::decision] = 3;
    CHECK(record.decided() == tandem::Decision::kept);
}

TEST_CASE("numbers of a model on which kernels would not agree") {
    const auto reason = [](const auto& change) {
        ModelNumbers model = fuzz::some_model();
        for (std::size_t i = 0; i < model.rows.size(); ++i) change(facts<fuzz::Net>.rows[i], model.rows[i]);
        return test_files::message_of<std::invalid_argument>([&] { require_fitting(model, facts<fuzz::Net>.view()); });
    };
    CHECK(reason([](const Row&, RowNumbers&) {}) == "");
    CHECK(reason([](const Row&, RowNumbers& numbers) {
              if (!numbers.falling.empty()) numbers.falling[1] = 38;
          }) == "model, layer 2 (step): the direction of channel 1 is 0 or 1, found 38");
    // Between the codes -1 and 1 lies one place, told twice.
    CHECK(reason([](const Row& row, RowNumbers& numbers) {
              if (row.code_spacing == 2) numbers.thresholds = {4, 5, 4, 6};
          }) == "model, layer 5 (step): the thresholds of channel 1 between two codes are one number, found 5 and 6");
}

TEST_CASE("a model file with weights for a row that has none") {
    const TemporaryFolder folder;
    const auto path = folder / "model.safetensors";
    save_model(fuzz::some_model(), path);
    Bytes bytes = test_files::load(path);
    const std::string text(bytes.begin(), bytes.end());
    const std::size_t at = text.find(".falling");
    REQUIRE(at != std::string::npos);
    const std::string weights = ".weights";
    std::copy(weights.begin(), weights.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at));
    const auto message = refusal(reader_named("model_file"), path, bytes);
    CHECK_MESSAGE(message.ends_with("has no weights"), message);
}

}  // namespace hostile_files_test
