// Quantisers with numbers that are trained: step sizes (LSQ), clipping values (PACT), and those of one's own. Each
// network begins from a first batch, trains, is lowered and proven; what was learnt is printed.
#include <cstdio>
#include <intaglio/intaglio.hpp>
#include <intaglio/report/model_facts.hpp>
#include <intaglio/report/table.hpp>
#include <iostream>

#include "lines.hpp"
#include "own_quantizers.hpp"

using namespace intaglio;

template <class Weight, class Activation>
struct Net : Network<Image<1, 8, 8>, Defaults<Weight, Activation>, Conv<Out<8>>, AvgPool<2>, Conv<Out<12>>,
                     Classifier<Out<2>>> {};

template <class Weight, class Activation>
bool add_rows(const char* name, const Lines& lines, Table& table) {
    using Model = Net<Weight, Activation>;
    Training<Model> training(40);
    training.initialize_quantizers(lines.pixels.data(), 40);
    const std::vector<float> before(training.parameters().begin(), training.parameters().end());
    Trainer<Model> trainer(training, lines.samples(),
                           {.optimizer = {.learning_rate = 0.02}, .epochs = 20, .batch = 40, .weight_decay = 1e-3});
    trainer.fit();
    trainer.reestimate_statistics();
    for (const ParameterRange& range : Training<Model>::ranges()) {
        if (range.kind != ParameterKind::quantizer) continue;
        const Row& row = facts<Model>.row(range.row);
        const auto first = static_cast<std::size_t>(range.begin);
        table.add_row({name, path_text(row.path), row.trained->name, std::to_string(range.count),
                       fixed(static_cast<double>(before[first]), 4),
                       fixed(static_cast<double>(training.parameters()[first]), 4)});
    }
    const IntegerNetwork network(lower(training));
    return certify(training, network).proven() && evaluate(training, lines.samples()).accuracy() > 0.8;
}

int main() {
    const Lines lines(200, 8);
    facts_table(layer_facts(facts<Net<Lsq<4>, LsqAct<2>>>.view())).print(std::cout);
    Table table({{"network"},
                 {"layer"},
                 {"trained"},
                 {"numbers", Align::right},
                 {"first one before", Align::right},
                 {"and after", Align::right}});
    bool good = add_rows<Lsq<4>, LsqAct<2>>("LSQ", lines, table);
    good = add_rows<Lsq<2, Per::channel>, PactAct<4>>("LSQ per channel, PACT", lines, table) && good;
    good = add_rows<app::LogStep, app::LogRangeAct>("our own", lines, table) && good;
    good = add_rows<app::FixedPoint<-8, 7>, LsqAct<4>>("fixed point, LSQ", lines, table) && good;
    table.print(std::cout);
    return good ? 0 : 1;
}
