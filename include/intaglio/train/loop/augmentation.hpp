// Changing the images of a batch at random, the same way wherever and whenever it is done.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <span>
#include <utility>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/core/random.hpp"
#include "intaglio/host/thread_pool.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// Changes one image in place, with random numbers of its own. Called by several threads at once.
template <class Pixel = std::uint8_t>
using Augment = std::function<void(std::span<Pixel> image, Random& random)>;

namespace train {

/// The random numbers that change sample `index` in epoch `epoch` (from 0). The highest bit keeps them apart from the
/// other streams of the seed.
constexpr Random augmentation_random(std::uint64_t seed, std::int64_t epoch, std::uint32_t index) {
    return Random(seed, (std::uint64_t{1} << 63) | (static_cast<std::uint64_t>(epoch) << 32) | index);
}

/// Calls `augment` for each of `count` images of `size` codes; `indices` says which samples they are. What `augment`
/// throws comes out when all images were tried.
template <class Pixel>
[[gnu::cold]] void augment_images(const Augment<Pixel>& augment, Pixel* images, std::int64_t count, std::size_t size,
                                  const std::uint32_t* indices, std::uint64_t seed, std::int64_t epoch,
                                  ThreadPool& pool) {
    std::mutex mutex;
    std::exception_ptr error;
    pool.run(count, [&](std::int64_t task, int) {
        const auto i = static_cast<std::size_t>(task);
        try {
            Random random = augmentation_random(seed, epoch, indices[i]);
            augment(std::span<Pixel>(images + i * size, size), random);
        } catch (...) {
            const std::lock_guard lock(mutex);
            error = std::current_exception();
        }
    });
    if (error) std::rethrow_exception(std::move(error));
}

}  // namespace train
}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
