// What the training program of an operation has, and what the compiler says where something is missing.
#pragma once

#include <cstdint>
#include <type_traits>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/train/program/context.hpp"

namespace intaglio::model_error {
template <class...>
struct training_operation_needs_a_State_made_from_a_Site_and_a_capacity;
template <class...>
struct training_operation_needs_workspace_bytes;
template <class...>
struct training_operation_needs_forward;
template <class...>
struct training_operation_needs_backward;
template <class...>
struct training_operation_needs_lower;
}  // namespace intaglio::model_error

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train {

namespace detail {

template <class Op, class Kind>
concept HasState = std::is_constructible_v < typename Op::template State<Kind>,
const Site&, std::int64_t > ;
template <class Op, class Kind>
concept HasWorkspaceBytes = requires(const Site& site) {
    Op::template workspace_bytes<Kind>(site, std::int64_t{});
};
template <class Op, class Kind>
concept HasForward = requires(typename Op::template State<Kind>& state, const Site& site, Context& context) {
    Op::template forward<Kind>(state, site, context);
};
template <class Op, class Kind>
concept HasBackward = requires(typename Op::template State<Kind>& state, const Site& site, Context& context) {
    Op::template backward<Kind>(state, site, context);
};
template <class Op, class Kind>
concept HasLower = requires(const typename Op::template State<Kind>& state, const Site& site, Lowering& lowering,
                            RowNumbers& numbers) {
    Op::template lower<Kind>(state, site, lowering, numbers);
};

}  // namespace detail

/// A specialisation of train::Operation for operands of `Kind`; what each member does stands there.
template <class Op, class Kind>
concept TrainingOperation = detail::HasState<Op, Kind> && detail::HasWorkspaceBytes<Op, Kind> &&
    detail::HasForward<Op, Kind> && detail::HasBackward<Op, Kind> && detail::HasLower<Op, Kind>;

namespace detail {

/// Spells what an operation lacks.
template <class Op, class Kind>
constexpr bool say_what_operation_lacks() {
    if constexpr (!HasState<Op, Kind>) {
        return intaglio::spell<model_error::training_operation_needs_a_State_made_from_a_Site_and_a_capacity<Op>>();
    } else if constexpr (!HasWorkspaceBytes<Op, Kind>) {
        return intaglio::spell<model_error::training_operation_needs_workspace_bytes<Op>>();
    } else if constexpr (!HasForward<Op, Kind>) {
        return intaglio::spell<model_error::training_operation_needs_forward<Op>>();
    } else if constexpr (!HasBackward<Op, Kind>) {
        return intaglio::spell<model_error::training_operation_needs_backward<Op>>();
    } else {
        return intaglio::spell<model_error::training_operation_needs_lower<Op>>();
    }
}

}  // namespace detail

/// Does not compile unless Op is a TrainingOperation for Kind: the error says what it lacks.
template <class Op, class Kind>
inline constexpr bool is_training_operation = detail::say_what_operation_lacks<Op, Kind>();
template <class Op, class Kind>
requires TrainingOperation<Op, Kind>
inline constexpr bool is_training_operation<Op, Kind> = true;

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train
