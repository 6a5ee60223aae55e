// Training of steps: thresholds or multipliers forward, the surrogate's derivative backward.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include "intaglio/integer/step.hpp"
#include "intaglio/integer/step_parameters.hpp"
#include "intaglio/kernels/step.hpp"
#include "intaglio/model/primitives.hpp"
#include "intaglio/simd/floats.hpp"
#include "intaglio/train/certificate.hpp"
#include "intaglio/train/context.hpp"
#include "intaglio/train/surrogate_gradient.hpp"

namespace intaglio::train {

/// A step of all channels, in the layout of the integer program, and the affine function that it was made from.
struct StepState {
    [[gnu::cold]] StepState(const Row& row, std::int64_t channels)
        : affine(static_cast<std::size_t>(channels)),
          slope(static_cast<std::size_t>(channels)),
          offset(static_cast<std::size_t>(channels)),
          parameters(memory_size(integer::step_bytes(row, channels))) {}

    std::vector<Affine> affine;
    std::vector<float> slope;
    std::vector<float> offset;
    AlignedVector<std::byte> parameters;
};

namespace detail {

template <class T>
T* at(std::byte* base, std::int64_t offset) {
    return reinterpret_cast<T*>(base + offset);
}

/// The step behind an integer scale: one function of integers (papers' digest 6.3), which the affine function then
/// describes exactly.
inline void make_scaled_step(StepState& state, const Row& row, const Value& in, std::int64_t denominator,
                             const Meaning& meaning) {
    for (std::size_t c = 0; c < state.affine.size(); ++c) {
        state.affine[c] = value_affine(in, meaning, static_cast<std::int64_t>(c));
    }
    const integer::DyadicLayout layout =
        integer::dyadic_layout(static_cast<std::int64_t>(state.affine.size()), row.scale);
    std::byte* parameters = state.parameters.data();
    auto* addend = at<std::int64_t>(parameters, layout.addend);
    auto* multiplier = at<std::int32_t>(parameters, layout.multiplier);
    auto* shift = at<std::uint8_t>(parameters, layout.shift);
    make_scale(state.affine, denominator, row.scale, addend, multiplier, shift);
    for (std::size_t c = 0; c < state.affine.size(); ++c) {
        const std::size_t m = row.scale.one_multiplier ? 0 : c;
        state.affine[c] = dyadic_affine({multiplier[m], addend[row.scale.one_addend ? 0 : c], shift[m]}, denominator);
        state.slope[c] = static_cast<float>(state.affine[c].slope);
        state.offset[c] = static_cast<float>(state.affine[c].offset);
    }
}

/// Writes the step of every channel into state.parameters. With `ties_up` a quarter of an accumulator is added, which
/// keeps sums of codes that lie exactly between two codes from falling either way by the rounding of the affine.
inline void make_step(StepState& state, const Row& row, const Value& in, std::int64_t denominator,
                      const Meaning& meaning, bool ties_up = false) {
    const auto channels = static_cast<std::int64_t>(state.affine.size());
    if (row.scale.given && !row.has_thresholds()) {
        make_scaled_step(state, row, in, denominator, meaning);
        return;
    }
    std::byte* parameters = state.parameters.data();
    const integer::ThresholdLayout thresholds = integer::threshold_layout(row.steps, channels);
    const integer::DyadicLayout dyadic = integer::dyadic_layout(channels);
    for (std::int64_t c = 0; c < channels; ++c) {
        const auto i = static_cast<std::size_t>(c);
        state.affine[i] = value_affine(in, meaning, c);
        if (ties_up) state.affine[i].offset += product(state.affine[i].slope, 0.25);
        state.slope[i] = static_cast<float>(state.affine[i].slope);
        state.offset[i] = static_cast<float>(state.affine[i].offset);
        if (row.has_thresholds()) {
            make_thresholds(state.affine[i], in.codes, row.codes, denominator,
                            at<std::int32_t>(parameters, thresholds.thresholds) + c, static_cast<std::size_t>(channels),
                            at<std::int32_t>(parameters, thresholds.flip)[c], row.code_step);
        } else {
            const Dyadic step = make_dyadic(state.affine[i], denominator);
            at<std::int64_t>(parameters, dyadic.addend)[c] = step.addend;
            at<std::int32_t>(parameters, dyadic.multiplier)[c] = step.multiplier;
            at<std::uint8_t>(parameters, dyadic.shift)[c] = step.shift;
        }
    }
}

/// The affine function of every channel alone, for a step of real numbers.
inline void make_real_step(StepState& state, const Value& in, const Meaning& meaning) {
    for (std::size_t c = 0; c < state.affine.size(); ++c) {
        state.affine[c] = value_affine(in, meaning, static_cast<std::int64_t>(c));
        require_finite(state.affine[c]);
        state.slope[c] = static_cast<float>(state.affine[c].slope);
        state.offset[c] = static_cast<float>(state.affine[c].offset);
    }
}

/// Codes of real numbers: lowest + step * round half up of (value * denominator - lowest) / step, clamped.
template <class Out>
void run_real_step(const StepState& state, const Row& row, std::int64_t denominator, Shape shape, const float* from,
                   Out* to, const Context& context) {
    const std::int64_t channels = shape.channels;
    const auto scale = static_cast<float>(static_cast<double>(denominator) / static_cast<double>(row.code_step));
    const auto lowest = static_cast<float>(row.codes.lowest) / static_cast<float>(row.code_step);
    const auto levels = static_cast<float>(row.steps / row.code_step);
    context.pool->run(context.images, [&](std::int64_t image, int) {
        const std::int64_t end = (image + 1) * shape.size();
        for (std::int64_t i = image * shape.size(); i < end; i += channels) {
            for (std::int64_t c = 0; c < channels; ++c) {
                const auto at_channel = static_cast<std::size_t>(c);
                const float value = state.slope[at_channel] * from[i + c] + state.offset[at_channel];
                const float position = std::floor(value * scale - lowest + 0.5F);
                const float level = position > 0 ? (position < levels ? position : levels) : 0.0F;
                to[i + c] = static_cast<Out>(row.codes.lowest + row.code_step * static_cast<std::int64_t>(level));
            }
        }
    });
}

/// dx = dcode * derivative(slope * a + offset) over [pixels][channels]; `add` adds to dx.
template <class Surrogate, class Integer>
void step_gradient(const SurrogateGradient<Surrogate>& derivative, const Integer* a, const float* dcode,
                   std::int64_t pixels, std::int64_t channels, const float* slope, const float* offset, bool add,
                   float* dx) {
    constexpr std::int64_t lanes = simd::float_lanes;
    constexpr std::int64_t block = 256;
    alignas(64) float value[block];
    for (std::int64_t p = 0; p < pixels; ++p) {
        for (std::int64_t first = 0; first < channels; first += block) {
            const std::int64_t count = channels - first < block ? channels - first : block;
            const Integer* x = a + p * channels + first;
            const float* d = dcode + p * channels + first;
            float* out = dx + p * channels + first;
            for (std::int64_t c = 0; c < count; ++c) {
                value[c] = slope[first + c] * static_cast<float>(x[c]) + offset[first + c];
            }
            const std::int64_t whole = count / lanes * lanes;
            for (std::int64_t c = 0; c < whole; c += lanes) {
                simd::Floats result = derivative(simd::load_aligned_floats(value + c)) * simd::load_floats(d + c);
                if (add) result = result + simd::load_floats(out + c);
                simd::store_floats(out + c, result);
            }
            for (std::int64_t c = whole; c < count; ++c) {
                const float result = derivative(value[c]) * d[c];
                out[c] = add ? out[c] + result : result;
            }
        }
    }
}

/// The step of a whole batch.
template <class Tag, bool Thresholds, class In, class Out>
void run_step(const Row& row, Shape shape, const std::byte* parameters, const In* from, Out* to,
              const Context& context) {
    context.pool->run(context.images, [&](std::int64_t image, int) {
        const std::int64_t begin = image * shape.size();
        integer::detail::step<Tag, Thresholds>(row, from + begin, shape.pixels(), shape.channels, parameters,
                                               to + begin);
    });
}

/// The gradient of the step of a whole batch.
template <class Surrogate, class Integer>
void run_step_gradient(const SurrogateGradient<Surrogate>& derivative, const StepState& state, Shape shape,
                       const Integer* a, const float* dcode, bool add, float* dx, const Context& context) {
    context.pool->run(context.images, [&](std::int64_t image, int) {
        const std::int64_t begin = image * shape.size();
        step_gradient(derivative, a + begin, dcode + begin, shape.pixels(), shape.channels, state.slope.data(),
                      state.offset.data(), add, dx + begin);
    });
}

/// A step with these parameters, for the certificate.
template <class Tag, bool Thresholds, class In, class Out>
[[gnu::cold]] StepFunction step_function(const Row& row, std::int32_t channels, const std::byte* parameters) {
    return [&row, channels, parameters](const std::int32_t* accumulators, std::int32_t* found) {
        std::vector<In> in(static_cast<std::size_t>(channels));
        std::vector<Out> out(in.size());
        for (std::size_t c = 0; c < in.size(); ++c) in[c] = static_cast<In>(accumulators[c]);
        integer::detail::step<Tag, Thresholds>(row, in.data(), 1, channels, parameters, out.data());
        for (std::size_t c = 0; c < in.size(); ++c) found[c] = out[c];
    };
}

/// What the step stands for, in codes.
inline RealFunction real_function(const StepState& state, std::int64_t denominator) {
    return [&state, denominator](std::int64_t channel, std::int64_t accumulator) {
        const Affine& a = state.affine[static_cast<std::size_t>(channel)];
        return (a.slope * static_cast<double>(accumulator) + a.offset) * static_cast<double>(denominator);
    };
}

}  // namespace detail

template <class Target>
struct Operation<primitive::Quantize<Target>> {
    using Tag = simd::Native;

