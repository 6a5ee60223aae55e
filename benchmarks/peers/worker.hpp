// A worker: a process that repeats one work whenever it is told to, and says how long it took. The runner lets the
// workers of a comparison take turns.
#pragma once

#include <algorithm>
#include <cstdint>
#include <ctime>
#include <functional>
#include <iostream>
#include <string>

namespace peers {

/// Time of this process on processors, in seconds: what others do meanwhile does not count.
inline double processor_seconds() {
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

inline double seconds_of(const std::function<void()>& work, std::int64_t calls) {
    const double start = processor_seconds();
    for (std::int64_t i = 0; i < calls; ++i) work();
    return processor_seconds() - start;
}

/// Says "ready", then for each line "go" the seconds of one call, until the input ends. A slice takes about `slice`
/// seconds.
inline int serve(const std::function<void()>& work, double slice) {
    work();
    std::int64_t calls = 1;
    for (double seconds = seconds_of(work, calls); seconds < slice / 2; seconds = seconds_of(work, calls)) {
        const double factor = seconds > 0 ? std::min(10.0, slice / seconds) : 10.0;
        calls = std::max(calls + 1, static_cast<std::int64_t>(static_cast<double>(calls) * factor));
    }
    std::cout << "ready" << std::endl;
    for (std::string line; std::getline(std::cin, line) && line == "go";) {
        std::cout << seconds_of(work, calls) / static_cast<double>(calls) << std::endl;
    }
    return 0;
}

}  // namespace peers
