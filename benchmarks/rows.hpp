// What the files of benchmarks share: the figure of a row.
#pragma once

#include <benchmark/benchmark.h>

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

template <class Function, class... Arguments>
void add_row(const std::string& name, Function function, Arguments... arguments) {
    benchmark::RegisterBenchmark(("kernels/" + name).c_str(), function, arguments...)->Unit(benchmark::kMicrosecond);
}

}  // namespace intaglio::benchmarks
