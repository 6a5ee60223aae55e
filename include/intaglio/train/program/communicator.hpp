// What connects the ranks of a training: programs that train one network together, each with a part of every batch.
#pragma once

#include <concepts>
#include <cstddef>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/model/errors.hpp"

namespace intaglio::model_error {
template <class...>
struct communicator_needs_int_rank;
template <class...>
struct communicator_needs_int_size;
template <class...>
struct communicator_needs_void_exchange_of_partner_bytes_sent_and_bytes_received;
}  // namespace intaglio::model_error

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train {

namespace detail {

template <class T>
concept HasRank = requires(T& communicator) {
    { communicator.rank() } -> std::same_as<int>;
};
template <class T>
concept HasSize = requires(T& communicator) {
    { communicator.size() } -> std::same_as<int>;
};
template <class T>
concept HasExchange = requires(T& communicator, int partner, const std::byte* sent, std::byte* received,
                               std::size_t bytes) {
    { communicator.exchange(partner, sent, bytes, received, bytes) } -> std::same_as<void>;
};

}  // namespace detail

/// A communicator: a type with
/// - `int size()`, the number of ranks, the same on all: 1, 2, 4 or 8, which divide the groups of a batch,
/// - `int rank()`, which of them this one is, from 0; neither changes,
/// - `void exchange(int partner, const std::byte* sent, std::size_t sent_bytes, std::byte* received, std::size_t
///   received_bytes)`, which two ranks call, each with the other as partner: it sends bytes, receives as many as the
///   partner sends, and returns when both are done. Calls of the same two ranks pair up in the order in which they are
///   made. Where nothing is sent or nothing received, that number is 0 and its pointer null.
///
/// All else, such as sums, is made of exchanges in one fixed order: see Ranks. Calls come from the thread that uses the
/// training, never from two threads at once. What `exchange` throws leaves the pass that has called it. A rank that
/// fails makes no more calls: the communicator should let the others' calls throw then, so that they do not wait for
/// it.
template <class T>
concept Communicator = detail::HasRank<T> && detail::HasSize<T> && detail::HasExchange<T>;

/// Does not compile, with a sentence that says what is missing, unless T is a Communicator.
template <class T>
constexpr bool check_communicator_type() {
    if constexpr (!detail::HasRank<T>) {
        return sizeof(Missing<model_error::communicator_needs_int_rank<T>>) != 0;
    } else if constexpr (!detail::HasSize<T>) {
        return sizeof(Missing<model_error::communicator_needs_int_size<T>>) != 0;
    } else if constexpr (!detail::HasExchange<T>) {
        return sizeof(Missing<
                      model_error::communicator_needs_void_exchange_of_partner_bytes_sent_and_bytes_received<T>>) != 0;
    } else {
        return true;
    }
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train
