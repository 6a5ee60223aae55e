// XXH64 (the 64-bit xxHash by Yann Collet), written from its published specification: a fast hash against accidents.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/little_endian.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// Hash of a stream of bytes, equal to XXH64 of all bytes added so far (so `xxhsum -H1` shows the same number).
/// Every step is a bijection of its state for given input and of its input for given state: a change within one lane
/// of 8 bytes is always seen, any other with probability 1 - 2^-64. No protection against an adversary.
class Checksum {
  public:
    explicit Checksum(std::uint64_t seed = 0)
        : lanes{seed + prime_1 + prime_2, seed + prime_2, seed, seed - prime_1}, start(seed + prime_5) {}

    /// Appends bytes.
    [[gnu::noinline]] void add_bytes(std::span<const std::uint8_t> bytes) {
        total += bytes.size();
        while (!bytes.empty()) {
            // Whole stripes are taken where they lie; only what is left over at either end goes through the buffer.
            if (filled == 0 && bytes.size() >= stripe_bytes) {
                mix_stripe(bytes.data());
                bytes = bytes.subspan(stripe_bytes);
                continue;
            }
            const std::size_t count = std::min(stripe_bytes - filled, bytes.size());
            std::memcpy(buffer.data() + filled, bytes.data(), count);
            filled += count;
            bytes = bytes.subspan(count);
            if (filled == stripe_bytes) {
                mix_stripe(buffer.data());
                filled = 0;
            }
        }
    }

    /// Appends numbers as their little-endian bytes, so that hosts of either byte order agree.
    template <FileNumber T>
    void add(std::span<const T> values) {
        std::array<std::uint8_t, 512> bytes;
        constexpr std::size_t block = bytes.size() / sizeof(T);
        while (!values.empty()) {
            const auto part = values.first(std::min(block, values.size()));
            store_little_endian(part, bytes.data());
            add_bytes(std::span<const std::uint8_t>(bytes).first(part.size_bytes()));
            values = values.subspan(part.size());
        }
    }

    /// The hash of everything added so far; adding may go on afterwards.
    [[nodiscard]] [[gnu::noinline]] std::uint64_t value() const {
        std::uint64_t hash = start;
        if (total >= stripe_bytes) {
            hash = std::rotl(lanes[0], 1) + std::rotl(lanes[1], 7) + std::rotl(lanes[2], 12) + std::rotl(lanes[3], 18);
            for (const std::uint64_t lane : lanes) hash = (hash ^ mix(0, lane)) * prime_1 + prime_4;
        }
        hash += total;
        const std::uint8_t* rest = buffer.data();
        std::size_t left = filled;
        for (; left >= 8; left -= 8, rest += 8) {
            hash = std::rotl(hash ^ mix(0, load_little_endian<std::uint64_t>(rest)), 27) * prime_1 + prime_4;
        }
        for (; left >= 4; left -= 4, rest += 4) {
            hash = std::rotl(hash ^ (load_little_endian<std::uint32_t>(rest) * prime_1), 23) * prime_2 + prime_3;
        }
        for (; left > 0; --left, ++rest) hash = std::rotl(hash ^ (*rest * prime_5), 11) * prime_1;
        hash = (hash ^ (hash >> 33)) * prime_2;
        hash = (hash ^ (hash >> 29)) * prime_3;
        return hash ^ (hash >> 32);
    }

  private:
    static constexpr std::uint64_t prime_1 = 0x9E3779B185EBCA87;
    static constexpr std::uint64_t prime_2 = 0xC2B2AE3D27D4EB4F;
    static constexpr std::uint64_t prime_3 = 0x165667B19E3779F9;
    static constexpr std::uint64_t prime_4 = 0x85EBCA77C2B2AE63;
    static constexpr std::uint64_t prime_5 = 0x27D4EB2F165667C5;
    static constexpr std::size_t stripe_bytes = 32;

    [[nodiscard]] static std::uint64_t mix(std::uint64_t lane, std::uint64_t input) {
        return std::rotl(lane + input * prime_2, 31) * prime_1;
    }

    void mix_stripe(const std::uint8_t* bytes) {
        for (std::size_t index = 0; index < lanes.size(); ++index) {
            lanes[index] = mix(lanes[index], load_little_endian<std::uint64_t>(bytes + 8 * index));
        }
    }

    std::array<std::uint64_t, 4> lanes;
    std::uint64_t start;
    std::uint64_t total = 0;
    std::array<std::uint8_t, stripe_bytes> buffer{};
    std::size_t filled = 0;
};

/// XXH64 of bytes.
[[nodiscard]] inline std::uint64_t checksum_bytes(std::span<const std::uint8_t> bytes, std::uint64_t seed = 0) {
    Checksum sum(seed);
    sum.add_bytes(bytes);
    return sum.value();
}

/// XXH64 of the little-endian bytes of numbers, for example of a layer's codes: the same on every host.
template <FileNumber T>
[[nodiscard]] std::uint64_t checksum(std::span<const T> values, std::uint64_t seed = 0) {
    Checksum sum(seed);
    sum.add(values);
    return sum.value();
}

/// A hash as 16 hexadecimal digits.
[[gnu::cold]] inline std::string checksum_text(std::uint64_t sum) {
    std::string text;
    for (int shift = 60; shift >= 0; shift -= 4) text += "0123456789abcdef"[sum >> shift & 15U];
    return text;
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
