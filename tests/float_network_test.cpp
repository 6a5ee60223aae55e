// Networks of real numbers, and of codes and real numbers side by side: facts, gradients, threads, trainer,
// checkpoints.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "data_files/temporary_folder.hpp"
#include "intaglio/io/training_checkpoint.hpp"
#include "intaglio/report/model_facts.hpp"
#include "intaglio/train/loop/evaluation.hpp"
#include "support/network_checks.hpp"
#include "support/test_weights.hpp"

namespace float_network_test {

namespace {

using namespace intaglio;
using test_weights::Real;
using test_weights::ScaledTernary;
using train::Statistics;

using Four = Act<M_a{4}, StraightThrough>;

/// Convolutions of every geometry, both norms, blocks that meet as real numbers, pools.
struct Float : Network<Image<2, 8, 8>, Defaults<Real, NoWeightStandardization, BatchNorm, Relu, FloatBranchGrid>,
                       Conv<Out<4>>, Residual<Sequence<Conv<Out<4>>, Conv<Out<4>, NoActivation>>>, Activate<>,
                       MaxPool<3, Stride<2>, Padding<1>>,
                       Residual<Sequence<Conv<Out<6>, Lbn>, Conv<Out<6>, NoActivation>>,
                                Conv<Out<6>, Kernel<1>, NoNorm, NoActivation>>,
                       Normalize<>, Activate<>, Conv<Out<8>, Groups<2>, Stride<2, 1>, Kernel<3, 2>, Padding<1>, Linear>,
                       GlobalAvgPool, Dense<Out<5>, NoNorm>, Classifier<Out<3>>> {};

/// Convolutions with a bias and no other norm, clipped functions: a network of other frameworks.
struct Clipped
    : Network<Image<2, 7, 6>, Defaults<Real, NoWeightStandardization, TrainedBias, ClippedRelu<Ceiling{0.75}>>,
              Conv<Out<4>, Stride<2>, SameUpperPadding>, DepthwiseConv<Relu6>, Conv<Out<5>, Kernel<1>, BatchNorm>,
              GlobalAvgPool, Classifier<Out<3>>> {};

/// Codes and real weights, real numbers and weight codes, scaled and not; steps behind real numbers.
struct Mixed
    : Network<Image<2, 6, 6>, Defaults<QInt<3>, NoWeightStandardization, BatchNorm>, Conv<Out<4>, Relu>,
              Conv<Out<4>, Four>, Conv<Out<4>, Real, Four>, Conv<Out<4>, Real, Relu>,
              Conv<Out<6>, ScaledTernary, Linear>, Residual<Conv<Out<6>, NoActivation>, Identity, BranchGrid<QInt<6>>>,
              Activate<Linear>, AvgPool<3>, Conv<Out<4>, ScaledTernary, Lbn, Act<M_a{32}, StraightThrough>>,
              GlobalAvgPool, Classifier<Out<3>, Real>> {};

/// Weights that are standardised; codes only behind the logits' weights.
struct Teacher
    : Network<Image<1, 8, 8>, Defaults<Real, Lbn, Relu>, Conv<Out<6>>, AvgPool<2>, Conv<Out<8>>, Classifier<Out<4>>> {};
struct OtherTeacher : Network<Image<1, 8, 8>, Defaults<Real, Lbn, Relu>, Conv<Out<6>, Linear>, AvgPool<2>, Conv<Out<8>>,
                              Classifier<Out<4>>> {};

static_assert(!facts<Float>.integer_only() && !facts<Mixed>.integer_only() && !facts<Teacher>.multiplier_free());
static_assert(facts<Float>.refusal().kind == &float_weights_have_no_integer_program);
static_assert(facts<Mixed>.refusal().kind == &float_activations_have_no_integer_program);
static_assert(facts<Mixed>.refusal().path.index[0] == 2);
static_assert(facts<Teacher>.weight_bytes() == 4 * facts<Teacher>.weights());
static_assert(facts<Teacher>.weights() == 54 + 432 + 512 && facts<Teacher>.row(0).weight_bits() == 32);
// 3 bits of a code, 32 of a real number.
static_assert(facts<Mixed>.weight_bytes() == 27 + 54 + 4 * 144 + 4 * 144 + 54 + 122 + 54 + 4 * 12);
static_assert(facts<Teacher>.value(1).storage == Storage::float32 && facts<Teacher>.value(1).pending);
static_assert(!facts<Teacher>.value(3).pending && facts<Teacher>.row(2).kind[0] == 'a');

}  // namespace

TEST_CASE("float networks: passes and gradients agree with the naive network") {
    checks::check_training<Float>(1);
    checks::check_training<Float>(2);
    checks::check_training<Clipped>(5);
}

TEST_CASE("a clipped ReLU is flat beyond both ends") {
    using Function = train::FloatFunctionOf<ClippedRelu<Ceiling{0.75}>>;
    const float in[] = {-1, 0, 0.5F, 0.75F, 2};
    const float out[] = {0, 0, 0.5F, 0.75F, 0.75F};
    for (int i = 0; i < 5; ++i) {
        CHECK(Function::value(in[i]) == out[i]);
        CHECK(Function::derivative(in[i]) == (i == 2 ? 1.0F : 0.0F));
    }
    CHECK(std::string_view(Relu6::name) == "clipped ReLU, ceiling 6");
}

TEST_CASE("mixed networks: passes and gradients agree with the naive network") {
    checks::check_training<Mixed>(3);
    checks::check_training<Mixed>(4);
}

TEST_CASE("float networks: gradients and statistics do not depend on the number of threads") {
    checks::check_threads<Float>(11);
    checks::check_threads<Mixed>(12);
    checks::check_threads<Teacher>(13);
}

namespace {

/// Parameters behind `epochs` epochs on `threads` threads.
std::vector<float> trained(int threads, double* accuracy = nullptr) {
    const tools::Stripes data(120, 8, 8, 1, 4);
    Training<Teacher> training(20, threads);
    Trainer<Teacher> trainer(training, data.samples(), {.optimizer = {.learning_rate = 0.01}, .epochs = 6});
    trainer.fit();
    trainer.reestimate_statistics();
    if (accuracy != nullptr) {
        const Evaluation evaluation = evaluate(training, data.samples());
        *accuracy = evaluation.accuracy();
        CHECK(evaluation.correct == evaluation.float_correct);
        CHECK(evaluation.loss < 1);
        // Share of the numbers behind the first ReLU that are not zero.
        CHECK(evaluation.activity[3] > 0.1);
        CHECK(evaluation.activity[3] < 0.95);
    }
    return {training.parameters().begin(), training.parameters().end()};
}

}  // namespace

TEST_CASE("float networks: the trainer learns, to the same parameters on 1, 2 and 3 threads") {
    double accuracy = 0;
    const std::vector<float> one = trained(1, &accuracy);
    CHECK(accuracy > 0.95);
    CHECK(one == trained(2));
    CHECK(one == trained(3));
}

TEST_CASE("float networks: a resumed run ends as if it had never stopped, and another network is refused") {
    const tools::Stripes data(60, 8, 8, 1, 4);
    const test_files::TemporaryFolder folder;
    const auto file = folder.path() / "teacher.checkpoint";
    const TrainerOptions<Adam> options{.epochs = 2, .batch = 20};
    Training<Teacher> training(20);
    Trainer<Teacher> trainer(training, data.samples(), options);
    for (int i = 0; i < 4; ++i) trainer.train_batch();
    save_checkpoint(trainer, file);
    trainer.fit();

    Training<Teacher> other(20);
    other.initialize(99);
    Trainer<Teacher> resumed(other, data.samples(), options);
    load_checkpoint(resumed, file);
    resumed.fit();
    CHECK(std::equal(training.parameters().begin(), training.parameters().end(), other.parameters().begin()));
    CHECK(tools::running_statistics(training) == tools::running_statistics(other));

    Training<OtherTeacher> another(20);
    Trainer<OtherTeacher> refusing(another, data.samples(), options);
    CHECK_THROWS_AS(load_checkpoint(refusing, file), std::runtime_error);
}

TEST_CASE("the facts table calls real numbers real") {
    const std::vector<LayerFacts> layers = layer_facts(facts<Teacher>.view());
    REQUIRE(layers.size() == 4);
    CHECK(layers[0].kernel == "float");
    CHECK(layers[0].float_weights);
    CHECK(layers[0].float_accumulators);
    CHECK(layers[0].float_out);
    CHECK(layers[0].weight_bytes == 4 * 54);
    CHECK(layers[1].float_out);
    std::ostringstream text;
    facts_table(layers).print(text);
    CHECK(text.str().find("real") != std::string::npos);
    CHECK(text.str().find("0 .. 0") == std::string::npos);

    const std::vector<LayerFacts> mixed = layer_facts(facts<Mixed>.view());
    CHECK(!mixed[0].float_weights);
    CHECK(!mixed[0].float_accumulators);
    CHECK(mixed[0].float_out);
    CHECK(!mixed[1].float_out);
    CHECK(mixed[1].float_accumulators);
    CHECK(mixed[1].out_codes == CodeRange{0, 3});
}

}  // namespace float_network_test
