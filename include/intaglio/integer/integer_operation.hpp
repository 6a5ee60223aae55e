// What the integer program of an operation has, and what the compiler says where something is missing.
#pragma once

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/integer/operation.hpp"

namespace intaglio::model_error {
template <class...>
struct integer_operation_needs_parameter_bytes_or_inherits_NoMemory;
template <class...>
struct integer_operation_needs_workspace_bytes_or_inherits_NoMemory;
template <class...>
struct integer_operation_needs_run_or_inherits_Idle;
}  // namespace intaglio::model_error

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::integer {

namespace detail {

template <class Op, class Set, class Kind>
concept HasParameterBytes = requires(const Site& site) {
    Op::template parameter_bytes<Set, Kind>(site);
};
template <class Op, class Set, class Kind>
concept HasWorkspaceBytes = requires(const Site& site) {
    Op::template workspace_bytes<Set, Kind>(site);
};
template <class Op, class Set, class Kind>
concept HasRun = is_idle<Op> || requires(const Site& site, const Frame& frame) {
    Op::template run<Set, Kind>(site, frame);
};

}  // namespace detail

/// A specialisation of integer::Operation for an instruction set and operands of `Kind`; what each member does stands
/// there.
template <class Op, class Set, class Kind>
concept IntegerOperation = detail::HasParameterBytes<Op, Set, Kind> && detail::HasWorkspaceBytes<Op, Set, Kind> &&
    detail::HasRun<Op, Set, Kind>;

namespace detail {

/// Spells what an operation lacks.
template <class Op, class Set, class Kind>
constexpr bool say_what_operation_lacks() {
    if constexpr (!HasParameterBytes<Op, Set, Kind>) {
        return intaglio::spell<model_error::integer_operation_needs_parameter_bytes_or_inherits_NoMemory<Op>>();
    } else if constexpr (!HasWorkspaceBytes<Op, Set, Kind>) {
        return intaglio::spell<model_error::integer_operation_needs_workspace_bytes_or_inherits_NoMemory<Op>>();
    } else {
        return intaglio::spell<model_error::integer_operation_needs_run_or_inherits_Idle<Op>>();
    }
}

}  // namespace detail

/// Does not compile unless Op is an IntegerOperation: the error says what it lacks.
template <class Op, class Set, class Kind>
inline constexpr bool is_integer_operation = detail::say_what_operation_lacks<Op, Set, Kind>();
template <class Op, class Set, class Kind>
requires IntegerOperation<Op, Set, Kind>
inline constexpr bool is_integer_operation<Op, Set, Kind> = true;

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::integer
