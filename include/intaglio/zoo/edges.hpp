// Options of the first and the last layer of the zoo's networks.
#pragma once

#include <boost/mp11/algorithm.hpp>
#include <boost/mp11/list.hpp>
#include <cstdint>

#include "intaglio/model/network.hpp"
#include "intaglio/zoo/width.hpp"

namespace intaglio::zoo {

/// Options of the first layer alone.
template <class... Options>
struct FirstOptions {};
/// Options of the last layer alone.
template <class... Options>
struct LastOptions {};

namespace detail {

template <class Option>
struct EdgeOption {
    using first = boost::mp11::mp_list<Option>;
    using last = first;
};
template <class... Options>
struct EdgeOption<FirstOptions<Options...>> {
    using first = boost::mp11::mp_list<Options...>;
    using last = boost::mp11::mp_list<>;
};
template <class... Options>
struct EdgeOption<LastOptions<Options...>> {
    using first = boost::mp11::mp_list<>;
    using last = boost::mp11::mp_list<Options...>;
};

/// `Layer` with its own options in a list, and those that the user gives: a plain option belongs to both ends.
template <template <class...> class Layer, class Own, class... EdgeOptions>
using FirstLayer =
    boost::mp11::mp_apply<Layer, boost::mp11::mp_append<Own, typename EdgeOption<EdgeOptions>::first...>>;
template <template <class...> class Layer, class Own, class... EdgeOptions>
using LastLayer = boost::mp11::mp_apply<Layer, boost::mp11::mp_append<Own, typename EdgeOption<EdgeOptions>::last...>>;

template <class Multiplier, std::int32_t Channels, class... EdgeOptions>
using FirstConv = FirstLayer<Conv, boost::mp11::mp_list<Wide<Multiplier, Channels>>, EdgeOptions...>;
template <std::int32_t Classes, class... EdgeOptions>
using LastClassifier = LastLayer<Classifier, boost::mp11::mp_list<Out<Classes>>, EdgeOptions...>;

}  // namespace detail

}  // namespace intaglio::zoo
