// Models at the ends of what is legal: all weights at one end, thresholds that always or never hold, multipliers and
// addends as large as 64 bits allow. No integer may overflow (the undefined-behaviour sanitizer runs this test), and
// plain code, the code of this machine and the model must agree.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "intaglio/canonical/network.hpp"
#include "intaglio/model/vocabulary.hpp"

namespace extreme_codes_test {

using namespace intaglio;

namespace {

/// Bytes: a convolution, depthwise, a sum of branches, pools, steps of both kinds.
struct Bytes8 : Network<Image<3, 6, 6>, Defaults<QInt<8>, Act<M_a{256}>>, Conv<Out<8>>, Conv<Groups<8>, Out<8>>,
                        Residual<Conv<Out<8>, NoActivation>>, Activate<>, CodeTable<HardSwish<GridAct<-12, 127, 32>>>,
                        AvgPool<2>, Dense<Flatten, Out<6>, Act<M_a{16}>>, Classifier<Out<2>>> {};
/// Bits and few states: signs, binary and ternary weights.
struct Few
    : Network<Image<1, 6, 6>, Defaults<QInt<2>>, Conv<QInt<8>, Out<33>, Sign<>>, Conv<BinaryWeights, Out<34>, Sign<>>,
              Conv<Out<9>, Act<M_a{4}>>, MaxPool<2>, Conv<Out<4>, Sign<>>, Classifier<BinaryWeights, Out<2>>> {};
/// Codes of 16 bits.
struct Words : Network<Signal<1, 40>, Defaults<QInt<8>, Act<M_a{256}>>, Conv1d<Out<8>, Kernel<9>>,
                       Dense<Flatten, Out<5>, Act<M_a{3}>>, Classifier<Out<2>>> {};
/// The largest sum that fits 32 bits: 66 000 * 255 * 127 = 2 137 410 000.
struct Longest : Network<Features<66000>, Classifier<QInt<8>, Out<2>>> {};

constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
constexpr std::int32_t most_32 = std::numeric_limits<std::int32_t>::max();
constexpr std::int32_t least_32 = std::numeric_limits<std::int32_t>::min();

/// Which ends a model lies at; any number is legal.
struct Ends {
    std::size_t number;

