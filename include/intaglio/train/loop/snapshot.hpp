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

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/thread_pool.hpp"
#include "intaglio/train/program/context.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train {

/// A copy of the numbers behind a list of spans. All calls take the same list. Only `take` allocates, the first time.
class Snapshot {
  public:
    /// Becomes a copy of the numbers.
    [[gnu::cold]] void take(const std::vector<NamedNumbers>& list) {
        std::size_t floats = 0;
        std::size_t doubles = 0;
        for (const NamedNumbers& numbers : list) {
            if (const auto* values = std::get_if<std::span<float>>(&numbers.values)) floats += values->size();
            if (const auto* values = std::get_if<std::span<double>>(&numbers.values)) doubles += values->size();
        }
        floats_.resize(floats);
        doubles_.resize(doubles);
        all(list, Action::take);
    }
    /// Writes the copy back.
    [[gnu::cold]] void put(const std::vector<NamedNumbers>& list) { all(list, Action::put); }
    /// Exchanges the copy and the numbers.
    [[gnu::cold]] void swap(const std::vector<NamedNumbers>& list) { all(list, Action::exchange); }
    /// Moves the copy towards the numbers: own <- own + (1 - decay) (number - own).
    [[gnu::cold]] void follow(const std::vector<NamedNumbers>& list, double decay, ThreadPool& pool) {
        all(list, Action::follow, 1.0 - decay, &pool);
    }

    /// Adds the copy to the numbers that a checkpoint keeps, under the names of the originals after `prefix`.
    [[gnu::cold]] void add_to(std::vector<NamedNumbers>& state, const std::vector<NamedNumbers>& list,
                              const char* prefix) {
        all(list, Action::name, 0, nullptr, &state, prefix);
    }

  private:
    enum class Action : std::uint8_t { take, put, exchange, follow, name };

    [[gnu::cold]] void all(const std::vector<NamedNumbers>& list, Action action, double share = 0,
                           ThreadPool* pool = nullptr, std::vector<NamedNumbers>* state = nullptr,
                           const char* prefix = "") {
        float* floats = floats_.data();
        double* doubles = doubles_.data();
        for (const NamedNumbers& numbers : list) {
            NamedNumbers own;
            if (const auto* values = std::get_if<std::span<float>>(&numbers.values)) {
                act(action, values->data(), floats, values->size(), static_cast<float>(share), pool);
                own.values = std::span<float>(floats, values->size());
                floats += values->size();
            } else if (const auto* others = std::get_if<std::span<double>>(&numbers.values)) {
                act(action, others->data(), doubles, others->size(), share, pool);
                own.values = std::span<double>(doubles, others->size());
                doubles += others->size();
            }
            if (action == Action::name) {
                own.name = prefix + numbers.name;
                state->push_back(own);
            }
        }
    }

    template <class T>
    [[gnu::cold]] static void act(Action action, T* numbers, T* own, std::size_t count, T share, ThreadPool* pool) {
        if (action == Action::take) std::copy_n(numbers, count, own);
        if (action == Action::put) std::copy_n(own, count, numbers);
        if (action == Action::exchange) std::swap_ranges(own, own + count, numbers);
        if (action != Action::follow) return;
        constexpr std::size_t block = 16384;
        pool->run(static_cast<std::int64_t>((count + block - 1) / block), [=](std::int64_t task, int) {
            const std::size_t begin = static_cast<std::size_t>(task) * block;
            const std::size_t end = std::min(begin + block, count);
            for (std::size_t i = begin; i < end; ++i) own[i] += share * (numbers[i] - own[i]);
        });
    }

    std::vector<float> floats_;
    std::vector<double> doubles_;
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train
