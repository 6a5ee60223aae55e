// The operators of training against tests/golden/training_ops.txt, computed in float64 by another framework
// (golden/convert.py says how the file was made). Codes are compared exactly. Its real numbers have 12 digits, so that
// they are off by up to 5e-12 of themselves; the tolerance is 2e-11 of the larger of 1 and the number.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <new>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "intaglio/kernels/step.hpp"
#include "intaglio/kernels/training/convolution_backward.hpp"
#include "intaglio/model/network.hpp"
#include "intaglio/simd/simd.hpp"
#include "intaglio/train/loop/loss.hpp"
#include "intaglio/train/operations/norm_gradient.hpp"
#include "intaglio/train/program.hpp"
#include "intaglio/train/program/aligned_vector.hpp"
#include "intaglio/train/steps/steps.hpp"
#include "intaglio/train/surrogates/surrogate_gradient.hpp"
#include "intaglio/train/weights/weight_quantization.hpp"
#include "support/golden_cases.hpp"

namespace {

using namespace intaglio;
using simd::Native;

using golden::Case;
using golden::check_close;
using golden::read_cases;
using golden::Tensor;

/// From [a][b][height][width] to [a][height][width][b].
std::vector<double> channels_last(const Tensor& t, const std::vector<double>& data) {
    const std::size_t b = t.shape[1];
    const std::size_t pixels = t.shape[2] * t.shape[3];
    std::vector<double> result(data.size());
    for (std::size_t i = 0; i < data.size(); ++i) {
        const std::size_t pixel = i % pixels;
        const std::size_t channel = i / pixels % b;
        result[(i / pixels / b * pixels + pixel) * b + channel] = data[i];
    }
    return result;
}
std::vector<double> channels_last(const Tensor& t) {
    return channels_last(t, t.data);
}

/// A norm on real numbers, through the functions of training with accumulators of denominator 1.
struct Norm {
    bool shared;
    std::size_t channels;
    double epsilon;
    std::vector<double> mean, deviation;

    Norm(bool one_pair, std::size_t channel_count, double e)
        : shared(one_pair),
          channels(channel_count),
          epsilon(e),
          mean(one_pair ? 1 : channel_count),
          deviation(mean.size()) {}

