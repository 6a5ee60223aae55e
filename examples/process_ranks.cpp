// Four processes train one network together, each with a part of every batch. The parameters are those of one process,
// bit for bit.
#include "process_ranks.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <intaglio/intaglio.hpp>
#include <vector>

#include "lines.hpp"

using namespace intaglio;

struct Net : Network<Image<1, 8, 8>, Defaults<QInt<2>, BatchNorm, Act<M_a{4}>>, Conv<QInt<8>, Out<8>>, AvgPool<2>,
                     Dropout<>, Conv<Out<16>>, Classifier<QInt<8>, Out<2>>> {};

static_assert(train::Communicator<app::ProcessRanks>);

// Every process runs this; `ranks` says who it is. Nothing else differs from a training without ranks.
Evaluation train_lines(Training<Net>& training) {
    const Lines lines(300, 8);
    Trainer<Net> trainer(training, lines.samples(), {.epochs = 3, .batch = 50});
    trainer.fit();
    trainer.reestimate_statistics();
    return evaluate(training, lines.samples());
}

int run(app::ProcessRanks& ranks) {
    Training<Net> together(50, 1, 1, ranks);
    const Evaluation result = train_lines(together);
    if (ranks.rank() != 0) return 0;  // all have the same numbers: one of them prints, saves, lowers

    Training<Net> alone(50);
    const Evaluation expected = train_lines(alone);
    const bool same = std::ranges::equal(together.parameters(), alone.parameters()) && result.loss == expected.loss &&
                      result.predictions == expected.predictions;
    std::printf("%d processes: %.1f %% right, %s\n", ranks.size(), 100 * result.accuracy(),
                same ? "bit for bit as one" : "DIFFERENT from one");
    return same ? 0 : 1;
}

int main() {
    app::ProcessRanks ranks(4);
    try {
        return ranks.finish(run(ranks));
    } catch (const std::exception& error) {
        std::fprintf(stderr, "rank %d: %s\n", ranks.rank(), error.what());
        return ranks.finish(1);
    }
}
