// A network as a type, and the facts that follow from it.
#pragma once

#include <boost/mp11/list.hpp>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "intaglio/model/vocabulary.hpp"

/// The largest number of operations that a network may have: all supported compilers analyse as many with their default
/// limits. Whoever defines more also has to raise these: GCC's -fconstexpr-ops-limit, Clang's -fconstexpr-steps.
#ifndef INTAGLIO_MAX_OPERATIONS
#define INTAGLIO_MAX_OPERATIONS 1000
#endif

namespace intaglio {

/// Types of input codes, and what they stand for: unsigned bytes code / 255, signed bytes code / 128, signed 16-bit
/// codes code / 32768.
struct UInt8 {
    static constexpr Value value{.codes = {0, 255}, .denominator = 255};
};
struct Int8 {
    static constexpr Value value{.codes = {-128, 127}, .denominator = 128, .storage = Storage::int8};
};
struct Int16 {
    static constexpr Value value{.codes = {-32768, 32767}, .denominator = 32768, .storage = Storage::int16};
};

/// What the padding of all convolutions that read the input holds: one code for each channel, 1 to 4 of them. Where the
/// inputs of a network are normalised, the padding that stands for 0 has the colour of their mean.
template <std::int32_t... Codes>
struct PaddingValue {
    static constexpr PaddingCodes codes{.code = {{Codes...}}, .count = sizeof...(Codes)};
};
template <std::int32_t... Codes>
requires(sizeof...(Codes) < 1 || sizeof...(Codes) > PaddingCodes::capacity) struct PaddingValue<Codes...> {
    static constexpr PaddingCodes codes{.code = {}, .count = sizeof...(Codes) == 0 ? -1 : sizeof...(Codes)};
};
/// The padding is code 0 in all channels; the default.
struct NoPaddingValue {
    static constexpr PaddingCodes codes{};
};

namespace detail {
template <class Codes, class Padding = NoPaddingValue>
constexpr Value input_of(Shape shape) {
    Value value = Codes::value;
    value.shape = shape;
    value.padding_codes = Padding::codes;
    return value;
}

constexpr void check_padding_value(Builder& b, const Value& input) {
    const PaddingCodes& padding = input.padding_codes;
    if (padding.count == 0) return;
    if (padding.count < 0 || padding.count > PaddingCodes::capacity) {
        b.fail(padding_value_takes_1_to_4_codes, PaddingCodes::capacity, padding.count < 0 ? 0 : padding.count);
        return;
    }
    if (padding.count != input.shape.channels) {
        b.fail(padding_value_needs_one_code_for_each_channel, input.shape.channels, padding.count);
    }
    for (std::int32_t i = 0; i < padding.count; ++i) {
        const std::int32_t code = padding.code[static_cast<std::size_t>(i)];
        if (!input.codes.contains(code)) {
            b.fail(padding_value_lies_outside_of_the_codes_of_the_input,
                   code < input.codes.lowest ? input.codes.lowest : input.codes.highest, code);
        }
    }
}
}  // namespace detail

/// Input of Height x Width pixels, in memory [height][width][channels] as they come from the sensor (channels_last()
/// for arrays in PyTorch's order); unsigned bytes of the value code / 255 unless Codes says otherwise. Convolutions
/// that read it pad it with Padding.
template <std::int32_t Channels, std::int32_t Height, std::int32_t Width, class Codes = UInt8,
          class Padding = NoPaddingValue>
struct Image {
    static constexpr Value value = detail::input_of<Codes, Padding>({Height, Width, Channels});
};
/// Input of Count features.
template <std::int32_t Count, class Codes = UInt8>
struct Features {
    static constexpr Value value = detail::input_of<Codes>({1, 1, Count});
};
/// Input of a signal of Length samples in time, each of Channels codes.
template <std::int32_t Channels, std::int32_t Length, class Codes = Int16, class Padding = NoPaddingValue>
struct Signal {
    static constexpr Value value = detail::input_of<Codes, Padding>({1, Length, Channels});
};

/// Options for all layers of a network that do not give their own; the first entry after the input.
template <class... Options>
struct Defaults {
    using option = option::defaults;
};

namespace detail {

/// Checks the options of `Defaults` itself.
template <class DefaultOptions>
struct DefaultsCheck {
    static constexpr Problem problem() {
        return OptionCheck<DefaultOptions, mp_list<option::weight, option::standardization, option::norm, option::gain,
                                                   option::activation, option::kernel, option::padding,
                                                   option::branch_grid, option::multiplier_bits>>::problem();
    }
};

template <class... Entries>
struct SplitDefaults {
    using options = mp_list<>;
    using layers = mp_list<Entries...>;
    static constexpr std::int32_t skipped = 0;
};
template <class... Options, class... Entries>
struct SplitDefaults<Defaults<Options...>, Entries...> {
    using options = mp_list<Options...>;
    using layers = mp_list<Entries...>;
    static constexpr std::int32_t skipped = 1;
};

/// Defaults that take no place: the layers keep the numbers of a network without any.
template <class... Options>
struct UncountedDefaults {};
template <class... Options, class... Entries>
struct SplitDefaults<UncountedDefaults<Options...>, Entries...> {
    using options = mp_list<Options...>;
    using layers = mp_list<Entries...>;
    static constexpr std::int32_t skipped = 0;
};

/// The norm that the last layer has, its own or that of the defaults.
template <class Last, class Options>
struct LastNorm {
    using type = find_option<option::norm, NoNorm, mp_list<>, Options>;
};
template <class Last, class Options>
requires requires {
    typename Last::Tail::Normalization;
}
struct LastNorm<Last, Options> {
    using type = typename Last::Tail::Normalization;
};

template <class Layers, class Options>
struct ResolveAll;
template <class... Layers, class Options>
struct ResolveAll<mp_list<Layers...>, Options> {
    using Last = boost::mp11::mp_back<mp_list<Identity, Layers...>>;
    /// The end of every network: the logits, after an integer scale if that is the norm of the last layer.
    using End = Landing<primitive::Logits, typename LastNorm<resolve<Last, Options>, Options>::type>;
    using primitives = mp_append<mp_list<>, typename resolve<Layers, Options>::primitives..., typename End::primitives>;

