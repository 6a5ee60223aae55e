// Parts from outside of the library: those of examples/own_parts.hpp, and an operation with parameters of its own. They
// stand in repetitions, branches and residual blocks like those of the library.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "../examples/finite_differences.hpp"
#include "../examples/own_parts.hpp"
#include "intaglio/report/model_facts.hpp"
#include "support/program_comparison.hpp"

namespace app {

/// Multiplies the codes of each channel by a trained gain, rounds half up and keeps them in their range. The integer
/// program looks the codes up in a table of [channels][codes].
struct RescaleOperation {
    static constexpr void describe(intaglio::Builder& b) {
        const intaglio::Value out = b.in();
        b.append(intaglio::Row{.kind = "rescale", .gains = out.shape.channels}, out);
    }
};
struct Rescale {
    template <class Defaults>
    struct resolved {
        using primitives = boost::mp11::mp_list<RescaleOperation>;
        static constexpr void describe(intaglio::Builder& b) { RescaleOperation::describe(b); }
    };
};

template <class Net, std::size_t Index>
inline constexpr const intaglio::Value& rescaled = intaglio::facts<Net>.value(intaglio::facts<Net>.rows[Index].output);
template <class Net, std::size_t Index>
inline constexpr std::size_t table_bytes = static_cast<std::size_t>(rescaled<Net, Index>.codes.states() *
                                                                    rescaled<Net, Index>.shape.channels);

}  // namespace app

template <>
struct intaglio::integer::Operation<app::RescaleOperation> : intaglio::integer::NoMemory {
    template <class Tag, class Net, std::size_t Index>
    static constexpr std::size_t parameter_bytes() {
        return app::table_bytes<Net, Index>;
    }
    template <class Tag, class Net, std::size_t Index>
    static void run(const Frame& frame) {
        constexpr const Row& row = facts<Net>.rows[Index];
        constexpr const Value& value = app::rescaled<Net, Index>;
        const auto* table = reinterpret_cast<const std::uint8_t*>(frame.parameters + plan<Net, Tag>.parameters[Index]);
        const auto* in = memory<Net, Tag, row.input>(frame);
        auto* out = memory<Net, Tag, row.output>(frame);
        for (std::int64_t i = 0; i < value.shape.size(); ++i) {
            out[i] = table[i % value.shape.channels * value.codes.states() + in[i]];
        }
    }
};

template <>
struct intaglio::train::Operation<app::RescaleOperation> : intaglio::train::Stateless {
    template <class Net, std::size_t Index>
    struct State {
        explicit State(std::int64_t /*capacity*/) : table(app::table_bytes<Net, Index>) {}
        std::vector<std::uint8_t> table;
    };

    template <class Net, std::size_t Index>
    static void forward(State<Net, Index>& state, Context& context) {
        constexpr const Value& value = app::rescaled<Net, Index>;
        constexpr std::int64_t channels = value.shape.channels;
        const float* gains = context.parameters + plan<Net>.parameters[Index];
        constexpr bool real = value.storage == Storage::real;
        if constexpr (!real) {
            for (std::int64_t c = 0; c < channels; ++c) {
                for (std::int64_t code = 0; code <= value.codes.highest; ++code) {
                    const float product = std::floor(gains[c] * static_cast<float>(code) + 0.5F);
                    state.table[static_cast<std::size_t>(c * value.codes.states() + code)] =
                        static_cast<std::uint8_t>(std::clamp(product, 0.0F, static_cast<float>(value.codes.highest)));
                }
            }
        }
        each_image<Net, Index>(context, [&](const auto* in, auto* out) {
            for (std::int64_t i = 0; i < value.shape.size(); ++i) {
                if constexpr (real) {
                    out[i] = gains[i % channels] * in[i];
                } else {
                    out[i] = state.table[static_cast<std::size_t>(i % channels * value.codes.states() + in[i])];
                }
            }
        });
    }

