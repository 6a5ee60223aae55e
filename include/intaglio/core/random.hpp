// Counter-based random numbers: the n-th number of a stream is a function of (seed, stream, n), so that any
// point of a training run can be repeated from three integers.
#pragma once

#include <cstdint>

namespace intaglio {

/// Philox 4x32 with 10 rounds (Salmon, Moraes, Dror, Shaw 2011: "Parallel random numbers: as easy as 1, 2, 3").
class Random {
  public:
    /// `stream` tells apart the uses of one seed (initial weights of layer 3, order of epoch 7, ...).
    constexpr explicit Random(std::uint64_t seed, std::uint64_t stream = 0, std::uint64_t position = 0)
        : seed_(seed), stream_(stream), position_(position) {}

    /// The next 32 uniform random bits.
    constexpr std::uint32_t operator()() {
        const std::uint64_t block = position_ / 4;
        if (position_ % 4 == 0 || !filled_) {
            fill(block);
        }
        return out_[position_++ % 4];
    }

    /// A uniform integer in [0, bound), without bias (rejection); bound > 0.
    constexpr std::uint32_t below(std::uint32_t bound) {
        const std::uint32_t limit = static_cast<std::uint32_t>(-bound) % bound;
        for (;;) {
            const std::uint64_t product = std::uint64_t{(*this)()} * bound;
            if (static_cast<std::uint32_t>(product) >= limit) {
                return static_cast<std::uint32_t>(product >> 32);
            }
        }
    }

    [[nodiscard]] constexpr std::uint64_t position() const { return position_; }

  private:
    constexpr void fill(std::uint64_t block) {
        std::uint32_t c[4] = {static_cast<std::uint32_t>(block), static_cast<std::uint32_t>(block >> 32),
                              static_cast<std::uint32_t>(stream_), static_cast<std::uint32_t>(stream_ >> 32)};
        std::uint32_t k0 = static_cast<std::uint32_t>(seed_);
        std::uint32_t k1 = static_cast<std::uint32_t>(seed_ >> 32);
        for (int round = 0; round < 10; ++round) {
            const std::uint64_t a = std::uint64_t{0xD2511F53U} * c[0];
            const std::uint64_t b = std::uint64_t{0xCD9E8D57U} * c[2];
            const std::uint32_t next0 = static_cast<std::uint32_t>(b >> 32) ^ c[1] ^ k0;
            const std::uint32_t next2 = static_cast<std::uint32_t>(a >> 32) ^ c[3] ^ k1;
            c[1] = static_cast<std::uint32_t>(b);
            c[3] = static_cast<std::uint32_t>(a);
            c[0] = next0;
            c[2] = next2;
            k0 += 0x9E3779B9U;
            k1 += 0xBB67AE85U;
        }
        for (int i = 0; i < 4; ++i) {
            out_[i] = c[i];
        }
        filled_ = true;
    }

    std::uint64_t seed_;
    std::uint64_t stream_;
    std::uint64_t position_;
    std::uint32_t out_[4]{};
    bool filled_ = false;
};

}  // namespace intaglio
