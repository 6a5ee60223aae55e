// The temporaries of files under construction: their names, and what becomes of those of killed processes (POSIX).
//
// A temporary is called TARGET.partial-HOST-PROCESS-NUMBER, and its writer holds a lock on it as long as it lives;
// the kernel releases it with the process. Whoever writes the same target next removes it if the host is this one, no
// process has the number (or it is our own), and the lock can be had: numbers of processes are used again, and
// folders can belong to several hosts.
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/text.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::io_detail {

[[gnu::cold]] inline std::string host_name() {
    char name[256] = {};
    if (::gethostname(name, sizeof name - 1) != 0) return "unknown";
    std::string host = name;
    std::replace(host.begin(), host.end(), '/', '_');
    return host;
}

/// What the temporaries of a target that are made on this host begin with.
[[gnu::cold]] inline std::string partial_prefix(const std::filesystem::path& target) {
    return joined({target.filename().string(), ".partial-", host_name(), "-"});
}

[[nodiscard]] inline std::filesystem::path folder_of(const std::filesystem::path& target) {
    return target.has_parent_path() ? target.parent_path() : std::filesystem::path(".");
}

/// The process in "PROCESS-NUMBER", 0 if that is something else.
[[gnu::cold]] inline pid_t partial_process(std::string_view rest) {
    const auto is_number = [](std::string_view text) {
        return !text.empty() && text.size() <= 9 && text.find_first_not_of("0123456789") == std::string_view::npos;
    };
    const std::size_t middle = rest.find('-');
    if (middle == std::string_view::npos || !is_number(rest.substr(0, middle)) || !is_number(rest.substr(middle + 1))) {
        return 0;
    }
    return static_cast<pid_t>(std::atoi(std::string(rest.substr(0, middle)).c_str()));
}

/// Takes the lock of a temporary that was just opened. False if somebody removes it at this moment: then it is lost.
/// Where the file system knows no locks there is none, and nobody removes anything.
[[gnu::cold]] inline bool lock_partial(int descriptor) {
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) return errno != EWOULDBLOCK;
    struct stat now {};
    return ::fstat(descriptor, &now) != 0 || now.st_nlink > 0;
}

/// Removes a temporary unless somebody holds its lock.
[[gnu::cold]] inline void remove_unlocked(const std::filesystem::path& path) {
    // For writing: without that some network file systems give no exclusive lock.
    const int descriptor = ::open(path.c_str(), O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (descriptor < 0) return;
    struct stat locked {};
    struct stat named {};
    // The name may belong to another file by now: one that was renamed into place, and a new one after it.
    if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0 && ::fstat(descriptor, &locked) == 0 &&
        ::lstat(path.c_str(), &named) == 0 && S_ISREG(named.st_mode) && locked.st_dev == named.st_dev &&
        locked.st_ino == named.st_ino) {
        ::unlink(path.c_str());
    }
    ::close(descriptor);
}

/// Removes the temporaries of a target that killed processes of this host have left. Fails silently: they only take
/// space.
[[gnu::cold]] inline void remove_abandoned_partials(const std::filesystem::path& target) {
    const std::string prefix = partial_prefix(target);
    std::error_code error;
    std::filesystem::directory_iterator entry(folder_of(target), error);
    while (!error && entry != std::filesystem::directory_iterator()) {
        const std::string name = entry->path().filename().string();
        if (name.starts_with(prefix)) {
            const pid_t process = partial_process(std::string_view(name).substr(prefix.size()));
            const bool runs = process != ::getpid() && (::kill(process, 0) == 0 || errno != ESRCH);
            if (process > 0 && !runs) remove_unlocked(entry->path());
        }
        entry.increment(error);
    }
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::io_detail