    template <class Net, std::size_t Index>
    static void backward(State<Net, Index>&, Context& context) {
        constexpr const Row& row = facts<Net>.rows[Index];
        constexpr const Shape& shape = app::rescaled<Net, Index>.shape;
        const float* gains = context.parameters + plan<Net>.parameters[Index];
        const auto* in = codes<Net, row.input>(context);
        const float* dout = gradient<Net, row.output>(context);
        std::vector<double> sums(static_cast<std::size_t>(shape.channels));
        for (std::int64_t i = 0; i < context.images * shape.size(); ++i) {
            sums[static_cast<std::size_t>(i % shape.channels)] +=
                static_cast<double>(dout[i]) * static_cast<double>(in[i]) /
                static_cast<double>(app::rescaled<Net, Index>.denominator);
        }
        std::copy(sums.begin(), sums.end(), context.gradients + plan<Net>.parameters[Index]);
        each_gradient<Net, Index>(context, [&](std::int64_t, const float* d, bool add, float* din) {
            for (std::int64_t i = 0; i < shape.size(); ++i) {
                const float own = gains[i % shape.channels] * d[i];
                din[i] = add ? din[i] + own : own;
            }
        });
    }

    template <class Tag, class Net, std::size_t Index>
    static void lower(const State<Net, Index>& state, std::byte* parameters) {
        std::copy_n(reinterpret_cast<const std::byte*>(state.table.data()), state.table.size(), parameters);
    }
    template <class Tag, class Net, std::size_t Index>
    static void certify(const State<Net, Index>& state, const std::byte* parameters, const std::string& where,
                        Certificate& certificate) {
        for (std::size_t i = 0; i < state.table.size(); ++i) {
            ++certificate.steps_compared;
            if (std::to_integer<std::uint8_t>(parameters[i]) != state.table[i]) {
                certificate.difference(where + ", entry " + std::to_string(i) + " of the table");
            }
        }
    }
};

namespace {

using namespace intaglio;
using simd::Native;
using simd::Portable;

/// A layer as a type that stands for others.
struct Pointwise {
    template <class Defaults>
    using resolved = typename Sequence<Conv<Out<12>, Kernel<1>>, app::Maxout<3>>::template resolved<Defaults>;
};

// clang-format off
struct Everywhere : Network<Image<2, 8, 8>,
    Defaults<app::DenseTernary, app::WholeLayerNorm, app::OffsetAct>,
    Conv<app::MaxScaled<8>, Out<12>>,
    app::Maxout<2>,
    Repeat<2, Conv<Out<8>, Kernel<1>, Act<M_a{4}, app::Parabola>>, app::Maxout<4>, Pointwise>,
    Residual<Sequence<Conv<app::MaxScaled<3>, Out<6>>, app::Maxout<3>, Conv<Out<8>, NoActivation>>,
             Sequence<Concat<Identity, Identity>>>,
    Activate<>,
    Concat<app::Maxout<2>, Sequence<Conv<Out<8>>, app::Maxout<4>>>,
    Dropout<Rate{0.25}>,
    app::Maxout<3>,
    app::InvertedResidual<2, 6>, Activate<Act<M_a{6}>>,
    app::Rescale,
    AvgPool<4>,
    Classifier<app::MaxScaled<8>, Out<3>>> {};

/// Real numbers; the value behind the first activation is read three times.
struct Real : Network<Image<2, 6, 6>,
    Defaults<FloatWeights, app::WholeLayerNorm, Linear>,
    Conv<Out<6>>,
    Concat<app::Maxout<2>, Identity, app::Rescale, app::Maxout<3>>,
    app::Rescale,
    Conv<Out<6>>, app::Maxout<2>,
    Classifier<Out<2>>> {};
// clang-format on

template <class... Entries>
struct Described : Network<Image<12, 4, 4>, Defaults<QInt<2>, Act<M_a{4}>>, Entries..., Classifier<Out<2>>> {};
template <class... Entries>
std::string signature() {
    return model_signature(facts<Described<Entries...>>.view());
}
constexpr const Facts<5, 6>& maxout = facts<Described<app::Maxout<3>, app::Rescale>>;

}  // namespace

static_assert(maxout.value(1).shape == Shape{4, 4, 4} && maxout.value(1).codes == CodeRange{0, 255} &&
              maxout.value(1).denominator == 255 && maxout.value(1).storage == Storage::uint8);