    /// The two moments of [pixels][channels].
    void measure(const std::vector<double>& x) {
        for (std::size_t s = 0; s < mean.size(); ++s) {
            long double sum = 0;
            long double squares = 0;
            long double n = 0;
            for (std::size_t i = s; i < x.size(); i += mean.size(), n += 1) sum += x[i];
            for (std::size_t i = s; i < x.size(); i += mean.size()) squares += (x[i] - sum / n) * (x[i] - sum / n);
            mean[s] = static_cast<double>(sum / n);
            deviation[s] = static_cast<double>(std::sqrt(squares / n + static_cast<long double>(epsilon)));
        }
    }
    [[nodiscard]] train::Affine affine(const std::vector<double>& gain, const std::vector<double>& bias, std::size_t c,
                                       std::int64_t denominator = 1) const {
        const std::size_t s = shared ? 0 : c;
        return train::norm_affine(gain[c], bias[c], mean[s], deviation[s], denominator);
    }
    struct Gradients {
        std::vector<double> x, gain, bias;
    };
    template <class T>
    [[nodiscard]] Gradients backward(const std::vector<T>& x, const std::vector<double>& dy,
                                     const std::vector<double>& gain, std::int64_t denominator = 1) const {
        const auto n = static_cast<std::int64_t>(channels);
        const auto pixels = static_cast<std::int64_t>(x.size() / channels);
        std::vector<train::GradientSums> sums(channels);
        std::vector<double> rows(2 * channels);
        train::add_gradient_sums(dy.data(), x.data(), pixels, n, rows.data(), rows.data() + n, sums.data());
        Gradients result{std::vector<double>(x.size()), std::vector<double>(channels), std::vector<double>(channels)};
        std::vector<train::NormGradient> c(channels);
        train::norm_gradients(shared, n, pixels, denominator, sums.data(), mean.data(), deviation.data(), gain.data(),
                              false, result.gain.data(), result.bias.data(), c.data());
        std::vector<double> scale, constant, slope;
        for (const train::NormGradient& g : c) {
            scale.push_back(g.scale);
            constant.push_back(g.constant);
            slope.push_back(g.slope);
        }
        train::apply_norm_gradient(dy.data(), x.data(), pixels, n, scale.data(), constant.data(), slope.data(), false,
                                   result.x.data());
        return result;
    }
};

void check_norm(const Case& c, bool shared) {
    const Tensor& input = c.input("x");
    const std::vector<double> x = channels_last(input);
    const std::vector<double>& gain = c.input("gain").data;
    const std::vector<double>& bias = c.input("bias").data;
    Norm norm(shared, input.shape[1], c.number("epsilon"));
    norm.measure(x);
    std::vector<double> y(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
        const train::Affine a = norm.affine(gain, bias, i % norm.channels);
        y[i] = a.slope * x[i] + a.offset;
    }
    check_close(y, channels_last(input, c.output()));
    const Norm::Gradients found = norm.backward(x, channels_last(input, c.cotangent()), gain);
    check_close(found.x, channels_last(input, c.gradient("x")));
    check_close(found.gain, c.gradient("gain"));
    check_close(found.bias, c.gradient("bias"));
}

template <int States>
bool check_weights(const Case& c) {
    if (c.number("M_w") != States) return false;
    using Quantizer = intaglio::States<M_w{States}>;
    using Code = train::WeightCode<Quantizer>;
    const std::vector<double>& what = c.input("w_hat").data;
    std::vector<double> gradient;
    for (std::size_t i = 0; i < what.size(); ++i) {
        // The expected code, from a value with 12 digits.
        const double code = c.output()[i] * Quantizer::denominator;
        INFO("weight " << what[i]);
        CHECK(std::fabs(code - std::round(code)) < 1e-9);
        CHECK(int{Code::code(what[i])} == static_cast<int>(std::round(code)));
        CHECK(int{Code::code(static_cast<float>(what[i]))} == static_cast<int>(std::round(code)));
        gradient.push_back(Code::gradient(what[i]) * c.cotangent()[i]);
    }
    check_close(gradient, c.gradient("w_hat"));
    return true;
}

/// A step of [pixels][channels] accumulators by thresholds, as both programs run it.
std::vector<int> run_thresholds(const std::vector<std::int32_t>& accumulators, const std::vector<train::Affine>& affine,
                                CodeRange range, CodeRange codes) {
    const auto channels = static_cast<std::int32_t>(affine.size());
    std::vector<std::int32_t> thresholds(static_cast<std::size_t>(codes.highest) * affine.size());
    std::vector<std::int32_t> flip(affine.size());
    for (std::size_t c = 0; c < affine.size(); ++c) {
        train::make_thresholds(affine[c], range, codes, codes.highest, thresholds.data() + c, affine.size(), flip[c]);
    }
    std::vector<std::uint8_t> result(accumulators.size());
    kernels::threshold_step<Native>(accumulators.data(), static_cast<std::int64_t>(accumulators.size()) / channels,
                                    channels, static_cast<std::int32_t>(codes.highest), thresholds.data(), flip.data(),
                                    0, result.data());
    return {result.begin(), result.end()};
}

template <int States, SurrogateForm Form>
bool check_activation(const Case& c) {
    constexpr const char* form = Form == SurrogateForm::printed ? "printed" : "normalized";
    if (c.number("M_a") != States || c.parameters.at("surrogate") != form) return false;
    CHECK(c.number("alpha") == SigmoidSum<>::alpha);
    const std::vector<double>& a = c.input("a").data;
    // Inputs as accumulators of 2^-28: finer than the digits of an input near a threshold.
    std::vector<std::int32_t> accumulators;
    for (const double x : a) accumulators.push_back(static_cast<std::int32_t>(std::lround(std::ldexp(x, 28))));
    constexpr std::int64_t most = (std::int64_t{1} << 31) - 2;
    const std::vector<int> codes =
        run_thresholds(accumulators, {{std::ldexp(1.0, -28), 0.0}}, {-most, most}, {0, States - 1});
    const train::SurrogateGradient<SigmoidSum<Alpha{0.25}, Form>> derivative({0, States - 1, States - 1});
    std::vector<double> gradient;
    for (std::size_t i = 0; i < a.size(); ++i) {
        INFO("input " << a[i]);
        CHECK(codes[i] == std::lround(c.output()[i] * (States - 1)));
        gradient.push_back(c.cotangent()[i] * derivative(a[i]));
    }
    check_close(gradient, c.gradient("a"));
    return true;
}

template <int WeightStates, int ActivationStates>
bool check_block(const Case& c, bool shared) {
    if (c.number("M_w") != WeightStates || c.number("M_a") != ActivationStates) return false;
    using Code = train::WeightCode<States<M_w{WeightStates}>>;
    constexpr std::int64_t in_denominator = ActivationStates - 1;
    constexpr std::int64_t weight_denominator = States<M_w{WeightStates}>::denominator;
    const Tensor& x = c.input("x");
    const Tensor& w = c.input("w");
    const Tensor& y = c.arrays.at("output y");
    const auto size = [](std::size_t n) { return static_cast<std::int32_t>(n); };
    const auto stride = static_cast<std::int32_t>(c.number("stride"));
    const auto padding = static_cast<std::int32_t>(c.number("padding"));
    const ConvolutionExtents e{.in = {size(x.shape[2]), size(x.shape[3]), size(x.shape[1])},
                               .out = {size(y.shape[2]), size(y.shape[3]), size(y.shape[1])},
                               .kernel_height = size(w.shape[2]),
                               .kernel_width = size(w.shape[3]),
                               .stride_height = stride,
                               .stride_width = stride,
                               .padding_height = padding,
                               .padding_width = padding};
    const auto images = static_cast<std::int64_t>(x.shape[0]);
    const auto channels = static_cast<std::size_t>(e.out.channels);
    const auto fan_in = static_cast<std::size_t>(e.fan_in());

    // Forward in integers.
    std::vector<std::int32_t> in;
    for (const double value : channels_last(x)) {
        in.push_back(static_cast<std::int32_t>(std::lround(value * in_denominator)));
        CHECK(std::fabs(value * in_denominator - in.back()) < 1e-9);
    }
    const std::vector<double> latent = channels_last(w);
    std::vector<double> standardized(latent.size());
    std::vector<double> inverse(channels);
    std::vector<double> weights(latent.size());  // codes / denominator
    std::vector<int> weight_codes(latent.size());
    for (std::size_t o = 0; o < channels; ++o) {
        inverse[o] = train::standardize(latent.data() + o * fan_in, e.fan_in(), standardized.data() + o * fan_in,
                                        c.number("epsilon"));
    }
    for (std::size_t i = 0; i < latent.size(); ++i) {
        weight_codes[i] = Code::code(standardized[i]);
        weights[i] = static_cast<double>(weight_codes[i]) / weight_denominator;
    }
    std::vector<std::int32_t> accumulators(static_cast<std::size_t>(images * e.out.size()));
    for (std::int64_t n = 0; n < images; ++n) {
        for (std::int64_t i = 0; i < e.out.size(); ++i) {
            const std::int64_t o = i % e.out.channels;
            const std::int64_t column = i / e.out.channels % e.out.width;
            const std::int64_t row = i / e.out.channels / e.out.width;
            std::int32_t& sum = accumulators[static_cast<std::size_t>(n * e.out.size() + i)];
            for (std::int64_t k = 0; k < e.fan_in(); ++k) {
                const std::int64_t iy = row * stride - padding + k / e.in.channels / e.kernel_width;
                const std::int64_t ix = column * stride - padding + k / e.in.channels % e.kernel_width;
                if (iy < 0 || iy >= e.in.height || ix < 0 || ix >= e.in.width) continue;
                sum += weight_codes[static_cast<std::size_t>(o * e.fan_in() + k)] *
                       in[static_cast<std::size_t>(n * e.in.size() + (iy * e.in.width + ix) * e.in.channels +
                                                   k % e.in.channels)];
            }
        }
    }
    constexpr std::int64_t denominator = in_denominator * weight_denominator;
    std::vector<double> real;
    for (const std::int32_t a : accumulators) real.push_back(static_cast<double>(a) / denominator);
    Norm norm(shared, channels, c.number("epsilon"));
    norm.measure(real);
    const std::vector<double>& gain = c.input("gain").data;
    const std::vector<double>& bias = c.input("bias").data;
    std::vector<train::Affine> affine;
    for (std::size_t o = 0; o < channels; ++o) affine.push_back(norm.affine(gain, bias, o, denominator));
    constexpr std::int64_t most = 1 << 24;
    const std::vector<int> codes = run_thresholds(accumulators, affine, {-most, most}, {0, in_denominator});
    const std::vector<double> expected = channels_last(y);
    for (std::size_t i = 0; i < codes.size(); ++i) {
        INFO("output " << i);
        CHECK(codes[i] == std::lround(expected[i] * in_denominator));
    }

    // Backward in doubles.
    REQUIRE(c.parameters.at("surrogate") == "normalized");
    const train::SurrogateGradient<SigmoidSum<Alpha{0.25}>> derivative({0, in_denominator, in_denominator});
    std::vector<double> dy = channels_last(y, c.cotangent());
    for (std::size_t i = 0; i < dy.size(); ++i) {
        const train::Affine& a = affine[i % channels];
        dy[i] *= derivative(a.slope * accumulators[i] + a.offset);
    }
    const Norm::Gradients found = norm.backward(accumulators, dy, gain, denominator);
    check_close(found.gain, c.gradient("gain"));
    check_close(found.bias, c.gradient("bias"));

    train::AlignedVector<std::byte> packed(kernels::packed_transposed_bytes<Native, double>(e));
    train::AlignedVector<std::byte> workspace(std::max(kernels::input_gradient_workspace_bytes<Native, double>(e),
                                                       kernels::weight_gradient_workspace_bytes<Native, double>(e)) +
                                              64);
    kernels::pack_transposed<Native, double>(e, weights.data(), packed.data());
    std::vector<double> dx(in.size());
    std::vector<double> dw(latent.size());
    const std::vector<double> values = channels_last(x);
    std::vector<double> exact_values;
    for (const std::int32_t code : in) exact_values.push_back(static_cast<double>(code) / in_denominator);
    for (std::int64_t n = 0; n < images; ++n) {
        const double* from = found.x.data() + n * e.out.size();
        kernels::input_gradient<Native, double>(e, from, packed.data(), dx.data() + n * e.in.size(), workspace.data());
        kernels::weight_gradient<Native, double>(e, exact_values.data() + n * e.in.size(), from, 1, dw.data(),
                                                 workspace.data());
    }
    check_close(dx, channels_last(x, c.gradient("x")));
    for (std::size_t i = 0; i < dw.size(); ++i) dw[i] = Code::gradient(standardized[i]) * dw[i];
    for (std::size_t o = 0; o < channels; ++o) {
        train::standardize_gradient(standardized.data() + o * fan_in, inverse[o], e.fan_in(), dw.data() + o * fan_in);
    }
    check_close(dw, channels_last(w, c.gradient("w")));
    return true;
}

}  // namespace

