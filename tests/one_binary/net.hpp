// A network whose products run on several kernels: words of bits, bytes of both kinds, few states.
#pragma once

#include <intaglio/model/network.hpp>

struct Net
    : intaglio::Network<intaglio::Image<3, 12, 12>, intaglio::Defaults<intaglio::QInt<2>, intaglio::BatchNorm>,
                        intaglio::Conv<intaglio::QInt<8>, intaglio::Out<32>, intaglio::Act<intaglio::M_a{2}>>,
                        intaglio::Conv<intaglio::BinaryWeights, intaglio::Out<40>, intaglio::Act<intaglio::M_a{4}>>,
                        intaglio::AvgPool<2>,
                        intaglio::Conv<intaglio::QInt<4>, intaglio::Out<24>, intaglio::Act<intaglio::M_a{200}>>,
                        intaglio::Conv<intaglio::Out<16>, intaglio::Act<intaglio::M_a{16}>>,
                        intaglio::Classifier<intaglio::QInt<8>, intaglio::Out<10>>> {};
