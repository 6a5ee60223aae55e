// A naive forward pass in real numbers and double precision, to be differentiated by differences. It shares the facts
// table with the library (which value goes where) and nothing else.
//
// Every value is the real number that the library's code stands for; weights are given as the numbers that they stand
// for. A step gives the nearest code's value on the first pass; in later passes it moves from there by what the clamped
// identity moves, so that differences of the logits are the gradient of a network with straight-through estimators.
#pragma once

#include <algorithm>
#include <boost/mp11/algorithm.hpp>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <random>
#include <string_view>
#include <type_traits>
#include <vector>

#include "intaglio/train/program.hpp"

namespace smooth {

enum class StatisticsSet { channel, layer, nothing, sample };

/// What a row's type says and its numbers do not.
struct Traits {
    StatisticsSet set = StatisticsSet::nothing;
    std::int64_t groups = 1;  ///< of the channels, for norms of samples
    bool per_element = false;
    bool has_gain = false;
    bool one_gain = false;
    bool relu = false;
    double ceiling = 1e300;
    bool wide = false;     ///< a step's derivative reaches half of the range further
    bool learned = false;  ///< a trained scale: of the weights of a product, of a step
    double (*scale)(double) = [](double parameter) { return parameter; };
    bool per_channel = false;     ///< as many scales as output channels
    bool residual_fixed = false;  ///< what rounding adds does not grow with the scale (PACT)
    double highest = 0;           ///< LSQ: gradients of scales are divided by the root of this times their users
};

template <class Primitive>
struct TraitsOf {
    static Traits get() { return {}; }
};
template <class Norm, bool OneGain>
struct TraitsOf<intaglio::primitive::Norm<Norm, OneGain>> {
    static Traits get() {
        using intaglio::Per;
        return {.set = Norm::statistics == Per::channel ? StatisticsSet::channel
                       : Norm::statistics == Per::layer ? StatisticsSet::layer
                                                        : StatisticsSet::nothing,
                .has_gain = Norm::has_gain,
                .one_gain = OneGain};
    }
};
template <class Norm, bool OneGain>
struct TraitsOf<intaglio::primitive::SampleNorm<Norm, OneGain>> {
    static Traits get() {
        return {.set = StatisticsSet::sample,
                .groups = Norm::groups,
                .per_element = Norm::affine == intaglio::Per::element,
                .has_gain = true,
                .one_gain = OneGain};
    }
};
template <class Mode>
struct TraitsOf<intaglio::primitive::IntegerScale<Mode>> {
    static Traits get() { return {.has_gain = true, .one_gain = Mode::form.one_multiplier}; }
};
template <int Bits, intaglio::Per Scope, class Standardization>
struct TraitsOf<intaglio::primitive::Product<intaglio::Lsq<Bits, Scope>, Standardization>> {
    static Traits get() {
        return {.learned = true,
                .per_channel = Scope == intaglio::Per::channel,
                .highest = static_cast<double>((1 << (Bits - 1)) - 1)};
    }
};
template <int Bits, intaglio::Initial Start>
struct TraitsOf<intaglio::primitive::Quantize<intaglio::LsqAct<Bits, Start>>> {
    static Traits get() { return {.learned = true, .highest = static_cast<double>((1 << Bits) - 1)}; }
};
template <int Bits, intaglio::Initial Start>
struct TraitsOf<intaglio::primitive::Quantize<intaglio::PactAct<Bits, Start>>> {
    static Traits get() { return {.learned = true, .residual_fixed = true}; }
};
template <class Target>
struct TraitsOf<intaglio::primitive::Quantize<Target>> {
    static Traits get() { return {.wide = std::is_same_v<typename Target::surrogate, intaglio::WideStraightThrough>}; }
};
template <>
struct TraitsOf<intaglio::primitive::FloatActivation<intaglio::Relu>> {
    static Traits get() { return {.relu = true}; }
};
template <intaglio::Ceiling Largest>
struct TraitsOf<intaglio::primitive::FloatActivation<intaglio::ClippedRelu<Largest>>> {
    static Traits get() { return {.relu = true, .ceiling = Largest.value}; }
};

using Vector = std::vector<double>;

class Network {
  public:
    /// With the parameters of `training`, and the codes of its last pass over `count` images where its roundings are
    /// too close to call.
    template <class Net>
    Network(intaglio::Training<Net>& training, std::int64_t count) : images(count) {
        const auto& facts = intaglio::facts<Net>;
        values.assign(facts.values.begin(), facts.values.end());
        boost::mp11::mp_for_each<boost::mp11::mp_transform<boost::mp11::mp_identity, typename Net::primitives>>(
            [&]<class P>(boost::mp11::mp_identity<P>) { traits.push_back(TraitsOf<P>::get()); });
        parameters.assign(training.parameters().begin(), training.parameters().end());
        observed.resize(values.size());
        running_mean.resize(traits.size());
        running_variance.resize(traits.size());
        intaglio::Training<Net>::each([&]<std::size_t I>() {
            const intaglio::Row& row = intaglio::facts<Net>.rows[I];
            rows.push_back(row);
            first.push_back(static_cast<std::size_t>(intaglio::train::plan<Net>.parameters[I]));
            const auto& state = training.template state<I>();
            if constexpr (requires { state.values; }) {
                codes.resize(I + 1);
                if (traits[I].learned) codes[I].assign(state.codes.begin(), state.codes.end());
                for (std::size_t k = 0; !traits[I].learned && k < state.values.size(); ++k) {
                    parameters[first[I] + k] = static_cast<double>(state.values[k]);
                }
            }
            if constexpr (requires { state.running_mean; }) {
                running_mean[I] = state.running_mean;
                running_variance[I] = state.running_variance;
            }
            const std::string_view kind = row.kind;
            if (kind == "step" || kind == "activation") {
                Vector& seen = observed[static_cast<std::size_t>(row.output)];
                for (std::int64_t n = 0; n < count; ++n) {
                    for (const auto code : training.template codes<intaglio::facts<Net>.rows[I].output>(n)) {
                        seen.push_back(static_cast<double>(code));
                    }
                }
            }
        });
    }

