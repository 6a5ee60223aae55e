// What the training programs of operations without parameters have in common.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "intaglio/train/certificate.hpp"
#include "intaglio/train/context.hpp"

namespace intaglio::train {

/// State of operations that keep nothing.
struct NoState {
    explicit NoState(std::int64_t /*capacity*/) {}
};

/// What an operation inherits that has no parameters.
struct Stateless {
    template <class Net, std::size_t Index>
    using State = NoState;
    template <class Net, std::size_t Index>
    static std::int64_t workspace_bytes(std::int64_t) {
        return 0;
    }

    template <class Tag, class Net, std::size_t Index, class State>
    static void lower(const State&, std::byte*) {}
    template <class Tag, class Net, std::size_t Index, class State>
    static void certify(const State&, const std::byte*, const std::string&, Certificate&) {}
};

/// The scales of an output whose codes are those of the input.
template <class Net, std::size_t Index>
void keep_scales(Context& context) {
    constexpr const Row& row = facts<Net>.rows[Index];
    if constexpr (facts<Net>.value(row.output).scaled) context.scales[row.output] = context.scales[row.input];
}

/// Calls body(codes of the input, codes of the output) for each image.
template <class Net, std::size_t Index, class Body>
void each_image(const Context& context, const Body& body) {
    constexpr const Row& row = facts<Net>.rows[Index];
    const auto* in = codes<Net, row.input>(context);
    auto* out = codes<Net, row.output>(context);
    context.pool->run(context.images, [&](std::int64_t image, int) {
        body(in + image * facts<Net>.value(row.input).shape.size(),
             out + image * facts<Net>.value(row.output).shape.size());
    });
}
/// Calls body(codes of the first input, codes of the second, codes of the output) for each image.
template <class Net, std::size_t Index, class Body>
void each_pair(const Context& context, const Body& body) {
    constexpr const Row& row = facts<Net>.rows[Index];
    const auto* second = codes<Net, row.second_input>(context);
    const auto* in = codes<Net, row.input>(context);
    auto* out = codes<Net, row.output>(context);
    context.pool->run(context.images, [&](std::int64_t image, int) {
        body(in + image * facts<Net>.value(row.input).shape.size(),
             second + image * facts<Net>.value(row.second_input).shape.size(),
             out + image * facts<Net>.value(row.output).shape.size());
    });
}

enum class Reads : std::uint8_t { input, second_input };

/// Calls body(image, gradient of the output, whether to add, gradient of what the operation reads) for each image, if
/// that gradient is needed. An operation that reads one value twice goes back to its input first.
template <class Net, std::size_t Index, Reads What = Reads::input, class Body>
void each_gradient(const Context& context, const Body& body) {
    constexpr const Row& row = facts<Net>.rows[Index];
    constexpr std::int32_t input = What == Reads::input ? row.input : row.second_input;
    if constexpr (facts<Net>.value(input).needs_gradient) {
        constexpr bool twice = What == Reads::second_input && row.input == row.second_input;
        constexpr bool add = twice || !writes_gradient_first(facts<Net>, static_cast<std::int32_t>(Index), input);
        const float* dout = gradient<Net, row.output>(context);
        float* din = gradient<Net, input>(context);
        context.pool->run(context.images, [&](std::int64_t image, int) {
            body(image, dout + image * facts<Net>.value(row.output).shape.size(), add,
                 din + image * facts<Net>.value(input).shape.size());
        });
    }
}

}  // namespace intaglio::train
