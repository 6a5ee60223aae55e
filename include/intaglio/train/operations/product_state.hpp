// The weights of one product in all their forms: latent, standardised, codes, values; and the way back of the gradient.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/finite.hpp"
#include "intaglio/host/thread_pool.hpp"
#include "intaglio/model/facts.hpp"
#include "intaglio/train/program/aligned_vector.hpp"
#include "intaglio/train/program/gradient.hpp"
#include "intaglio/train/program/trained_parameters.hpp"
#include "intaglio/train/weights/weight_arithmetic.hpp"
#include "intaglio/train/weights/weight_quantization.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train {

/// What does not depend on the quantiser. Weights are [unit][fan-in].
struct ProductState {
    [[gnu::cold]] ProductState(const Row& row, bool scaled, std::size_t packed_bytes, std::size_t transposed_bytes)
        : standardized(static_cast<std::size_t>(row.weights)),
          inverse_deviation(static_cast<std::size_t>(row.extents.out.channels), 1.0F),
          codes(row.weight_states > 0 ? static_cast<std::size_t>(row.weights) : 0),
          values(static_cast<std::size_t>(row.weights)),
          packed(packed_bytes),
          transposed(transposed_bytes),
          weight_scale(static_cast<std::size_t>(row.extents.out.channels), 1.0),
          scales(scaled ? static_cast<std::size_t>(row.extents.out.channels) : 0, 1.0),
          own_parameters(static_cast<std::size_t>(row.trained_parameters)),
          own_gradients(static_cast<std::size_t>(row.trained->count * row.extents.out.channels)) {}

    /// Share of the weights that are not zero (R_w).
    [[nodiscard]] double density() const {
        const auto zeros = std::count(values.begin(), values.end(), 0.0F);
        return 1.0 - static_cast<double>(zeros) / static_cast<double>(values.size());
    }

    std::vector<float> standardized;       ///< What
    std::vector<float> inverse_deviation;  ///< per output unit: what the standardisation needs on the way back
    std::vector<std::int8_t> codes;        ///< canonical; none where weights are real numbers
    std::vector<float> values;             ///< the numbers that the forward pass stands for
    AlignedVector<std::byte> packed;
    AlignedVector<std::byte> transposed;  ///< of the values, for the gradient of the input
    std::vector<double> weight_scale;     ///< per output unit
    std::vector<double> scales;           ///< of the output value, if it is scaled
    std::vector<float> own_parameters;    ///< trained parameters of the quantiser
    std::vector<double> own_gradients;    ///< of those, per output unit
    std::uint64_t version = 0;            ///< of the parameters from which the codes were made
};

/// The weights of a product under one quantiser.
template <class Weight, class Standardization>
struct QuantizedWeights : ProductState {
    static_assert(is_weight_arithmetic<Weight>);
    using Code = WeightCode<Weight>;
    using Standard = Standardizer<Standardization>;
    static constexpr Per scope = weight_scope<Weight>;
    static constexpr bool real = WeightTraits<Weight>::real;
    static constexpr bool scaled = WeightTraits<Weight>::scaled;
    static constexpr bool owns_parameters = has_trained_parameters<Weight>;

    using ProductState::ProductState;

    /// Brings all forms up to date with the latent weights, after which lie the quantiser's own parameters. Throws
    /// std::runtime_error if a number is not finite.
    void quantize(const Row& row, const float* latent, ThreadPool& pool) {
        if constexpr (owns_parameters) {
            std::copy_n(latent + row.weights, own_parameters.size(), own_parameters.begin());
            require_trained_parameters(row, own_parameters.data());
        }
        const std::int64_t fan_in = row.extents.fan_in();
        const std::int64_t units = row.extents.out.channels;
        std::atomic<bool> finite = true;
        pool.run(units, [&](std::int64_t unit, int) {
            const std::int64_t begin = unit * fan_in;
            if (!all_finite(latent + begin, fan_in)) finite.store(false, std::memory_order_relaxed);
            inverse_deviation[static_cast<std::size_t>(unit)] =
                Standard::forward(latent + begin, fan_in, standardized.data() + begin);
            if constexpr (scope != Per::layer) round(row, unit, quantizer(unit, fan_in));
        });
        if (!finite) throw std::runtime_error("a weight is not finite: the training has diverged");
        if constexpr (scope == Per::layer) {
            layer_code_.emplace(quantizer(0, row.weights));
            pool.run(units, [&](std::int64_t unit, int) { round(row, unit, *layer_code_); });
        }
    }

