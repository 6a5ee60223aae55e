// Options of the export as C. tests/export_c compiles and runs what is exported.
#include "intaglio/io/export_c.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

#include "data_files/temporary_folder.hpp"
#include "intaglio/model/vocabulary.hpp"
#include "support/random_model.hpp"

namespace export_c_options_test {

using namespace intaglio;

namespace {

struct Net : Network<Features<6>, Defaults<QInt<4>, BatchNorm>, Dense<Out<4>, Act<M_a{4}>>, Classifier<Out<2>>> {};

Model<Net> random_model_of() {
    Model<Net> model;
    static_cast<ModelNumbers&>(model) = random_model::make(facts<Net>.view(), 1);
    return model;
}
std::string text_of(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}
bool has(const std::string& text, const std::string& words) {
    return text.find(words) != std::string::npos;
}

}  // namespace

TEST_CASE("export_c: the prefix begins every name, and is one") {
    const Model<Net> model = random_model_of();
    const std::string text = c_source(model, {.prefix = "My_net2"}).header;
    CHECK(has(text, "int My_net2_predict(const uint8_t *image, void *arena)"));
    CHECK(has(text, "#define MY_NET2_ARENA_BYTES "));
    CHECK(has(text, "My_net2_CONST static const "));
    CHECK_FALSE(has(text, "network_"));
    for (const char* const wrong : {"", "2nd", "a-b", "a b", "a::b"}) {
        CHECK_THROWS_WITH_AS((void)c_source(model, {.prefix = wrong}),
                             joined({"export_c: prefix '", wrong, "' is no name of C"}).c_str(), std::invalid_argument);
    }
}

TEST_CASE("export_c: source and arrays are files of their own on request") {
    const Model<Net> model = random_model_of();
    const test_files::TemporaryFolder folder;
    const auto written = [&](const char* name) { return std::filesystem::exists(folder / name); };
    export_c(model, folder / "one.h");
    CHECK(has(text_of(folder / "one.h"), "static const"));
    CHECK_FALSE(written("one.c"));
    CHECK_FALSE(written("one_arrays.h"));

    export_c(model, folder / "two.h", {.separate_source = true});
    CHECK(has(text_of(folder / "two.c"), "static const"));
    CHECK(has(text_of(folder / "two.c"), "#include \"two.h\"\n"));
    CHECK_FALSE(has(text_of(folder / "two.h"), "static"));

    export_c(model, folder / "three.h", {.separate_source = true, .separate_arrays = true});
    CHECK(has(text_of(folder / "three.c"), "#include \"three_arrays.h\"\n"));
    CHECK_FALSE(has(text_of(folder / "three.c"), "static const"));
    CHECK(has(text_of(folder / "three_arrays.h"), "static const"));

    // Other weights are another file of arrays: the code is the same.
    Model<Net> other = model;
    for (RowNumbers& row : other.rows) {
        for (std::int8_t& weight : row.weights) weight = static_cast<std::int8_t>(-weight);
    }
    const COptions apart{.separate_arrays = true};
    CHECK(c_source(other, apart).header == c_source(model, apart).header);
    CHECK(c_source(other, apart).arrays != c_source(model, apart).arrays);
    CHECK(has(c_source(model, apart).header, "#include \"network_arrays.h\"\n"));
}

}  // namespace export_c_options_test
