// A second, naive implementation of training and evaluation, against which the library's programs are tested. It shares
// with them the facts table (which value goes where) and nothing else: straight loops, double precision throughout,
// formulas written down from the papers' digest.
//
// In `Mode::hard` it computes what the library computes: weight codes, accumulators, codes. In `Mode::soft` every
// rounding is replaced by the antiderivative of its surrogate; the network is then a smooth function whose exact
// gradient is what `backward` returns, so that finite differences can vouch for `backward` itself.
#pragma once

#include <algorithm>
#include <boost/mp11/algorithm.hpp>
#include <boost/mp11/list.hpp>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <vector>

#include "intaglio/model/network.hpp"

namespace reference {

enum class Mode { hard, soft };
enum class Surrogate { none, sigmoid_sum, straight_through, rounding };

/// What a row's type says and its numbers do not.
struct RowTraits {
    bool standardizes = false;
    bool shared_statistics = false;
    bool one_gain = false;
    Surrogate surrogate = Surrogate::none;
    double alpha = 1;
    bool printed = false;
    intaglio::CodeRange target{};
    std::int64_t target_denominator = 1;
};

template <class Primitive>
struct TraitsOf {
    static RowTraits get() { return {}; }
};
template <class Weight, class Standardization>
struct TraitsOf<intaglio::primitive::Product<Weight, Standardization>> {
    static RowTraits get() {
        return {.standardizes = std::is_same_v<Standardization, intaglio::WeightStandardization>};
    }
};
template <class Norm, bool OneGain>
struct TraitsOf<intaglio::primitive::Norm<Norm, OneGain>> {
    static RowTraits get() {
        return {.shared_statistics = std::is_same_v<Norm, intaglio::LayerBatchNorm>, .one_gain = OneGain};
    }
};

inline void set_surrogate(RowTraits& traits, intaglio::StraightThrough) {
    traits.surrogate = Surrogate::straight_through;
}
inline void set_surrogate(RowTraits& traits, intaglio::Rounding) {
    traits.surrogate = Surrogate::rounding;
}
template <intaglio::Alpha Width, intaglio::SurrogateForm Form>
void set_surrogate(RowTraits& traits, intaglio::SigmoidSum<Width, Form>) {
    traits.surrogate = Surrogate::sigmoid_sum;
    traits.alpha = Width.value;
    traits.printed = Form == intaglio::SurrogateForm::printed;
}
template <class Target>
struct TraitsOf<intaglio::primitive::Quantize<Target>> {
    static RowTraits get() {
        RowTraits traits;
        set_surrogate(traits, typename Target::surrogate{});
        return traits;
    }
};

inline double sigmoid(double x) {
    return 1.0 / (1.0 + std::exp(-x));
}

/// The derivative that stands for a step at `value`.
inline double surrogate_derivative(const RowTraits& t, double value) {
    const auto denominator = static_cast<double>(t.target_denominator);
    if (t.surrogate == Surrogate::rounding) return 1.0;
    if (t.surrogate == Surrogate::straight_through) {
        const bool inside = value > static_cast<double>(t.target.lowest) / denominator &&
                            value < static_cast<double>(t.target.highest) / denominator;
        return inside ? 1.0 : 0.0;
    }
    double sum = 0;
    for (std::int64_t m = t.target.lowest; m < t.target.highest; ++m) {
        const double s = sigmoid((value - (static_cast<double>(m) + 0.5) / denominator) / t.alpha);
        sum += s * (1 - s) / t.alpha;
    }
    return t.printed ? sum : sum / denominator;
}

/// A function with that derivative.
inline double surrogate_antiderivative(const RowTraits& t, double value) {
    const auto denominator = static_cast<double>(t.target_denominator);
    if (t.surrogate == Surrogate::rounding) return value;
    if (t.surrogate == Surrogate::straight_through) {
        return std::clamp(value, static_cast<double>(t.target.lowest) / denominator,
                          static_cast<double>(t.target.highest) / denominator);
    }
    double sum = 0;
    for (std::int64_t m = t.target.lowest; m < t.target.highest; ++m) {
        sum += sigmoid((value - (static_cast<double>(m) + 0.5) / denominator) / t.alpha);
    }
    return static_cast<double>(t.target.lowest) / denominator + (t.printed ? sum : sum / denominator);
}

class Network;
/// What operations compute that have neither parameters nor steps nor norms; see reference_layers.hpp.
void run_layer(Network& network, std::size_t row);
void run_layer_backward(const Network& network, std::size_t row, std::vector<std::vector<double>>& gradient);

class Network {
  public:
    template <class Net>
    static Network of() {
        Network n;
        const auto& facts = intaglio::facts<Net>;
        for (const intaglio::Row& row : facts.rows) n.rows.push_back(row);
        for (std::int32_t v = 0; v < facts.value_count; ++v) n.values.push_back(facts.value(v));
        boost::mp11::mp_for_each<boost::mp11::mp_transform<boost::mp11::mp_identity, typename Net::primitives>>(
            [&]<class P>(boost::mp11::mp_identity<P>) { n.traits.push_back(TraitsOf<P>::get()); });
        for (std::size_t i = 0; i < n.rows.size(); ++i) {
            n.traits[i].target = n.rows[i].codes;
            n.traits[i].target_denominator = n.values[static_cast<std::size_t>(n.rows[i].output)].denominator;
        }
        for (const intaglio::Row& row : n.rows) {
            n.parameter_begin.push_back(static_cast<std::size_t>(n.parameter_count));
            n.parameter_count += row.weights + row.gains + row.biases;
        }
        n.mean.resize(n.rows.size());
        n.deviation.resize(n.rows.size());
        n.weight_codes.resize(n.rows.size());
        n.standardized.resize(n.rows.size());
        return n;
    }

