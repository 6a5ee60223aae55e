// An instruction set from outside of the library runs programs.
#include <doctest/doctest.h>

#include "../examples/own_instruction_set.hpp"
#include "intaglio/train/program.hpp"
#include "support/networks.hpp"
#include "support/program_comparison.hpp"

namespace instruction_set_test {

namespace {

using namespace intaglio;

TEST_CASE("an instruction set from outside of the library computes what training computes") {
    app::dot_products = 0;
    comparison::compare_programs<networks::Plain, app::Counting>(31);
    CHECK(app::dot_products > 0);
}

}  // namespace

}  // namespace instruction_set_test
