// What the training programs of operations without parameters have in common.
#pragma once

#include <cstddef>
#include <cstdint>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/train/program/context.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train {

/// State of operations that keep nothing.
struct NoState {
    NoState(const Site& /*site*/, std::int64_t /*capacity*/) {}
};

/// The scales of a result whose codes are those of the input.
inline void keep_scales(const Site& site, Context& context) {
    if (site.output.value->scaled) context.scales[site.output.index] = context.scales[site.input.index];
}

/// What an operation inherits that has no parameters.
struct Stateless {
    template <class Kind>
    using State = NoState;
    template <class Kind>
    static std::int64_t workspace_bytes(const Site&, std::int64_t) {
        return 0;
    }
    template <class Kind, class State>
    static void lower(const State&, const Site& site, Lowering& lowering, RowNumbers&) {
        keep_scales(site, lowering.context);
    }
};

/// Calls body(codes of the input, codes of the result) for each image.
template <class Kind, class Body>
void each_image(const Site& site, const Context& context, const Body& body) {
    const auto* in = codes<typename Kind::input>(context, site.input);
    auto* out = result<typename Kind::output>(context, site);
    const std::int64_t in_size = site.input.size();
    const std::int64_t out_size = site.output.size();
    context.for_images([&](std::int64_t image, int) { body(in + image * in_size, out + image * out_size); });
}
/// Calls body(codes of the first input, codes of the second, codes of the result) for each image.
template <class Kind, class Body>
void each_pair(const Site& site, const Context& context, const Body& body) {
    const auto* in = codes<typename Kind::input>(context, site.input);
    const auto* second = codes<typename Kind::second_input>(context, site.second);
    auto* out = result<typename Kind::output>(context, site);
    const std::int64_t in_size = site.input.size();
    const std::int64_t second_size = site.second.size();
    const std::int64_t out_size = site.output.size();
    context.for_images([&](std::int64_t image, int) {
        body(in + image * in_size, second + image * second_size, out + image * out_size);
    });
}

/// Calls body(image, gradient of the result, whether to add, gradient of `operand`) for each image, if that gradient is
/// needed. `operand` is the site's input or its second one.
template <class Body>
void each_gradient(const Site& site, const Operand& operand, const Context& context, const Body& body) {
    if (!operand.value->needs_gradient) return;
    const Gradient* dout = gradient(context, site.output);
    Gradient* din = gradient(context, operand);
    const std::int64_t out_size = site.output.size();
    const std::int64_t in_size = operand.size();
    const bool add = !operand.overwrites;
    context.for_images(
        [&](std::int64_t image, int) { body(image, dout + image * out_size, add, din + image * in_size); });
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train
