// The fuzzer: `fuzz_readers NAME [ARGUMENT OF LIBFUZZER]... [FOLDER OR FILE]...` fuzzes a reader of readers.hpp;
// `fuzz_readers --list` lists them; `fuzz_readers --seeds FOLDER` writes the seeds that are made, to FOLDER/NAME.
#include <sanitizer/allocator_interface.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include "readers.hpp"

namespace {

// Sanitizers offer these hooks and no other way to count.
std::size_t bytes_now = 0;
std::size_t bytes_most = 0;
void count_malloc(const volatile void*, std::size_t size) {
    bytes_now += size;
    bytes_most = std::max(bytes_most, bytes_now);
}
void count_free(const volatile void* memory) {
    // What was taken before the hooks were there may be more than what was counted.
    bytes_now -= std::min(bytes_now, __sanitizer_get_allocated_size(const_cast<const void*>(memory)));
}

const fuzz::Reader* chosen = nullptr;
constexpr const char* variable = "INTAGLIO_FUZZ_READER";

[[noreturn]] void report(const std::string& finding) {
    std::fprintf(stderr, "FINDING: %s\n", finding.c_str());
    std::abort();
}

/// A file in memory, of the same name for all inputs.
class InputFile {
  public:
    void write(std::span<const std::uint8_t> bytes) const {
        if (ftruncate(descriptor_, 0) != 0 ||
            pwrite(descriptor_, bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
            report("the fuzzer cannot write its file");
        }
    }
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  private:
    int descriptor_ = memfd_create("input", 0);
    std::filesystem::path path_ = "/proc/self/fd/" + std::to_string(descriptor_);
};

void check(std::span<const std::uint8_t> bytes) {
    static const InputFile file;
    file.write(bytes);
    const std::size_t before = bytes_now;
    bytes_most = before;
    try {
        chosen->read(file.path());
    } catch (const std::runtime_error& error) {
        const std::string fault = fuzz::message_fault(error.what(), file.path());
        if (!fault.empty()) report("a message " + fault + ": " + error.what());
    }
    const std::size_t most = chosen->multiple * bytes.size() + chosen->constant;
    if (bytes_most - before > most) {
        report(std::to_string(bytes_most - before) + " bytes of memory, expected at most " + std::to_string(most));
    }
}

int write_seeds(const std::filesystem::path& folder) {
    for (const fuzz::Reader& reader : fuzz::readers) {
        std::filesystem::create_directories(folder / reader.name);
        int number = 0;
        for (const fuzz::Bytes& seed : reader.seeds()) {
            test_files::store(folder / reader.name / ("seed" + std::to_string(number++)), seed);
        }
    }
    return 0;
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* count, char*** arguments) {
    const std::string_view first = *count > 1 ? (*arguments)[1] : "";
    if (first == "--list") {
        for (const fuzz::Reader& reader : fuzz::readers) std::puts(reader.name);
        std::exit(0);
    }
    if (first == "--seeds" && *count == 3) std::exit(write_seeds((*arguments)[2]));
    const auto find = [](std::string_view name) {
        const auto* const found = std::find_if(std::begin(fuzz::readers), std::end(fuzz::readers),
                                               [&](const fuzz::Reader& reader) { return name == reader.name; });
        return found == std::end(fuzz::readers) ? nullptr : found;
    };
    chosen = find(first);
    if (chosen != nullptr) {
        // Processes that libFuzzer starts have its arguments alone.
        setenv(variable, chosen->name, 1);
        (*arguments)[1] = (*arguments)[0];
        ++*arguments;
        --*count;
    } else if (const char* name = std::getenv(variable)) {
        chosen = find(name);
    }
    if (chosen == nullptr) {
        std::fputs("usage: fuzz_readers NAME [ARGUMENT]..., with a NAME that --list prints\n", stderr);
        std::exit(2);
    }
    __sanitizer_install_malloc_and_free_hooks(count_malloc, count_free);
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::span<const std::uint8_t> bytes(data, size);
    check(bytes);
    if (chosen->sealed != nullptr) check(chosen->sealed(bytes));
    return 0;
}
