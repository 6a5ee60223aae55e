// The states of weights and activations that are compared, and their names.
#pragma once

#include "intaglio/model/network.hpp"

namespace peers {

struct EightBits {
    using Weight = intaglio::QInt<8>;
    using Activation = intaglio::Act<intaglio::M_a{256}>;
    static constexpr const char* name = "8-bit";
};
template <int Weights, int Activations>
struct States;
template <>
struct States<15, 8> {
    using Weight = intaglio::States<intaglio::M_w{15}>;
    using Activation = intaglio::Act<intaglio::M_a{8}>;
    static constexpr const char* name = "(15,8)";
};
template <>
struct States<3, 8> {
    using Weight = intaglio::QInt<2>;
    using Activation = intaglio::Act<intaglio::M_a{8}>;
    static constexpr const char* name = "(3,8)";
};
template <>
struct States<3, 4> {
    using Weight = intaglio::QInt<2>;
    using Activation = intaglio::Act<intaglio::M_a{4}>;
    static constexpr const char* name = "(3,4)";
};
template <>
struct States<3, 2> {
    using Weight = intaglio::QInt<2>;
    using Activation = intaglio::Act<intaglio::M_a{2}>;
    static constexpr const char* name = "(3,2)";
};
struct Binary {
    using Weight = intaglio::BinaryWeights;
    using Activation = intaglio::Act<intaglio::M_a{2}>;
    static constexpr const char* name = "binary";
};
struct Signs {
    using Weight = intaglio::BinaryWeights;
    using Activation = intaglio::Sign<>;
    static constexpr const char* name = "signs";
};

/// The options of a network of these states.
template <class S>
using Options = intaglio::Defaults<typename S::Weight, intaglio::Lbn, typename S::Activation>;

}  // namespace peers
