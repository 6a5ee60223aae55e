// Training of steps: thresholds or multipliers forward, the surrogate's derivative backward.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/core/memory_size.hpp"
#include "intaglio/integer/step.hpp"
#include "intaglio/kernels/step.hpp"
#include "intaglio/model/primitives.hpp"
#include "intaglio/simd/simd.hpp"
#include "intaglio/train/operations/activation_scale.hpp"
#include "intaglio/train/program/context.hpp"
#include "intaglio/train/program/stateless.hpp"
#include "intaglio/train/surrogates/surrogate_gradient.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train {

/// A step of all channels, in the layout of the integer program, and the affine function that it was made from.
struct StepState {
    [[gnu::cold]] StepState(const Row& row, std::int64_t channels)
        : affine(static_cast<std::size_t>(channels)),
          slope(static_cast<std::size_t>(channels)),
          offset(static_cast<std::size_t>(channels)),
          parameters(memory_size(integer::step_bytes(integer::step_kind(row), integer::step_form(row), channels))) {}

    std::vector<Affine> affine;
    std::vector<float> slope;
    std::vector<float> offset;
    AlignedVector<std::byte> parameters;
    double scale = 1;  ///< of the activation: its step looks at value / scale
};

namespace detail {

template <class T>
T* at(std::byte* base, std::int64_t offset) {
    return reinterpret_cast<T*>(base + offset);
}

/// The function that a step looks at, of one channel.
inline Affine step_affine(const StepState& state, const Value& in, const Meaning& meaning, std::size_t c) {
    return divided(value_affine(in, meaning, static_cast<std::int64_t>(c)), state.scale);
}

/// The step after an integer scale: one function of integers (papers' digest 6.3), which the affine function then
/// describes exactly.
inline void make_scaled_step(StepState& state, const Row& row, const Value& in, std::int64_t denominator,
                             const Meaning& meaning) {
    for (std::size_t c = 0; c < state.affine.size(); ++c) {
        state.affine[c] = step_affine(state, in, meaning, c);
    }
    const integer::DyadicLayout layout =
        integer::dyadic_layout(static_cast<std::int64_t>(state.affine.size()), integer::step_form(row));
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

/// Writes the step of every channel into state.parameters.
[[gnu::cold]] inline void make_step(StepState& state, const Row& row, const Value& in, std::int64_t denominator,
                                    const Meaning& meaning) {
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
        state.affine[i] = step_affine(state, in, meaning, i);
        state.slope[i] = static_cast<float>(state.affine[i].slope);
        state.offset[i] = static_cast<float>(state.affine[i].offset);
        if (row.has_thresholds()) {
            make_thresholds(state.affine[i], in.codes, row.codes, denominator,
                            at<std::int32_t>(parameters, thresholds.thresholds) + c, static_cast<std::size_t>(channels),
                            at<std::int32_t>(parameters, thresholds.flip)[c], row.code_spacing);
        } else {
            const Dyadic step = make_dyadic(state.affine[i], in.codes, row.codes, denominator, row.scale.precision);
            at<std::int64_t>(parameters, dyadic.addend)[c] = step.addend;
            at<std::int32_t>(parameters, dyadic.multiplier)[c] = step.multiplier;
            at<std::uint8_t>(parameters, dyadic.shift)[c] = step.shift;
        }
    }
}

/// The affine function of every channel alone, for a step of real numbers.
inline void make_float_step(StepState& state, const Value& in, const Meaning& meaning) {
    for (std::size_t c = 0; c < state.affine.size(); ++c) {
        state.affine[c] = step_affine(state, in, meaning, c);
        require_finite(state.affine[c]);
        state.slope[c] = static_cast<float>(state.affine[c].slope);
        state.offset[c] = static_cast<float>(state.affine[c].offset);
    }
}

/// Codes of real numbers: lowest + step * round half up of (value * denominator - lowest) / step, clamped.
template <class Out>
void run_float_step(const StepState& state, const Row& row, std::int64_t denominator, Shape shape, const float* from,
                    Out* to, const Context& context) {
    const std::int64_t channels = shape.channels;
    const auto scale = static_cast<float>(static_cast<double>(denominator) / static_cast<double>(row.code_spacing));
    const auto lowest = static_cast<float>(row.codes.lowest) / static_cast<float>(row.code_spacing);
    const auto levels = static_cast<float>(row.steps / row.code_spacing);
    context.for_images([&](std::int64_t image, int) {
        const std::int64_t end = (image + 1) * shape.size();
        for (std::int64_t i = image * shape.size(); i < end; i += channels) {
            for (std::int64_t c = 0; c < channels; ++c) {
                const auto at_channel = static_cast<std::size_t>(c);
                const float value = state.slope[at_channel] * from[i + c] + state.offset[at_channel];
                const float position = std::floor(value * scale - lowest + 0.5F);
                const float level = position > 0 ? (position < levels ? position : levels) : 0.0F;
                to[i + c] = static_cast<Out>(row.codes.lowest + row.code_spacing * static_cast<std::int64_t>(level));
            }
        }
    });
}

/// dx = dcode * derivative(value) for `count` numbers; `add` adds to dx. `value` is aligned to 64 bytes. Exists once
/// for each surrogate, whatever the codes are stored in.
template <class Surrogate, class Number>
[[gnu::noinline]] void apply_derivative(const SurrogateGradient<Surrogate>& derivative, const float* value,
                                        const Number* dcode, std::int64_t count, bool add, Number* dx) {
    std::int64_t whole = 0;
    if constexpr (std::is_same_v<Number, float>) {
        constexpr simd::Native set{};
        constexpr std::int64_t lanes = vector_lanes(set, float{});
        whole = count / lanes * lanes;
        for (std::int64_t i = 0; i < whole; i += lanes) {
            auto result = derivative(load_float(set, value + i)) * load_float(set, dcode + i);
            if (add) result = result + load_float(set, dx + i);
            store_float(set, dx + i, result);
        }
    }
    for (std::int64_t i = whole; i < count; ++i) {
        const Number result = derivative(value[i]) * dcode[i];
        dx[i] = add ? dx[i] + result : result;
    }
}

/// dx = dcode * derivative(slope * a + offset) over [pixels][channels]; `add` adds to dx.
template <class Surrogate, class Integer>
void step_gradient(const SurrogateGradient<Surrogate>& derivative, const Integer* a, const Gradient* dcode,
                   std::int64_t pixels, std::int64_t channels, const float* slope, const float* offset, bool add,
                   Gradient* dx) {
    constexpr std::int64_t block = 512;
    alignas(64) float value[block];
    // Several pixels of few channels, or some channels of one pixel.
    const std::int64_t width = channels < block ? channels : block;
    const std::int64_t together = block / width;
    for (std::int64_t p = 0; p < pixels; p += together) {
        const std::int64_t rows = pixels - p < together ? pixels - p : together;
        for (std::int64_t first = 0; first < channels; first += width) {
            const std::int64_t count = channels - first < width ? channels - first : width;
            const std::int64_t begin = p * channels + first;
            for (std::int64_t r = 0; r < rows; ++r) {
                const Integer* x = a + begin + r * channels;
                for (std::int64_t c = 0; c < count; ++c) {
                    value[r * width + c] = slope[first + c] * static_cast<float>(x[c]) + offset[first + c];
                }
            }
            apply_derivative(derivative, value, dcode + begin, rows * count, add, dx + begin);
        }
    }
}

/// The step of a whole batch.
template <integer::StepKind Form, class In, class Out>
void run_step(const Row& row, Shape shape, const std::byte* parameters, const In* from, Out* to,
              const Context& context) {
    const integer::StepForm form = integer::step_form(row);
    context.for_images([&](std::int64_t image, int) {
        const std::int64_t begin = image * shape.size();
        integer::step<simd::Native, Form>(form, from + begin, shape.pixels(), shape.channels, parameters, to + begin);
    });
}

/// The gradient of the step of a whole batch.
template <class Surrogate, class Integer>
void run_step_gradient(const SurrogateGradient<Surrogate>& derivative, const StepState& state, Shape shape,
                       const Integer* a, const Gradient* dcode, bool add, Gradient* dx, const Context& context) {
    context.for_images([&](std::int64_t image, int) {
        const std::int64_t begin = image * shape.size();
        step_gradient(derivative, a + begin, dcode + begin, shape.pixels(), shape.channels, state.slope.data(),
                      state.offset.data(), add, dx + begin);
    });
}

/// The numbers of a step, read back from its parameters.
[[gnu::cold]] inline void write_numbers(const StepState& state, const Row& row, RowNumbers& numbers) {
    const auto channels = static_cast<std::int64_t>(state.affine.size());
    const std::byte* parameters = state.parameters.data();
    const auto read = [&]<class T>(std::vector<T>& to, std::int64_t offset, std::int64_t count) {
        const T* from = integer::at<T>(parameters, static_cast<std::ptrdiff_t>(offset));
        to.assign(from, from + count);
    };
    if (row.has_thresholds()) {
        const integer::ThresholdLayout layout = integer::threshold_layout(row.steps, channels);
        read(numbers.thresholds, layout.thresholds, row.steps * channels);
        std::vector<std::int32_t> flip;
        read(flip, layout.flip, channels);
        for (const std::int32_t mask : flip) numbers.falling.push_back(mask == 0 ? 0 : 1);
        return;
    }
    const integer::DyadicLayout layout = integer::dyadic_layout(channels, integer::step_form(row));
    read(numbers.multipliers, layout.multiplier, row.scale.multipliers(channels));
    read(numbers.addends, layout.addend, row.scale.addends(channels));
    read(numbers.shifts, layout.shift, row.scale.multipliers(channels));
}

}  // namespace detail

