// Prints a hash of the canonical model of a network, made of parameters and statistics that come from integers, and of
// what its integer program says to some images: each compiler, instruction set and set of flags must print the same.
// Exit status 0 if it is the one below.
#include <cstdint>
#include <cstdio>
#include <vector>

#include "intaglio/canonical/bytes.hpp"
#include "intaglio/core/random.hpp"
#include "intaglio/intaglio.hpp"

using namespace intaglio;

namespace {

constexpr std::uint64_t expected = 0x1679934a125b3ba9;

// Thresholds and multipliers, weights with and without a scale, a join, pools, signed codes, dropout.
struct Net : Network<Image<3, 8, 8>, Defaults<QInt<4>, BatchNorm, Act<M_a{8}>>, Conv<QInt<8>, Out<8>, Act<M_a{256}>>,
                     Residual<Sequence<Conv<DoReFa<4>, Out<8>>, Conv<Out<8>, NoActivation>>>, Activate<>, AvgPool<2>,
                     Conv<SignWeights<>, Out<12>, Lbn, Act<M_a{2}>>, Dropout<Rate{0.5}>, MaxPool<2>,
                     Dense<Flatten, Out<10>, TernaryWeights<>>, Classifier<QInt<8>, Out<5>>> {};

/// FNV-1a.
struct Hash {
    std::uint64_t value = 14695981039346656037U;
    void add(std::uint64_t byte) { value = (value ^ byte) * 1099511628211U; }
};

}  // namespace

int main() {
    Random random(1);
    Training<Net> training(1);
    // Multiples of 2^-20 within -1 ... 1.
    const auto number = [&] { return (static_cast<double>(random.below(1U << 21)) - 1048576.0) / 1048576.0; };
    for (const ParameterRange& range : Training<Net>::ranges()) {
        for (std::int64_t i = range.begin; i < range.begin + range.count; ++i) {
            training.parameters()[static_cast<std::size_t>(i)] = static_cast<float>(number());
        }
    }
    for (std::size_t row = 0; row < Training<Net>::rows; ++row) {
        const auto statistics = training.running_statistics(row);
        if (!statistics) continue;
        for (double& mean : statistics->mean) mean = number();
        for (double& variance : statistics->variance) variance = 1.5 + number();
    }
    training.parameters_changed();
    const Model<Net> model = lower(training);
    Hash hash;
    for (const std::byte byte : canonical_bytes(model)) hash.add(static_cast<std::uint64_t>(byte));
    const IntegerNetwork<Net> network(model);
    const auto scratch = network.make_scratch();
    for (int n = 0; n < 4; ++n) {
        std::vector<std::uint8_t> image;
        for (int i = 0; i < 192; ++i) image.push_back(static_cast<std::uint8_t>(random.below(256)));
        const std::int64_t* logits = network.program().logits(image.data(), *scratch);
        for (int c = 0; c < 5; ++c) {
            for (int i = 0; i < 64; i += 8) hash.add(static_cast<std::uint64_t>(logits[c]) >> i & 255);
        }
    }
    const bool proven = certify(training, network).proven();
    std::printf("%016llx, proven %d\n", static_cast<unsigned long long>(hash.value), proven);
    return proven && hash.value == expected ? 0 : 1;
}
