// A communicator of one's own: ranks that are processes of one machine, connected by sockets. Nothing of the library
// changes for it; to be copied and put on another transport.
#pragma once

#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

namespace app {

/// Splits the process: from the constructor on, `size` processes run the same program, each as another rank. To be made
/// before there are threads.
class ProcessRanks {
  public:
    explicit ProcessRanks(int size) : sockets_(static_cast<std::size_t>(size), -1) {
        const auto count = static_cast<std::size_t>(size);
        std::vector<int> ends(count * count, -1);  // [rank][partner]
        for (std::size_t low = 0; low < count; ++low) {
            for (std::size_t high = low + 1; high < count; ++high) {
                int pair[2];
                if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0) throw std::runtime_error("no sockets are left");
                ends[low * count + high] = pair[0];
                ends[high * count + low] = pair[1];
            }
        }
        for (int rank = 1; rank < size && rank_ == 0; ++rank) {
            const pid_t child = fork();
            if (child < 0) throw std::runtime_error("no process can be made");
            if (child == 0) rank_ = rank;
        }
        // Each keeps its own ends alone: then a process that ends closes the last one to what it was connected with.
        for (std::size_t i = 0; i < ends.size(); ++i) {
            if (i / count == static_cast<std::size_t>(rank_)) {
                sockets_[i % count] = ends[i];
            } else if (ends[i] >= 0) {
                close(ends[i]);
            }
        }
    }
    ProcessRanks(const ProcessRanks&) = delete;
    ProcessRanks& operator=(const ProcessRanks&) = delete;
    ~ProcessRanks() { disconnect(); }

    [[nodiscard]] int rank() const { return rank_; }
    [[nodiscard]] int size() const { return static_cast<int>(sockets_.size()); }

    /// The lower rank sends first: if both did, both could wait for room in the sockets.
    void exchange(int partner, const std::byte* sent, std::size_t sent_bytes, std::byte* received,
                  std::size_t received_bytes) {
        if (rank_ < partner) send_all(partner, sent, sent_bytes);
        receive_all(partner, received, received_bytes);
        if (rank_ > partner) send_all(partner, sent, sent_bytes);
    }

    /// The last call of every rank, with its result of `main`. Rank 0 waits for the others and returns 0 if all did
    /// well.
    [[nodiscard]] int finish(int result) {
        disconnect();
        if (rank_ != 0) std::exit(result);
        for (int status = 0; wait(&status) > 0;) {
            if (status != 0) result = 1;
        }
        return result;
    }

  private:
    /// A rank that still waits for this one then learns that it has ended.
    void disconnect() {
        for (int& socket : sockets_) {
            if (socket >= 0) close(socket);
            socket = -1;
        }
    }
    void send_all(int partner, const std::byte* bytes, std::size_t count) const {
        while (count > 0) {
            const ssize_t some = send(sockets_[static_cast<std::size_t>(partner)], bytes, count, MSG_NOSIGNAL);
            if (some <= 0) fail(partner);
            bytes += some;
            count -= static_cast<std::size_t>(some);
        }
    }
    void receive_all(int partner, std::byte* bytes, std::size_t count) const {
        while (count > 0) {
            const ssize_t some = recv(sockets_[static_cast<std::size_t>(partner)], bytes, count, 0);
            if (some <= 0) fail(partner);
            bytes += some;
            count -= static_cast<std::size_t>(some);
        }
    }
    [[noreturn]] static void fail(int partner) {
        throw std::runtime_error("rank " + std::to_string(partner) + " has ended");
    }

    std::vector<int> sockets_;  ///< per partner
    int rank_ = 0;
};

}  // namespace app
