// Live progress of a training run: one line that is rewritten in place on a terminal, one line per epoch elsewhere.
#pragma once

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <ostream>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "intaglio/core/instruction_set.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// How progress is shown.
enum class ProgressStyle {
    automatic,  ///< live on a terminal, plain otherwise
    live,       ///< one line, rewritten in place
    plain,      ///< one line when an epoch ends
    silent,     ///< nothing
};

/// The amount of work.
struct ProgressPlan {
    std::int64_t epochs = 1;           ///< of the whole run, at least 1
    std::int64_t batches = 1;          ///< of one epoch, at least 1
    std::int64_t finished_epochs = 0;  ///< done by an earlier run that is resumed, 0 ... epochs
    std::string_view title{};          ///< stands in place of "epoch 1/4"; its text outlives the work
};

/// Where an epoch stands.
struct ProgressPoint {
    std::int64_t batch = 0;   ///< finished batches of this epoch
    std::int64_t images = 0;  ///< images seen in this epoch
    double loss = 0;          ///< mean of this epoch so far
    double accuracy = 0;      ///< fraction, 0 ... 1; below 0: not told
};

/// Seconds of std::chrono::steady_clock.
[[nodiscard]] inline double steady_seconds() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// Shows progress. For each epoch call begin_epoch, update after each batch, end_epoch. Drawing is throttled to ten
/// times a second, so update may be called as often as you like; after construction nothing is allocated. Times are
/// seconds of any steady clock, as long as it is the same for all calls.
class Progress {
  public:
    /// Shows on a C stream, usually stderr, which has to outlive this object.
    /// Errors: std::invalid_argument when the plan is out of range.
    Progress(std::FILE* out, ProgressPlan work, ProgressStyle wanted = ProgressStyle::automatic,
             double now = steady_seconds())
        : Progress(work, wanted, now) {
        file = out;
        if (style == ProgressStyle::automatic) {
            style = ::isatty(::fileno(out)) == 1 ? ProgressStyle::live : ProgressStyle::plain;
        }
    }

    /// Shows on a C++ stream, which has to outlive this object; `automatic` means plain, as a stream does not tell
    /// whether it is a terminal. `columns` is the width that a live line keeps to.
    Progress(std::ostream& out, ProgressPlan work, ProgressStyle wanted = ProgressStyle::automatic,
             double now = steady_seconds(), std::size_t columns = default_columns)
        : Progress(work, wanted, now) {
        stream = &out;
        stream_columns = columns;
        if (style == ProgressStyle::automatic) style = ProgressStyle::plain;
    }

    /// Ends a live line that is still open, so that what is printed next (an error, say) begins on a line of its own.
    ~Progress() {
        try {
            if (drawn > 0) emit("\n");
        } catch (...) {  // a stream may be set to throw; a destructor must not
        }
    }
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    /// Shows other work in the same line. Errors: as the constructor.
    void restart(const ProgressPlan& work, double now = steady_seconds()) {
        check(work);
        plan = work;
        run_start = epoch_start = now;
        epoch = work.finished_epochs;
    }

    /// Starts an epoch; its images per second count from here, without the time of an evaluation before.
    void begin_epoch(double now = steady_seconds()) { epoch_start = now; }

    /// Shows where the epoch stands, at most ten times a second.
    void update(const ProgressPoint& point, double now = steady_seconds()) {
        constexpr double interval = 0.1;
        if (style != ProgressStyle::live || (drawn > 0 && now - last_drawn < interval)) return;
        last_drawn = now;
        draw_live(point, now);
    }

    /// Ends an epoch: prints its final numbers and `note` (for example "test 91.20 %") as a line that stays.
    void end_epoch(const ProgressPoint& point, std::string_view note = {}, double now = steady_seconds()) {
        ++epoch;
        if (style == ProgressStyle::silent) return;
        start_line();
        append_epoch(epoch);
        append_numbers(point, now);
        append("  %.1f s", now - epoch_start);
        if (epoch < plan.epochs) append_time_left(static_cast<double>(epoch), now);
        if (!note.empty()) append("  %.*s", static_cast<int>(std::min(note.size(), line.size())), note.data());
        end_line();
    }

    /// Shows `text` in place of the live line, until something else is shown.
    void announce(std::string_view text) {
        if (style != ProgressStyle::live) return;
        start_line();
        append_text(text);
        draw_over();
    }

    /// Prints `text` as a line that stays, in place of a live line if there is one.
    void print(std::string_view text) {
        if (style == ProgressStyle::silent) return;
        start_line();
        append_text(text);
        end_line();
    }

  private:
    static constexpr std::size_t default_columns = 80;
    Progress(ProgressPlan work, ProgressStyle wanted, double now)
        : plan(work), style(wanted), run_start(now), epoch_start(now), epoch(work.finished_epochs) {
        check(plan);
    }

    static void check(const ProgressPlan& work) {
        if (work.epochs < 1) throw std::invalid_argument("progress: epochs must be at least 1");
        if (work.batches < 1) throw std::invalid_argument("progress: batches must be at least 1");
        if (work.finished_epochs < 0 || work.finished_epochs > work.epochs) {
            throw std::invalid_argument("progress: finished_epochs must be in 0 ... epochs");
        }
    }