    // The network.
    std::vector<intaglio::Row> rows;
    std::vector<intaglio::Value> values;
    std::vector<RowTraits> traits;
    std::vector<std::size_t> parameter_begin;
    std::int64_t parameter_count = 0;

    // What a pass reads.
    Mode mode = Mode::hard;
    std::vector<double> parameters;
    std::vector<std::vector<double>> running_mean;  ///< per row; if empty, the batch's own statistics are used
    std::vector<std::vector<double>> running_variance;
    /// Where a number lies so close to a rounding boundary that double precision cannot tell the side, these decide.
    std::vector<std::vector<std::int64_t>> expected_codes;
    std::vector<std::vector<std::int64_t>> expected_weights;

    // What a pass writes.
    std::int64_t images = 0;
    std::vector<std::vector<double>> codes;  ///< per value: [images][size]; in hard mode integers
    std::vector<std::vector<double>> mean;   ///< per row of a norm, per channel
    std::vector<std::vector<double>> deviation;
    std::vector<std::vector<double>> standardized;  ///< per row of a product
    std::vector<std::vector<double>> weight_codes;
    std::vector<double> logits;  ///< as real numbers, [images][classes]
    std::int64_t ties = 0;       ///< how often an expected code decided
    std::int64_t decisions = 0;  ///< how often it might have

    template <class Pixel>
    void forward(const Pixel* pixels, std::int64_t count) {
        images = count;
        ties = decisions = 0;
        codes.assign(values.size(), {});
        codes[0].assign(pixels, pixels + count * values[0].shape.size());
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const std::string_view kind = rows[i].kind;
            const auto in = static_cast<std::size_t>(rows[i].input);
            const auto out = static_cast<std::size_t>(rows[i].output);
            if (kind == "product") product(i);
            if (kind == "norm") {
                codes[out] = codes[in];
                statistics(i);
            }
            if (kind == "step") step(i);
            run_layer(*this, i);
            if (kind == "logits") {
                logits.resize(codes[in].size());
                for (std::size_t k = 0; k < logits.size(); ++k) logits[k] = static_cast<double>(real(in, k));
            }
        }
    }

