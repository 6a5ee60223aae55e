// Reductions over a batch that is shared out among ranks.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/checksum.hpp"
#include "intaglio/host/text.hpp"
#include "intaglio/train/program/communicator.hpp"
#include "intaglio/train/program/sample_groups.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train {

/// The ranks that share a training, as its operations see them. Rank r of n has the groups r * 8 / n ... (r + 1) * 8 /
/// n of every batch. A sum over all groups first follows the tree within the ranks, then between them, and so has the
/// same bits for every number of ranks. Alone (the default) there is nobody to talk to, and nothing to do.
///
/// All ranks must make the same calls in the same order: a rank that makes another one waits for ever, or is told so by
/// its communicator.
class Ranks {
  public:
    Ranks() = default;
    /// Refers to the communicator. The type of what talks is known here alone: code that reduces exists once for all.
    /// Throws std::invalid_argument unless it is one of 1, 2, 4 or 8 ranks.
    template <class C>
    requires(!std::is_same_v<std::remove_const_t<C>, Ranks>) Ranks(C& communicator) {
        if constexpr (check_communicator_type<C>()) {
            connect(&communicator, communicator.rank(), communicator.size(),
                    [](void* object, int partner, const std::byte* sent, std::size_t sent_bytes, std::byte* received,
                       std::size_t received_bytes) {
                        static_cast<C*>(object)->exchange(partner, sent, sent_bytes, received, received_bytes);
                    });
        }
    }

    [[nodiscard]] int rank() const { return rank_; }
    [[nodiscard]] int size() const { return size_; }
    [[nodiscard]] bool alone() const { return size_ == 1; }
    /// Number of groups of each rank, and the first one of this rank.
    [[nodiscard]] int groups() const { return sample_groups / size_; }
    [[nodiscard]] int first_group() const { return rank_ * groups(); }

    /// The images of a batch of `count` that belong to this rank.
    [[nodiscard]] BatchPart part(std::int64_t count) const {
        const std::int64_t first = first_image(count, rank_);
        return {first, first_image(count, rank_ + 1) - first, count};
    }
    /// The most images that this rank has of a batch of at most `batch`.
    [[nodiscard]] std::int64_t largest_part(std::int64_t batch) const { return (batch + size_ - 1) / size_; }

    /// Numbers [images][count] of a batch, of which each rank has those of its own images: brings the others.
    template <class T>
    void gather_images(T* all, std::int64_t images, std::int64_t count) const {
        static_assert(std::is_trivially_copyable_v<T>);
        if (!alone()) gather(reinterpret_cast<std::byte*>(all), images, count * std::int64_t{sizeof(T)});
    }
    /// The same of numbers [groups][count].
    template <class T>
    void gather_groups(T* all, std::int64_t count) const {
        gather_images(all, sample_groups, count);
    }

    /// Each number becomes the sum of those of all ranks, in the tree ((0+1)+(2+3))+((4+5)+(6+7)). `memory` holds as
    /// many.
    template <class T>
    void sum(T* numbers, T* memory, std::int64_t count) const {
        for (int width = 1; width < size_; width *= 2) {
            exchange(rank_ ^ width, numbers, count, memory, count);
            const T* low = (rank_ & width) == 0 ? numbers : memory;
            const T* high = (rank_ & width) == 0 ? memory : numbers;
            for (std::int64_t i = 0; i < count; ++i) numbers[i] = low[i] + high[i];
        }
    }
    [[nodiscard]] std::int64_t sum(std::int64_t number) const {
        std::int64_t memory = 0;
        sum(&number, &memory, 1);
        return number;
    }
    /// The sum over all groups, in the same tree, of numbers [groups][count], of which each rank has those of its own
    /// groups. Several ranks only: it lies in the same memory, of which nothing else remains.
    template <class T>
    [[nodiscard]] const T* sum_groups(T* all, std::int64_t count) const {
        T* const own = all + first_group() * count;
        for (int width = 1; width < groups(); width *= 2) {
            for (int group = 0; group < groups(); group += 2 * width) {
                T* const low = own + group * count;
                const T* const high = low + width * count;
                for (std::int64_t i = 0; i < count; ++i) low[i] += high[i];
            }
        }
        sum(own, all + (first_group() + groups()) % sample_groups * count, count);
        return own;
    }

    /// Calls body() on one rank after the other, for sums whose terms are added in the order of the images: each goes
    /// on with the numbers that those in front have left. Afterwards all ranks have what the last one has left.
    template <class T, class Body>
    void in_turn(T* numbers, std::int64_t count, const Body& body) const {
        if (rank_ > 0) exchange(rank_ - 1, numbers, 0, numbers, count);
        body();
        if (rank_ + 1 < size_) exchange(rank_ + 1, numbers, count, numbers, 0);
        const int distance = size_ - 1 - rank_;  // what has gone round is doubled at each turn
        for (int width = 1; width < size_; width *= 2) {
            if (distance < width) {
                exchange(rank_ - width, numbers, count, numbers, 0);
            } else if (distance < 2 * width) {
                exchange(rank_ + width, numbers, 0, numbers, count);
            }
        }
    }