    void draw_live(const ProgressPoint& point, double now) {
        const double part = std::clamp(static_cast<double>(point.batch) / static_cast<double>(plan.batches), 0.0, 1.0);
        // What comes after the bar is written first: the bar takes what is left of the line.
        start_line();
        append(" %*lld/%lld", digits(plan.batches), number(point.batch), number(plan.batches));
        append_numbers(point, now);
        append_time_left(static_cast<double>(epoch) + part, now);
        const auto tail = line;
        const std::size_t tail_length = length;

        start_line();
        append_epoch(epoch + 1);
        append_text(" ");
        // The last column stays free: some terminals wrap as soon as it is filled.
        const std::size_t width = columns() - 1;
        constexpr std::size_t brackets = 2;
        constexpr std::size_t smallest_bar = 4;
        constexpr std::size_t largest_bar = 30;
        const std::size_t used = length + tail_length + brackets;
        if (used + smallest_bar <= width) {
            const std::size_t bar = std::min(width - used, largest_bar);
            const auto full = static_cast<std::size_t>(part * static_cast<double>(bar));
            append_text("[");
            for (std::size_t index = 0; index < bar; ++index) append_text(index < full ? "#" : ".");
            append_text("]");
        }
        append_text(std::string_view(tail.data(), tail_length));
        draw_over();
    }

    /// Draws the line, as much as there is room for, over what a longer one left behind.
    void draw_over() {
        const std::size_t width = columns() - 1;
        const std::size_t visible = length = std::min(length, width);
        pad_to(std::min(drawn, width));
        drawn = visible;
        emit_line(true, "");
    }

    void end_line() {
        if (drawn > 0) pad_to(drawn);
        emit_line(std::exchange(drawn, 0) > 0, "\n");
    }

    void append_epoch(std::int64_t which) {
        if (!plan.title.empty()) return append_text(plan.title);
        append("epoch %*lld/%lld", digits(plan.epochs), number(which), number(plan.epochs));
    }

    void append_numbers(const ProgressPoint& point, double now) {
        append("  loss %.4f", point.loss);
        if (point.accuracy >= 0) append("  acc %.2f %%", 100.0 * point.accuracy);
        const double seconds = now - epoch_start;
        if (seconds > 0) append("  %.0f img/s", static_cast<double>(point.images) / seconds);
    }

    /// From the speed of this run so far, evaluation included; nothing while it is unknown.
    void append_time_left(double finished, double now) {
        const double done = finished - static_cast<double>(plan.finished_epochs);
        const double seconds = now - run_start;
        if (!(done > 0) || !(seconds > 0)) return;
        const double left = std::ceil(seconds / done * (static_cast<double>(plan.epochs) - finished));
        constexpr double most = 359999;  // 99:59:59, or a first slow batch would push the line apart
        const auto whole = static_cast<long long>(std::clamp(left, 0.0, most));
        if (whole >= 3600) {
            append("  %lld:%02lld:%02lld left", whole / 3600, whole / 60 % 60, whole % 60);
        } else {
            append("  %lld:%02lld left", whole / 60, whole % 60);
        }
    }

    [[nodiscard]] static long long number(std::int64_t value) { return value; }

    [[nodiscard]] static int digits(std::int64_t value) {
        int count = 1;
        for (; value >= 10; value /= 10) ++count;
        return count;
    }

    /// The width may change while we run, so it is asked for each time; live drawing is rare.
    [[nodiscard]] std::size_t columns() const {
        std::size_t width = stream_columns;
        if (file != nullptr) {
            winsize size{};
            if (::ioctl(::fileno(file), TIOCGWINSZ, &size) == 0 && size.ws_col > 0) width = size.ws_col;
        }
        return std::clamp<std::size_t>(width, 20, 200);
    }

    void start_line() { length = 0; }

    void append_text(std::string_view text) {
        const std::size_t count = std::min(text.size(), line.size() - length);
        if (count > 0) std::memcpy(line.data() + length, text.data(), count);
        length += count;
    }

#if defined(__GNUC__)
    __attribute__((format(printf, 2, 3)))
#endif
    void
    append(const char* format, ...) {
        va_list arguments;
        va_start(arguments, format);
        const std::size_t room = line.size() - length;
        const int wanted = std::vsnprintf(line.data() + length, room, format, arguments);
        va_end(arguments);
        // vsnprintf ends with a zero, which takes one place when the text is cut.
        if (wanted > 0 && room > 0) length += std::min(static_cast<std::size_t>(wanted), room - 1);
    }

    /// Spaces over what an earlier, longer line left behind.
    void pad_to(std::size_t width) {
        while (length < width && length < line.size()) line[length++] = ' ';
    }

    void emit_line(bool rewrite, std::string_view ending) {
        if (rewrite) emit("\r");
        emit(std::string_view(line.data(), length));
        if (!ending.empty()) emit(ending);
        if (file != nullptr) {
            std::fflush(file);
        } else {
            stream->flush();
        }
    }

    void emit(std::string_view text) {
        if (file != nullptr) {
            std::fwrite(text.data(), 1, text.size(), file);
        } else {
            stream->write(text.data(), static_cast<std::streamsize>(text.size()));
        }
    }

    ProgressPlan plan;
    ProgressStyle style;
    std::FILE* file = nullptr;
    std::ostream* stream = nullptr;
    std::size_t stream_columns = default_columns;
    double run_start;
    double epoch_start;
    double last_drawn = 0;
    std::int64_t epoch;  ///< finished epochs
    std::array<char, 256> line{};
    std::size_t length = 0;  ///< of the text in `line`
    std::size_t drawn = 0;   ///< length of the live line on the terminal, 0 when there is none
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
