// What main.c must print: the hash of the logits and classes of its images, by an integer program.
#pragma once

#include <cstddef>
#include <cstdint>
#include <intaglio/canonical/network.hpp>
#include <stdexcept>
#include <vector>

namespace export_c_test {

using namespace intaglio;

inline constexpr int images = 40;

/// The codes of images.h.
class Codes {
  public:
    std::int64_t next(std::int64_t lowest, std::int64_t states) {
        state_ = state_ * 1664525U + 1013904223U;
        return lowest + static_cast<std::int64_t>((state_ >> 8) % static_cast<std::uint32_t>(states));
    }

  private:
    std::uint32_t state_ = 12345;
};
inline std::uint32_t add_to_hash(std::uint32_t hash, std::uint64_t number) {
    for (int byte = 0; byte < 8; ++byte)
        hash = (hash ^ static_cast<std::uint32_t>(number >> (8 * byte) & 255U)) * 16777619U;
    return hash;
}

/// Throws if the network does not tell its images apart.
template <class Net, class Target>
std::uint32_t hash_of_logits(const IntegerNetwork<Net, Target>& network) {
    const Value& input = facts<Net>.values[0];
    const auto scratch = network.make_scratch();
    using Pixel = typename IntegerNetwork<Net, Target>::Pixel;
    std::vector<Pixel> image(static_cast<std::size_t>(input.shape.size()));
    Codes codes;
    std::uint32_t hash = 2166136261U;
    bool differ = false;
    std::int64_t first = 0;
    for (int i = 0; i < images; ++i) {
        for (Pixel& code : image) code = static_cast<Pixel>(codes.next(input.codes.lowest, input.codes.states()));
        const std::int64_t* const logits = network.program().logits(image.data(), *scratch);
        for (std::int32_t c = 0; c < facts<Net>.classes(); ++c) {
            hash = add_to_hash(hash, static_cast<std::uint64_t>(logits[c]));
        }
        if (i == 0) first = logits[0];
        differ = differ || logits[0] != first;
        hash = add_to_hash(hash, static_cast<std::uint64_t>(network.predict(image.data(), *scratch)));
    }
    if (!differ) throw std::runtime_error("all images have the same logits");
    return hash;
}

/// The hash of the number and of all codes of every value of the first image, as options.c sees them.
template <class Net, class Target>
std::uint32_t hash_of_values(const IntegerNetwork<Net, Target>& network) {
    const Value& input = facts<Net>.values[0];
    using Pixel = typename IntegerNetwork<Net, Target>::Pixel;
    std::vector<Pixel> image(static_cast<std::size_t>(input.shape.size()));
    Codes codes;
    for (Pixel& code : image) code = static_cast<Pixel>(codes.next(input.codes.lowest, input.codes.states()));
    std::uint32_t hash = 2166136261U;
    const auto scratch = network.make_scratch();
    network.program().run(image.data(), *scratch, [&](std::int32_t value, const auto* found) {
        hash = add_to_hash(hash, static_cast<std::uint64_t>(value));
        for (std::int32_t i = 0; i < facts<Net>.values[static_cast<std::size_t>(value)].shape.size(); ++i) {
            hash = add_to_hash(hash, static_cast<std::uint64_t>(std::int64_t{found[i]}));
        }
    });
    return hash;
}

}  // namespace export_c_test
