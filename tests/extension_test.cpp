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
#include <type_traits>
#include <vector>

#include "../examples/finite_differences.hpp"
#include "../examples/own_parts.hpp"
#include "intaglio/report/model_facts.hpp"
#include "intaglio/train/program/in_process_ranks.hpp"
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

/// Entries of the table: one for each code from 0 on, of each channel.
constexpr std::size_t table_size(std::int64_t highest, std::int64_t channels) {
    return static_cast<std::size_t>((highest + 1) * channels);
}

}  // namespace app

template <>
struct intaglio::integer::Operation<app::RescaleOperation> : intaglio::integer::NoMemory {
    template <class Set, class Kind>
    static constexpr std::size_t parameter_bytes(const Site& site) {
        return app::table_size(site.step.highest, site.extents.out.channels);
    }
    template <class Set, class Kind>
    static void run(const Site& site, const Frame& frame) {
        const auto* table = reinterpret_cast<const std::uint8_t*>(frame.parameters + site.parameters);
        const auto* in = input<Kind>(site, frame);
        auto* out = output<Kind>(site, frame);
        for (std::int64_t i = 0; i < site.extents.out.size(); ++i) {
            out[i] = table[i % site.extents.out.channels * (site.step.highest + 1) + in[i]];
        }
    }
};

template <>
struct intaglio::Packing<app::RescaleOperation> {
    template <class Set, class Kind>
    static void pack(const RowNumbers& numbers, const integer::Site&, std::byte* to) {
        for (const std::int64_t entry : numbers.numbers) *to++ = static_cast<std::byte>(entry);
    }
    template <class Set, class Kind>
    static void compare(const RowNumbers& numbers, const FactsView&, const Row&, const integer::Site&,
                        const std::byte* packed, const Sides& sides, Certificate& certificate) {
        for (std::size_t i = 0; i < numbers.numbers.size(); ++i) {
            ++certificate.steps_compared;
            if (std::to_integer<std::int64_t>(packed[i]) != numbers.numbers[i]) {
                certificate.difference(sides.where + ", entry " + std::to_string(i) + " of the table");
            }
        }
    }
};

template <>
struct intaglio::train::Operation<app::RescaleOperation> : intaglio::train::Stateless {
    template <class Kind>
    static void forward(NoState&, const Site& site, Context& context) {
        const std::int64_t channels = site.channels();
        const float* gains = context.parameters + site.parameters;
        const std::vector<std::int64_t> table = make_table(site, gains);
        const std::int64_t states = site.output.value->codes.highest + 1;
        each_image<Kind>(site, context, [&](const auto* in, auto* out) {
            for (std::int64_t i = 0; i < site.output.size(); ++i) {
                if constexpr (std::is_same_v<typename Kind::input, float>) {
                    out[i] = gains[i % channels] * in[i];
                } else {
                    out[i] = static_cast<typename Kind::output>(
                        table[static_cast<std::size_t>(i % channels * states + in[i])]);
                }
            }
        });
    }

    template <class Kind>
    static void backward(NoState&, const Site& site, Context& context) {
        const Shape shape = site.output.shape();
        const float* gains = context.parameters + site.parameters;
        const auto* in = codes<typename Kind::input>(context, site.input);
        const Gradient* dout = gradient(context, site.output);
        const std::int64_t channels = shape.channels;
        std::vector<double> sums(static_cast<std::size_t>(sample_groups * channels));
        context.for_groups([&](std::int64_t first, std::int64_t images, std::int64_t group, int) {
            for (std::int64_t i = first * shape.size(); i < (first + images) * shape.size(); ++i) {
                sums[static_cast<std::size_t>(group * channels + i % channels)] +=
                    static_cast<double>(dout[i]) * static_cast<double>(in[i]) /
                    static_cast<double>(site.output.value->denominator);
            }
        });
        context.ranks.gather_groups(sums.data(), channels);
        for (std::int64_t c = 0; c < channels; ++c) {
            context.gradients[site.parameters + c] = static_cast<Gradient>(
                tree_sum([&](std::int64_t g) { return sums[static_cast<std::size_t>(g * channels + c)]; }));
        }
        each_gradient(site, site.input, context, [&](std::int64_t, const Gradient* d, bool add, Gradient* din) {
            for (std::int64_t i = 0; i < shape.size(); ++i) {
                const Gradient own = gains[i % shape.channels] * d[i];
                din[i] = add ? din[i] + own : own;
            }
        });
    }

