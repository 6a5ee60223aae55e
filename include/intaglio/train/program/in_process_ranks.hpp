// Ranks that are threads of one process: a communicator without any library, for tests and for machines whose memory is
// not one.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstring>
#include <exception>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/text.hpp"
#include "intaglio/train/program/communicator.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// 1, 2, 4 or 8 ranks in one process. Each rank is used by one thread and has a Training of its own, to which it hands
/// `ranks[r]`; it must not outlive the ranks. They wait for each other as ranks do: all must make the same calls.
class InProcessRanks {
  public:
    /// What an exchange throws after `abort`.
    struct Aborted : std::runtime_error {
        Aborted() : std::runtime_error("another rank has failed") {}
    };

    /// The communicator of one rank.
    class Rank {
      public:
        [[nodiscard]] int rank() const { return rank_; }
        [[nodiscard]] int size() const { return ranks_->size(); }
        /// See train::Communicator. Throws Aborted, and std::runtime_error if the partner expects another number of
        /// bytes: then the two have not made the same calls, and all ranks are aborted.
        void exchange(int partner, const std::byte* sent, std::size_t sent_bytes, std::byte* received,
                      std::size_t received_bytes) {
            ranks_->exchange(rank_, partner, sent, sent_bytes, received, received_bytes);
        }

      private:
        friend InProcessRanks;
        Rank(InProcessRanks& ranks, int rank) : ranks_(&ranks), rank_(rank) {}
        InProcessRanks* ranks_;
        int rank_;
    };

    /// Throws std::invalid_argument for a number of ranks below 1.
    [[gnu::cold]] explicit InProcessRanks(int size)
        : pairs_(static_cast<std::size_t>(size < 1 ? 0 : size) * static_cast<std::size_t>(size < 1 ? 0 : size)) {
        if (size < 1) throw std::invalid_argument(joined({"ranks: expected at least 1, found ", size}));
        for (int rank = 0; rank < size; ++rank) ranks_.push_back(Rank(*this, rank));
    }
    InProcessRanks(const InProcessRanks&) = delete;
    InProcessRanks& operator=(const InProcessRanks&) = delete;

    [[nodiscard]] int size() const { return static_cast<int>(ranks_.size()); }
    [[nodiscard]] Rank& operator[](int rank) { return ranks_.at(static_cast<std::size_t>(rank)); }

    /// Ends all exchanges of all ranks, those that wait and those that are to come, by Aborted: nobody waits for a rank
    /// that has failed. There is no way back.
    [[gnu::cold]] void abort() {
        aborted_ = true;
        for (Pair& pair : pairs_) {
            const std::lock_guard lock(
                pair.mutex);  // or a rank between its look at the flag and its wait would sleep on
            pair.changed.notify_all();
        }
    }

    /// Calls body(ranks[r]) for all ranks at once, each on a thread of its own, rank 0 on the caller's. What a rank
    /// throws aborts the others; the first exception that is no Aborted comes out when all have ended.
    template <class Body>
    [[gnu::cold]] void run(const Body& body) {
        std::mutex mutex;
        std::exception_ptr error;
        bool has_cause = false;  // the error is no Aborted
        const auto failed = [&](bool is_cause) {
            {
                const std::lock_guard lock(mutex);
                if (!error || (is_cause && !has_cause)) error = std::current_exception();
                has_cause |= is_cause;
            }
            abort();
        };
        const auto guarded = [&](const auto& work) {
            try {
                work();
            } catch (const Aborted&) {
                failed(false);
            } catch (...) {
                failed(true);
            }
        };
        std::vector<std::thread> threads;
        guarded([&] {
            threads.reserve(ranks_.size());
            for (int rank = 1; rank < size(); ++rank) {
                threads.emplace_back([&, rank] { guarded([&] { body((*this)[rank]); }); });
            }
            body((*this)[0]);
        });
        for (std::thread& thread : threads) thread.join();
        if (error) std::rethrow_exception(std::move(error));
    }

  private:
    /// What a rank has for another one.
    struct Post {
        const std::byte* bytes = nullptr;
        std::size_t count = 0;
        bool there = false;  ///< put there, and not taken yet
    };
    /// Two ranks that exchange.
    struct Pair {
        std::mutex mutex;
        std::condition_variable changed;
        Post posts[2];  ///< of the lower rank, of the higher one
    };

    [[gnu::cold]] void exchange(int rank, int partner, const std::byte* sent, std::size_t sent_bytes,
                                std::byte* received, std::size_t received_bytes) {
        if (partner < 0 || partner >= size() || partner == rank) {
            throw std::invalid_argument(joined({"rank ", rank, " of ", size(), " has no partner ", partner}));
        }
        const auto low = static_cast<std::size_t>(rank < partner ? rank : partner);
        const auto high = static_cast<std::size_t>(rank < partner ? partner : rank);
        Pair& pair = pairs_[low * ranks_.size() + high];
        Post& own = pair.posts[rank < partner ? 0 : 1];
        Post& other = pair.posts[rank < partner ? 1 : 0];
        std::unique_lock lock(pair.mutex);
        own = {sent, sent_bytes, true};
        pair.changed.notify_all();
        pair.changed.wait(lock, [&] { return other.there || aborted_; });
        if (aborted_) throw Aborted();
        if (other.count != received_bytes) {
            const std::size_t found = other.count;
            lock.unlock();
            abort();
            throw std::runtime_error(joined({"ranks ", rank, " and ", partner, " do not make the same calls: expected ",
                                             received_bytes, " bytes, found ", found}));
        }
        if (received_bytes > 0) std::memcpy(received, other.bytes, received_bytes);
        other.there = false;
        pair.changed.notify_all();
        // The partner reads the bytes until it has taken them.
        pair.changed.wait(lock, [&] { return !own.there || aborted_; });
        if (own.there) throw Aborted();
    }

    std::vector<Pair> pairs_;  ///< [lower rank][higher rank]
    std::vector<Rank> ranks_;
    std::atomic<bool> aborted_{false};
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
