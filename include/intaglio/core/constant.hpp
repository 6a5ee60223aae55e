// What concepts ask of the members of a type.
#pragma once

namespace intaglio {

/// Of the type of a member's address.
template <class>
inline constexpr bool is_static = false;
template <class Type>
inline constexpr bool is_static<Type*> = true;

template <class Type>
constexpr bool is_known(const Type&) {
    return true;
}
/// `typename Known<is_known<Type>(T::member)>` in a requirement, after `is_static`: T has a static constexpr member
/// that converts to Type.
template <bool>
struct Known;

template <class T>
concept HasName = requires {
    requires is_static<decltype(&T::name)>;
    typename Known<is_known<const char*>(T::name)>;
};

}  // namespace intaglio