TEST_CASE("batch norm") {
    const std::vector<Case> cases = read_cases("batch_norm");
    CHECK(cases.size() == 3);
    for (const Case& c : cases) check_norm(c, false);
}

TEST_CASE("layer-batch norm") {
    const std::vector<Case> cases = read_cases("layer_batch_norm");
    CHECK(cases.size() == 3);
    for (const Case& c : cases) check_norm(c, true);
}

TEST_CASE("weight standardisation") {
    const std::vector<Case> cases = read_cases("weight_standardization");
    CHECK(cases.size() == 3);
    for (const Case& c : cases) {
        const Tensor& w = c.input("w");
        const std::size_t fan_in = w.data.size() / w.shape[0];
        std::vector<double> y(w.data.size());
        std::vector<double> gradient = c.cotangent();
        for (std::size_t begin = 0; begin < y.size(); begin += fan_in) {
            const auto n = static_cast<std::int64_t>(fan_in);
            const double inverse = train::standardize(w.data.data() + begin, n, y.data() + begin, c.number("epsilon"));
            train::standardize_gradient(y.data() + begin, inverse, n, gradient.data() + begin);
        }
        check_close(y, c.output());
        check_close(gradient, c.gradient("w"));
    }
}

TEST_CASE("weight quantiser") {
    const std::vector<Case> cases = read_cases("round_clip_weight");
    CHECK(cases.size() == 3);
    for (const Case& c : cases) CHECK((check_weights<3>(c) || check_weights<15>(c) || check_weights<255>(c)));
}

