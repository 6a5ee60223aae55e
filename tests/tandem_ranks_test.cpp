// A conversion whose ranks, threads of this process, share the batches gives the student of one rank, bit for bit.
#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "intaglio/model/network.hpp"
#include "intaglio/tandem/convert.hpp"
#include "intaglio/train/program/in_process_ranks.hpp"
#include "support/run_bits.hpp"
#include "support/tandem_tools.hpp"

namespace tandem_ranks_test {

namespace {

using namespace intaglio;
using tools::Bits;

struct Teacher : Network<Image<1, 8, 8>, Defaults<DoReFa<4>, BatchNorm, DoReFaAct<4>>, Conv<DoReFa<8>, Out<4>>,
                         AvgPool<2>, Residual<Conv<Out<4>, NoActivation>>, Activate<>, Classifier<DoReFa<8>, Out<4>>> {
};
struct Student : BnFree<Teacher, Scale::LayerBias> {};

Bits converted(const train::Ranks& ranks) {
    const tools::Quarters learned(150, 8, 3);
    const tools::Quarters validated(70, 8, 4);
    Training<Teacher> teacher(30, 1, 3, ranks);
    Trainer<Teacher>(teacher, learned.samples(), {.optimizer = {.learning_rate = 0.01}, .epochs = 2, .batch = 30})
        .fit();
    tandem::Options options = tools::small_options(2);
    options.joint.epochs = 1;
    tandem::Conversion<Student, Teacher> conversion(teacher, learned.samples(), validated.samples(), options);
    Bits bits;
    while (!conversion.finished()) {
        conversion.advance();
        tools::add_bits(bits, std::vector<double>{conversion.metrics().loss});
        tools::add_bits(bits, conversion.student().parameters());
    }
    for (const tandem::Record& record : conversion.records()) tools::add_bits(bits, record.numbers);
    return bits;
}

}  // namespace

TEST_CASE("2 and 8 ranks convert to the student of one") {
    const Bits one = converted({});
    for (const int size : {2, 8}) {
        INFO(size << " ranks");
        std::vector<Bits> all(static_cast<std::size_t>(size));
        InProcessRanks ranks(size);
        ranks.run([&](InProcessRanks::Rank& rank) { all[static_cast<std::size_t>(rank.rank())] = converted(rank); });
        for (const Bits& bits : all) CHECK((bits == one));
    }
}

}  // namespace tandem_ranks_test
