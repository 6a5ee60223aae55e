// The networks of the tables, by name.
#pragma once

#include <boost/mp11/algorithm.hpp>
#include <boost/mp11/list.hpp>
#include <cstdint>

#include "intaglio/model/network.hpp"
#include "intaglio/zoo/mlp.hpp"
#include "intaglio/zoo/vgg.hpp"
#include "intaglio/zoo/width.hpp"

namespace intaglio::benchmarks {

template <class Weight, class Activation>
using FullVgg = zoo::Vgg<Image<3, 32, 32>, 10, zoo::WidthMultiplier<1>, Defaults<Weight, Lbn, Activation>>;
template <class Weight, class Activation, std::int32_t... Hidden>
using Perceptron = zoo::Mlp<Image<1, 28, 28>, 10, Defaults<Weight, Lbn, Activation>, Hidden...>;

// Weight and activation states.
struct Vgg_255_256 : FullVgg<States<M_w{255}>, Act<M_a{256}>> {
    static constexpr const char* name = "vgg_255_256";
};
struct Vgg_15_8 : FullVgg<States<M_w{15}>, Act<M_a{8}>> {
    static constexpr const char* name = "vgg_15_8";
};
struct Vgg_3_8 : FullVgg<States<M_w{3}>, Act<M_a{8}>> {
    static constexpr const char* name = "vgg_3_8";
};
struct Vgg_3_4 : FullVgg<States<M_w{3}>, Act<M_a{4}>> {
    static constexpr const char* name = "vgg_3_4";
};
struct Vgg_3_2 : FullVgg<States<M_w{3}>, Act<M_a{2}>> {
    static constexpr const char* name = "vgg_3_2";
};
struct VggBinary : FullVgg<BinaryWeights, Act<M_a{2}>> {
    static constexpr const char* name = "vgg_binary";
};
struct VggSigns : FullVgg<BinaryWeights, Sign<>> {
    static constexpr const char* name = "vgg_signs";
};
struct Mlp_3_4 : Perceptron<States<M_w{3}>, Act<M_a{4}>, 256, 256> {
    static constexpr const char* name = "mlp_3_4";
};
struct Mlp_255_256 : Perceptron<States<M_w{255}>, Act<M_a{256}>, 256, 256> {
    static constexpr const char* name = "mlp_255_256";
};
struct Dense_3_256 : Perceptron<States<M_w{3}>, Act<M_a{256}>, 1024, 1024> {
    static constexpr const char* name = "dense_3_256";
};
struct Dense_15_256 : Perceptron<States<M_w{15}>, Act<M_a{256}>, 1024, 1024> {
    static constexpr const char* name = "dense_15_256";
};
struct DenseBinary : Perceptron<BinaryWeights, Act<M_a{2}>, 1024, 1024> {
    static constexpr const char* name = "dense_binary";
};

using Networks = boost::mp11::mp_list<Vgg_255_256, Vgg_15_8, Vgg_3_8, Vgg_3_4, Vgg_3_2, VggBinary, VggSigns, Mlp_3_4,
                                      Mlp_255_256, Dense_3_256, Dense_15_256, DenseBinary>;

/// A value that stands for a network.
template <class Net>
struct Named {
    using type = Net;
};
/// Calls function(Named<Net>{}) for each network.
template <class Function>
void for_each_network(const Function& function) {
    boost::mp11::mp_for_each<boost::mp11::mp_transform<Named, Networks>>(function);
}

}  // namespace intaglio::benchmarks
