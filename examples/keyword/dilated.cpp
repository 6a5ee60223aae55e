// Five convolutions in time with ternary weights; dilation widens what each output hears.
#include "../job/run.hpp"
#include "../job/write_exports.hpp"
#include "networks.hpp"

namespace {

using namespace intaglio;

struct DilatedKeyword : Network<Signal<1, 1024>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>,                       //
                                Conv1d<QInt<8>, Kernel<16>, Stride<4>, Padding<6>, Out<32>>, MaxPool1d<2>,  //
                                Conv1d<Kernel<5>, Out<32>>, MaxPool1d<2>,                                   //
                                Conv1d<Kernel<5>, Dilation<2>, Out<48>>,                                    //
                                Conv1d<Kernel<5>, Dilation<4>, Out<48>>, MaxPool1d<2>,                      //
                                Conv1d<Kernel<5>, Dilation<4>, Out<48>>, AvgPool1d<4>,                      //
                                Classifier<QInt<8>, Out<8>>> {};

}  // namespace

int run_dilated(const Options& options, const BasicDataset<std::int16_t>& train,
                const BasicDataset<std::int16_t>& test) {
    return run<DilatedKeyword>(options, train, test,
                               {.optimizer = {.learning_rate = 0.005}, .epochs = 10, .weight_decay = 1e-4},
                               {"DilatedKeyword", ""});
}