    /// Gradients of all parameters, for the gradient with respect to `logits`.
    [[nodiscard]] std::vector<double> backward(const std::vector<double>& logit_gradient) const {
        std::vector<double> result(static_cast<std::size_t>(parameter_count));
        std::vector<std::vector<double>> gradient(values.size());
        for (std::size_t v = 0; v < values.size(); ++v) gradient[v].resize(codes[v].size());
        gradient[static_cast<std::size_t>(rows.back().input)] = logit_gradient;
        for (std::size_t i = rows.size(); i-- > 0;) {
            const std::string_view kind = rows[i].kind;
            const auto in = static_cast<std::size_t>(rows[i].input);
            const auto out = static_cast<std::size_t>(rows[i].output);
            if (kind == "product") product_backward(i, gradient[out], gradient[in], result);
            if (kind == "norm") norm_backward(i, gradient[out], gradient[in], result);
            if (kind == "step") {
                for (std::size_t k = 0; k < gradient[in].size(); ++k) {
                    gradient[in][k] +=
                        gradient[out][k] * surrogate_derivative(traits[i], static_cast<double>(real(in, k)));
                }
            }
            run_layer_backward(*this, i, gradient);
        }
        return result;
    }

  private:
    static constexpr long double half = 0.5L;

    /// The real number that element k of a value stands for.
    [[nodiscard]] long double real(std::size_t value, std::size_t k) const {
        const intaglio::Value& v = values[value];
        const long double x = codes[value][k] / static_cast<long double>(v.denominator);
        if (v.norm_row == intaglio::none) return x;
        const auto row = static_cast<std::size_t>(v.norm_row);
        const std::size_t c = k % static_cast<std::size_t>(v.shape.channels);
        const double* p = parameters.data() + parameter_begin[row];
        return p[traits[row].one_gain ? 0 : c] * (x - mean[row][c]) / deviation[row][c] +
               p[static_cast<std::size_t>(rows[row].gains) + c];
    }

    /// floor of x; where x is within `margin` of an integer, `expected` decides between the two neighbours.
    double rounded_down(long double x, long double margin, const std::vector<std::int64_t>* expected, std::size_t k,
                        std::int64_t lowest, std::int64_t highest) {
        const auto clamp = [&](long double code) {
            return static_cast<double>(
                std::clamp(code, static_cast<long double>(lowest), static_cast<long double>(highest)));
        };
        ++decisions;
        const double code = clamp(std::floor(x));
        if (expected == nullptr) return code;
        const double below = clamp(std::floor(x - margin));
        const double above = clamp(std::floor(x + margin));
        const auto wanted = static_cast<double>((*expected)[k]);
        if (below == above || (wanted != below && wanted != above)) return code;
        ++ties;
        return wanted;
    }

