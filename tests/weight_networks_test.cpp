// Networks under every weight quantiser and standardisation: they train, their integer programs compute what training
// computes, on every value, and sums over windows are right for weights without a level at zero.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <type_traits>
#include <vector>

#include "intaglio/report/model_facts.hpp"
#include "intaglio/train/loop/evaluation.hpp"
#include "intaglio/train/lowering.hpp"
#include "intaglio/train/trainer.hpp"
#include "support/training_tools.hpp"

namespace weight_networks_test {

namespace {

using namespace intaglio;
using train::Statistics;

/// Padding, strides, groups, rectangular kernels, codes of 16 bits in front of a product, pooled accumulators with
/// scales, layers without a norm.
template <class Weight, class... Options>
struct Mixed
    : Network<Image<2, 9, 8>, Defaults<Weight, Options..., Act<M_a{4}>>, Conv<Out<6>, Stride<2, 1>>,
              Conv<Groups<3>, Out<9>, Kernel<3, 2>, Padding<1, 0>, Act<M_a{256}>, BatchNorm>, AvgPool<Window{5, 1}>,
              Conv<Out<8>, Kernel<1, 2>, Padding<0>, NoNorm, NoActivation>, AvgPool<Window{1, 2}>, Normalize<>,
              Activate<>, Dense<Flatten, Out<7>, NoNorm, Act<M_a{3}>>, Classifier<Out<3>>> {};

/// A dense layer in front, a residual block.
template <class Weight, class... Options>
struct Front
    : Network<Features<24>, Defaults<Weight, Options..., Act<M_a{4}>>, Dense<Out<10>, BatchNorm>,
              Residual<Dense<Out<10>>, Identity, BranchGrid<QInt<8>>>, Activate<>, Classifier<Out<3>, NoNorm>> {};

/// Each accumulator once more, from the weights' values as integers, spacing * code + offset.
template <class Net>
void check_products(Training<Net>& training, std::int64_t images) {
    Training<Net>::each([&]<std::size_t I>() {
        constexpr const Row& row = facts<Net>.rows[I];
        if constexpr (row.weights > 0) {
            constexpr ConvolutionExtents e = row.extents;
            const auto& codes = training.template state<I>().codes;
            std::int64_t different = 0;
            for (std::int64_t n = 0; n < images; ++n) {
                const auto in = training.template codes<row.input>(n);
                const auto out = training.template codes<row.output>(n);
                for (std::int32_t i = 0; i < e.out.size(); ++i) {
                    const std::int32_t o = i % e.out.channels;
                    const std::int32_t x = i / e.out.channels % e.out.width;
                    const std::int32_t y = i / e.out.channels / e.out.width;
                    std::int64_t sum = 0;
                    for (std::int32_t k = 0; k < e.fan_in(); ++k) {
                        const std::int32_t channels = e.channels_per_group();
                        const std::int32_t iy = y * e.stride_height - e.padding_height + k / channels / e.kernel_width;
                        const std::int32_t ix = x * e.stride_width - e.padding_width + k / channels % e.kernel_width;
                        if (iy < 0 || iy >= e.in.height || ix < 0 || ix >= e.in.width) continue;
                        const std::int32_t channel = o / (e.out.channels / e.groups) * channels + k % channels;
                        const std::int64_t weight =
                            row.weight_spacing * codes[static_cast<std::size_t>(o * e.fan_in() + k)] +
                            row.weight_offset;
                        sum += weight * in[static_cast<std::size_t>((iy * e.in.width + ix) * e.in.channels + channel)];
                    }
                    different += sum == out[static_cast<std::size_t>(i)] ? 0 : 1;
                }
            }
            INFO("row " << I);
            CHECK(different == 0);
        }
    });
}

/// The integer program against training's evaluation on every value, the certificate, and one changed weight.
template <class Set, class Net>
void check_program(Training<Net>& training, const std::vector<std::uint8_t>& pixels, std::int64_t images) {
    INFO("instruction set " << simd::name(Set{}));
    training.forward(pixels.data(), images, Statistics::running);
    check_products(training, images);
    const std::vector<std::vector<std::int64_t>> expected = tools::all_codes(training, images);
    const std::vector<std::int64_t> logits(training.logits().begin(), training.logits().end());
    IntegerNetwork<Net, Set> network = lower(training);
    const Certificate certificate = certify(training, network);
    CHECK(certificate.first_difference == "");
    CHECK(certificate.proven());
    CHECK(certificate.weights_compared == facts<Net>.weights());
    const auto scratch = network.make_scratch();
    for (std::int64_t n = 0; n < images; ++n) {
        const std::uint8_t* image = pixels.data() + n * Training<Net>::pixels;
        std::int64_t written = 0;
        network.program().run(image, *scratch, [&](std::int32_t value, const auto* codes) {
            ++written;
            const auto size = static_cast<std::ptrdiff_t>(facts<Net>.value(value).shape.size());
            INFO("image " << n << ", value " << value);
            CHECK(std::equal(codes, codes + size, expected[static_cast<std::size_t>(value)].begin() + n * size));
        });
        CHECK(written > 3);
        const std::int64_t* found = network.program().logits(image, *scratch);
        CHECK(std::equal(found, found + Training<Net>::classes, logits.begin() + n * Training<Net>::classes));
    }
    Training<Net>::each([&]<std::size_t I>() {
        if constexpr (facts<Net>.rows[I].weights > 0) {
            std::byte& byte = network.parameters().bytes[integer::plan<Net, Set>.parameters[I]];
            const std::byte kept = byte;
            byte = static_cast<std::byte>(static_cast<unsigned>(kept) ^ 1U);
            const Certificate changed = certify(training, network);
            CHECK(!changed.proven());
            CHECK(changed.first_difference.find("layer " + path_text(facts<Net>.rows[I].path)) == 0);
            byte = kept;
        }
    });
    CHECK(certify(training, network).proven());
}

template <class Net>
void check_network(bool learns) {
    const tools::Stripes data = [] {
        constexpr Shape shape = facts<Net>.input_shape();
        if constexpr (shape.pixels() > 1) {
            return tools::Stripes(60, shape.height, shape.width, shape.channels, 3);
        } else {
            return tools::Stripes(60, 1, shape.channels, 1, 3);
        }
    }();
    Training<Net> training(20, 2);
    Trainer<Net> trainer(training, data.samples(), {.optimizer = {.learning_rate = 0.02}, .epochs = 12, .batch = 20});
    const double first = trainer.train_batch().loss;
    double last = first;
    while (!trainer.finished()) last = trainer.train_batch().loss;
    if (learns) CHECK(last < 0.9 * first);
    trainer.reestimate_statistics();
    for (const ParameterRange& range : Training<Net>::ranges()) {
        if (range.kind != ParameterKind::weight) continue;
        const auto row = static_cast<std::size_t>(range.row);
        CHECK(range.limit == (facts<Net>.rows[row].clips_weights ? 1.0 : 0.0));
        for (std::int64_t i = 0; range.limit > 0 && i < range.count; ++i) {
            CHECK(std::fabs(training.parameters()[static_cast<std::size_t>(range.begin + i)]) <= 1.0F);
        }
    }
    if constexpr (facts<Net>.integer_only()) {
        check_program<simd::Portable>(training, data.pixels, 4);
        check_program<simd::Native>(training, data.pixels, 4);
    } else {
        CHECK(evaluate(training, data.samples()).float_accuracy() > 0.6);
    }
}

template <class Weight, class... Options>
void check_networks() {
    check_network<Mixed<Weight, Options...>>(false);
    check_network<Front<Weight, Options...>>(true);
}

}  // namespace

#define QUANTIZERS                                                                                                  \
    SignWeights<WeightScale::one, Per::channel, PlainIdentity<>>, SignWeights<WeightScale::mean>,                   \
        SignWeights<WeightScale::differentiated_mean, Per::layer, PlainIdentity<Slope{0.5}>>, TernaryWeights<>,     \
        TernaryWeights<ThresholdFactor{0.7}, Per::channel, WeightScale::differentiated_mean>, DoReFa<1>, DoReFa<2>, \
        DoReFa<4, Maximum::differentiated>, DoReFa<8>

TEST_CASE_TEMPLATE("the integer program computes what training computes", Weight, QUANTIZERS) {
    check_networks<Weight>();
}
TEST_CASE("the integer program computes what training computes: standardisations") {
    check_networks<QInt<3>, ScaledWeightStandardization>();
    check_networks<DoReFa<3>, PrintedWeightStandardization>();
    check_networks<SignWeights<WeightScale::mean>, ScaledWeightStandardization>();
}
TEST_CASE_TEMPLATE("real numbers train", Weight, FloatWeights, LiteralStates<M_w{15}>) {
    check_network<Front<Weight>>(true);
    check_network<Front<Weight, ScaledWeightStandardization>>(true);
    static_assert(!facts<Mixed<Weight>>.integer_only());
}

namespace {

template <class Net>
std::string signature() {
    return model_signature(facts<Net>.view());
}

/// Small, and equal but for the weights: codes behind every layer.
template <class Weight, class Standardization, class Normalization>
struct Compact
    : Network<Image<2, 6, 6>, Defaults<Weight, Standardization, Normalization, Act<M_a{4}>>, Conv<Out<5>>, AvgPool<2>,
              Conv<Out<6>, Kernel<2>, Padding<0>>, Dense<Flatten, Out<6>, NoNorm>, Classifier<Out<3>>> {};

/// A network of codes and scales against the same network of real numbers whose weights are the values of the codes:
/// the gradients of the values, and those of gains and biases, are the same; the gradient of the latent weights is what
/// the quantiser makes of that of the values.
template <class Weight, class Standardization, class Normalization>
void compare_with_real_numbers(unsigned seed) {
    using Codes = Compact<Weight, Standardization, Normalization>;
    using Reals = Compact<FloatWeights, NoWeightStandardization, Normalization>;
    constexpr std::int64_t images = 7;
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    Training<Codes> codes(images, 2, seed);
    Training<Reals> reals(images, 2, seed);
    std::vector<std::uint8_t> pixels(static_cast<std::size_t>(images * Training<Codes>::pixels));
    for (std::uint8_t& p : pixels) p = static_cast<std::uint8_t>(random());
    tools::randomize_parameters(codes, random, tools::Biases::moderate);
    codes.forward(pixels.data(), images, Statistics::batch);
    std::copy(codes.parameters().begin(), codes.parameters().end(), reals.parameters().begin());
    Training<Codes>::each([&]<std::size_t I>() {
        if constexpr (facts<Codes>.rows[I].weights > 0) {
            const std::vector<float>& values = codes.template state<I>().values;
            std::copy(values.begin(), values.end(), reals.parameters().begin() + train::plan<Codes>.parameters[I]);
        }
    });
    reals.parameters_changed();
    reals.forward(pixels.data(), images, Statistics::batch);
    for (std::size_t i = 0; i < codes.float_logits().size(); ++i) {
        CHECK(codes.float_logits()[i] == doctest::Approx(reals.float_logits()[i]).epsilon(1e-4));
        codes.logit_gradient()[i] = reals.logit_gradient()[i] = normal(random);
    }
    codes.backward();
    reals.backward();
    for (const ParameterRange& range : Training<Codes>::ranges()) {
        const auto begin = static_cast<std::size_t>(range.begin);
        const auto count = static_cast<std::size_t>(range.count);
        std::vector<float> expected(reals.gradients().begin() + range.begin,
                                    reals.gradients().begin() + range.begin + range.count);
        Training<Codes>::each([&]<std::size_t I>() {
            if (range.kind != ParameterKind::weight || range.row != static_cast<std::int32_t>(I)) return;
            if constexpr (facts<Codes>.rows[I].weights > 0) {
                std::vector<float> memory(count);
                codes.template state<I>().latent_gradient(facts<Codes>.rows[I], expected.data(), memory.data(),
                                                          codes.pool());
            }
        });
        double square = 0;
        double difference = 0;
        for (std::size_t i = 0; i < count; ++i) {
            square += std::pow(static_cast<double>(expected[i]), 2);
            difference += std::pow(static_cast<double>(expected[i] - codes.gradients()[begin + i]), 2);
        }
        INFO("row " << range.row << ", kind " << static_cast<int>(range.kind) << ", norm " << std::sqrt(square));
        CHECK(square > 0);
        CHECK(std::sqrt(difference) <= 1e-3 * std::sqrt(square));
    }
}

template <class Weight, class Standardization>
void compare_with_real_numbers() {
    compare_with_real_numbers<Weight, Standardization, LayerBatchNorm>(31);
    compare_with_real_numbers<Weight, Standardization, BatchNorm>(32);
}

}  // namespace

TEST_CASE("gradients of codes with steps, offsets and scales are those of the real numbers that they stand for") {
    compare_with_real_numbers<QInt<4>, WeightStandardization>();
    compare_with_real_numbers<SignWeights<WeightScale::differentiated_mean>, NoWeightStandardization>();
    compare_with_real_numbers<TernaryWeights<ThresholdFactor{0.7}, Per::channel, WeightScale::mean>,
                              NoWeightStandardization>();
    compare_with_real_numbers<DoReFa<1>, NoWeightStandardization>();
    compare_with_real_numbers<DoReFa<3>, NoWeightStandardization>();
    compare_with_real_numbers<DoReFa<8, Maximum::differentiated>, WeightStandardization>();
    compare_with_real_numbers<QInt<3>, ScaledWeightStandardization>();
}

// The network above stands on this one: real weights, and activations that are smooth.
TEST_CASE("gradients of real networks agree with differences of their logits") {
    struct Smooth : Network<Image<1, 5, 5>, Defaults<FloatWeights, Linear>, Conv<Out<4>>,
                            Conv<Out<5>, Stride<2>, BatchNorm, NoWeightStandardization>, Classifier<Out<3>>> {};
    constexpr std::int64_t images = 6;
    std::mt19937 random(41);
    std::normal_distribution<float> normal;
    Training<Smooth> training(images);
    std::vector<std::uint8_t> pixels(static_cast<std::size_t>(images * 25));
    for (std::uint8_t& p : pixels) p = static_cast<std::uint8_t>(random());
    tools::randomize_parameters(training, random, tools::Biases::moderate);
    training.forward(pixels.data(), images, Statistics::batch);
    std::vector<double> weights;
    for (float& g : training.logit_gradient()) {
        g = normal(random);
        weights.push_back(static_cast<double>(g));
    }
    training.backward();
    const std::vector<float> gradient(training.gradients().begin(), training.gradients().end());
    const std::vector<float> parameters(training.parameters().begin(), training.parameters().end());
    for (const ParameterRange& range : Training<Smooth>::ranges()) {
        for (int repetition = 0; repetition < 4; ++repetition) {
            double predicted = 0;
            double norm = 0;
            double value[2] = {};
            std::vector<float> direction(static_cast<std::size_t>(range.count));
            double size = 0;
            for (std::int64_t i = 0; i < range.count; ++i) {
                const auto k = static_cast<std::size_t>(range.begin + i);
                direction[static_cast<std::size_t>(i)] = normal(random);
                size += static_cast<double>(std::fabs(parameters[k])) / static_cast<double>(range.count);
                predicted += static_cast<double>(direction[static_cast<std::size_t>(i)] * gradient[k]);
                norm += static_cast<double>(gradient[k] * gradient[k]);
            }
            const double h = 2e-3 * size;
            for (const int side : {0, 1}) {
                for (std::int64_t i = 0; i < range.count; ++i) {
                    const auto k = static_cast<std::size_t>(range.begin + i);
                    training.parameters()[k] =
                        parameters[k] + static_cast<float>(side == 0 ? -h : h) * direction[static_cast<std::size_t>(i)];
                }
                training.parameters_changed();
                training.forward(pixels.data(), images, Statistics::batch);
                for (std::size_t i = 0; i < weights.size(); ++i) {
                    value[side] += weights[i] * static_cast<double>(training.float_logits()[i]);
                }
            }
            std::copy(parameters.begin(), parameters.end(), training.parameters().begin());
            INFO("row " << range.row << ", kind " << static_cast<int>(range.kind));
            CHECK(std::fabs((value[1] - value[0]) / (2 * h) - predicted) <= 0.01 * std::sqrt(norm));
        }
    }
}

TEST_CASE("signatures tell quantisers apart that have the same number of states") {
    std::set<std::string> all;
    std::size_t count = 0;
    const auto add = [&]<class... Nets>(Nets...) {
        (all.insert(signature<Nets>()), ...);
        count += sizeof...(Nets);
    };
    add(Front<States<M_w{3}>>{}, Front<States<M_w{3}, ClippedIdentity<>>>{}, Front<States<M_w{3}, PlainIdentity<>>>{},
        Front<States<M_w{3}, Indicator<Slope{1.0 / 3}>>>{}, Front<TernaryWeights<>>{},
        Front<TernaryWeights<ThresholdFactor{0.5}>>{}, Front<TernaryWeights<ThresholdFactor{0.7}, Per::channel>>{},
        Front<TernaryWeights<ThresholdFactor{0.7}, Per::layer, WeightScale::mean>>{},
        Front<TernaryWeights<ThresholdFactor{0.7}, Per::layer, WeightScale::one, ClippedIdentity<>>>{});
    add(Front<BinaryWeights>{}, Front<BinaryWeights, NoWeightStandardization>{},
        Front<BinaryWeights, ScaledWeightStandardization>{}, Front<BinaryWeights, PrintedWeightStandardization>{},
        Front<SignWeights<WeightScale::one, Per::channel, PlainIdentity<>>>{}, Front<SignWeights<WeightScale::mean>>{},
        Front<SignWeights<WeightScale::mean, Per::layer>>{}, Front<SignWeights<WeightScale::differentiated_mean>>{},
        Front<DoReFa<1>>{}, Front<DoReFa<2>>{}, Front<DoReFa<2, Maximum::differentiated>>{});
    add(Front<FloatWeights>{}, Front<LiteralStates<M_w{3}>>{}, Front<LiteralStates<M_w{5}>>{});
    CHECK(all.size() == count);
    // Spellings of one quantiser share it; quantisers that existed before the others keep theirs.
    CHECK(signature<Front<QInt<1>>>() == signature<Front<BinaryWeights>>());
    CHECK(signature<Front<QInt<2>>>() == signature<Front<States<M_w{3}, Indicator<Slope{1.0}>>>>());
    CHECK(signature<Front<QInt<2>>>().find("weights of 3 states, kernel") != std::string::npos);
}

TEST_CASE("the facts table names weights that have no codes") {
    std::ostringstream text;
    facts_table(layer_facts(facts<Front<LiteralStates<M_w{15}>>>.view())).print(text);
    CHECK(text.str().find("literal M_w 15") != std::string::npos);
    CHECK(layer_facts(facts<Front<DoReFa<4>>>.view())[0].quantizer == "DoReFa");
    CHECK(layer_facts(facts<Front<QInt<4>>>.view())[0].quantizer == "");
}

TEST_CASE("the facts table shows the shares of a run, and nothing where there is none") {
    const auto layers = layer_facts(facts<Front<QInt<4>>>.view());
    REQUIRE(layers.size() >= 2);
    std::vector<LayerShares> shares(layers.size());
    shares[0] = {0.625, 0.4375};
    const auto lines_of = [&](const Table& table) {
        std::ostringstream text;
        table.print(text);
        std::vector<std::string> lines;
        std::istringstream in(text.str());
        for (std::string line; std::getline(in, line);) lines.push_back(line);
        return lines;
    };
    const auto with = lines_of(facts_table(layers, shares));
    CHECK(with[0].find("R_w") < with[0].find("R_a"));
    CHECK(with[0].find("R_a") != std::string::npos);
    const auto without = lines_of(facts_table(layers));
    CHECK(without[0].find("R_w") == std::string::npos);
    REQUIRE(with.size() == without.size());
    int lines_with_shares = 0;
    for (const std::string& line : with) {
        const std::size_t weights = line.find("62.5 %");
        const std::size_t activations = line.find("43.8 %");
        if (weights == std::string::npos) {
            CHECK(line.find('%') == std::string::npos);
        } else {
            CHECK(weights < activations);
            CHECK(activations != std::string::npos);
            ++lines_with_shares;
        }
    }
    CHECK(lines_with_shares == 1);
}

TEST_CASE("a quantiser's standardisation counts where no option says otherwise") {
    const auto detail = [](const FactsView& facts) { return std::string(facts.row(0).detail); };
    CHECK(detail(facts<Front<DoReFa<2>>>.view()) == NoWeightStandardization::name);
    CHECK(detail(facts<Front<DoReFa<2>, WeightStandardization>>.view()) == WeightStandardization::name);
    CHECK(detail(facts<Front<QInt<2>>>.view()) == WeightStandardization::name);
    struct Own : Network<Features<4>, Defaults<QInt<2>, PrintedWeightStandardization>,
                         Dense<TernaryWeights<>, WeightStandardization, Out<4>, Act<M_a{2}>>, Classifier<Out<2>>> {};
    CHECK(detail(facts<Own>.view()) == WeightStandardization::name);
    CHECK(std::string(facts<Own>.rows[3].detail) == PrintedWeightStandardization::name);
}

TEST_CASE("weights of one input learn if they are not standardised") {
    struct Net : Network<Features<1>, Defaults<QInt<8>, BatchNorm, Act<M_a{16}>, NoWeightStandardization>,
                         Dense<Out<8>>, Classifier<Out<2>>> {};
    std::vector<std::uint8_t> values;
    std::vector<std::uint8_t> labels;
    for (int i = 0; i < 256; ++i) {
        values.push_back(static_cast<std::uint8_t>(i));
        labels.push_back(i < 128);
    }
    Training<Net> training(256);
    Trainer<Net> trainer(training, {values, labels}, {.epochs = 200});
    trainer.fit();
    trainer.reestimate_statistics();
    CHECK(training.weight_density(0) > 0.5);
    CHECK(evaluate(training, {values, labels}).accuracy() > 0.9);
}

}  // namespace weight_networks_test