    template <class Kind>
    static void lower(const NoState&, const Site& site, Lowering& lowering, RowNumbers& numbers) {
        keep_scales(site, lowering.context);
        numbers.numbers = make_table(site, lowering.context.parameters + site.parameters);
    }

  private:
    static std::vector<std::int64_t> make_table(const Site& site, const float* gains) {
        const Value& value = *site.output.value;
        std::vector<std::int64_t> table;
        if (value.storage == Storage::float32) return table;
        for (std::int64_t c = 0; c < value.shape.channels; ++c) {
            for (std::int64_t code = 0; code <= value.codes.highest; ++code) {
                const float product = std::floor(gains[c] * static_cast<float>(code) + 0.5F);
                table.push_back(
                    static_cast<std::int64_t>(std::clamp(product, 0.0F, static_cast<float>(value.codes.highest))));
            }
        }
        return table;
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

/// Signs behind a layer from outside that picks codes.
struct Signs : Network<Image<1, 8, 8>, Defaults<BinaryWeights, Sign<>>, Conv<Out<64>>, app::Maxout<2>, Conv<Out<32>>,
                       Classifier<QInt<4>, Out<3>>> {};
constexpr const Row& signs_product = facts<Signs>.row(4);
static_assert(signs_product.extents.in == Shape{8, 8, 32} && signs_product.weights == 9 * 32 * 32);
static_assert(std::is_same_v<integer::product_kernel<Signs, Portable, 4>, kernels::SignBitProduct>);

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

TEST_CASE_TEMPLATE("parts from outside: the integer program computes what training computes", Net, Everywhere, Signs) {
    std::mt19937 random(1);
    Training<Net> training(comparison::images, 2, 5);
    for (const auto biases : {tools::Biases::moderate, tools::Biases::mixed, tools::Biases::all_high}) {
        const auto pixels = comparison::make_extreme_images<std::uint8_t>(Training<Net>::pixels, random);
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

TEST_CASE("gradients of layers from outside are the same on several ranks") {
    std::mt19937 random(2);
    const auto pixels = comparison::make_images<std::uint8_t>(13, Training<Everywhere>::pixels, random);
    const auto gradients = [&](const train::Ranks& ranks) {
        Training<Everywhere> training(13, 1, 3, ranks);
        const train::BatchPart part = training.part(13);
        training.forward(pixels.data() + part.first * Training<Everywhere>::pixels, part, train::Statistics::batch);
        for (std::size_t i = 0; i < training.logit_gradient().size(); ++i) {
            training.logit_gradient()[i] = std::sin(static_cast<float>(i + 3 * static_cast<std::size_t>(part.first)));
        }
        training.backward();
        return std::vector<train::Gradient>(training.gradients().begin(), training.gradients().end());
    };
    const auto one = gradients({});
    InProcessRanks ranks(4);
    std::vector<std::vector<train::Gradient>> all(4);
    ranks.run([&](InProcessRanks::Rank& rank) { all[static_cast<std::size_t>(rank.rank())] = gradients(rank); });
    for (const auto& of_rank : all) CHECK(of_rank == one);
}

TEST_CASE("the certificate finds a change in the parameters of parts from outside") {
    Training<Everywhere> training(1);
    constexpr auto rescale = [] {
        for (std::size_t i = 0;; ++i) {
            if (std::string_view(facts<Everywhere>.rows[i].kind) == "rescale") return i;
        }
    }();
    IntegerNetwork<Everywhere, Portable> network = lower(training);
    REQUIRE(certify(training, network).proven());
    for (const std::size_t row : {std::size_t{0}, rescale}) {
        const auto at = static_cast<std::size_t>(integer::plan<Everywhere, Portable>.parameters[row]);
        network.parameters().bytes[at] ^= std::byte{1};
        const Certificate certificate = certify(training, network);
        CHECK(certificate.differences == 1);
        CHECK(certificate.first_difference.find(row == 0 ? "(product)" : "(rescale), entry 0") != std::string::npos);
        network.parameters().bytes[at] ^= std::byte{1};
    }
    CHECK(certify(training, network).proven());
}