TEST_CASE("activation") {
    const std::vector<Case> cases = read_cases("round_clip_act");
    CHECK(cases.size() == 8);
    constexpr SurrogateForm printed = SurrogateForm::printed;
    constexpr SurrogateForm normalized = SurrogateForm::normalized;
    for (const Case& c : cases) {
        CHECK((check_activation<2, printed>(c) || check_activation<4, printed>(c) || check_activation<8, printed>(c) ||
               check_activation<16, printed>(c) || check_activation<2, normalized>(c) ||
               check_activation<4, normalized>(c) || check_activation<8, normalized>(c) ||
               check_activation<16, normalized>(c)));
    }
}

TEST_CASE("loss") {
    const std::vector<Case> cases = read_cases("loss_ce_mse");
    CHECK(cases.size() == 2);
    for (const Case& c : cases) {
        const Tensor& logits = c.input("logits");
        std::vector<std::uint8_t> labels;
        for (const double label : c.input("labels").data) labels.push_back(static_cast<std::uint8_t>(label));
        std::vector<double> gradient(logits.data.size());
        const double loss = CrossEntropyAndSquares{.gamma = c.number("gamma")}(
            std::span<const double>(logits.data), labels, static_cast<std::int32_t>(logits.shape[1]),
            std::span<double>(gradient));
        for (double& g : gradient) g *= c.cotangent()[0];
        check_close({loss}, c.output());
        check_close(gradient, c.gradient("logits"));
    }
}