    static constexpr void describe(Builder& b, std::int32_t position) {
        constexpr Problem problem = DefaultsCheck<Options>::problem();
        if (problem.exists()) {
            b.enter(1);
            b.fail(problem);
            b.leave();
        }
        b.set_multiplier_bits(find_option<option::multiplier_bits, MultiplierBits<31>, mp_list<>, Options>::bits);
        if (sizeof...(Layers) == 0) {
            b.enter(position + 1);
            b.fail(network_has_no_layers, 1, 0);
            b.leave();
        }
        // A list instead of a fold: compilers nest folds, and limit how deeply.
        [[maybe_unused]] const bool done[] = {true, (describe_one<Layers>(b, ++position), true)...};
        if (b.failed()) return;
        b.enter(position);
        End::describe(b);
        b.leave();
    }

  private:
    template <class Layer>
    static constexpr void describe_one(Builder& b, std::int32_t position) {
        if (b.failed()) return;
        b.enter(position);
        if constexpr (std::is_same_v<typename OptionKind<Layer>::type, option::defaults>) {
            b.fail(defaults_must_come_first, 1, position);
        } else {
            resolve<Layer, Options>::describe(b);
        }
        b.leave();
    }
};

template <class T, class = void>
struct IsInput : std::false_type {};
template <class T>
struct IsInput<T, std::void_t<decltype(T::value)>> : std::is_same<decltype(T::value), const Value> {};

/// A first entry that is no input counts as one value, so that the analysis can name the mistake.
template <class Input>
constexpr Value input_value() {
    if constexpr (IsInput<Input>::value) {
        return Input::value;
    } else {
        return {};
    }
}

template <class Input, class... Entries>
struct Analysis {
    using Split = SplitDefaults<Entries...>;
    using All = ResolveAll<typename Split::layers, typename Split::options>;
    using primitives = typename All::primitives;

    static constexpr auto run() {
        constexpr std::size_t rows = boost::mp11::mp_size<primitives>::value;
        Facts<rows, rows + 1> facts;
        constexpr Value input = input_value<Input>();
        Builder builder(facts.rows.data, facts.values.data, static_cast<std::int32_t>(rows), input);
        builder.enter(0);
        if (rows > INTAGLIO_MAX_OPERATIONS) {
            builder.fail(too_many_operations_define_INTAGLIO_MAX_OPERATIONS_and_raise_fconstexpr_steps_and_ops_limit,
                         INTAGLIO_MAX_OPERATIONS, static_cast<std::int64_t>(rows));
        }
        if (!IsInput<Input>::value) {
            builder.fail({.kind = &network_must_begin_with_its_input, .subject = &model_error::the<Input>::type});
        }
        const std::int32_t extents[] = {input.shape.height, input.shape.width, input.shape.channels};
        for (const std::int32_t extent : extents) {
            if (extent < 1) builder.fail(input_has_an_empty_dimension, 1, extent);
        }
        if (!builder.failed()) builder.check_size(input.shape);
        check_padding_value(builder, input);
        builder.leave();
        All::describe(builder, Split::skipped);
        if (builder.row_count() != static_cast<std::int32_t>(rows)) {
            builder.fail(layers_append_another_number_of_rows_than_they_have_primitives,
                         static_cast<std::int64_t>(rows), builder.row_count());
        }
        facts.problem = builder.problem();
        facts.value_count = builder.value_count();
        if (!builder.failed()) facts.output = facts.rows[rows - 1].input;
        return facts;
    }
    static constexpr auto description = run();
};

}  // namespace detail

/// A network: an input, optionally Defaults, then layers. Its classes, one value each, are what the last layer gives.
/// Derive a struct from it to name the model (`struct Net : Network<...> {};`): object code and messages stay short.
/// A mistake in the definition is a compile error that begins with `model_error::`.
template <class Input, class... Entries>
struct Network {
    /// The primitive operations in order, one for each row of the facts.
    using primitives = typename detail::Analysis<Input, Entries...>::primitives;
    /// The facts: shapes, code ranges, counts.
    static constexpr const auto& description = detail::Analysis<Input, Entries...>::description;
    static_assert(raise<detail::Analysis<Input, Entries...>>());
};

// What other rooms build upon.
using detail::Analysis;
using detail::SplitDefaults;
using detail::UncountedDefaults;

}  // namespace intaglio
