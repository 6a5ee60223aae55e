// Weight quantisers as types: how a latent float weight becomes an integer code.
#pragma once

#include <cstdint>
#include <type_traits>

#include "intaglio/core/codes.hpp"
#include "intaglio/model/options.hpp"
#include "intaglio/model/trained_parameters.hpp"
#include "intaglio/model/weights/binary.hpp"
#include "intaglio/model/weights/dorefa.hpp"
#include "intaglio/model/weights/floats.hpp"
#include "intaglio/model/weights/lsq.hpp"
#include "intaglio/model/weights/standardizations.hpp"
#include "intaglio/model/weights/states.hpp"
#include "intaglio/model/weights/ternary.hpp"

namespace intaglio {

INTAGLIO_MODEL_ERROR(weights_need_at_least_2_codes)
INTAGLIO_MODEL_ERROR(weight_codes_without_symmetry_need_a_quantizer_that_says_asymmetric)
INTAGLIO_MODEL_ERROR(weight_quantizer_needs_a_static_constexpr_CodeRange_codes)
INTAGLIO_MODEL_ERROR(weight_quantizer_needs_static_constexpr_integer_states)
INTAGLIO_MODEL_ERROR(weight_quantizer_needs_a_static_constexpr_integer_denominator)

namespace detail {

template <class T>
concept HasStates = requires {
    requires is_static<decltype(&T::states)>;
    typename Known<is_known<std::int64_t>(T::states)>;
};
template <class T>
concept HasRefusal = requires {
    T::refusal;
};

/// The first thing that `T` lacks to be a weight quantiser with codes.
template <class T>
constexpr Problem weight_quantizer_problem() {
    const char* subject = &model_error::the<T>::type;
    if constexpr (!HasCodes<T>) {
        return {.kind = &weight_quantizer_needs_a_static_constexpr_CodeRange_codes, .subject = subject};
    } else if constexpr (!HasStates<T>) {
        return {.kind = &weight_quantizer_needs_static_constexpr_integer_states, .subject = subject};
    } else {
        return {.kind = &weight_quantizer_needs_a_static_constexpr_integer_denominator, .subject = subject};
    }
}

}  // namespace detail

/// A weight quantiser: an empty type that sets option::weight. It has `codes` (a CodeRange: how weights are stored),
/// `states` (their number) and `denominator`; the value of a weight is (spacing * code + offset) / denominator. All are
/// static constexpr. How a latent weight becomes a code is train::WeightCode<T>. Optional members:
/// - `spacing`, `offset`: 1 and 0 if not given; DoReFa's odd multiples have 2 and 1,
/// - `asymmetric`: true if spacing * code + offset need not be symmetric around 0: two's complement, -3 ... 5,
/// - `trained`: the TrainedParameters that it owns, e.g. a step size,
/// - `problem()`: what is wrong with its numbers, if anything,
/// - `scaled`: true if the value is also multiplied by a number per output unit that follows from the weights,
/// - `clips`: true if latent weights are kept within -1 ... 1,
/// - `standardization`: what latent weights go through first if no option says so; WeightStandardization if not given,
/// - `surrogate`: what stands for the derivative of its codes,
/// - `latent_range`: the latent weight of which the value is that of the last code, where it is always the same one,
/// - `smallest_fan_in`: a template over a standardisation, the fewest weights of a unit of which one can have a code
///   but 0,
/// - `name`: for checkpoints, where states do not tell one quantiser from another,
/// - `refusal`: in place of codes, the address of the sentence that says why weights are real numbers.
template <class T>
concept WeightQuantizer = detail::OptionOf<T, option::weight> &&
    (detail::HasRefusal<T> || (detail::HasCodes<T> && detail::HasStates<T> && detail::HasDenominator<T>));

/// The optional members of a weight quantiser.
template <class Weight>
struct WeightTraits {
    static constexpr std::int32_t spacing = [] {
        if constexpr (requires { Weight::spacing; }) return Weight::spacing;
        return 1;
    }();
    static constexpr std::int32_t offset = [] {
        if constexpr (requires { Weight::offset; }) return Weight::offset;
        return 0;
    }();
    /// The integers of which weights are multiples: spacing * code + offset. Empty where weights are real numbers.
    static constexpr CodeRange multiples = [] {
        if constexpr (requires { Weight::codes; }) {
            return CodeRange{std::int64_t{spacing} * Weight::codes.lowest + offset,
                             std::int64_t{spacing} * Weight::codes.highest + offset};
        }
        return CodeRange{};
    }();
    static constexpr bool asymmetric = requires { requires Weight::asymmetric; };
    static constexpr bool scaled = requires { requires Weight::scaled; };
    static constexpr bool clips = requires { requires Weight::clips; };
    static constexpr const char* name = [] {
        if constexpr (requires { Weight::name; }) return static_cast<const char*>(Weight::name);
        return "";
    }();
    static constexpr bool real = requires { Weight::refusal; };
    static constexpr const ErrorKind* refusal = [] {
        if constexpr (requires { Weight::refusal; }) return Weight::refusal;
        return &no_mistake;
    }();
};

/// What is wrong with the codes of a quantiser, if anything: by its own rule, then by those for all.
template <class Weight>
constexpr Problem weight_code_problem() {
    if constexpr (requires { Weight::problem(); }) {
        constexpr Problem own = Weight::problem();
        if (own.exists()) return own;
    }
    constexpr CodeRange values = WeightTraits<Weight>::multiples;
    if (Weight::states < 2 || values.highest <= values.lowest) {
        return {.kind = &weights_need_at_least_2_codes, .expected = 2, .found = Weight::states};
    }
    if (!WeightTraits<Weight>::asymmetric && values.lowest != -values.highest) {
        return {.kind = &weight_codes_without_symmetry_need_a_quantizer_that_says_asymmetric,
                .expected = -values.lowest,
                .found = values.highest};
    }
    if (Weight::codes.lowest < -128 || Weight::codes.highest > 127) {
        return {.kind = &weight_code_needs_more_than_8_bits, .expected = 8, .found = Weight::codes.bits()};
    }
    if constexpr (has_trained_parameters<Weight>) {
        return trained_parameters_problem(Weight::trained, &model_error::the<Weight>::type);
    }
    return {};
}

/// The fewest weights of an output unit of which one can be anything but zero, whatever is learned.
template <class Weight, class Standardization>
inline constexpr std::int64_t smallest_fan_in = [] {
    constexpr std::int64_t fewest = Standardization::removes_mean ? 2 : 1;
    if constexpr (requires { Weight::template smallest_fan_in<Standardization>; }) {
        constexpr std::int64_t own = Weight::template smallest_fan_in<Standardization>;
        return own > fewest ? own : fewest;
    }
    return fewest;
}();

namespace detail {

template <class Weight>
struct StandardizationOf {
    using type = WeightStandardization;
};
template <class Weight>
requires requires {
    typename Weight::standardization;
}
struct StandardizationOf<Weight> {
    using type = typename Weight::standardization;
};

template <int Bits>
struct QIntWeights {
    using type = BinaryWeights;  // also where Bits is a mistake, so that QInt::problem can say so
};
template <int Bits>
requires(2 <= Bits && Bits <= 16) struct QIntWeights<Bits> {
    using type = States<M_w{(1 << Bits) - 1}>;
};

}  // namespace detail

/// The standardisation of a quantiser's weights if no option gives one.
template <class Weight>
using DefaultStandardization = typename detail::StandardizationOf<Weight>::type;

/// Symmetric integer weights of `Bits` bits: 2^Bits - 1 states; `QInt<1>` is {-1, 1}. Also names the grid of a
/// `BranchGrid`. Bits is 1 ... 16; weights take at most 8.
template <int Bits>
struct QInt {
    using option = option::weight;
    using quantizer = typename detail::QIntWeights<Bits>::type;
    static constexpr int bits = Bits;
    static constexpr std::int32_t states = quantizer::states;
    static constexpr CodeRange codes = quantizer::codes;
    static constexpr std::int32_t denominator = quantizer::denominator;
    static constexpr Problem problem() {
        if (1 <= Bits && Bits <= 16) return {};
        return {.kind = &QInt_takes_1_to_16_bits, .expected = Bits < 1 ? 1 : 16, .found = Bits};
    }
};

/// Weights by the bits of their codes, as `ActBits` says it of activations: 2 bits are the 3 states -1, 0, 1, since
/// weights are symmetric around 0, and 4 states of activations.
template <int Bits>
using WeightBits = QInt<Bits>;

/// Weights by the number of their states, as `ActStates` says it of activations: 2 (signs), or odd and at least 3.
template <std::int32_t Count, class Surrogate = std::conditional_t<Count == 2, ClippedIdentity<>, Indicator<>>>
using WeightStates = std::conditional_t<Count == 2, SignWeights<WeightScale::one, Per::channel, Surrogate>,
                                        States<M_w{Count}, Surrogate>>;

/// The quantiser that a weight option stands for: spellings of one quantiser share their code.
template <class Weight>
struct QuantizerOf {
    using type = Weight;
};
template <int Bits>
struct QuantizerOf<QInt<Bits>> {
    using type = typename QInt<Bits>::quantizer;
};

}  // namespace intaglio