    template <class Net, std::size_t Index>
    struct State : StepState {
        explicit State(std::int64_t /*capacity*/)
            : StepState(facts<Net>.rows[Index], facts<Net>.value(facts<Net>.rows[Index].output).shape.channels) {}
        SurrogateGradient<typename Target::surrogate> derivative{
            Staircase{facts<Net>.rows[Index].codes.lowest, facts<Net>.rows[Index].codes.highest,
                      facts<Net>.value(facts<Net>.rows[Index].output).denominator, facts<Net>.rows[Index].code_step}};
    };

    template <class Net, std::size_t Index>
    static std::int64_t workspace_bytes(std::int64_t) {
        return 0;
    }

    template <class Net, std::size_t Index>
    static void forward(State<Net, Index>& state, Context& context) {
        constexpr const Row& row = facts<Net>.rows[Index];
        constexpr const Value& in = facts<Net>.value(row.input);
        constexpr std::int64_t denominator = facts<Net>.value(row.output).denominator;
        const Meaning means = meaning<Net, row.input>(context);
        const auto* from = codes<Net, row.input>(context);
        auto* to = codes<Net, row.output>(context);
        if constexpr (in.storage == Storage::real) {
            detail::make_real_step(state, in, means);
            detail::run_real_step(state, row, denominator, in.shape, from, to, context);
        } else {
            detail::make_step(
                state, row, in, denominator, means, requires { requires Target::ties_up; });
            detail::run_step<Tag, row.has_thresholds()>(row, in.shape, state.parameters.data(), from, to, context);
        }
    }

