// One small network under every weight quantiser: how its weights are stored, what share of them is not zero, and how
// well its integer program tells lying lines from standing ones. Weights that have no codes train for comparison.
#include <cstdio>
#include <intaglio/intaglio.hpp>
#include <intaglio/report/table.hpp>
#include <iostream>
#include <string>

#include "lines.hpp"

using namespace intaglio;

// clang-format off
template <class Weight>
struct Net : Network<Image<1, 8, 8>, Defaults<Weight, Act<M_a{4}>>,
    Conv<Out<8>>, AvgPool<2>,
    Conv<Out<12>>,
    Classifier<Out<2>>> {};
// clang-format on

// Trains, lowers, proves; one row of the table. Returns whether all of that went well.
template <class Weight>
bool add_row(const char* name, const Lines& lines, Table& table) {
    using Model = Net<Weight>;
    Training<Model> training(40);
    Trainer<Model> trainer(training, lines.samples(),
                           {.optimizer = {.learning_rate = 0.02}, .epochs = 20, .batch = 40});
    trainer.fit();
    trainer.reestimate_statistics();

    constexpr const Row& row = facts<Model>.rows[0];
    bool good = true;
    double accuracy = 0;
    std::string codes = "real numbers";
    if constexpr (facts<Model>.integer_only()) {
        codes = range_text(row.weight_codes);
        const IntegerNetwork network(lower(training));
        const auto scratch = network.make_scratch();
        std::int64_t right = 0;
        for (std::size_t i = 0; i < lines.labels.size(); ++i) {
            const std::uint8_t* image = lines.pixels.data() + i * Training<Model>::pixels;
            right += network.predict(image, *scratch) == lines.labels[i] ? 1 : 0;
        }
        accuracy = static_cast<double>(right) / static_cast<double>(lines.labels.size());
        good = certify(training, network).proven();
    } else {
        accuracy = evaluate(training, lines.samples()).float_accuracy();  // there is no integer program
    }
    table.add_row({name, codes, std::to_string(row.weight_bits()), grouped(facts<Model>.weight_bytes()),
                   fixed(100 * training.weight_density(0), 1) + " %", fixed(100 * accuracy, 1) + " %"});
    return good && accuracy > 0.8;
}

int main() {
    const Lines lines(200, 8);
    Table table({{"weights"},
                 {"codes", Align::right},
                 {"bits", Align::right},
                 {"bytes", Align::right},
                 {"R_w", Align::right},
                 {"accuracy", Align::right}});
    bool good = true;
    const auto add = [&]<class Weight>(Weight, const char* name) {
        good = add_row<Weight>(name, lines, table) && good;
    };
    add(QInt<8>{}, "QInt<8>");
    add(States<M_w{15}>{}, "States<M_w{15}>");
    add(States<M_w{3}>{}, "States<M_w{3}>");
    add(TernaryWeights<>{}, "TernaryWeights<>");
    add(TernaryWeights<ThresholdFactor{0.7}, Per::channel, WeightScale::mean>{}, "TernaryWeights, scaled");
    add(BinaryWeights{}, "BinaryWeights");
    add(SignWeights<WeightScale::mean>{}, "SignWeights, scaled");
    add(SignWeights<WeightScale::one, Per::channel, PlainIdentity<>>{}, "SignWeights, identity");
    add(DoReFa<8>{}, "DoReFa<8>");
    add(DoReFa<2>{}, "DoReFa<2>");
    add(DoReFa<1>{}, "DoReFa<1>");
    add(Lsq<4>{}, "Lsq<4>");
    add(LiteralStates<M_w{3}>{}, "LiteralStates<M_w{3}>");
    add(FloatWeights{}, "FloatWeights");
    table.print(std::cout);
    return good ? 0 : 1;
}
