// What concepts ask of the members of a type.
#pragma once

#include <cstdint>
#include <type_traits>

namespace intaglio {

/// Of the address of a member.
template <class Pointer>
inline constexpr bool is_static = !std::is_member_pointer_v<Pointer>;

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
