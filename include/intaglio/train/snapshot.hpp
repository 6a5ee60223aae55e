// Copies of the numbers of a training: its weight average, and its best state so far.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "intaglio/train/context.hpp"
#include "intaglio/train/thread_pool.hpp"

namespace intaglio::train {

/// A copy of the numbers behind a list of spans. All calls take the same list. Only `take` allocates, the first time.
class Snapshot {
  public:
    [[nodiscard]] bool empty() const { return floats_.empty() && doubles_.empty(); }

    /// Becomes a copy of the numbers.
    [[gnu::cold]] void take(const std::vector<NamedNumbers>& list) {
        std::size_t floats = 0;
        std::size_t doubles = 0;
        for (const NamedNumbers& numbers : list) {
            if (const auto* span = std::get_if<std::span<float>>(&numbers.values)) floats += span->size();
            if (const auto* span = std::get_if<std::span<double>>(&numbers.values)) doubles += span->size();
        }
        floats_.resize(floats);
        doubles_.resize(doubles);
        each(list, [](auto numbers, auto own) { std::copy(numbers.begin(), numbers.end(), own.begin()); });
    }
    /// Writes the copy back.
    [[gnu::cold]] void put(const std::vector<NamedNumbers>& list) {
        each(list, [](auto numbers, auto own) { std::copy(own.begin(), own.end(), numbers.begin()); });
    }
    /// Exchanges the copy and the numbers.
    [[gnu::cold]] void swap(const std::vector<NamedNumbers>& list) {
        each(list, [](auto numbers, auto own) { std::swap_ranges(own.begin(), own.end(), numbers.begin()); });
    }
    /// Moves the copy towards the numbers: own <- own + (1 - decay) (number - own).
    [[gnu::cold]] void follow(const std::vector<NamedNumbers>& list, double decay, ThreadPool& pool) {
        each(list, [&]<class T>(std::span<T> numbers, std::span<T> own) {
            const T step = static_cast<T>(1.0 - decay);
            constexpr std::size_t block = 16384;
            pool.run(static_cast<std::int64_t>((own.size() + block - 1) / block), [=](std::int64_t task, int) {
                const std::size_t begin = static_cast<std::size_t>(task) * block;
                const std::size_t end = std::min(begin + block, own.size());
                for (std::size_t i = begin; i < end; ++i) own[i] += step * (numbers[i] - own[i]);
            });
        });
    }

    /// Adds the copy to the numbers that a checkpoint keeps, under the names of the originals behind `prefix`.
    [[gnu::cold]] void add_to(std::vector<NamedNumbers>& state, const std::vector<NamedNumbers>& list,
                              const std::string& prefix) {
        std::size_t i = 0;
        each(list, [&](auto, auto own) { state.push_back({prefix + list[i++].name, own}); });
    }

  private:
    /// Calls body(span of the numbers, span of the copy) for each entry of the list.
    template <class Body>
    void each(const std::vector<NamedNumbers>& list, const Body& body) {
        float* floats = floats_.data();
        double* doubles = doubles_.data();
        for (const NamedNumbers& numbers : list) {
            if (const auto* span = std::get_if<std::span<float>>(&numbers.values)) {
                body(*span, std::span<float>(floats, span->size()));
                floats += span->size();
            } else {
                const auto& other = std::get<std::span<double>>(numbers.values);
                body(other, std::span<double>(doubles, other.size()));
                doubles += other.size();
            }
        }
    }

    std::vector<float> floats_;
    std::vector<double> doubles_;
};

}  // namespace intaglio::train