    /// `gradient` holds the gradient of the values and becomes that of the latent weights, for the weights that
    /// `quantize` saw last; that of the quantiser's own parameters is written after it. `memory` holds a float for
    /// each weight; its content is lost.
    void latent_gradient(const Row& row, Gradient* gradient, Gradient* memory, ThreadPool& pool) {
        const std::int64_t fan_in = row.extents.fan_in();
        const std::int64_t units = row.extents.out.channels;
        if constexpr (scope == Per::layer) {
            const Code& shared = *layer_code_;
            if constexpr (has_shared_gradient) std::copy_n(gradient, row.weights, memory);
            pool.run(units, [&](std::int64_t unit, int) { derive(shared, unit, fan_in, gradient + unit * fan_in); });
            if constexpr (has_shared_gradient) {
                shared.add_shared_gradient(standardized.data(), memory, row.weights, gradient);
            }
        }
        pool.run(units, [&](std::int64_t unit, int) {
            const std::int64_t begin = unit * fan_in;
            if constexpr (scope != Per::layer) {
                const Code own = quantizer(unit, fan_in);
                if constexpr (has_shared_gradient) std::copy_n(gradient + begin, fan_in, memory + begin);
                derive(own, unit, fan_in, gradient + begin);
                if constexpr (has_shared_gradient) {
                    own.add_shared_gradient(standardized.data() + begin, memory + begin, fan_in, gradient + begin);
                }
            }
            if constexpr (Standardization::scaled) {
                const auto factor = static_cast<Gradient>(Standard::scale(fan_in));
                for (std::int64_t i = begin; i < begin + fan_in; ++i) gradient[i] *= factor;
            }
            Standard::backward(standardized.data() + begin, inverse_deviation[static_cast<std::size_t>(unit)], fan_in,
                               gradient + begin);
        });
        if constexpr (owns_parameters) sum_own_gradients(row, gradient + row.weights);
    }

    /// Writes what the quantiser's own parameters start from, for these latent weights.
    [[gnu::cold]] void initialize(const Row& row, const float* latent, float* parameters) requires owns_parameters {
        if constexpr (requires { Code::initialize(latent, row.weights, parameters); }) {
            constexpr bool shared = Weight::trained.per == Per::layer;
            const std::int64_t fan_in = row.extents.fan_in();
            for (std::int64_t unit = 0; unit < row.extents.out.channels; ++unit) {
                float* const first = standardized.data() + unit * fan_in;
                Standard::forward(latent + unit * fan_in, fan_in, first);
                if (!shared) Code::initialize(first, fan_in, parameters + unit * Weight::trained.count);
            }
            if (shared) Code::initialize(standardized.data(), row.weights, parameters);
            bound_trained_parameters(row, parameters);
        }
    }

  private:
    static constexpr bool has_shared_gradient = requires(const Code& code, const float* w, Gradient* d) {
        code.add_shared_gradient(w, d, std::int64_t{}, d);
    };

    [[nodiscard]] Code quantizer(std::int64_t unit, std::int64_t count) const {
        if constexpr (owns_parameters) {
            constexpr bool shared = Weight::trained.per == Per::layer;
            static_assert(shared ? scope != Per::element : scope == Per::channel,
                          "the scope of a quantiser is that of its trained parameters: see WeightCode");
            return Code(standardized.data() + unit * count, count,
                        own_parameters.data() + (shared ? 0 : unit * Weight::trained.count));
        } else if constexpr (scope == Per::element) {
            return {};
        } else {
            return Code(standardized.data() + unit * count, count);
        }
    }

    void round(const Row& row, std::int64_t unit, const Code& quantizer) {
        const auto fan_in = static_cast<std::size_t>(row.extents.fan_in());
        const std::size_t begin = static_cast<std::size_t>(unit) * fan_in;
        double scale = Standardization::scaled ? Standard::scale(row.extents.fan_in()) : 1.0;
        if constexpr (scaled) scale *= quantizer.scale();
        weight_scale[static_cast<std::size_t>(unit)] = scale;
        if constexpr (real) {
            for (std::size_t i = begin; i < begin + fan_in; ++i) {
                values[i] = quantizer.value(standardized[i]);
                if constexpr (Standardization::scaled) values[i] *= static_cast<float>(scale);
            }
        } else {
            float step = 1.0F / static_cast<float>(row.weight_denominator);
            if constexpr (scaled || Standardization::scaled) step *= static_cast<float>(scale);
            for (std::size_t i = begin; i < begin + fan_in; ++i) {
                codes[i] = quantizer.code(standardized[i]);
                values[i] = static_cast<float>(row.weight_spacing * codes[i] + row.weight_offset) * step;
            }
        }
    }

    void derive(const Code& quantizer, std::int64_t unit, std::int64_t fan_in, Gradient* gradient) {
        const float* w = standardized.data() + unit * fan_in;
        if constexpr (owns_parameters) {
            double* sums = own_gradients.data() + unit * Weight::trained.count;
            std::fill_n(sums, Weight::trained.count, 0.0);
            quantizer.add_parameter_gradient(w, gradient, fan_in, sums);
        }
        for (std::int64_t i = 0; i < fan_in; ++i) gradient[i] = quantizer.gradient(w[i]) * gradient[i];
    }

    /// Units in their order, so that the sum does not depend on the number of threads.
    void sum_own_gradients(const Row& row, Gradient* gradient) {
        const double factor = Standardization::scaled ? Standard::scale(row.extents.fan_in()) : 1.0;
        const std::size_t apart = own_parameters.size();
        for (std::size_t i = apart; i < own_gradients.size(); ++i) own_gradients[i % apart] += own_gradients[i];
        for (std::size_t i = 0; i < apart; ++i) gradient[i] = static_cast<Gradient>(factor * own_gradients[i]);
    }

    std::optional<Code> layer_code_;  ///< of a quantiser that looks at the whole layer, once for both directions
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train
