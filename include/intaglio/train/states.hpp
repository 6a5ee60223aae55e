// The states of all operations of a training program.
#pragma once

#include <boost/mp11/algorithm.hpp>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "intaglio/train/context.hpp"

namespace intaglio {

namespace train {

/// The state of operation I.
template <std::size_t I, class T>
struct Leaf {
    explicit Leaf(std::int64_t capacity) : value(capacity) {}
    T value;
};

/// One leaf for each operation of a network; constructed with the capacity in images.
template <class Net, class Indices>
struct States;
template <class Net, std::size_t... I>
struct States<Net, std::index_sequence<I...>>
    : Leaf<I, typename Operation<boost::mp11::mp_at_c<typename Net::primitives, I>>::template State<Net, I>>... {
    [[gnu::cold]] explicit States(std::int64_t capacity)
        : Leaf<I, typename Operation<boost::mp11::mp_at_c<typename Net::primitives, I>>::template State<Net, I>>(
              capacity)... {}
};

}  // namespace train

}  // namespace intaglio
