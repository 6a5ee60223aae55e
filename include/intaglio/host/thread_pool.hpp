// A small pool of standard threads. The work is cut into tasks that do not depend on the number of threads, so that
// results do not either.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/text.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// Runs the tasks of one loop at a time on `threads` threads, the caller's among them. `run` allocates nothing.
class ThreadPool {
  public:
    [[gnu::cold]] explicit ThreadPool(int threads) {
        if (threads < 1 || threads > 1024) {
            throw std::invalid_argument(joined({"threads: expected 1 to 1024, found ", threads}));
        }
        for (int worker = 1; worker < threads; ++worker) {
            workers_.emplace_back([this, worker] { work(worker); });
        }
    }
    ThreadPool(const ThreadPool&) = delete;
    ThreadPool& operator=(const ThreadPool&) = delete;
    [[gnu::cold]] ~ThreadPool() {
        {
            const std::lock_guard lock(mutex_);
            stopping_ = true;
        }
        wake_.notify_all();
        for (std::thread& worker : workers_) worker.join();
    }

    [[nodiscard]] int threads() const { return static_cast<int>(workers_.size()) + 1; }

    /// Calls body(task, worker) for task = 0 ... tasks-1; worker is in [0, threads). Returns when all are done. The
    /// order of the tasks is not fixed; the body must not throw.
    template <class Body>
    void run(std::int64_t tasks, Body&& body) {
        using Bare = std::remove_reference_t<Body>;
        run(tasks, const_cast<void*>(static_cast<const void*>(&body)),
            [](void* context, std::int64_t task, int worker) { (*static_cast<Bare*>(context))(task, worker); });
    }

  private:
    using Call = void (*)(void* context, std::int64_t task, int worker);

    /// Exists once for all bodies.
    [[gnu::noinline]] void run(std::int64_t tasks, void* context, Call call) {
        if (workers_.empty() || tasks <= 1) {
            for (std::int64_t task = 0; task < tasks; ++task) call(context, task, 0);
            return;
        }
        {
            const std::lock_guard lock(mutex_);
            context_ = context;
            call_ = call;
            tasks_ = tasks;
            next_.store(0, std::memory_order_relaxed);
            busy_ = static_cast<int>(workers_.size());
            ++generation_;
        }
        wake_.notify_all();
        take_tasks(0);
        std::unique_lock lock(mutex_);
        done_.wait(lock, [this] { return busy_ == 0; });
    }

    void take_tasks(int worker) {
        for (;;) {
            const std::ptrdiff_t task = next_.fetch_add(1, std::memory_order_relaxed);
            if (task >= tasks_) return;
            call_(context_, task, worker);
        }
    }

    [[gnu::cold]] void work(int worker) {
        std::uint64_t seen = 0;
        for (;;) {
            {
                std::unique_lock lock(mutex_);
                wake_.wait(lock, [&] { return stopping_ || generation_ != seen; });
                if (stopping_) return;
                seen = generation_;
            }
            take_tasks(worker);
            {
                const std::lock_guard lock(mutex_);
                --busy_;
            }
            done_.notify_one();
        }
    }

    std::vector<std::thread> workers_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::condition_variable done_;
    std::atomic<std::ptrdiff_t> next_{0};  // processors of 32 bits have no atomic number of 64
    std::int64_t tasks_ = 0;
    void* context_ = nullptr;
    Call call_ = nullptr;
    int busy_ = 0;
    std::uint64_t generation_ = 0;
    bool stopping_ = false;
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