    void quantize_weights(std::size_t i) {
        const intaglio::Row& row = rows[i];
        const auto fan_in = static_cast<std::size_t>(row.extents.fan_in());
        const auto count = static_cast<std::size_t>(row.weights);
        const double* w = parameters.data() + parameter_begin[i];
        standardized[i].assign(w, w + count);
        weight_codes[i].resize(count);
        for (std::size_t begin = 0; begin < count; begin += fan_in) {
            if (!traits[i].standardizes) break;
            long double sum = 0;
            long double squares = 0;
            for (std::size_t k = begin; k < begin + fan_in; ++k) sum += w[k];
            const long double average = sum / static_cast<long double>(fan_in);
            for (std::size_t k = begin; k < begin + fan_in; ++k) squares += (w[k] - average) * (w[k] - average);
            const long double variance = squares / static_cast<long double>(fan_in);
            for (std::size_t k = begin; k < begin + fan_in; ++k) {
                standardized[i][k] =
                    variance == 0 ? 0.0 : static_cast<double>((w[k] - average) / std::sqrt(variance + 1e-5L));
            }
        }
        const std::vector<std::int64_t>* expected = expected_weights.empty() ? nullptr : &expected_weights[i];
        const auto highest = static_cast<double>(row.weight_codes.highest);
        for (std::size_t k = 0; k < count; ++k) {
            const double what = standardized[i][k];
            if (row.weight_states == 2) {
                weight_codes[i][k] = mode == Mode::soft ? std::clamp(what, -1.0, 1.0) : what >= 0 ? 1.0 : -1.0;
                // Single precision may round a tiny mean the other way.
                if (mode == Mode::hard && expected != nullptr && std::fabs(what) < 1e-6) {
                    weight_codes[i][k] = static_cast<double>((*expected)[k]);
                }
                continue;
            }
            if (mode == Mode::soft) {
                weight_codes[i][k] = highest * std::clamp(what, -3.0, 3.0);
                continue;
            }
            // Half away from zero: of the magnitude, up. The library rounds in single precision.
            const std::int64_t sign = what < 0 ? -1 : 1;
            std::vector<std::int64_t> magnitude;
            if (expected != nullptr) magnitude.push_back((*expected)[k] * sign);
            weight_codes[i][k] =
                static_cast<double>(sign) * rounded_down(highest * std::fabs(what) / 3.0L + half, 1e-6L * (1 + highest),
                                                         expected == nullptr ? nullptr : &magnitude, 0, 0,
                                                         row.weight_codes.highest);
        }
    }

    /// Calls f(weight, input element, output element) for all products inside the image.
    template <class F>
    void each_product(std::size_t i, const F& f) const {
        const intaglio::ConvolutionExtents& e = rows[i].extents;
        const std::int32_t in_group = e.in.channels / e.groups;
        const std::int32_t out_group = e.out.channels / e.groups;
        for (std::int64_t n = 0; n < images; ++n)
            for (std::int32_t y = 0; y < e.out.height; ++y)
                for (std::int32_t x = 0; x < e.out.width; ++x)
                    for (std::int32_t o = 0; o < e.out.channels; ++o) {
                        const std::int64_t to = ((n * e.out.height + y) * e.out.width + x) * e.out.channels + o;
                        for (std::int32_t ky = 0; ky < e.kernel_height; ++ky)
                            for (std::int32_t kx = 0; kx < e.kernel_width; ++kx) {
                                const std::int32_t iy = y * e.stride_height - e.padding_height + ky * e.dilation;
                                const std::int32_t ix = x * e.stride_width - e.padding_width + kx * e.dilation;
                                if (iy < 0 || iy >= e.in.height || ix < 0 || ix >= e.in.width) continue;
                                for (std::int32_t k = 0; k < in_group; ++k) {
                                    const std::int32_t channel = o / out_group * in_group + k;
                                    const std::int64_t from =
                                        ((n * e.in.height + iy) * e.in.width + ix) * e.in.channels + channel;
                                    const std::int64_t weight =
                                        ((std::int64_t{o} * e.kernel_height + ky) * e.kernel_width + kx) * in_group + k;
                                    f(static_cast<std::size_t>(weight), static_cast<std::size_t>(from),
                                      static_cast<std::size_t>(to));
                                }
                            }
                    }
    }

    void product(std::size_t i) {
        quantize_weights(i);
        const std::vector<double>& in = codes[static_cast<std::size_t>(rows[i].input)];
        std::vector<double>& out = codes[static_cast<std::size_t>(rows[i].output)];
        out.assign(static_cast<std::size_t>(images * rows[i].extents.out.size()), 0.0);
        each_product(i, [&](std::size_t w, std::size_t from, std::size_t to) {
            out[to] += weight_codes[i][w] * in[from];  // integers below 2^53
        });
    }