template <class Target>
struct Operation<primitive::Quantize<Target>> {
    template <class Net>
    static constexpr integer::StepKind variant(const FactsView& facts, const Row& row) {
        return facts.value(row.input).storage == Storage::float32 ? integer::StepKind::none : integer::step_kind(row);
    }

    template <class Kind>
    struct State : StepState, ScaleState<Target> {
        static_assert(is_surrogate_arithmetic<typename Target::surrogate>);
        [[gnu::cold]] State(const Site& site, std::int64_t /*capacity*/)
            : StepState(*site.row, site.channels()),
              ScaleState<Target>(site),
              derivative(Staircase{site.row->codes.lowest, site.row->codes.highest, site.output.value->denominator,
                                   site.row->code_spacing}) {}
        SurrogateGradient<typename Target::surrogate> derivative;
    };

    template <class Kind>
    static std::int64_t workspace_bytes(const Site&, std::int64_t) {
        return 0;
    }

    template <class Kind>
    static void forward(State<Kind>& state, const Site& site, Context& context) {
        const Row& row = *site.row;
        const Value& in = *site.input.value;
        const std::int64_t denominator = site.output.value->denominator;
        if constexpr (owns_parameters) detail::use_scale<Target>(state, site, context, state.scales);
        const Meaning means = step_meaning(site, context);
        const auto* from = codes<typename Kind::input>(context, site.input);
        auto* to = result<typename Kind::output>(context, site);
        if constexpr (Kind::variant == integer::StepKind::none) {
            detail::make_float_step(state, in, means);
            detail::run_float_step(state, row, denominator, in.shape, from, to, context);
        } else {
            detail::make_step(state, row, in, denominator, means);
            detail::run_step<Kind::variant>(row, in.shape, state.parameters.data(), from, to, context);
        }
    }

