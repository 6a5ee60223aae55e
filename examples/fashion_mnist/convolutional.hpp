#pragma once

#include <intaglio/integer/program.hpp>
#include <intaglio/model/network.hpp>

// clang-format off
struct Convolutional : intaglio::Network<intaglio::Image<1, 28, 28>,
    intaglio::Defaults<intaglio::QInt<2>, intaglio::Lbn, intaglio::Act<intaglio::M_a{4}>>,
    intaglio::Conv<intaglio::QInt<8>, intaglio::Out<32>>,
    intaglio::Conv<intaglio::Out<32>>, intaglio::AvgPool<2>,
    intaglio::Repeat<2, intaglio::Conv<intaglio::Out<64>>>, intaglio::AvgPool<2>,
    intaglio::Classifier<intaglio::QInt<8>, intaglio::Out<10>>> {};
// clang-format on

static_assert(!intaglio::facts<Convolutional>.multiplier_free());
static_assert(intaglio::arena_bytes<Convolutional, intaglio::Target::avx2> <= 64 * 1024);