    std::int64_t images;
    std::vector<intaglio::Row> rows;
    std::vector<intaglio::Value> values;
    std::vector<Traits> traits;
    std::vector<std::size_t> first;  ///< of a row's parameters: weights, gains, biases
    Vector parameters;               ///< weights as the numbers that they stand for; latent where their scale is learnt
    std::vector<Vector> codes;       ///< of weights with a scale that is learnt, by row
    bool running = false;            ///< whether norms use the running statistics
    std::vector<Vector> running_mean;
    std::vector<Vector> running_variance;
    std::vector<Vector> observed;  ///< per value of a step or a real activation: what the library computed

    std::vector<Vector> x;  ///< per value: [images][size], real numbers
    std::int64_t decisions = 0;
    std::int64_t wrong_codes = 0;   ///< codes of steps that differ though no tie is near
    std::int64_t adopted = 0;       ///< codes taken from the library because a tie is near
    double largest_difference = 0;  ///< of real activations, relative to 1 + their magnitude

    /// The first pass: also compares with what was observed.
    const Vector& forward(const std::vector<double>& input) {
        base_argument.assign(values.size(), {});
        base_result.assign(values.size(), {});
        base_scale.assign(values.size(), 1);
        residuals.clear();
        return run(input, true);
    }
    /// Any later pass over the same input.
    const Vector& again(const std::vector<double>& input) { return run(input, false); }

    /// What the library multiplies the gradient of these parameters by.
    [[nodiscard]] double gradient_factor(const intaglio::ParameterRange& range) const {
        const auto row = static_cast<std::size_t>(range.row);
        if (range.kind != intaglio::ParameterKind::quantizer || traits[row].highest == 0) return 1;
        const std::int64_t users = rows[row].weights == 0
                                       ? values[static_cast<std::size_t>(rows[row].output)].shape.size()
                                   : traits[row].per_channel ? rows[row].extents.fan_in()
                                                             : rows[row].weights;
        return 1 / std::sqrt(static_cast<double>(users) * traits[row].highest);
    }

  private:
    std::vector<Vector> base_argument;
    std::vector<Vector> base_result;
    Vector base_scale;
    std::vector<Vector> residuals;  ///< by row: what rounding adds to u = w / s

    /// The numbers that the weights of a row stand for, s * (clamp(u) + residual) where s is learnt.
    [[nodiscard]] Vector weights(std::size_t i) {
        const auto count = static_cast<std::size_t>(rows[i].weights);
        Vector result(parameters.begin() + static_cast<std::ptrdiff_t>(first[i]),
                      parameters.begin() + static_cast<std::ptrdiff_t>(first[i] + count));
        if (!traits[i].learned) return result;
        residuals.resize(rows.size());
        const bool base = residuals[i].empty();
        for (std::size_t k = 0; k < count; ++k) {
            const std::size_t unit = traits[i].per_channel ? k / static_cast<std::size_t>(rows[i].extents.fan_in()) : 0;
            const double s = traits[i].scale(parameters[first[i] + count + unit]);
            const double u = std::clamp(result[k] / s, static_cast<double>(rows[i].weight_codes.lowest),
                                        static_cast<double>(rows[i].weight_codes.highest));
            if (base) residuals[i].push_back(codes[i][k] - u);
            result[k] = s * (u + residuals[i][k]);
        }
        return result;
    }

