// Students of a teacher of real numbers under every weight quantiser: their latent weights are scaled to the range of
// the quantiser, so that all codes are used and the error of stage 1 is that of the bits.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "intaglio/model/network.hpp"
#include "intaglio/tandem/convert.hpp"
#include "support/tandem_tools.hpp"

// Quantisers of one's own: one that ends at 1, and one that takes its range from the weights.
namespace app {

struct Clipped {
    using option = intaglio::option::weight;
    static constexpr std::int32_t states = 15;
    static constexpr intaglio::CodeRange codes{-7, 7};
    static constexpr std::int32_t denominator = 7;
    static constexpr double latent_range = 1;
    static constexpr const char* name = "clipped";
};
struct OfLargest {
    using option = intaglio::option::weight;
    static constexpr std::int32_t states = 255;
    static constexpr intaglio::CodeRange codes{-127, 127};
    static constexpr std::int32_t denominator = 127;
    static constexpr const char* name = "of largest";
};

}  // namespace app

template <>
struct intaglio::train::WeightCode<app::Clipped> {
    template <class Real>
    static std::int8_t code(Real w) {
        return static_cast<std::int8_t>(std::lround(7 * std::clamp(static_cast<double>(w), -1.0, 1.0)));
    }
    template <class Real>
    static Real gradient(Real w) {
        return std::fabs(w) <= Real{1} ? Real{1} : Real{0};
    }
};
template <>
struct intaglio::train::WeightCode<app::OfLargest> {
    static constexpr Per scope = Per::layer;
    template <class Real>
    WeightCode(const Real* w, std::int64_t count) {
        for (std::int64_t i = 0; i < count; ++i) largest = std::fmax(largest, std::fabs(static_cast<double>(w[i])));
    }
    template <class Real>
    [[nodiscard]] std::int8_t code(Real w) const {
        return static_cast<std::int8_t>(largest > 0 ? std::lround(127 * static_cast<double>(w) / largest) : 0);
    }
    template <class Real>
    [[nodiscard]] Real gradient(Real) const {
        return Real{1};
    }
    double largest = 0;
};

namespace {

using namespace intaglio;
using tandem::Record;
using tools::Quarters;

template <class Weight, class Activation>
using Layers = Network<Image<1, 8, 8>, Defaults<Weight, NoWeightStandardization, BatchNorm, Activation>,
                       Dense<Flatten, Out<24>>, Dense<Out<24>>, Classifier<Out<4>>>;
struct Teacher : Layers<FloatWeights, Relu> {};
template <class Weight>
struct Student : BnFree<Layers<Weight, DoReFaAct<8>>, Scale::LayerBias> {};

const Quarters learned(300, 8, 23);
const Quarters validated(200, 8, 24);

/// What a conversion without stage 2 gives: whether each layer uses its outermost codes, and the errors of the scales.
struct Outcome {
    bool uses_all = true;
    double hidden_error = 0;
    double accuracy = 0;
};

template <class Weight>
Outcome outcome() {
    static tools::Taught<Teacher> teacher(learned, 8);
    const auto result = tandem::convert<Student<Weight>>(teacher.training, learned.samples(), validated.samples(),
                                                         tools::small_options(0));
    Outcome found;
    Training<Student<Weight>>& student = *result.student;
    student.forward(learned.pixels.data(), 1, train::Statistics::running);
    Training<Student<Weight>>::each([&]<std::size_t I>() {
        constexpr const Row& row = facts<Student<Weight>>.rows[I];
        if constexpr (row.weights > 0) {
            const auto& codes = student.template state<I>().codes;
            const auto [low, high] = std::minmax_element(codes.begin(), codes.end());
            // One of both ends: the largest weight has one sign.
            found.uses_all = found.uses_all && (*low == row.weight_codes.lowest || *high == row.weight_codes.highest);
        }
    });
    found.hidden_error = result.records[1][Record::loss] + result.records[2][Record::loss];
    found.accuracy = evaluate(student, validated.samples()).accuracy();
    CHECK(found.uses_all);
    CHECK(std::isfinite(found.hidden_error));
    return found;
}

}  // namespace

TEST_CASE("a student's weights use all codes of their quantiser, and each bit lessens the error") {
    const Outcome q2 = outcome<QInt<2>>();
    const Outcome q3 = outcome<QInt<3>>();
    const Outcome q4 = outcome<QInt<4>>();
    const Outcome q8 = outcome<QInt<8>>();
    CHECK(q3.hidden_error < 0.5 * q2.hidden_error);
    CHECK(q4.hidden_error < 0.5 * q3.hidden_error);
    CHECK(q8.hidden_error < 0.1 * q4.hidden_error);
    // Quantisers that take their range from the weights were right before: these are as good, bit for bit.
    CHECK(q8.hidden_error < 1.2 * outcome<DoReFa<8>>().hidden_error);
    CHECK(q4.hidden_error < 1.2 * outcome<DoReFa<4>>().hidden_error);
    CHECK(q2.hidden_error < 1.2 * outcome<TernaryWeights<>>().hidden_error);
    CHECK(q2.hidden_error < outcome<BinaryWeights>().hidden_error);
    CHECK(q8.accuracy > 0.9);
}

TEST_CASE("a quantiser of one's own says its range, or takes it from the weights") {
    const double states = outcome<States<M_w{15}>>().hidden_error;
    CHECK(std::fabs(outcome<app::Clipped>().hidden_error - states) < 0.2 * states);
    // Gains do not move into weights of which nothing is known: their error is that of one multiplier for all channels.
    const Outcome of_largest = outcome<app::OfLargest>();
    CHECK(of_largest.hidden_error < outcome<BinaryWeights>().hidden_error);
    CHECK(of_largest.accuracy > 0.9);
}
