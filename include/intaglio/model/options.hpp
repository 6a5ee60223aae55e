// Options of a layer: types in any order, each with a member type `option` that says what it sets. An option whose
// numbers can be wrong by themselves has a function `problem()` that returns the mistake, if any.
#pragma once

#include <boost/mp11/list.hpp>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "intaglio/core/codes.hpp"
#include "intaglio/core/constant.hpp"
#include "intaglio/model/errors.hpp"
#include "intaglio/model/surrogates.hpp"

namespace intaglio {

/// What an option sets.
namespace option {
struct weight {};
struct standardization {};
struct norm {};
struct gain {};
struct activation {};
struct out {};
struct in {};
struct kernel {};
struct stride {};
struct padding {};
struct dilation {};
struct groups {};
struct multiplier {};
struct flatten {};
struct requantize {};
struct padding_of_averages {};
struct branch_grid {};
struct multiplier_bits {};
struct defaults {};
}  // namespace option

namespace detail {

template <class T, class = void>
struct OptionKind {
    using type = void;
};
template <class T>
struct OptionKind<T, std::void_t<typename T::option>> {
    using type = typename T::option;
};

/// Static constexpr members that several concepts ask for.
template <class T>
concept HasCodes = requires {
    requires is_static<decltype(&T::codes)>;
    typename Known<is_known<CodeRange>(T::codes)>;
};
template <class T>
concept HasDenominator = requires {
    requires is_static<decltype(&T::denominator)>;
    typename Known<is_known<std::int64_t>(T::denominator)>;
};
template <class T, class Kind>
concept OptionOf = std::is_same_v<typename OptionKind<T>::type, Kind>;

/// The first type of `Given` that sets `Kind`, else `Otherwise`.
template <class Kind, class Otherwise, class Given>
struct FindOption;
template <class Kind, class Otherwise>
struct FindOption<Kind, Otherwise, boost::mp11::mp_list<>> {
    using type = Otherwise;
};
template <class Kind, class Otherwise, class First, class... Rest>
struct FindOption<Kind, Otherwise, boost::mp11::mp_list<First, Rest...>>
    : FindOption<Kind, Otherwise, boost::mp11::mp_list<Rest...>> {};
template <class Kind, class Otherwise, class First, class... Rest>
requires(std::is_same_v<typename OptionKind<First>::type,
                        Kind>) struct FindOption<Kind, Otherwise, boost::mp11::mp_list<First, Rest...>> {
    using type = First;
};

}  // namespace detail

/// The option of `Kind` among the layer's own options, else among the network's defaults, else `Otherwise`.
/// `Otherwise` must set `Kind` itself.
template <class Kind, class Otherwise, class Own, class DefaultOptions>
using find_option =
    typename detail::FindOption<Kind, typename detail::FindOption<Kind, Otherwise, DefaultOptions>::type, Own>::type;

/// The first thing that is wrong with the list `Given` of a layer that accepts options of `Accepted` kinds.
template <class Given, class Accepted>
struct OptionCheck;
template <class... Given, class... Accepted>
struct OptionCheck<boost::mp11::mp_list<Given...>, boost::mp11::mp_list<Accepted...>> {
    static constexpr Problem problem() {
        Problem found{};
        (check<Given>(found), ...);
        return found;
    }

  private:
    template <class T>
    static constexpr void check(Problem& found) {
        if (found.exists()) return;
        using Kind = typename detail::OptionKind<T>::type;
        constexpr int times = (0 + ... + int{std::is_same_v<typename detail::OptionKind<Given>::type, Kind>});
        if constexpr (std::is_void_v<Kind>) {
            found = {.kind = &unknown_option, .subject = &model_error::the<T>::type};
        } else if constexpr (!(std::is_same_v<Kind, Accepted> || ...)) {
            found = {.kind = &option_does_not_belong_to_this_layer, .subject = &model_error::the<T>::type};
        } else if constexpr (times > 1) {
            const bool norm = std::is_same_v<Kind, option::norm>;
            found = {.kind = norm ? &layer_has_two_norms : &option_given_twice,
                     .expected = 1,
                     .found = times,
                     .subject = &model_error::the<T>::type};
        } else {
            if constexpr (requires { T::problem(); }) found = T::problem();
            if constexpr (requires { typename T::surrogate; }) {
                if (!found.exists()) found = surrogate_problem<typename T::surrogate>();
            }
        }
    }
};

// What other rooms build upon.
using detail::FindOption;
using detail::OptionKind;

}  // namespace intaglio