    const Vector& run(const std::vector<double>& input, bool base) {
        x.assign(values.size(), {});
        x[0] = input;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const std::string_view kind = rows[i].kind;
            const Vector& in = x[static_cast<std::size_t>(rows[i].input)];
            Vector& out = x[static_cast<std::size_t>(rows[i].output)];
            if (kind == "product") product(i, in, out);
            if (kind == "norm" || kind == "scale") norm(i, in, out);
            if (kind == "step") step(i, in, out, base);
            if (kind == "activation") activation(i, in, out, base);
            if (kind == "pool" || kind == "max pool") pool(i, in, out, kind == "max pool");
            if (kind == "add") {
                out = in;
                const Vector& other = x[static_cast<std::size_t>(rows[i].second_input)];
                for (std::size_t k = 0; k < out.size(); ++k) out[k] += other[k];
            }
        }
        return x[static_cast<std::size_t>(rows.back().input)];
    }

    void product(std::size_t i, const Vector& in, Vector& out) {
        const Vector weight = weights(i);
        const intaglio::ConvolutionExtents& e = rows[i].extents;
        const std::int32_t in_group = e.in.channels / e.groups;
        const std::int32_t out_group = e.out.channels / e.groups;
        const auto denominator = static_cast<double>(values[static_cast<std::size_t>(rows[i].input)].denominator);
        for (std::int64_t n = 0; n < images; ++n)
            for (std::int32_t y = 0; y < e.out.height; ++y)
                for (std::int32_t c = 0; c < e.out.width; ++c)
                    for (std::int32_t o = 0; o < e.out.channels; ++o) {
                        double sum = 0;
                        for (std::int64_t k = 0; k < e.fan_in(); ++k) {
                            const std::int64_t iy =
                                y * e.stride_height - e.padding_height + k / in_group / e.kernel_width;
                            const std::int64_t ix =
                                c * e.stride_width - e.padding_width + k / in_group % e.kernel_width;
                            const bool inside = iy >= 0 && iy < e.in.height && ix >= 0 && ix < e.in.width;
                            const std::int64_t channel = o / out_group * in_group + k % in_group;
                            const std::int64_t from =
                                ((n * e.in.height + iy) * e.in.width + ix) * e.in.channels + channel;
                            const double padding = e.padding_code_of(static_cast<std::int32_t>(channel));
                            sum += weight[static_cast<std::size_t>(o * e.fan_in() + k)] *
                                   (inside ? in[static_cast<std::size_t>(from)] : padding / denominator);
                        }
                        out.push_back(sum);
                    }
    }

    /// Which pair of statistics element k of a norm's input belongs to.
    [[nodiscard]] std::size_t set_of(std::size_t i, std::size_t k) const {
        const intaglio::Shape shape = values[static_cast<std::size_t>(rows[i].input)].shape;
        const auto channels = static_cast<std::size_t>(shape.channels);
        const auto size = static_cast<std::size_t>(shape.size());
        if (traits[i].set == StatisticsSet::layer) return 0;
        if (traits[i].set == StatisticsSet::channel) return k % channels;
        const std::size_t groups = traits[i].groups == 0 ? channels : static_cast<std::size_t>(traits[i].groups);
        return k / size * groups + k % channels / (channels / groups);
    }

