// Which type something is, as a number that constant expressions may compare.
#pragma once

#include <cstdint>

namespace intaglio {

namespace detail {

/// A text that names T; what else is in it is the same for all types.
template <class T>
constexpr const char* text_of_type() {
    return __PRETTY_FUNCTION__;
}

/// FNV-1a of 64 bits (Fowler, Noll, Vo).
constexpr std::uint64_t hash_of_text(const char* text) {
    std::uint64_t hash = 14695981039346656037U;
    for (; *text != '\0'; ++text) hash = (hash ^ static_cast<unsigned char>(*text)) * 1099511628211U;
    return hash;
}

}  // namespace detail

/// The identity of a quantiser, a norm or another part of a network. Names are for people and may be equal; two types
/// of one program that can be named from outside of their file have different identities.
struct TypeIdentity {
    std::uint64_t hash = 0;  ///< 0: of nothing

    friend constexpr bool operator==(TypeIdentity, TypeIdentity) = default;
};

template <class T>
inline constexpr TypeIdentity type_identity{detail::hash_of_text(detail::text_of_type<T>())};

}  // namespace intaglio