TEST_CASE("block of convolution, norm and activation") {
    const std::vector<Case> cases = read_cases("conv_block");
    CHECK(cases.size() == 3);
    for (const Case& c : cases) {
        const bool shared = c.parameters.at("norm") == "layer_batch_norm";
        CHECK((check_block<3, 2>(c, shared) || check_block<15, 8>(c, shared) || check_block<255, 4>(c, shared)));
    }
}

namespace {

/// Real numbers that the test sets, as a layer: its biases are the values, so that their gradients come back.
struct Given {
    static constexpr void describe(Builder& b, std::int32_t count) {
        b.append(Row{.kind = "given", .biases = count}, Value{.shape = {1, 1, count}, .storage = Storage::float32});
    }
};
template <std::int32_t Count>
struct GivenLayer {
    template <class Defaults>
    struct resolved {
        using primitives = boost::mp11::mp_list<Given>;
        static constexpr void describe(Builder& b) { Given::describe(b, Count); }
    };
};
template <std::int32_t Count>
struct LayerNormOf : Network<Features<1>, GivenLayer<Count>, Normalize<LayerNorm<>>> {};

/// One sample after the other: their statistics have nothing to do with each other. The library's numbers are floats.
template <std::int32_t Count>
bool check_layer_norm(const Case& c) {
    const std::vector<double>& x = c.input("x").data;
    if (c.input("gain").data.size() != Count) return false;
    const auto close = [](double found, double expected) {
        INFO("found " << found << ", expected " << expected);
        CHECK(std::fabs(found - expected) <= 1e-6 * std::fmax(1.0, std::fabs(expected)));
    };
    constexpr auto n = static_cast<std::size_t>(Count);
    Training<LayerNormOf<Count>> training(1);
    const std::uint8_t pixel = 0;
    std::vector<double> gain_gradient(n);
    std::vector<double> bias_gradient(n);
    for (std::size_t begin = 0; begin < x.size(); begin += n) {
        for (std::size_t i = 0; i < n; ++i) {
            training.parameters()[i] = static_cast<float>(x[begin + i]);
            training.parameters()[n + i] = static_cast<float>(c.input("gain").data[i]);
            training.parameters()[2 * n + i] = static_cast<float>(c.input("bias").data[i]);
        }
        training.forward(&pixel, 1, train::Statistics::batch);
        for (std::size_t i = 0; i < n; ++i) {
            close(static_cast<double>(training.float_logits()[i]), c.output()[begin + i]);
            training.logit_gradient()[i] = static_cast<float>(c.cotangent()[begin + i]);
        }
        training.backward();
        for (std::size_t i = 0; i < n; ++i) {
            close(static_cast<double>(training.gradients()[i]), c.gradient("x")[begin + i]);
            gain_gradient[i] += static_cast<double>(training.gradients()[n + i]);
            bias_gradient[i] += static_cast<double>(training.gradients()[2 * n + i]);
        }
    }
    for (std::size_t i = 0; i < n; ++i) {
        close(gain_gradient[i], c.gradient("gain")[i]);
        close(bias_gradient[i], c.gradient("bias")[i]);
    }
    return true;
}

}  // namespace

template <>
struct intaglio::train::Operation<Given> : Stateless {
    template <class Kind>
    static void forward(NoState&, const Site& site, Context& context) {
        const float* given = context.parameters + site.parameters;
        std::copy(given, given + site.row->biases, result<float>(context, site));
    }
    template <class Kind>
    static void backward(NoState&, const Site& site, Context& context) {
        const float* found = gradient(context, site.output);
        std::copy(found, found + site.row->biases, context.gradients + site.parameters);
    }
};

TEST_CASE("layer norm") {
    const std::vector<Case> cases = read_cases("layer_norm");
    CHECK(cases.size() == 3);
    for (const Case& c : cases) CHECK((check_layer_norm<75>(c) || check_layer_norm<8>(c) || check_layer_norm<24>(c)));
}