    void norm(std::size_t i, const Vector& in, Vector& out) const {
        const intaglio::Shape shape = values[static_cast<std::size_t>(rows[i].input)].shape;
        const auto channels = static_cast<std::size_t>(shape.channels);
        const auto size = static_cast<std::size_t>(shape.size());
        Vector mean(1), deviation(1, 1.0);
        if (traits[i].set != StatisticsSet::nothing) {
            Vector count(static_cast<std::size_t>(images) * channels);
            mean.assign(count.size(), 0);
            deviation.assign(count.size(), 0);
            for (std::size_t k = 0; k < in.size(); ++k) {
                count[set_of(i, k)] += 1;
                mean[set_of(i, k)] += in[k];
            }
            for (std::size_t s = 0; s < mean.size(); ++s) mean[s] /= std::max(1.0, count[s]);
            for (std::size_t k = 0; k < in.size(); ++k) {
                const std::size_t s = set_of(i, k);
                deviation[s] += (in[k] - mean[s]) * (in[k] - mean[s]) / count[s];
            }
            if (running && traits[i].set != StatisticsSet::sample) {
                mean = running_mean[i];
                deviation = running_variance[i];
            }
            for (double& d : deviation) d = std::sqrt(d + rows[i].epsilon);
        }
        const double* gain = parameters.data() + first[i];
        const double* bias = gain + rows[i].gains;
        for (std::size_t k = 0; k < in.size(); ++k) {
            const std::size_t s = traits[i].set == StatisticsSet::nothing ? 0 : set_of(i, k);
            const std::size_t p = traits[i].per_element ? k % size : k % channels;
            const double g = !traits[i].has_gain ? 1.0 : gain[traits[i].one_gain ? 0 : p];
            out.push_back(g * (in[k] - mean[s]) / deviation[s] + (rows[i].biases == 0 ? 0.0 : bias[p]));
        }
    }

    void step(std::size_t i, const Vector& in, Vector& out, bool base) {
        const auto index = static_cast<std::size_t>(rows[i].output);
        const auto denominator = static_cast<double>(values[index].denominator);
        const auto lowest = static_cast<double>(rows[i].codes.lowest);
        const auto highest = static_cast<double>(rows[i].codes.highest);
        const auto distance = static_cast<double>(rows[i].code_spacing);
        const double reach = traits[i].wide ? 0.5 * (highest - lowest) : 0.0;
        const auto clamped = [&](double value) {
            return std::clamp(value, (lowest - reach) / denominator, (highest + reach) / denominator);
        };
        const double scale = traits[i].learned ? traits[i].scale(parameters[first[i]]) : 1.0;
        if (!base) {
            const double residual_scale = traits[i].residual_fixed ? base_scale[index] : scale;
            for (std::size_t k = 0; k < in.size(); ++k) {
                out.push_back(scale * clamped(in[k] / scale) +
                              residual_scale * (base_result[index][k] - clamped(base_argument[index][k])));
            }
            return;
        }
        for (std::size_t k = 0; k < in.size(); ++k) {
            const double position = (in[k] / scale * denominator - lowest) / distance + 0.5;
            double code = std::clamp(lowest + distance * std::floor(position), lowest, highest);
            ++decisions;
            if (code != observed[index][k]) {
                const bool near = std::fabs(position - std::round(position)) < 1e-5 * (1 + std::fabs(position)) &&
                                  std::fabs(code - observed[index][k]) <= distance;
                ++(near ? adopted : wrong_codes);
                code = observed[index][k];
            }
            base_argument[index].push_back(in[k] / scale);
            base_result[index].push_back(code / denominator);
            out.push_back(scale * code / denominator);
        }
        base_scale[index] = scale;
    }

    void activation(std::size_t i, const Vector& in, Vector& out, bool base) {
        const auto index = static_cast<std::size_t>(rows[i].output);
        for (std::size_t k = 0; k < in.size(); ++k) {
            out.push_back(traits[i].relu ? std::clamp(in[k], 0.0, traits[i].ceiling) : in[k]);
            if (!base) continue;
            const double difference = std::fabs(out[k] - observed[index][k]) / (1 + std::fabs(out[k]));
            largest_difference = std::max(largest_difference, difference);
        }
    }

    void pool(std::size_t i, const Vector& in, Vector& out, bool largest) const {
        const intaglio::ConvolutionExtents& e = rows[i].extents;
        for (std::int64_t n = 0; n < images; ++n)
            for (std::int32_t y = 0; y < e.out.height; ++y)
                for (std::int32_t c = 0; c < e.out.width; ++c)
                    for (std::int32_t k = 0; k < e.in.channels; ++k) {
                        double sum = 0;
                        double most = -1e300;
                        int count = 0;
                        for (std::int32_t w = 0; w < e.kernel_height * e.kernel_width; ++w) {
                            const std::int64_t iy = y * e.stride_height - e.padding_height + w / e.kernel_width;
                            const std::int64_t ix = c * e.stride_width - e.padding_width + w % e.kernel_width;
                            if (iy < 0 || iy >= e.in.height || ix < 0 || ix >= e.in.width) continue;
                            const std::int64_t from = ((n * e.in.height + iy) * e.in.width + ix) * e.in.channels + k;
                            ++count;
                            sum += in[static_cast<std::size_t>(from)];
                            most = std::max(most, in[static_cast<std::size_t>(from)]);
                        }
                        out.push_back(largest ? most : sum / count);
                    }
    }
};

}  // namespace smooth
