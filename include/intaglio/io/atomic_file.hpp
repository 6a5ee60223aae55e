// Files that are written completely or not at all (POSIX).
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/data/file_error.hpp"
#include "intaglio/host/text.hpp"
#include "intaglio/io/partial_files.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// A file under construction. Bytes go to a temporary beside the target; commit() brings them to the disk and renames,
/// so that at every moment, even after a power cut, the target is the old file or the new one. Without commit(), also
/// when an exception passes, the temporary is removed and the target stays as it was. What a killed process has left
/// is removed by whoever writes the target next.
/// Errors: std::runtime_error that names the target and the reason.
class AtomicFile {
  public:
    /// Opens the temporary. A link is followed; a target that exists and is no regular file is refused, because the
    /// rename would replace it (think of /dev/null). The permissions of an existing target are kept.
    [[gnu::cold]] explicit AtomicFile(const std::filesystem::path& target) : goal(resolved(target)) {
        io_detail::remove_abandoned_partials(goal);
        const std::string begin = joined({io_detail::partial_prefix(goal), ::getpid(), "-"});
        constexpr int attempts = 100;
        for (int attempt = 0; descriptor < 0 && attempt < attempts; ++attempt) {
            temporary = goal;
            temporary.replace_filename(joined({begin, attempt}));
            descriptor = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
            if (descriptor < 0 && errno != EEXIST) break;
            if (descriptor >= 0 && !io_detail::lock_partial(descriptor)) {
                ::close(descriptor);
                descriptor = -1;
            }
        }
        if (descriptor < 0) throw_file_error(goal, "cannot be written", errno);
        lock = ::fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
        struct stat old {};
        if (::stat(goal.c_str(), &old) == 0 && ::fchmod(descriptor, old.st_mode & 0777) != 0) {
            const int reason = errno;
            discard();
            throw_file_error(goal, "cannot keep its permissions", reason);
        }
    }
    ~AtomicFile() { discard(); }
    AtomicFile(const AtomicFile&) = delete;
    AtomicFile& operator=(const AtomicFile&) = delete;

    /// Appends bytes.
    [[gnu::cold]] void write(std::span<const std::uint8_t> bytes) {
        // The kernel writes at most 2 GiB at once, and less when a signal comes.
        constexpr std::size_t most_at_once = std::size_t{1} << 30;
        while (!bytes.empty()) {
            const auto written = ::write(descriptor, bytes.data(), std::min(bytes.size(), most_at_once));
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) fail("write error", errno);
            bytes = bytes.subspan(static_cast<std::size_t>(written));
        }
    }

    /// Appends text.
    [[gnu::cold]] void write(std::string_view text) {
        write(std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
    }

    /// Makes the file appear under its name. Nothing may be written afterwards.
    [[gnu::cold]] void commit() {
        if (::fsync(descriptor) != 0) fail("cannot be brought to the disk", errno);
        const int closed = ::close(descriptor);
        descriptor = -1;
        if (closed != 0) fail("cannot be closed", errno);
        if (::rename(temporary.c_str(), goal.c_str()) != 0) fail("cannot be renamed into place", errno);
        temporary.clear();
        release();
        sync_folder();
    }

  private:
    [[nodiscard]] static std::filesystem::path resolved(const std::filesystem::path& target) {
        std::error_code error;
        const auto status = std::filesystem::status(target, error);
        if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
            throw_file_error(target, "exists and is not a regular file");
        }
        if (!target.has_filename()) throw_file_error(target, "is not a file name");
        if (!std::filesystem::exists(status)) return target;
        auto real = std::filesystem::canonical(target, error);
        if (error) throw_file_error(target, joined({"cannot be resolved: ", error.message()}));
        return real;
    }

    [[noreturn]] void fail(std::string_view reason, int error_number) {
        discard();
        throw_file_error(goal, reason, error_number);
    }

    void discard() noexcept {
        if (descriptor >= 0) ::close(descriptor);
        descriptor = -1;
        if (!temporary.empty()) ::unlink(temporary.c_str());
        temporary.clear();
        release();
    }

    void release() noexcept {
        if (lock >= 0) ::close(lock);
        lock = -1;
    }

    /// The rename itself lives in the folder. Some file systems cannot sync a folder; the file is complete anyway.
    void sync_folder() const {
        const int handle = ::open(io_detail::folder_of(goal).c_str(), O_RDONLY | O_CLOEXEC);
        if (handle < 0) return;
        ::fsync(handle);
        ::close(handle);
    }

    std::filesystem::path goal;
    std::filesystem::path temporary;
    int descriptor = -1;
    int lock = -1;  ///< the same file, open until it has its name: the lock lasts as long
};

/// Writes `content`, bytes or text, as the whole file `target`. Errors: as AtomicFile.
template <class Content>
void write_file_atomically(const std::filesystem::path& target, const Content& content) {
    AtomicFile file(target);
    file.write(content);
    file.commit();
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
