// What the files of benchmarks share: memory with numbers in it, and the figure of a row.
#pragma once

#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <string>

namespace intaglio::benchmarks {

struct Free {
    void operator()(void* memory) const { ::operator delete (memory, std::align_val_t{64}); }
};

/// n elements aligned to 64 bytes, with small numbers in them.
template <class T>
class Buffer {
  public:
    explicit Buffer(std::int64_t n)
        : data_(static_cast<T*>(::operator new (static_cast<std::size_t>(n + 1) * sizeof(T), std::align_val_t{64}))) {
        for (std::int64_t i = 0; i < n; ++i) data_.get()[i] = static_cast<T>((i * 7 + i / 11) % 13);
    }
    [[nodiscard]] T* get() const { return data_.get(); }

  private:
    std::unique_ptr<T, Free> data_;
};

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