    template <class Net, std::size_t Index>
    static void backward(State<Net, Index>& state, Context& context) {
        constexpr const Row& row = facts<Net>.rows[Index];
        constexpr const Value& in = facts<Net>.value(row.input);
        if constexpr (in.needs_gradient) {
            constexpr bool first = writes_gradient_first(facts<Net>, static_cast<std::int32_t>(Index), row.input);
            detail::run_step_gradient(state.derivative, state, in.shape, codes<Net, row.input>(context),
                                      gradient<Net, row.output>(context), !first, gradient<Net, row.input>(context),
                                      context);
        }
    }

    template <class OtherTag, class Net, std::size_t Index>
    static void lower(const State<Net, Index>& state, std::byte* parameters) {
        for (std::size_t i = 0; i < state.parameters.size(); ++i) parameters[i] = state.parameters[i];
    }

    template <class OtherTag, class Net, std::size_t Index>
    static void certify(const State<Net, Index>& state, const std::byte* parameters, const std::string& where,
                        Certificate& certificate) {
        constexpr const Row& row = facts<Net>.rows[Index];
        constexpr const Value& in = facts<Net>.value(row.input);
        using In = integer::code_type<Net, facts<Net>.rows[Index].input>;
        using Out = integer::code_type<Net, facts<Net>.rows[Index].output>;
        constexpr bool thresholds = row.has_thresholds();
        compare_steps(in.codes, row.codes, in.shape.channels,
                      detail::step_function<Tag, thresholds, In, Out>(row, in.shape.channels, state.parameters.data()),
                      detail::step_function<OtherTag, thresholds, In, Out>(row, in.shape.channels, parameters),
                      detail::real_function(state, facts<Net>.value(row.output).denominator), row.code_step, where,
                      certificate);
    }
};

}  // namespace intaglio::train