    void product_backward(std::size_t i, const std::vector<double>& dout, std::vector<double>& din,
                          std::vector<double>& result) const {
        const auto input = static_cast<std::size_t>(rows[i].input);
        const auto fan_in = static_cast<std::size_t>(rows[i].extents.fan_in());
        const auto denominator = static_cast<double>(values[input].denominator);
        std::vector<double> dw(static_cast<std::size_t>(rows[i].weights));
        each_product(i, [&](std::size_t w, std::size_t from, std::size_t to) {
            dw[w] += dout[to] * codes[input][from] / denominator;
            din[from] += dout[to] * weight_codes[i][w] / rows[i].weight_denominator;
        });
        const bool binary = rows[i].weight_states == 2;
        const double* w = parameters.data() + parameter_begin[i];
        for (std::size_t k = 0; k < dw.size(); ++k) {
            const double magnitude = std::fabs(standardized[i][k]);
            if (binary ? magnitude > 1 : magnitude >= 3) dw[k] = 0;
        }
        for (std::size_t begin = 0; begin < dw.size(); begin += fan_in) {
            double average = 0;
            double variance = 0;
            for (std::size_t k = begin; k < begin + fan_in; ++k) average += w[k] / static_cast<double>(fan_in);
            for (std::size_t k = begin; k < begin + fan_in; ++k) {
                variance += (w[k] - average) * (w[k] - average) / static_cast<double>(fan_in);
            }
            for (std::size_t k = begin; k < begin + fan_in; ++k) {
                double& target = result[parameter_begin[i] + k];
                if (!traits[i].standardizes) {
                    target = dw[k];
                    continue;
                }
                if (variance == 0) continue;
                // The whole row of the Jacobian of (w - mean) / sqrt(var + eps).
                double sum = 0;
                for (std::size_t j = begin; j < begin + fan_in; ++j) {
                    const double jacobian = (j == k ? 1.0 : 0.0) - 1.0 / static_cast<double>(fan_in) -
                                            standardized[i][j] * standardized[i][k] / static_cast<double>(fan_in);
                    sum += dw[j] * jacobian;
                }
                target = sum / std::sqrt(variance + 1e-5);
            }
        }
    }

    void statistics(std::size_t i) {
        const intaglio::Value& in = values[static_cast<std::size_t>(rows[i].input)];
        const std::vector<double>& a = codes[static_cast<std::size_t>(rows[i].input)];
        const auto channels = static_cast<std::size_t>(in.shape.channels);
        mean[i].assign(channels, 0);
        deviation[i].assign(channels, 0);
        for (std::size_t c = 0; c < channels; ++c) {
            const std::size_t set = traits[i].shared_statistics ? 0 : c;
            if (!running_mean.empty()) {
                mean[i][c] = running_mean[i][set];
                deviation[i][c] = std::sqrt(running_variance[i][set] + rows[i].epsilon);
                continue;
            }
            if (set != c) {
                mean[i][c] = mean[i][0];
                deviation[i][c] = deviation[i][0];
                continue;
            }
            const std::size_t stride = traits[i].shared_statistics ? 1 : channels;
            long double sum = 0;
            long double squares = 0;
            std::size_t count = 0;
            for (std::size_t k = c; k < a.size(); k += stride, ++count) sum += a[k];
            const long double average = sum / static_cast<long double>(count);
            for (std::size_t k = c; k < a.size(); k += stride) squares += (a[k] - average) * (a[k] - average);
            const auto d = static_cast<long double>(in.denominator);
            mean[i][c] = static_cast<double>(average / d);
            deviation[i][c] = static_cast<double>(std::sqrt(squares / static_cast<long double>(count) / d / d +
                                                            static_cast<long double>(rows[i].epsilon)));
        }
    }

