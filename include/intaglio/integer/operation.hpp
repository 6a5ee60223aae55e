// What the integer programs of the primitive operations share.
#pragma once

#include <cstddef>
#include <cstdint>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/integer/layout.hpp"
#include "intaglio/integer/site.hpp"
#include "intaglio/model/integer_scale.hpp"
#include "intaglio/model/primitives.hpp"

namespace intaglio::model_error {
template <class...>
struct operation_has_no_integer_program_specialise_integer_Operation;
}  // namespace intaglio::model_error

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::integer {

/// A share of the work of one operation.
struct Part {
    std::int32_t index = 0;
    std::int32_t count = 1;
};

/// What an operation sees of one call of the program.
struct Frame {
    const std::byte* parameters;
    const void* input;  ///< codes of the network's input
    std::byte* arena;
    std::int64_t* logits;
    std::int32_t images = 1;  ///< one after the other, in the input as in each value; more than one for TakesBatches
    Part part{};              ///< what to do of it; all for operations that do not say TakesBatches
};

/// The integer program of a primitive operation; specialised once per primitive, in operations.hpp or by a user. A
/// specialisation has
/// - `run<Set, Kind>(const Site&, const Frame&)`, unless it is `Idle`,
/// - `parameter_bytes<Set, Kind>(const Site&)` and `workspace_bytes<Set, Kind>(const Site&)`: what it needs of either,
/// - where the operands do not decide about its code: `variant<Target, Net>(const FactsView&, const Row&, std::int32_t
///   fused)`, which becomes `Kind::variant`,
/// - where it reads or writes other layouts than codes: `layouts<Target, Net>(const FactsView&, const Row&)`.
/// `Kind::input`
///   and `Kind::output` are then a kernels::PlaneElement where the plan has decided for planes,
/// - `takes_batches`, if `run` knows Frame::images and Frame::part. Other operations are called for each image. What
///   parts write must not overlap; each has workspace of its own.
template <class Primitive>
struct Operation : Missing<model_error::operation_has_no_integer_program_specialise_integer_Operation<Primitive>> {};

/// What an operation inherits that has no parameters or needs no workspace; it hides what it has.
struct NoMemory {
    template <class Set, class Kind>
    static constexpr std::size_t parameter_bytes(const Site&) {
        return 0;
    }
    template <class Set, class Kind>
    static constexpr std::size_t workspace_bytes(const Site&) {
        return 0;
    }
    template <class Target, class Net>
    static constexpr OnlyVariant variant(const FactsView&, const Row&, std::int32_t) {
        return {};
    }
};

/// What an operation inherits that has nothing to do in the integer program: its codes stay where they are.
struct Idle : NoMemory {
    static constexpr bool is_idle = true;
};
template <class Op>
inline constexpr bool is_idle = requires {
    Op::is_idle;
};

/// Whether an operation runs several images, or a part of the work, in one call.
template <class Op>
inline constexpr bool takes_batches = requires {
    Op::takes_batches;
};

namespace detail {

template <class T>
const T* at(const std::byte* base, std::int64_t offset) {
    return reinterpret_cast<const T*>(base + offset);
}

template <class T>
const T* operand(const Frame& frame, std::ptrdiff_t place) {
    if (place == Site::network_input) return static_cast<const T*>(frame.input);
    return reinterpret_cast<const T*>(frame.arena + place);
}

}  // namespace detail

/// What an operation says about layouts. What is idle hands on what it gets.
template <class Op, class Target, class Net>
constexpr Layouts layouts_of(const FactsView& facts, const Row& row) {
    if constexpr (requires { Op::template layouts<Target, Net>(facts, row); }) {
        return Op::template layouts<Target, Net>(facts, row);
    } else {
        return {.keeps = is_idle<Op>};
    }
}

/// What an operation inherits whose result has the layout of its operand: it moves codes and changes none.
struct KeepsLayout {
    template <class Target, class Net>
    static constexpr Layouts layouts(const FactsView&, const Row&) {
        return {.keeps = true};
    }
};

/// The codes that an operation reads and writes.
template <class Kind>
const typename Kind::input* input(const Site& site, const Frame& frame) {
    return detail::operand<typename Kind::input>(frame, site.input);
}
template <class Kind>
const typename Kind::second_input* second_input(const Site& site, const Frame& frame) {
    return detail::operand<typename Kind::second_input>(frame, site.second_input);
}
template <class Kind>
typename Kind::output* output(const Site& site, const Frame& frame) {
    return reinterpret_cast<typename Kind::output*>(frame.arena + site.output);
}

// What other rooms build upon.
using detail::at;

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::integer