    template <class Kind>
    static void backward(State<Kind>& state, const Site& site, Context& context) {
        if constexpr (owns_parameters) detail::scale_gradients<Target, Kind>(state, site, context);
        if (!site.input.value->needs_gradient) return;
        detail::run_step_gradient(state.derivative, state, site.input.shape(),
                                  codes<typename Kind::input>(context, site.input), gradient(context, site.output),
                                  !site.input.overwrites, gradient(context, site.input), context);
    }

    template <class Kind>
    [[gnu::cold]] static void lower(const State<Kind>&, const Site& site, Lowering& lowering, RowNumbers& numbers) {
        if constexpr (Kind::variant != integer::StepKind::none) {
            StepState own(*site.row, site.channels());
            if constexpr (owns_parameters) {
                detail::use_scale<Target>(own, site, lowering.context,
                                          lowering.own_scales(site, static_cast<std::size_t>(site.channels())));
            }
            detail::make_step(own, *site.row, *site.input.value, site.output.value->denominator,
                              step_meaning(site, lowering.context));
            detail::write_numbers(own, *site.row, numbers);
            lowering.affine[static_cast<std::size_t>(site.index)] = own.affine;
        }
    }

    /// What trained parameters start from, by the batch in front of the step; what they declare if there is none.
    template <class Kind>
    requires has_trained_parameters<Target>
    [[gnu::cold]] static void initialize(State<Kind>&, const Site& site, Context& context, float* parameters) {
        if (context.images > 0) detail::initialize_scale<Target, Kind>(site, context, parameters);
    }

  private:
    static constexpr bool owns_parameters = has_trained_parameters<Target>;

    /// What the step sees of the value in front. Codes that keep a scale are rounded as they are.
    static Meaning step_meaning(const Site& site, Context& context) {
        Meaning means = meaning(context, site.input);
        if (!owns_parameters && site.output.value->scaled) {
            means.scales = nullptr;
            keep_scales(site, context);
        }
        return means;
    }
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train
