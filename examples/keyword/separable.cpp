// Depthwise and pointwise convolutions in turn, with 4-bit weights and an average over time at the end.
#include "../job/run.hpp"
#include "../job/write_exports.hpp"
#include "networks.hpp"

namespace {

using namespace intaglio;

template <std::int32_t Channels>
using Separable = Sequence<DepthwiseConv<Kernel<1, 9>>, Conv1d<Kernel<1>, Out<Channels>>, MaxPool1d<2>>;

struct SeparableKeyword
    : Network<Signal<1, 1024>, Defaults<QInt<4>, Lbn, Act<M_a{16}>>,                                      //
              Conv1d<QInt<8>, Kernel<16>, Stride<4>, Padding<6>, Out<32>>, Separable<48>, Separable<48>,  //
              Separable<64>, AvgPool1d<4>, Classifier<QInt<8>, Out<8>>> {};

}  // namespace

int run_separable(const Options& options, const BasicDataset<std::int16_t>& train,
                  const BasicDataset<std::int16_t>& test) {
    return run<SeparableKeyword>(options, train, test,
                                 {.optimizer = {.learning_rate = 0.005}, .epochs = 10, .weight_decay = 1e-4},
                                 {"SeparableKeyword", ""});
}