    /// One of the values, by digits of the number: `divisor` is the product of the earlier counts.
    template <class T, std::size_t Count>
    T choose(std::size_t divisor, const std::array<T, Count>& values) const {
        return values[number / divisor % Count];
    }
};
constexpr std::size_t all_ends = 3 * 4 * 2 * 2 * 3;

RowNumbers extreme_numbers(const FactsView& facts, std::size_t index, const Ends& ends) {
    const Row& row = facts.rows[index];
    RowNumbers numbers;
    const bool last = index + 1 == facts.rows.size;
    const CodeRange in = facts.value(row.input).codes;
    const auto channels = static_cast<std::size_t>(facts.value(row.output).shape.channels);
    const auto lowest = static_cast<std::int8_t>(row.weight_codes.lowest);
    const auto highest = static_cast<std::int8_t>(row.weight_codes.highest);
    for (std::int64_t w = 0; w < row.weights; ++w) {
        numbers.weights.push_back(ends.choose(1, std::array{highest, lowest, w % 2 == 0 ? highest : lowest}));
    }
    if (row.steps > 0 && row.has_thresholds()) {
        const auto threshold = ends.choose(3, std::array{least_32, most_32, static_cast<std::int32_t>(in.lowest),
                                                         static_cast<std::int32_t>(in.highest)});
        numbers.thresholds.assign(static_cast<std::size_t>(row.steps) * channels, threshold);
        numbers.falling.assign(channels, ends.choose(12, std::array<std::uint8_t, 2>{0, 1}));
    } else if (row.table > 0) {
        numbers.numbers.assign(static_cast<std::size_t>(row.table),
                               ends.choose(3, std::array{row.codes.lowest, row.codes.highest}));
    } else if (row.steps > 0 || last) {
        const std::int64_t multiplier = ends.choose(3, std::array{most_32, least_32, 1, 0});
        const std::int64_t products[] = {in.lowest * multiplier, in.highest * multiplier};
        const std::int64_t addend =
            ends.choose(24, std::array<std::int64_t, 3>{0, most - std::max({std::int64_t{0}, products[0], products[1]}),
                                                        least - std::min({std::int64_t{0}, products[0], products[1]})});
        const auto count = static_cast<std::int64_t>(channels);
        numbers.multipliers.assign(static_cast<std::size_t>(row.scale.multipliers(count)),
                                   static_cast<std::int32_t>(multiplier));
        numbers.addends.assign(static_cast<std::size_t>(row.scale.addends(count)), addend);
        if (!last) {
            numbers.shifts.assign(numbers.multipliers.size(), ends.choose(12, std::array<std::uint8_t, 2>{1, 62}));
        }
    }
    return numbers;
}

template <class Net>
Model<Net> extreme_model(const Ends& ends) {
    Model<Net> model;
    for (std::size_t i = 0; i < facts<Net>.row_count(); ++i) {
        model.rows.push_back(extreme_numbers(facts<Net>.view(), i, ends));
    }
    return model;
}

template <class Net, class Target>
std::vector<std::int64_t> logits_of(const Model<Net>& model,
                                    const std::vector<typename IntegerNetwork<Net>::Pixel>& image) {
    const IntegerNetwork<Net, Target> network(model);
    CHECK(certify(model, network).proven());
    const auto scratch = network.make_scratch();
    const std::int64_t* const logits = network.program().logits(image.data(), *scratch);
    return {logits, logits + facts<Net>.classes()};
}

template <class Net>
void check_all_ends() {
    using Pixel = typename IntegerNetwork<Net>::Pixel;
    constexpr Pixel low = std::numeric_limits<Pixel>::min();
    constexpr Pixel high = std::numeric_limits<Pixel>::max();
    std::vector<Pixel> image(static_cast<std::size_t>(facts<Net>.input_shape().size()));
    // A fifth of them, in which every end of each number occurs with others.
    for (std::size_t number = 0; number < all_ends; number += 5) {
        CAPTURE(number);
        const Model<Net> model = extreme_model<Net>({number});
        for (std::size_t i = 0; i < image.size(); ++i) {
            image[i] = number % 4 == 0 ? high : number % 4 == 1 ? low : i % 2 == number % 2 ? high : low;
        }
        CHECK(logits_of<Net, simd::Native>(model, image) == logits_of<Net, simd::Portable>(model, image));
    }
}

}  // namespace

TEST_CASE("models at the ends of what is legal: bytes") {
    check_all_ends<Bytes8>();
}
TEST_CASE("models at the ends of what is legal: bits and few states") {
    check_all_ends<Few>();
}
TEST_CASE("models at the ends of what is legal: codes of 16 bits") {
    check_all_ends<Words>();
}

TEST_CASE("the longest sum of the largest products") {
    static_assert(facts<Longest>.accumulator_bits() == 32);
    constexpr std::int64_t sum = std::int64_t{66000} * 255 * 127;
    const std::vector<std::uint8_t> image(66000, 255);
    Model<Longest> model = extreme_model<Longest>({0});
    std::fill(model.rows[0].weights.begin() + 66000, model.rows[0].weights.end(), std::int8_t{-127});
    RowNumbers& last = model.rows.back();
    std::fill(last.multipliers.begin(), last.multipliers.end(), most_32);
    std::fill(last.addends.begin(), last.addends.end(), most - sum * most_32);
    const std::int64_t lowest = most - 2 * sum * most_32;
    const std::vector<std::int64_t> expected{most, lowest};
    CHECK(logits_of<Longest, simd::Native>(model, image) == expected);
    CHECK(logits_of<Longest, simd::Portable>(model, image) == expected);
}

}  // namespace extreme_codes_test
