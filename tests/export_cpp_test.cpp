// Models as constants of C++: what is written, what comes back, what is refused. tests/export_cpp compiles such
// headers.
#include "intaglio/io/export_cpp.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <fstream>
#include <iterator>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "data_files/temporary_folder.hpp"
#include "intaglio/canonical/constant_model.hpp"
#include "intaglio/model/vocabulary.hpp"
#include "support/random_model.hpp"

namespace export_cpp_test {

using namespace intaglio;

namespace {

struct Net : Network<Image<1, 5, 5>, Defaults<QInt<2>, BatchNorm>, Conv<Out<3>, Act<M_a{4}>>,
                     Conv<QInt<8>, Out<5>, Act<M_a{40}>>, Classifier<BinaryWeights, Out<2>>> {};

Model<Net> random_model_of() {
    Model<Net> model;
    static_cast<ModelNumbers&>(model) = random_model::make(facts<Net>.view(), 1);
    return model;
}

/// The rows of a model, whose packed weights lie in `weights`.
std::vector<ConstantRow> constant_rows(const Model<Net>& model, std::vector<std::vector<std::uint8_t>>& weights) {
    std::vector<ConstantRow> rows;
    for (std::size_t i = 0; i < model.rows.size(); ++i) {
        const RowNumbers& from = model.rows[i];
        weights.push_back(from.weights.empty() ? std::vector<std::uint8_t>()
                                               : pack_units(facts<Net>.rows[i], from.weights));
        rows.push_back(
            {weights.back(), from.thresholds, from.falling, from.multipliers, from.addends, from.shifts, from.numbers});
    }
    return rows;
}

}  // namespace

TEST_CASE("export_cpp: a constant becomes the model that it was") {
    const Model<Net> model = random_model_of();
    std::vector<std::vector<std::uint8_t>> weights;
    std::vector<ConstantRow> rows = constant_rows(model, weights);
    const Model<Net> found = ConstantModel<Net>{rows, model.logit_exponent};
    CHECK(found == model);

    CHECK_THROWS_WITH_AS((void)Model<Net>(ConstantModel<Net>{std::span(rows).first(2), 8}),
                         "exported model: expected 9 rows, found 2", std::invalid_argument);
    rows[0].weights = rows[0].weights.first(8);
    CHECK_THROWS_WITH_AS((void)Model<Net>(ConstantModel<Net>{rows, 8}),
                         "exported model, layer 2 (product): expected 9 bytes of weights, found 8",
                         std::invalid_argument);
    weights[0][3] = 3;
    rows[0].weights = weights[0];
    CHECK_THROWS_WITH_AS((void)Model<Net>(ConstantModel<Net>{rows, 8}),
                         "exported model, layer 2 (product): weight 9 is none of its 3 states", std::invalid_argument);
}

TEST_CASE("export_cpp: the header has the signature of the network and names what it includes") {
    const Model<Net> model = random_model_of();
    const test_files::TemporaryFolder folder;
    export_cpp(model, folder / "net.hpp",
               {.type = "shop::Net", .network_header = "<shop/net.hpp>", .name = "shop::digits"});
    std::ifstream file(folder / "net.hpp");
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    const auto has = [&](const std::string& words) { return text.find(words) != std::string::npos; };
    for (std::size_t line = 0; line <= facts<Net>.view().rows.size; ++line) {
        CHECK(has("\n    " + std::to_string(signature_hash(facts<Net>.view(), line)) + "U,  // "));
    }
    CHECK(has("\n#include <shop/net.hpp>\n"));
    CHECK(has("\nnamespace shop::digits {\n"));
    CHECK(has("inline constexpr intaglio::ConstantModel<shop::Net> model"));
    CHECK(has(" weights_0[9] = "));
    CHECK(cpp_source(model, {.type = "Net"}).find("net.hpp") == std::string::npos);
    CHECK(cpp_source(model, {.type = "Net", .network_header = "net.hpp"}).find("#include \"net.hpp\"\n") !=
          std::string::npos);
}

TEST_CASE("export_cpp: texts that are no names, and models of other networks, are refused") {
    Model<Net> model = random_model_of();
    CHECK_THROWS_WITH_AS((void)cpp_source(model, {.type = ""}), "export_cpp: type '' is no name of C++",
                         std::invalid_argument);
    CHECK_THROWS_AS((void)cpp_source(model, {.type = "Net;"}), std::invalid_argument);
    CHECK_THROWS_WITH_AS((void)cpp_source(model, {.type = "Net", .name = "2nd"}),
                         "export_cpp: name '2nd' is no name of C++", std::invalid_argument);
    CHECK_THROWS_AS((void)cpp_source(model, {.type = "Net", .network_header = "a\nb"}), std::invalid_argument);
    model.rows.pop_back();
    CHECK_THROWS_AS((void)cpp_source(model, {.type = "Net"}), std::invalid_argument);
}

}  // namespace export_cpp_test
