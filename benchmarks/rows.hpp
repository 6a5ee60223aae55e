// What the files of benchmarks share: the figure of a row, the ratio of two.
#pragma once

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>

#include "buffer.hpp"

namespace intaglio::benchmarks {

/// Work of one iteration, its unit and the peak to compare with.
inline void report(benchmark::State& state, double per_iteration, const char* unit, double peak) {
    const double work = per_iteration * static_cast<double>(state.iterations());
    state.counters["rate"] = benchmark::Counter(work, benchmark::Counter::kIsRate);
    if (peak > 0) state.counters["share_of_peak"] = benchmark::Counter(work / peak, benchmark::Counter::kIsRate);
    state.SetLabel(unit);
}

/// How many times as fast one piece of work is as another: both in turns, the best time of each.
template <class Work, class Other>
void report_ratio(benchmark::State& state, const Work& work, const Other& other) {
    using Clock = std::chrono::steady_clock;
    const auto seconds = [](const auto& run) {
        const Clock::time_point start = Clock::now();
        run();
        return std::chrono::duration<double>(Clock::now() - start).count();
    };
    double best = 1e9;
    double best_other = 1e9;
    for (auto _ : state) {
        for (int i = 0; i < 10; ++i) best = std::min(best, seconds(work));
        for (int i = 0; i < 10; ++i) best_other = std::min(best_other, seconds(other));
    }
    state.counters["rate"] = best_other / best;
    state.SetLabel("times as fast");
}

template <class Function, class... Arguments>
void add_row(const std::string& name, Function function, Arguments... arguments) {
    benchmark::RegisterBenchmark(("kernels/" + name).c_str(), function, arguments...)->Unit(benchmark::kMicrosecond);
}

}  // namespace intaglio::benchmarks
