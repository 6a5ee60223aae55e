// One small network under every norm: how well it learns, and what becomes of the norm when the network is lowered.
#include <intaglio/intaglio.hpp>
#include <intaglio/report/table.hpp>
#include <iostream>
#include <string>

#include "lines.hpp"

using namespace intaglio;

// Ternary weights and four activation states; the logits have the same norm in all of them.
template <class Norm>
struct Net : Network<Image<1, 8, 8>, Defaults<QInt<2>, Norm, Act<M_a{4}>>, Conv<QInt<8>, Out<8>>, AvgPool<2>,
                     Conv<Out<16>>, Classifier<QInt<8>, Out<2>, Lbn>> {};

// Trains for a few epochs and adds a line to the table. Returns whether the network did what is asked of it.
template <class Norm>
bool try_norm(Table& table) {
    const Lines train(200, 8);
    const Lines test(64, 8);
    Training<Net<Norm>> training(50, 2);
    Trainer<Net<Norm>> trainer(training, train.samples(), {.epochs = 8, .batch = 50});
    trainer.fit();
    trainer.reestimate_statistics();
    const double accuracy = evaluate(training, test.samples()).accuracy();

    std::string lowered;
    bool good = accuracy > 0.8;
    if constexpr (facts<Net<Norm>>.integer_only()) {
        // The norm is folded into the steps behind it; nothing of it is left at run time.
        const IntegerNetwork<Net<Norm>> network = lower(training);
        const Certificate certificate = certify(training, network);
        lowered = "folded into " + std::to_string(certificate.steps_compared) + " steps, " +
                  std::to_string(certificate.differences) + " differences";
        good = good && certificate.proven();
    } else {
        // `lower(training)` would not compile: norm_depends_on_each_input_and_has_no_integer_program.
        lowered = "no: mean and deviation depend on each input";
    }
    constexpr const Row& norm = facts<Net<Norm>>.row(1);
    table.add_row({Norm::name, std::to_string(norm.gains + norm.biases),
                   std::to_string(100 * accuracy).substr(0, 5) + " %", lowered});
    return good;
}

int main() {
    Table table({{"norm"}, {"parameters of the first", Align::right}, {"accuracy", Align::right}, {"integer program"}});
    bool good = true;
    // Statistics over the batch while it trains, constants afterwards.
    good &= try_norm<BatchNorm>(table);
    good &= try_norm<Lbn>(table);
    // No statistics at all.
    good &= try_norm<TrainedBias>(table);
    good &= try_norm<AffineNorm>(table);
    // Statistics of each sample, in training and afterwards: for networks that are trained only.
    good &= try_norm<LayerNorm<>>(table);
    good &= try_norm<LayerNorm<Per::channel>>(table);
    good &= try_norm<GroupNorm<4>>(table);
    good &= try_norm<InstanceNorm>(table);
    table.print(std::cout);
    return good ? 0 : 1;
}