    void norm_backward(std::size_t i, const std::vector<double>& dout, std::vector<double>& din,
                       std::vector<double>& result) const {
        const auto input = static_cast<std::size_t>(rows[i].input);
        const auto channels = static_cast<std::size_t>(values[input].shape.channels);
        const auto denominator = static_cast<double>(values[input].denominator);
        const double* gain = parameters.data() + parameter_begin[i];
        const auto normalized = [&](std::size_t k) {
            return (codes[input][k] / denominator - mean[i][k % channels]) / deviation[i][k % channels];
        };
        const auto delta = [&](std::size_t k) { return gain[traits[i].one_gain ? 0 : k % channels] * dout[k]; };
        for (std::size_t k = 0; k < dout.size(); ++k) {
            const std::size_t c = k % channels;
            result[parameter_begin[i] + (traits[i].one_gain ? 0 : c)] += dout[k] * normalized(k);
            result[parameter_begin[i] + static_cast<std::size_t>(rows[i].gains) + c] += dout[k];
        }
        const std::size_t sets = traits[i].shared_statistics ? 1 : channels;
        for (std::size_t s = 0; s < sets; ++s) {
            double n = 0;
            double sum = 0;
            double correlation = 0;
            for (std::size_t k = s; k < dout.size(); k += sets) {
                n += 1;
                sum += delta(k);
                correlation += delta(k) * normalized(k);
            }
            for (std::size_t k = s; k < dout.size(); k += sets) {
                din[k] += (delta(k) - sum / n - normalized(k) * correlation / n) / deviation[i][k % channels];
            }
        }
    }

    void step(std::size_t i) {
        const auto input = static_cast<std::size_t>(rows[i].input);
        const auto output = static_cast<std::size_t>(rows[i].output);
        const std::vector<std::int64_t>* expected = expected_codes.empty() ? nullptr : &expected_codes[output];
        const intaglio::CodeRange range = traits[i].target;
        const auto denominator = static_cast<long double>(traits[i].target_denominator);
        codes[output].resize(codes[input].size());
        for (std::size_t k = 0; k < codes[input].size(); ++k) {
            double& code = codes[output][k];
            const long double value = real(input, k);
            const intaglio::Value& in = values[input];
            if (mode == Mode::hard && in.norm_row == intaglio::none && !in.scaled) {
                // Integers, half up.
                const std::int64_t divisor = 2 * in.denominator;
                const std::int64_t dividend =
                    2 * traits[i].target_denominator * static_cast<std::int64_t>(codes[input][k]) + in.denominator;
                const std::int64_t low = dividend / divisor - (dividend % divisor < 0 ? 1 : 0);
                code = static_cast<double>(std::clamp(low, range.lowest, range.highest));
                continue;
            }
            if (mode == Mode::soft) {
                code =
                    static_cast<double>(denominator) * surrogate_antiderivative(traits[i], static_cast<double>(value));
                continue;
            }
            // What rounding in double precision can do to slope * accumulator + offset.
            const long double at_zero = offset(input, k);
            const long double margin = 1e-12L * denominator * (1 + std::fabs(value) + 2 * std::fabs(at_zero));
            // A multiplier of 31 bits is right in the middle of the codes, and half its last bit off for each code
            // there.
            const long double rounding =
                rows[i].has_thresholds() ? 0 : std::ldexp(static_cast<long double>(range.states()), -32);
            code =
                rounded_down(denominator * value + half, margin + rounding, expected, k, range.lowest, range.highest);
        }
    }

    [[nodiscard]] long double slope(std::size_t value, std::size_t k) const {
        const intaglio::Value& v = values[value];
        const long double step = 1 / static_cast<long double>(v.denominator);
        if (v.norm_row == intaglio::none) return step;
        const auto row = static_cast<std::size_t>(v.norm_row);
        const std::size_t c = k % static_cast<std::size_t>(v.shape.channels);
        return parameters[parameter_begin[row] + (traits[row].one_gain ? 0 : c)] * step / deviation[row][c];
    }
    [[nodiscard]] long double offset(std::size_t value, std::size_t k) const {
        return real(value, k) - slope(value, k) * codes[value][k];
    }
};

}  // namespace reference

#include "support/reference_layers.hpp"
