// gnuplot as a program: a script goes in, a picture comes out. No shell and no file name is involved.
#pragma once

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/data/bytes_file.hpp"
#include "intaglio/host/file_handle.hpp"
#include "intaglio/host/text.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

namespace report_detail {

/// A temporary file without a name, which vanishes when it is closed. Unlike pipes, such files cannot make two
/// programs wait for each other.
inline FileHandle anonymous_file() {
    FileHandle file(std::tmpfile());
    if (!file)
        throw std::runtime_error(joined({"gnuplot: no temporary file: ", std::generic_category().message(errno)}));
    return file;
}

inline std::vector<std::uint8_t> whole_content(std::FILE* file) {
    std::vector<std::uint8_t> content;
    std::array<std::uint8_t, 1 << 16> block;
    std::rewind(file);
    while (const std::size_t count = std::fread(block.data(), 1, block.size(), file)) {
        content.insert(content.end(), block.begin(), block.begin() + static_cast<std::ptrdiff_t>(count));
    }
    return content;
}

class SpawnActions {
  public:
    SpawnActions() { posix_spawn_file_actions_init(&actions); }
    ~SpawnActions() { posix_spawn_file_actions_destroy(&actions); }
    SpawnActions(const SpawnActions&) = delete;
    SpawnActions& operator=(const SpawnActions&) = delete;

    void redirect(std::FILE* from, int to) { posix_spawn_file_actions_adddup2(&actions, ::fileno(from), to); }

    posix_spawn_file_actions_t actions;
};

}  // namespace report_detail

/// `text` as a gnuplot string. Of ASCII only letters, digits and spaces stand for themselves, everything else is an
/// octal escape: quotes, backslashes and backquotes (which gnuplot would run) never reach its parser. Control
/// characters become spaces.
[[nodiscard]] inline std::string gnuplot_quoted(std::string_view text) {
    std::string quoted = "\"";
    bool after_escape = false;
    for (const char letter : text) {
        const auto code = static_cast<unsigned char>(letter);
        const bool control = code < 0x20 || code == 0x7f;
        const bool digit = code >= '0' && code <= '9';
        const bool other_plain =
            (code >= 'A' && code <= 'Z') || (code >= 'a' && code <= 'z') || code == ' ' || code >= 0x80;
        // gnuplot reads more than three octal digits, so a digit after an escape would become a part of it.
        if (control || other_plain || (digit && !after_escape)) {
            quoted += control ? ' ' : letter;
            after_escape = false;
            continue;
        }
        quoted += '\\';
        for (const int shift : {6, 3, 0}) quoted += static_cast<char>('0' + ((code >> shift) & 7));
        after_escape = true;
    }
    return joined({quoted, "\""});
}

/// A number as gnuplot reads it, with all digits.
[[nodiscard]] inline std::string gnuplot_number(double value) {
    std::array<char, 40> text;
    std::snprintf(text.data(), text.size(), "%.17g", value);
    return text.data();
}

/// Runs gnuplot (found through PATH) on `script` without the user's settings; returns what it writes to its standard
/// output, which is the picture when the script sets no output. Errors: std::runtime_error when gnuplot is not there,
/// with the name of the package, or fails, with its message.
[[nodiscard]] inline std::vector<std::uint8_t> run_gnuplot(std::string_view script) {
    const auto input = report_detail::anonymous_file();
    const auto output = report_detail::anonymous_file();
    const auto complaints = report_detail::anonymous_file();
    if (std::fwrite(script.data(), 1, script.size(), input.get()) != script.size() || std::fflush(input.get()) != 0) {
        throw std::runtime_error(
            joined({"gnuplot: the script cannot be stored: ", std::generic_category().message(errno)}));
    }
    std::rewind(input.get());

    report_detail::SpawnActions actions;
    actions.redirect(input.get(), STDIN_FILENO);
    actions.redirect(output.get(), STDOUT_FILENO);
    actions.redirect(complaints.get(), STDERR_FILENO);
    std::string program = "gnuplot";
    std::string no_user_settings = "--default-settings";
    std::array<char*, 3> arguments{program.data(), no_user_settings.data(), nullptr};
    pid_t child = 0;
    const int problem = ::posix_spawnp(&child, program.c_str(), &actions.actions, nullptr, arguments.data(), ::environ);
    const std::string missing = "gnuplot cannot be started; install the Debian package gnuplot-nox";
    if (problem != 0) throw std::runtime_error(joined({missing, " (", std::generic_category().message(problem), ")"}));

    int status = 0;
    pid_t ended = 0;
    do {
        ended = ::waitpid(child, &status, 0);
    } while (ended < 0 && errno == EINTR);
    constexpr int not_found = 127;  // what a C library reports that learns of it only in the child
    if (ended == child && WIFEXITED(status) && WEXITSTATUS(status) == not_found) throw std::runtime_error(missing);
    if (ended != child || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        const auto bytes = report_detail::whole_content(complaints.get());
        throw std::runtime_error(joined({"gnuplot failed: ", std::string(bytes.begin(), bytes.end())}));
    }
    return report_detail::whole_content(output.get());
}

/// True when gnuplot can be run.
[[nodiscard]] inline bool gnuplot_available() {
    try {
        static_cast<void>(run_gnuplot("exit\n"));
        return true;
    } catch (const std::runtime_error&) {
        return false;
    }
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
