// From a trained network to its integer program, and the proof that both compute the same.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "intaglio/integer/program.hpp"
#include "intaglio/simd/simd.hpp"
#include "intaglio/train/describe.hpp"
#include "intaglio/train/program.hpp"

namespace intaglio {

/// An integer program that owns its parameters.
template <class Net, class Tag = simd::Native>
class IntegerNetwork {
  public:
    IntegerNetwork() : parameters_(std::make_unique<Parameters<Net, Tag>>()) {}

    using Pixel = integer::code_type<Net, 0>;
    [[nodiscard]] std::int32_t predict(const Pixel* image, Scratch<Net, Tag>& scratch) const {
        return program().predict(image, scratch);
    }
    [[nodiscard]] Program<Net, Tag> program() const { return Program<Net, Tag>(*parameters_); }
    [[nodiscard]] Parameters<Net, Tag>& parameters() { return *parameters_; }
    [[nodiscard]] const Parameters<Net, Tag>& parameters() const { return *parameters_; }
    /// Working memory for one thread.
    [[nodiscard]] static std::unique_ptr<Scratch<Net, Tag>> make_scratch() {
        return std::make_unique<Scratch<Net, Tag>>();
    }

  private:
    std::unique_ptr<Parameters<Net, Tag>> parameters_;
};

/// The integer program of a trained network, with its running statistics folded into the steps: weight codes are packed
/// for the instruction set `Tag`, steps are copied. Throws std::runtime_error if a parameter is not finite.
template <class Net, class Tag = simd::Native>
[[gnu::cold]] IntegerNetwork<Net, Tag> lower(Training<Net>& training) {
    // One image through the evaluation brings codes and steps up to date with parameters and statistics.
    const std::vector<typename Training<Net>::Pixel> black(static_cast<std::size_t>(Training<Net>::pixels));
    training.forward(black.data(), 1, train::Statistics::running);
    IntegerNetwork<Net, Tag> network;
    Training<Net>::each([&]<std::size_t I>() {
        Training<Net>::template Op<I>::template lower<Tag, Net, I>(
            training.template state<I>(), network.parameters().bytes + integer::plan<Net, Tag>.parameters[I]);
    });
    return network;
}

/// Compares an integer program with the evaluation of the training program it was made from: every weight, and every
/// step for every accumulator that can occur.
template <class Net, class Tag>
[[gnu::cold]] train::Certificate certify(Training<Net>& training, const IntegerNetwork<Net, Tag>& network) {
    const std::vector<typename Training<Net>::Pixel> black(static_cast<std::size_t>(Training<Net>::pixels));
    training.forward(black.data(), 1, train::Statistics::running);
    train::Certificate certificate;
    Training<Net>::each([&]<std::size_t I>() {
        const Row& row = facts<Net>.rows[I];
        Training<Net>::template Op<I>::template certify<Tag, Net, I>(
            training.template state<I>(), network.parameters().bytes + integer::plan<Net, Tag>.parameters[I],
            "layer " + path_text(row.path) + " (" + row.kind + ")", certificate);
    });
    return certificate;
}

}  // namespace intaglio
