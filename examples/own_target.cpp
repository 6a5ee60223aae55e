// A target of your own: an instruction set, and what work takes on your machine. Kernels are chosen by it; results and
// code stay the same.
#include <boost/mp11/list.hpp>
#include <cstdint>
#include <iostream>
#include <type_traits>
#include <vector>

#include "intaglio/core/random.hpp"
#include "intaglio/integer/kernel_choice.hpp"
#include "intaglio/report/kernel_reasons.hpp"
#include "intaglio/train/lowering.hpp"
#include "intaglio/train/trainer.hpp"

using namespace intaglio;

namespace {

// What ./bench --calibrate prints can stand here. Numbers that are not given are those of the set.
struct MyMachine {
    using instruction_set = simd::Native;
    static constexpr simd::CostProfile profile = [] {
        auto costs = simd::cost_profile(instruction_set{});
        // Nothing counts bits here, or shuffles bytes.
        costs.bit_product = costs.plane_product = costs.looked_up_byte = 20 * costs.byte_product;
        return costs;
    }();
};

struct Net
    : Network<Image<1, 8, 8>, Defaults<BinaryWeights, Act<M_a{2}>>, Conv<Out<32>>, Conv<Out<32>>, Classifier<Out<10>>> {
};

// Row 3 is the second convolution.
static_assert(facts<Net>.row(3).weights == 32 * 32 * 9);
static_assert(
    !std::is_same_v<integer::product_kernel<Net, simd::Native, 3>, integer::product_kernel<Net, MyMachine, 3>>);

template <class Target>
std::vector<std::int64_t> all_logits(const Model<Net>& model, const std::vector<std::uint8_t>& images) {
    const IntegerNetwork<Net, Target> network(model);
    const auto scratch = network.make_scratch();
    std::vector<std::int64_t> all;
    for (std::size_t at = 0; at < images.size(); at += Program<Net, Target>::pixels) {
        const std::int64_t* logits = network.program().logits(images.data() + at, *scratch);
        all.insert(all.end(), logits, logits + Program<Net, Target>::classes);
    }
    return all;
}

}  // namespace

int main() {
    std::vector<std::uint8_t> images(20 * Training<Net>::pixels);
    Random random(3);
    for (std::uint8_t& pixel : images) pixel = static_cast<std::uint8_t>(random.below(256));
    Training<Net> training(20);
    training.forward(images.data(), 20, train::Statistics::reestimation);
    const Model<Net> model = lower(training);

    kernel_reasons_table(kernel_reasons<Net, simd::Native>()).print(std::cout);
    std::cout << '\n';
    kernel_reasons_table(kernel_reasons<Net, MyMachine>()).print(std::cout);
    return all_logits<simd::Native>(model, images) == all_logits<MyMachine>(model, images) ? 0 : 1;
}
