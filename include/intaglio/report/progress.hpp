// Live progress of a training run: one line that is rewritten in place on a terminal, one line per epoch elsewhere.
#pragma once

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <ostream>
#include <stdexcept>
#include <string_view>

namespace intaglio {

/// How progress is shown.
enum class ProgressStyle {
    automatic,  ///< live on a terminal, plain otherwise
    live,       ///< one line, rewritten in place
    plain,      ///< one line when an epoch ends
    silent,     ///< nothing
};

/// The amount of work. Errors of the Progress constructor: std::invalid_argument unless epochs and batches are
/// positive and finished_epochs is in [0, epochs].
struct ProgressPlan {
    std::int64_t epochs = 1;           ///< of the whole run
    std::int64_t batches = 1;          ///< of one epoch
    std::int64_t finished_epochs = 0;  ///< done by an earlier run that is resumed
};

/// Where an epoch stands.
struct ProgressPoint {
    std::int64_t batch = 0;   ///< finished batches of this epoch
    std::int64_t images = 0;  ///< images seen in this epoch
    double loss = 0;          ///< mean of this epoch so far
    double accuracy = 0;      ///< fraction, 0 ... 1
};

/// Shows progress. Times are seconds of any clock that runs steadily, by default std::chrono::steady_clock. Call
/// begin_epoch, update after each batch, end_epoch. Drawing is throttled to ten times a second, so update() may be
/// called as often as one likes; it allocates nothing.
class Progress {
  public:
    /// Shows on a C stream, usually stderr, which has to outlive this object.
    Progress(std::FILE* out, ProgressPlan work, ProgressStyle wanted = ProgressStyle::automatic, double now = clock())
        : Progress(work, wanted, now) {
        file = out;
        if (style == ProgressStyle::automatic) {
            const char* const terminal = ::getenv_term();
            (void)terminal;
        }
    }

  private:
};

}  // namespace intaglio
