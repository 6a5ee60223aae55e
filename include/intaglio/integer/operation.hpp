// What the integer programs of the primitive operations share.
#pragma once

#include <cstddef>
#include <cstdint>

#include "intaglio/integer/plan.hpp"
#include "intaglio/model/integer_scale.hpp"
#include "intaglio/model/primitives.hpp"

namespace intaglio::integer {

/// What an operation sees of one call of the program.
struct Frame {
    const std::byte* parameters;
    const void* input;  ///< codes of the network's input
    std::byte* arena;
    std::int64_t* logits;
};

template <Storage S>
struct StorageType {
    using type = std::int32_t;
};
template <>
struct StorageType<Storage::uint8> {
    using type = std::uint8_t;
};
template <>
struct StorageType<Storage::int8> {
    using type = std::int8_t;
};
template <>
struct StorageType<Storage::int16> {
    using type = std::int16_t;
};
template <>
struct StorageType<Storage::real> {
    using type = float;
};

/// The type of a code of a value; of real numbers in networks that are trained only.
template <class Net, std::int32_t Index>
using code_type = typename StorageType<facts<Net>.value(Index).storage>::type;

namespace detail {

template <class T>
const T* at(const std::byte* base, std::int64_t offset) {
    return reinterpret_cast<const T*>(base + offset);
}

}  // namespace detail

/// The codes of a value during a call: those of the input are constant.
template <class Net, class Tag, std::int32_t Index>
auto* memory(const Frame& frame) {
    constexpr const Value& value = facts<Net>.value(Index);
    using T = code_type<Net, Index>;
    if constexpr (value.memory == 0) {
        return static_cast<const T*>(frame.input);
    } else {
        constexpr std::int64_t offset = plan<Net, Tag>.values[static_cast<std::size_t>(value.memory)];
        return reinterpret_cast<T*>(frame.arena + offset);
    }
}

/// What an operation inherits that has no parameters or needs no workspace; it hides the one that it has.
struct NoMemory {
    template <class Tag, class Net, std::size_t Index>
    static constexpr std::size_t parameter_bytes() {
        return 0;
    }
    template <class Tag, class Net, std::size_t Index>
    static constexpr std::size_t workspace_bytes() {
        return 0;
    }
};

}  // namespace intaglio::integer