static_assert(maxout.row(1).gains == 4 && maxout.parameters() == 4 + 64 * 2 + 1 + 2);
static_assert(facts<Everywhere>.integer_only() && !facts<Real>.integer_only());
static_assert(facts<Everywhere>.value(1).scaled && facts<Everywhere>.row(0).weight_codes == CodeRange{-127, 127});

TEST_CASE("parts from outside stand in the facts table and in the signature under their names") {
    std::ostringstream text;
    const auto layers = layer_facts(facts<Everywhere>.view());
    facts_table(layers).print(text);
    for (const char* name : {"maxout", "rescale", "whole-layer norm", "parabola", "dense ternary", "scaled by the"}) {
        INFO(name);
        CHECK(text.str().find(name) != std::string::npos);
        CHECK(model_signature(facts<Everywhere>.view()).find(name) != std::string::npos);
    }
    CHECK(std::count_if(layers.begin(), layers.end(), [](const auto& l) { return l.kind == "rescale"; }) == 1);
    CHECK(std::count_if(layers.begin(), layers.end(), [](const auto& l) { return l.kind == "maxout"; }) == 9);
    CHECK(signature<app::Maxout<2>>() != signature<app::Maxout<3>>());
    CHECK(signature<app::Maxout<2>>() != signature<MaxPool<2>>());
    CHECK(signature<Conv<app::DenseTernary, Out<4>>>() != signature<Conv<Out<4>>>());
    CHECK(signature<Conv<app::WholeLayerNorm, Out<4>>>() != signature<Conv<Out<4>>>());
    CHECK(signature<Conv<Act<M_a{4}, app::Parabola>, Out<4>>>() != signature<Conv<Out<4>>>());
}

TEST_CASE("maxout takes the largest of neighbouring channels, the first of equal ones") {
    const std::int32_t in[] = {1, 2, 3, 3, 2, 1, -5, -4, -4, 0, 0, 0};
    std::int32_t out[4];
    app::maxout(in, 4, 3, out);
    CHECK(std::vector<std::int32_t>(out, out + 4) == std::vector<std::int32_t>{3, 3, -4, 0});
    CHECK(app::largest_piece(in + 6, 3) == 1);
    CHECK(app::largest_piece(in + 9, 3) == 0);
}

TEST_CASE("parts from outside: the integer program computes what training computes") {
    std::mt19937 random(1);
    Training<Everywhere> training(comparison::images, 2, 5);
    for (const auto biases : {tools::Biases::moderate, tools::Biases::mixed, tools::Biases::all_high}) {
        const auto pixels = comparison::make_extreme_images<std::uint8_t>(Training<Everywhere>::pixels, random);
        tools::randomize_parameters(training, random, biases);
        tools::randomize_running_statistics(training, random);
        comparison::compare_integer_program<Portable>(training, pixels);
        comparison::compare_integer_program<Native>(training, pixels);
    }
}

TEST_CASE("gradients of layers from outside agree with finite differences") {
    Training<Real> training(6, 2, 3);
    std::mt19937 random(2);
    const auto pixels = comparison::make_images<std::uint8_t>(6, Training<Real>::pixels, random);
    CHECK(gradient_error(training, pixels.data(), 6) < 0.02);
}

TEST_CASE("the certificate finds a change in the parameters of parts from outside") {
    Training<Everywhere> training(1);
    constexpr auto rescale = [] {
        for (std::size_t i = 0;; ++i) {
            if (std::string_view(facts<Everywhere>.rows[i].kind) == "rescale") return i;
        }
    }();
    IntegerNetwork<Everywhere, Portable> network = lower<Everywhere, Portable>(training);
    REQUIRE(certify(training, network).proven());
    for (const std::size_t row : {std::size_t{0}, rescale}) {
        const auto at = static_cast<std::size_t>(integer::plan<Everywhere, Portable>.parameters[row]);
        network.parameters().bytes[at] ^= std::byte{1};
        const train::Certificate certificate = certify(training, network);
        CHECK(certificate.differences == 1);
        CHECK(certificate.first_difference.find(row == 0 ? "(product)" : "(rescale), entry 0") != std::string::npos);
        network.parameters().bytes[at] ^= std::byte{1};
    }
    CHECK(certify(training, network).proven());
}