    /// Throws std::invalid_argument, on every rank, unless all have the same bytes, by a checksum; `what` says of what.
    [[gnu::cold]] void require_same(std::span<const std::byte> bytes, const std::string& what) const {
        if (alone()) return;
        std::array<std::uint64_t, sample_groups> all{};
        Checksum checksum;
        checksum.add_bytes({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
        all[static_cast<std::size_t>(rank_)] = checksum.value();
        gather_images(all.data(), size_, 1);
        for (std::size_t rank = 1; rank < static_cast<std::size_t>(size_); ++rank) {
            if (all[rank] != all[0])
                throw std::invalid_argument(joined({what, " of rank ", rank, " differ from rank 0's"}));
        }
    }

  private:
    using Exchange = void (*)(void* object, int partner, const std::byte* sent, std::size_t sent_bytes,
                              std::byte* received, std::size_t received_bytes);

    [[gnu::cold]] void connect(void* communicator, int rank, int size, Exchange call) {
        if (size < 1 || size > sample_groups || sample_groups % size != 0) {
            throw std::invalid_argument(joined({"communicator: expected 1, 2, 4 or 8 ranks, found ", size}));
        }
        if (rank < 0 || rank >= size) {
            throw std::invalid_argument(
                joined({"communicator: expected a rank from 0 to ", size - 1, ", found ", rank}));
        }
        communicator_ = communicator;
        rank_ = rank;
        size_ = size;
        exchange_ = call;
    }

    [[gnu::cold]] [[gnu::noinline]] void gather(std::byte* all, std::int64_t images, std::int64_t bytes) const {
        for (int width = 1; width < size_; width *= 2) {
            const int own = rank_ / width * width;
            const int other = own ^ width;
            const auto begin = [&](int rank) { return first_image(images, rank) * bytes; };
            exchange(rank_ ^ width, all + begin(own), begin(own + width) - begin(own), all + begin(other),
                     begin(other + width) - begin(other));
        }
    }

    [[nodiscard]] std::int64_t first_image(std::int64_t count, int rank) const {
        return group_begin(count, std::int64_t{rank} * groups());
    }

    /// A number of bytes is 0 for both partners or for none: those do not talk at all.
    template <class T>
    void exchange(int partner, const T* sent, std::int64_t sent_count, T* received, std::int64_t received_count) const {
        if (sent_count == 0 && received_count == 0) return;
        exchange_(communicator_, partner, sent_count == 0 ? nullptr : reinterpret_cast<const std::byte*>(sent),
                  static_cast<std::size_t>(sent_count) * sizeof(T),
                  received_count == 0 ? nullptr : reinterpret_cast<std::byte*>(received),
                  static_cast<std::size_t>(received_count) * sizeof(T));
    }

    void* communicator_ = nullptr;
    Exchange exchange_ = nullptr;
    int rank_ = 0;
    int size_ = 1;
};

/// Numbers of all images of a batch, brought together from the ranks: memory that one rank alone does not need.
template <class T>
class WholeBatch {
  public:
    /// For batches of up to `images`, each with `count` numbers.
    [[gnu::cold]] WholeBatch(const Ranks& ranks, std::int64_t images, std::int64_t count)
        : ranks_(ranks), count_(count), all_(ranks.alone() ? 0 : static_cast<std::size_t>(images * count)) {}

    /// All numbers of a batch, of which `own` are those of this rank's part.
    [[gnu::cold]] std::span<const T> gather(std::span<const T> own, const BatchPart& part) {
        if (ranks_.alone()) return own;
        std::copy(own.begin(), own.end(), all_.data() + part.first * count_);
        ranks_.gather_images(all_.data(), part.batch, count_);
        return all(part.batch);
    }
    /// Where all numbers of a batch of `images` may be written; `own` if this rank is alone.
    [[nodiscard]] std::span<T> memory(std::span<T> own, std::int64_t images) {
        return ranks_.alone() ? own : all(images);
    }
    /// Takes this rank's part of what was written to `memory`.
    void take(std::span<T> own, const BatchPart& part) const {
        if (ranks_.alone()) return;
        std::copy_n(all_.data() + part.first * count_, own.size(), own.begin());
    }

  private:
    [[nodiscard]] std::span<T> all(std::int64_t images) {
        return std::span<T>(all_).first(static_cast<std::size_t>(images * count_));
    }

    Ranks ranks_;
    std::int64_t count_;
    std::vector<T> all_;
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train
