// Tables of codes: their entries against real functions, both programs, gradients, models that are wrong.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "data_files/temporary_folder.hpp"
#include "intaglio/canonical/bytes.hpp"
#include "intaglio/io/model_file.hpp"
#include "intaglio/model/network.hpp"
#include "support/program_comparison.hpp"

namespace code_table_test {

namespace {

using namespace intaglio;

using Wide = GridAct<-128, 127, 32>;
using Narrow = GridAct<-2, 3, 1>;

/// A function from outside that gives codes alone: the parity, which no step can be.
struct Parity {
    static constexpr const char* name = "parity";
    static constexpr CodeRange codes{0, 1};
    static constexpr std::int64_t denominator = 1;
    static std::int64_t code(std::int64_t code, std::int64_t) { return code & 1; }
};
/// Nothing changes.
struct Same {
    static constexpr const char* name = "same";
    static constexpr CodeRange codes{-200, 200};
    static constexpr std::int64_t denominator = 32;
    static std::int64_t code(std::int64_t code, std::int64_t) { return code; }
};
/// The same codes for half the values.
struct Half : Same {
    static constexpr std::int64_t denominator = 64;
};

/// Of the input, of signed and unsigned codes, in a repetition and in both branches of a block; codes of 16 bits.
struct Tables : Network<Image<2, 6, 6>, Defaults<QInt<3>, BatchNorm, Act<M_a{4}>>,
                        CodeTable<ListedCodes<20, 100, -20, 0, 5, 9>>, Conv<Out<5>, Wide>, CodeTable<HardSwish<Wide>>,
                        Repeat<2, Conv<Out<4>, Wide>, CodeTable<Tanh<SignedAct<M_a{255}>>>, CodeTable<Parity>>,
                        Residual<Sequence<Conv<Out<4>, Act<M_a{256}>>, CodeTable<Silu<GridAct<-300, 300, 400>>>>,
                                 Sequence<Conv<Out<4>>, CodeTable<Sigmoid<Act<M_a{256}>>>>>,
                        Activate<Act<M_a{40}>>, CodeTable<HardSigmoid<Narrow>>, GlobalAvgPool, Classifier<Out<3>>> {};

template <class... Layers>
struct Behind : Network<Image<2, 5, 5>, Defaults<QInt<4>, BatchNorm, Wide>, Conv<Out<5>>, Layers..., Conv<Out<4>>,
                        GlobalAvgPool, Classifier<Out<3>>> {};
template <class... Layers>
std::string signature() {
    return model_signature(facts<Behind<Layers...>>.view());
}

constexpr const Value& table_value = facts<Tables>.value(1);
static_assert(table_value.codes == CodeRange{-20, 9} && table_value.denominator == 20 && !table_value.pending &&
              table_value.storage == Storage::int8);
static_assert(facts<Tables>.integer_only() && facts<Tables>.row(0).table == 256);

/// Every entry is the nearest code to the function, but where double precision leaves that open.
template <class Function, class Real>
void check_entries(CodeRange codes, std::int64_t denominator, const Real& real) {
    const auto unit = static_cast<double>(Function::denominator);
    for (std::int64_t code = codes.lowest; code <= codes.highest; ++code) {
        const double x = static_cast<double>(code) / static_cast<double>(denominator);
        const double exact = unit * real(x);
        const auto nearest = static_cast<std::int64_t>(std::floor(exact + 0.5));
        const std::int64_t expected = std::clamp(nearest, Function::codes.lowest, Function::codes.highest);
        const bool open = std::fabs(exact + 0.5 - std::round(exact + 0.5)) < 1e-5 && code != 0;
        INFO(std::string(Function::name) << " at " << code << " / " << denominator << ", " << exact);
        if (!open) CHECK(table_entry<Function>(code, denominator) == expected);
        // The slope is that of a chord one code wide: near the tangent, but at the ends of the range.
        if (denominator >= 32 && exact < static_cast<double>(Function::codes.highest) - 5 &&
            exact > static_cast<double>(Function::codes.lowest) + 5) {
            const double tangent = (real(x + 1e-5) - real(x - 1e-5)) / 2e-5;
            CHECK(std::fabs(train::table_slope<Function>(code, denominator, codes) - tangent) < 0.02);
        }
    }
}

/// A hash of many entries, onto that of others.
template <class Function>
std::uint32_t hash_entries(std::uint32_t hash) {
    for (const std::int64_t denominator : {1, 3, 16, 32, 127, 255, 4096}) {
        for (std::int64_t code = -200; code <= 255; ++code) {
            hash = (hash ^ static_cast<std::uint32_t>(table_entry<Function>(code, denominator))) * 16'777'619U;
        }
    }
    return hash;
}

template <class Codes>
void check_functions(CodeRange codes, std::int64_t denominator) {
    const auto sigmoid = [](double x) { return 1 / (1 + std::exp(-x)); };
    const auto hard_sigmoid = [](double x) { return std::clamp(x + 3, 0.0, 6.0) / 6; };
    check_entries<Sigmoid<Codes>>(codes, denominator, sigmoid);
    check_entries<Tanh<Codes>>(codes, denominator, [](double x) { return std::tanh(x); });
    check_entries<Silu<Codes>>(codes, denominator, [&](double x) { return x * sigmoid(x); });
    check_entries<HardSigmoid<Codes>>(codes, denominator, hard_sigmoid);
    check_entries<HardSwish<Codes>>(codes, denominator, [&](double x) { return x * hard_sigmoid(x); });
}

}  // namespace

TEST_CASE("functions of codes are the nearest codes of the real functions") {
    for (const std::int64_t denominator : {1, 3, 16, 32, 127, 255, 4096}) {
        check_functions<GridAct<-127, 127, 127>>({-128, 127}, denominator);
        check_functions<Act<M_a{256}>>({0, 255}, denominator);
        check_functions<GridAct<-50, 200, 17>>({-200, 55}, denominator);
    }
    // Exact fractions are rounded half up: -5/2 sixths of 3, of 6 halves.
    CHECK(table_entry<HardSigmoid<GridAct<0, 6, 1>>>(0, 1) == 1);
    CHECK(table_entry<HardSwish<GridAct<-9, 9, 3>>>(-1, 1) == -1);
    CHECK(table_entry<HardSwish<GridAct<-9, 9, 2>>>(-3, 2) == -1);  // -0.375 twice is -0.75
    using List = ListedCodes<4, -1, 7, 8, -2>;
    CHECK(List::codes == CodeRange{-2, 8});
    const std::int64_t expected[] = {7, 7, 8, -2, -2};
    for (std::int64_t code = -2; code <= 2; ++code) CHECK(table_entry<List>(code, 9) == expected[code + 2]);
}

TEST_CASE("entries are the same on every machine") {
    using Codes = GridAct<-127, 127, 127>;
    std::uint32_t hash = hash_entries<Sigmoid<Codes>>(2'166'136'261U);
    hash = hash_entries<Tanh<Codes>>(hash);
    hash = hash_entries<Silu<Codes>>(hash);
    hash = hash_entries<HardSigmoid<Codes>>(hash);
    CHECK(hash_entries<HardSwish<Codes>>(hash) == 3'581'288'408U);
}

TEST_CASE("tables: values are the entries, and the integer program computes what training computes") {
    std::mt19937 random(1);
    Training<Tables> training(comparison::images, 2, 5);
    for (const auto biases : {tools::Biases::moderate, tools::Biases::mixed}) {
        const auto pixels = comparison::make_extreme_images<std::uint8_t>(Training<Tables>::pixels, random);
        tools::randomize_parameters(training, random, biases);
        training.forward(pixels.data(), comparison::images, train::Statistics::batch);
        const std::int64_t listed[] = {-20, 0, 5, 9};
        for (std::size_t i = 0; i < 72; ++i) {
            CHECK(training.codes<1>(0)[i] == listed[std::clamp(pixels[i] - 100, 0, 3)]);
        }
        tools::randomize_running_statistics(training, random);
        comparison::compare_integer_program<simd::Portable>(training, pixels);
        comparison::compare_integer_program<simd::Native>(training, pixels);
    }
}

TEST_CASE("gradients pass a table by its slope") {
    const auto gradients = []<class Net>(Training<Net>&& training) {
        std::mt19937 random(3);
        std::normal_distribution<float> normal;
        for (float& parameter : training.parameters()) parameter = normal(random);
        training.parameters_changed();
        const auto pixels = comparison::make_images<std::uint8_t>(4, Training<Net>::pixels, random);
        training.forward(pixels.data(), 4, train::Statistics::batch);
        std::fill(training.logit_gradient().begin(), training.logit_gradient().end(), 0.0F);
        training.logit_gradient()[0] = 1;
        training.logit_gradient()[4] = -2;
        training.backward();
        return std::vector<train::Gradient>(training.gradients().begin(), training.gradients().end());
    };
    const auto without = gradients(Training<Behind<>>(4, 1, 7));
    CHECK(gradients(Training<Behind<CodeTable<Same>>>(4, 1, 7)) == without);
    CHECK(gradients(Training<Behind<CodeTable<Half>>>(4, 1, 7)) != without);
    // The table has no codes to leave at either end.
    CHECK(train::table_slope<Same>(-128, 32, {-128, 127}) == 1);
    CHECK(train::table_slope<Half>(127, 32, {-128, 127}) == 0.5);
    CHECK(train::table_slope<Parity>(5, 1, {5, 5}) == 0);
    CHECK(train::table_slope<HardSwish<GridAct<0, 4, 1>>>(20, 1, {0, 40}) == 0);  // clamped
}

TEST_CASE("tables that differ differ to a checkpoint") {
    const std::vector<std::string> all{signature<>(),
                                       signature<CodeTable<Same>>(),
                                       signature<CodeTable<Half>>(),
                                       signature<CodeTable<Parity>>(),
                                       signature<CodeTable<Tanh<Wide>>>(),
                                       signature<CodeTable<Sigmoid<Wide>>>(),
                                       signature<CodeTable<ListedCodes<1, 0, 1, 2>>>(),
                                       signature<CodeTable<ListedCodes<1, 0, 2, 1>>>(),
                                       signature<CodeTable<ListedCodes<1, 1, 1, 2>>>()};
    for (std::size_t i = 0; i < all.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) CHECK(all[i] != all[j]);
    }
}

TEST_CASE("a model has one entry for each code, and the certificate finds a changed one") {
    using Net = Behind<CodeTable<Same>>;
    Training<Net> training(1);
    Model<Net> model = lower(training);
    constexpr std::size_t row = 3;
    static_assert(facts<Net>.row(row).table == 256);
    CHECK(model.rows[row].numbers.size() == 256);
    CHECK(read_canonical_bytes(canonical_bytes(model)).rows[row].numbers == model.rows[row].numbers);
    const test_files::TemporaryFolder folder;
    save_model(model, folder / "model.safetensors");
    CHECK(load_model<Net>(folder / "model.safetensors").rows[row].numbers == model.rows[row].numbers);
    IntegerNetwork<Net> network(model);
    REQUIRE(certify(model, network).proven());
    network.parameters().bytes[integer::plan<Net, simd::NativeTarget>.parameters[row] + 7] ^= std::byte{4};
    CHECK(certify(model, network).first_difference.find("(same), entry 3") != std::string::npos);
    const auto refusal = [&] {
        try {
            IntegerNetwork<Net>{model};
        } catch (const std::invalid_argument& error) {
            return std::string(error.what());
        }
        return std::string();
    };
    model.rows[row].numbers[9] = 201;
    CHECK(refusal() == "model, layer 3 (same): entry 201 lies outside of -200 .. 200");
    model.rows[row].numbers.pop_back();
    CHECK(refusal() == "model, layer 3 (same): expected 256 entries of its table, found 255");
}

}  // namespace code_table_test
