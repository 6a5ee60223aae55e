// The header alone is enough for what it is for.
#include <intaglio/train/program/in_process_ranks.hpp>

using namespace intaglio;

namespace {

[[maybe_unused]] void use() {
    InProcessRanks ranks(2);
    ranks.run([](train::Communicator auto& rank) { rank.exchange(1 - rank.rank(), nullptr, 0, nullptr, 0); });
}

}  // namespace
