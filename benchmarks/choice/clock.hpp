// Times of functions, one beside the other.
#pragma once

#include <algorithm>
#include <cstddef>
#include <ctime>
#include <functional>
#include <vector>

namespace intaglio::benchmarks {

[[nodiscard]] inline double processor_seconds() {
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

[[nodiscard]] inline double median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

/// The median processor time of one call of each function, in seconds: `repeats` slices of at least `slice` seconds of
/// each, in turns, so that all see the same machine.
[[nodiscard]] inline std::vector<double> times_of_calls(const std::vector<std::function<void()>>& functions,
                                                        int repeats = 15, double slice = 1e-3) {
    std::vector<int> calls(functions.size(), 1);
    for (std::size_t i = 0; i < functions.size(); ++i) {
        functions[i]();
        const double start = processor_seconds();
        functions[i]();
        const double once = processor_seconds() - start;
        calls[i] = std::clamp(static_cast<int>(slice / std::max(once, 1e-9)), 1, 100000);
    }
    std::vector<std::vector<double>> times(functions.size());
    for (int repeat = 0; repeat < repeats; ++repeat) {
        for (std::size_t i = 0; i < functions.size(); ++i) {
            const double start = processor_seconds();
            for (int call = 0; call < calls[i]; ++call) functions[i]();
            times[i].push_back((processor_seconds() - start) / calls[i]);
        }
    }
    std::vector<double> medians;
    for (const std::vector<double>& all : times) medians.push_back(median(all));
    return medians;
}

}  // namespace intaglio::benchmarks
