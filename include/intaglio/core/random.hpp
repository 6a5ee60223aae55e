// Counter-based random numbers: the n-th number of a stream is a function of (seed, stream, n), so that any
// point of a training run can be repeated from three integers.
#pragma once

#include <cstdint>

#include "intaglio/core/array.hpp"

namespace intaglio {

/// The block function of Philox 4x32 with 10 rounds (Salmon, Moraes, Dror, Shaw 2011: "Parallel random numbers: as
/// easy as 1, 2, 3").
constexpr Array<std::uint32_t, 4> philox4x32(Array<std::uint32_t, 4> c, Array<std::uint32_t, 2> key) {
    for (int round = 0; round < 10; ++round) {
        const std::uint64_t a = std::uint64_t{0xD2511F53U} * c[0];
        const std::uint64_t b = std::uint64_t{0xCD9E8D57U} * c[2];
        c = {{static_cast<std::uint32_t>(b >> 32) ^ c[1] ^ key[0], static_cast<std::uint32_t>(b),
              static_cast<std::uint32_t>(a >> 32) ^ c[3] ^ key[1], static_cast<std::uint32_t>(a)}};
        key = {{key[0] + 0x9E3779B9U, key[1] + 0xBB67AE85U}};
    }
    return c;
}

/// Philox 4x32-10 as a stream: its key is the seed, its counter the number of the block and the stream.
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
        out_ = philox4x32({{static_cast<std::uint32_t>(block), static_cast<std::uint32_t>(block >> 32),
                            static_cast<std::uint32_t>(stream_), static_cast<std::uint32_t>(stream_ >> 32)}},
                          {{static_cast<std::uint32_t>(seed_), static_cast<std::uint32_t>(seed_ >> 32)}});
        filled_ = true;
    }

    std::uint64_t seed_;
    std::uint64_t stream_;
    std::uint64_t position_;
    Array<std::uint32_t, 4> out_{};
    bool filled_ = false;
};

}  // namespace intaglio
