// Networks for tests of batches, and what they give image by image.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "intaglio/canonical/network.hpp"
#include "intaglio/core/random.hpp"
#include "support/kernel_tools.hpp"
#include "support/networks.hpp"
#include "support/random_model.hpp"

namespace batch_tools {

using namespace intaglio;
using networks::Planes;
using simd::Portable;

// clang-format off
/// Layers of 64, 16, 4 and 1 pixels, whose images go through a panel of weights together, with both kinds of steps and
/// weights that are no multiples of their codes; a depthwise layer; groups.
template <class Weight, class Activation>
struct Small : Network<Image<3, 8, 8>, Defaults<Weight, Activation>,
    Conv<QInt<8>, Out<20>>, Conv<Out<20>, Groups<20>>, MaxPool<2>, Conv<Out<37>>, Conv<Out<36>, Kernel<1>>,
    Conv<Out<36>, Groups<4>>, AvgPool<2>, Conv<Out<50>>, Conv<Out<17>, Kernel<2>, Padding<0>>, Dense<Out<40>>,
    Classifier<QInt<8>, Out<7>>> {};
// clang-format on

/// What moves codes and joins branches, the network's input among them.
struct Joins
    : Network<Image<2, 8, 8>, Defaults<QInt<2>, Act<M_a{4}>>,
              Concat<Identity, Conv<Out<4>>, BranchGrid<QInt<9>, Range{4}>>, Activate<>,
              Multiply<Identity, Sequence<GlobalAvgPool, Dense<Out<4>>, Dense<Out<6>, Act<M_a{8}>>>>, Activate<>,
              Multiply<Identity, Identity>, Activate<>,
              Residual<Sequence<Conv<Out<10>, Stride<2>>, Conv<Out<10>>>, Sequence<Subsample<2>, PadChannels<1, 3>>>,
              Activate<>, Upsample<2>, MaxPool<2>, GlobalAvgPool, Classifier<QInt<8>, Out<3>>> {};

/// Dense layers alone: the images are the pixels.
struct Mlp : Network<Features<37>, Defaults<QInt<2>, Act<M_a{16}>>, Dense<QInt<8>, Out<70>>, Dense<Out<64>>,
                     Dense<QInt<4>, Out<33>>, Classifier<QInt<8>, Out<11>>> {};

template <class Net>
std::vector<integer::code_type<Net, 0>> random_images(std::int64_t count) {
    std::vector<integer::code_type<Net, 0>> pixels(static_cast<std::size_t>(count * facts<Net>.input_shape().size()));
    Random random(11);
    // Some darker than others: networks whose results are averages tell them apart.
    for (std::size_t i = 0; i < pixels.size(); ++i) {
        const std::size_t image = i * static_cast<std::size_t>(count) / pixels.size();
        pixels[i] = static_cast<integer::code_type<Net, 0>>(random() % (1 + image * 37 % 256));
    }
    return pixels;
}

/// What lies behind the working memory must stay as it is.
template <class Working>
struct GuardedScratch {
    Working working;
    unsigned char guard[256];

    GuardedScratch() { std::fill_n(reinterpret_cast<unsigned char*>(this), sizeof *this, 0xa5); }
    [[nodiscard]] bool intact() const {
        return std::all_of(guard, guard + sizeof guard, [](unsigned char byte) { return byte == 0xa5; });
    }
};

/// Images of a test; more than its batches.
inline constexpr std::int32_t most = 23;

template <class Net>
Model<Net> random_network(std::uint64_t seed) {
    Model<Net> model;
    static_cast<ModelNumbers&>(model) = random_model::make(facts<Net>.view(), seed);
    return model;
}

struct Results {
    std::vector<std::int64_t> logits;
    std::vector<std::int32_t> classes;
};

/// What a network says of random images, each alone.
template <class Net, class Set>
Results single_images(const IntegerNetwork<Net, Set>& network) {
    const auto images = random_images<Net>(most);
    const auto scratch = network.make_scratch();
    Results results;
    for (std::int64_t i = 0; i < most; ++i) {
        const auto* const image = images.data() + i * facts<Net>.input_shape().size();
        const std::int64_t* const logits = network.program().logits(image, *scratch);
        results.logits.insert(results.logits.end(), logits, logits + facts<Net>.classes());
        results.classes.push_back(network.predict(image, *scratch));
    }
    // A network that says the same of all images would prove nothing.
    CHECK(!std::equal(results.logits.begin() + facts<Net>.classes(), results.logits.end(), results.logits.begin()));
    return results;
}

}  // namespace batch_tools
