// Helpers of the tests of files: a folder of their own, raw bytes, and the message of an expected exception.
#pragma once

#include <stdlib.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <typeinfo>
#include <vector>

namespace test_files {

using Bytes = std::vector<std::uint8_t>;

/// A new empty folder, removed with all its content at the end.
class TemporaryFolder {
  public:
    TemporaryFolder() {
        auto pattern = (std::filesystem::temp_directory_path() / "intaglio-test-XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
        folder = std::filesystem::canonical(pattern);
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(folder, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    std::filesystem::path operator/(const std::string& name) const { return folder / name; }
    [[nodiscard]] const std::filesystem::path& path() const { return folder; }
    /// Number of entries: shows whether a temporary was left behind.
    [[nodiscard]] std::ptrdiff_t entries() const {
        return std::distance(std::filesystem::directory_iterator(folder), std::filesystem::directory_iterator());
    }

  private:
    std::filesystem::path folder;
};

/// Sets (or with nullptr removes) an environment variable until the end of the scope.
class Environment {
  public:
    Environment(const char* variable, const char* value) : name(variable) {
        if (const char* old = std::getenv(variable)) before = old;
        apply(value);
    }
    ~Environment() { apply(before ? before->c_str() : nullptr); }
    Environment(const Environment&) = delete;
    Environment& operator=(const Environment&) = delete;

  private:
    void apply(const char* value) const {
        if (value == nullptr) {
            ::unsetenv(name);
        } else {
            ::setenv(name, value, 1);
        }
    }

    const char* name;
    std::optional<std::string> before;
};

inline void store(const std::filesystem::path& path, const Bytes& bytes) {
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    file.close();
    if (!file) throw std::logic_error("test cannot write " + path.string());
}

inline Bytes load(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw std::logic_error("test cannot read " + path.string());
    return Bytes(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

/// The message of the exception of exactly the type `Error` that `action` throws, or "" when it throws none. Another
/// type passes through and fails the test.
template <class Error, class Action>
std::string message_of(Action&& action) {
    try {
        action();
    } catch (const Error& error) {
        if (typeid(error) != typeid(Error)) throw;
        return error.what();
    }
    return "";
}

inline bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

}  // namespace test_files
