// Students as types: what becomes of every kind of layer, and the list of stages of their conversion.
#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "intaglio/canonical/describe.hpp"
#include "intaglio/model/network.hpp"
#include "intaglio/tandem/stages.hpp"
#include "intaglio/train/lowering.hpp"
#include "intaglio/zoo/networks.hpp"

namespace {

using namespace intaglio;
using tandem::StageKind;

/// The first row of one kind at or behind `row`: products, steps of activations and joins; the number of rows if none.
template <class Net>
constexpr std::int32_t next(std::string_view kind, std::int32_t row) {
    while (row < static_cast<std::int32_t>(facts<Net>.row_count()) && facts<Net>.row(row).kind != kind) ++row;
    return row;
}
template <class Net>
constexpr std::int32_t nth(std::string_view kind, std::int32_t n) {
    std::int32_t row = next<Net>(kind, 0);
    while (n-- > 0) row = next<Net>(kind, row + 1);
    return row;
}
template <class Net>
constexpr std::int32_t count(std::string_view kind) {
    std::int32_t n = 0;
    for (const Row& row : facts<Net>.rows) n += row.kind == kind ? 1 : 0;
    return n;
}

/// Products and steps at the same places, of the same extents, codes and bits; a scale in front of each step.
template <class Teacher, class Student>
constexpr bool same_layers() {
    const auto& t = facts<Teacher>;
    const auto& s = facts<Student>;
    for (const std::string_view kind : {"product", "step", "pool", "max pool", "add", "logits"}) {
        if (count<Teacher>(kind) != count<Student>(kind)) return false;
        std::int32_t i = next<Teacher>(kind, 0);
        std::int32_t j = next<Student>(kind, 0);
        const auto rows = static_cast<std::int32_t>(t.row_count());
        for (; i < rows; i = next<Teacher>(kind, i + 1), j = next<Student>(kind, j + 1)) {
            const Row& a = t.row(i);
            const Row& b = s.row(j);
            if (!(a.path == b.path) || a.weights != b.weights || a.weight_bits() != b.weight_bits()) return false;
            if (!(a.codes == b.codes) || a.macs != b.macs || a.steps != b.steps) return false;
            if (!(t.value(a.output).shape == s.value(b.output).shape)) return false;
            if (t.value(a.output).denominator != s.value(b.output).denominator) return false;
            if ((kind == "step" || kind == "logits") && !b.scale.given) return false;
            if (s.value(b.output).scaled_weights) return false;
        }
    }
    return s.norms() == 0 && count<Student>("norm") == 0 && t.weights() == s.weights() &&
           t.weight_bytes() == s.weight_bytes() && t.macs() == s.macs() &&
           count<Student>("scale") == count<Student>("step") + 1;
}

template <class Teacher>
constexpr bool all_modes() {
    static_assert(facts<Teacher>.norms() > 0);
    constexpr std::int64_t steps = count<Teacher>("step");
    static_assert(same_layers<Teacher, BnFree<Teacher, Scale::Layer>>());
    static_assert(same_layers<Teacher, BnFree<Teacher, Scale::LayerBias>>());
    static_assert(same_layers<Teacher, BnFree<Teacher, Scale::Channel>>());
    static_assert(facts<BnFree<Teacher, Scale::Layer>>.multipliers() <= steps + 1);
    static_assert(facts<BnFree<Teacher, Scale::LayerBias>>.multipliers() <= steps + 1);
    // In mode Layer a gain for each scale, and no biases.
    static_assert(facts<BnFree<Teacher, Scale::Layer>>.parameters() == facts<Teacher>.weights() + steps + 1);
    return true;
}

using Bn = Defaults<DoReFa<4>, BatchNorm, DoReFaAct<8>>;

struct Simple : Network<Image<1, 8, 8>, Bn, Conv<Out<6>>, MaxPool<2>, Conv<DoReFa<1>, Out<7>, Lbn, DoReFaAct<4>>,
                        Dense<Flatten, Out<9>, ChannelGain>, Classifier<DoReFa<8>, Out<3>>> {};
static_assert(all_modes<Simple>());
static_assert(facts<BnFree<Simple, Scale::LayerBias>>.multipliers() == 4);
static_assert(facts<BnFree<Simple, Scale::Channel>>.multipliers() == 6 + 7 + 9 + 3);
static_assert(facts<BnFree<Simple, Scale::PowerOfTwo>>.multipliers() == 4);

struct Nested
    : Network<Image<1, 8, 8>, Bn, Conv<Out<4>>, Repeat<2, Sequence<Conv<Out<4>>, Repeat<2, Conv<Out<4>, Lbn>>>>,
              Residual<Sequence<Normalize<>, Activate<>, Conv<Out<4>, NoActivation>>>, Normalize<BatchNorm>,
              Activate<Act<M_a{200}>>, Residual<Conv<Out<5>>, Conv<Out<5>, Kernel<1>>, BranchGrid<QInt<8>, Range{4}>>,
              Activate<>, Concat<Conv<Out<3>>, Sequence<Conv<Out<2>>, Conv<Out<2>>>>,
              Concat<Conv<Out<3>, NoActivation>, Conv<Out<2>, NoActivation>, BranchGrid<QInt<8>>>, Normalize<>,
              Activate<>, Multiply<Conv<Out<5>>, Sequence<GlobalAvgPool, Dense<Out<5>>>>, Affine<>, Activate<>,
              AvgPool<2>, Classifier<Out<3>>> {};
static_assert(all_modes<Nested>());

struct Kinds : Network<Signal<2, 16>, Bn, Conv1d<Out<4>>, DepthwiseConv<Kernel<1>>, MaxPool1d<2>,
                       Conv1d<Out<4>, Lbn, DoReFaAct<2>>, Dropout<>, Dense<Flatten, Out<5>, TrainedBias, Sign<>>,
                       Classifier<Out<3>>> {};
static_assert(all_modes<Kinds>());

/// No Defaults: each layer brings what it needs, or has the usual norm.
struct Bare : Network<Features<8>, Dense<Out<6>, DoReFa<4>, DoReFaAct<8>>,
                      Dense<Out<5>, QInt<4>, BatchNorm, Act<M_a{256}>>, Classifier<QInt<8>, Out<3>>> {};
static_assert(all_modes<Bare>());

/// Names of one's own: a layer and a block whose options all come from the defaults, and an alias.
struct OwnConv : Conv<Out<4>> {};
template <class... Options>
using Twice = Sequence<Conv<Options...>, Conv<Options...>>;
struct Named : Network<Image<1, 8, 8>, Bn, OwnConv, Twice<Out<4>, Lbn>, Classifier<Out<3>>> {};
static_assert(all_modes<Named>());

template <class Input, class Multiplier>
struct PreAct : zoo::PreActResNet<Input, 10, Multiplier, Bn> {};
static_assert(all_modes<PreAct<Image<3, 16, 16>, zoo::WidthMultiplier<1, 16>>>());
struct VggSmall : zoo::VggSmall<Image<3, 32, 32>, 10, zoo::WidthMultiplier<1>, Bn, DoReFa<8>> {};
static_assert(all_modes<VggSmall>());
static_assert(facts<BnFree<VggSmall, Scale::LayerBias>>.multipliers() == 7);
struct BinaryVgg
    : zoo::VggSmall<Image<3, 32, 32>, 10, zoo::WidthMultiplier<1>, Defaults<DoReFa<1>, BatchNorm, DoReFaAct<1>>> {};
static_assert(all_modes<BinaryVgg>());
static_assert(facts<BnFree<BinaryVgg, Scale::Layer>>.multipliers() == 7);
struct ResNet20 : zoo::ResNet20<Image<3, 32, 32>, 10, zoo::WidthMultiplier<1>, Bn> {};
static_assert(all_modes<ResNet20>());
struct AlexNet : zoo::AlexNet<Image<3, 224, 224>, 1000, zoo::WidthMultiplier<1>, Bn> {};
static_assert(all_modes<AlexNet>());
static_assert(facts<BnFree<AlexNet, Scale::LayerBias>>.multipliers() == 8);
static_assert(facts<BnFree<AlexNet, Scale::LayerBias>>.weights() == 60'961'280);

/// A student has a student: itself, in another form.
static_assert(same_layers<Simple, BnFree<BnFree<Simple, Scale::Layer>, Scale::LayerBias>>());
static_assert(std::is_same_v<BnFree<BnFree<Simple, Scale::Layer>, Scale::LayerBias>, BnFree<Simple, Scale::LayerBias>>);
static_assert(std::is_same_v<BnFree<BnFree<Nested, Scale::Channel>, Scale::Channel>, BnFree<Nested, Scale::Channel>>);

/// A layer that hides a norm, and what it becomes.
template <std::int32_t Channels>
struct Hidden {
    template <class Defaults>
    using resolved = typename Conv<Out<Channels>, BatchNorm>::template resolved<Defaults>;
};
template <std::int32_t Channels>
struct Opened {
    template <class Defaults>
    using resolved = typename Conv<Out<Channels>>::template resolved<Defaults>;
};
struct Hiding : Network<Image<1, 8, 8>, Bn, Hidden<4>, Sequence<Hidden<5>, Conv<Out<4>>>, Classifier<Out<3>>> {};

}  // namespace

template <std::int32_t Channels, class Mode>
struct intaglio::tandem::StudentLayer<Hidden<Channels>, Mode> {
    using type = Opened<Channels>;
};

namespace {
static_assert(all_modes<Hiding>());
}

TEST_CASE("the stages of a plain network") {
    using Student = BnFree<Simple, Scale::LayerBias>;
    constexpr const auto& list = tandem::stages<Simple, Student>;
    static_assert(list.size() == 4);
    static_assert(list.layers() == 4);
    for (std::int32_t i = 0; i < 4; ++i) {
        const tandem::Stage& stage = list[static_cast<std::size_t>(i)];
        INFO("stage " << i);
        CHECK(stage.kind == (i < 3 ? StageKind::layer : StageKind::logits));
        CHECK(stage.product == nth<Student>("product", i));
        CHECK(stage.teacher_product == nth<Simple>("product", i));
        CHECK(stage.scale == nth<Student>("scale", i));
        CHECK(stage.step == (i < 3 ? nth<Student>("step", i) : nth<Student>("logits", 0)));
        CHECK(stage.teacher_step == (i < 3 ? nth<Simple>("step", i) : nth<Simple>("logits", 0)));
        CHECK(stage.teacher_value == facts<Simple>.row(nth<Simple>("norm", i)).output);
        CHECK(stage.first_row() == stage.product);
        CHECK(path_text(stage.path) == std::to_string(std::array<int, 4>{2, 4, 5, 6}[static_cast<std::size_t>(i)]));
    }
}

TEST_CASE("the stages of ResNet-20: a layer for each product but one, a scale behind each join and on each shortcut") {
    using Student = BnFree<ResNet20, Scale::Channel>;
    constexpr const auto& list = tandem::stages<ResNet20, Student>;
    // 19 convolutions; 9 shortcuts on the grid; 9 activations behind joins; the classifier.
    static_assert(list.size() == 19 + 9 + 9 + 1);
    static_assert(list.layers() == 20);
    std::int32_t product = 0;
    int scales = 0;
    for (std::size_t i = 0; i < list.size(); ++i) {
        const tandem::Stage& stage = list[i];
        INFO("stage " << i << ": " << path_text(stage.path));
        CHECK(facts<Student>.row(stage.scale).kind == std::string_view("scale"));
        CHECK(facts<Student>.row(stage.step).path == facts<ResNet20>.row(stage.teacher_step).path);
        CHECK(facts<Student>.row(stage.step).kind == std::string_view(facts<ResNet20>.row(stage.teacher_step).kind));
        CHECK(facts<ResNet20>.row(stage.teacher_step).input == stage.teacher_value);
        CHECK(stage.scale < stage.step);
        if (i > 0) CHECK(stage.step > list[i - 1].step);
        if (stage.product == none) {
            CHECK(stage.kind == StageKind::scale);
            CHECK(stage.first_row() == stage.scale);
            CHECK(stage.teacher_product == none);
            ++scales;
        } else {
            CHECK(stage.kind == (i + 1 == list.size() ? StageKind::logits : StageKind::layer));
            CHECK(stage.product == nth<Student>("product", product));
            CHECK(stage.teacher_product == nth<ResNet20>("product", product));
            ++product;
        }
    }
    CHECK(product == 20);
    CHECK(scales == 18);
    CHECK(path_text(list[0].path) == "2");
    CHECK(path_text(list[1].path) == "3.repetition 1.1.1.main.1");
    CHECK(path_text(list[3].path) == "3.repetition 1.1.1.shortcut");
    CHECK(path_text(list[4].path) == "3.repetition 1.1.2");
}

TEST_CASE("the stages of a student that ends in a pool") {
    using Teacher = PreAct<Image<3, 16, 16>, zoo::WidthMultiplier<1, 16>>;
    constexpr const auto& list = tandem::stages<Teacher, BnFree<Teacher, Scale::LayerBias>>;
    CHECK(list[list.size() - 1].kind == StageKind::logits);
    CHECK(list[list.size() - 1].product != none);
    CHECK(list.layers() == static_cast<std::size_t>(count<Teacher>("product")));
}

TEST_CASE("the signature of a student names its form") {
    const std::string layer = model_signature(facts<BnFree<Simple, Scale::Layer>>.view());
    const std::string bias = model_signature(facts<BnFree<Simple, Scale::LayerBias>>.view());
    const std::string channel = model_signature(facts<BnFree<Simple, Scale::Channel>>.view());
    const std::string power = model_signature(facts<BnFree<Simple, Scale::PowerOfTwo>>.view());
    const std::string eight = model_signature(facts<BnFree<Simple, Scale::Precision<Scale::LayerBias, 8>>>.view());
    CHECK(layer != bias);
    CHECK(bias != channel);
    CHECK(bias != power);
    CHECK(bias != eight);
    CHECK(power != eight);
    // Weights of one bit without their mean are others.
    struct With : Network<Features<4>, Defaults<BatchNorm>, Classifier<DoReFa<1>, Out<2>>> {};
    struct Without : Network<Features<4>, Defaults<BatchNorm>, Classifier<Unscaled<DoReFa<1>>, Out<2>>> {};
    CHECK(model_signature(facts<With>.view()) != model_signature(facts<Without>.view()));
}

TEST_CASE("a student's program runs, in additions, products and shifts") {
    using Student = BnFree<Nested, Scale::LayerBias>;
    static_assert(facts<Student>.integer_only());
    Training<Student> training(2);
    const std::vector<std::uint8_t> pixels(128, 90);
    training.forward(pixels.data(), 2, train::Statistics::running);
    const std::int32_t expected = training.prediction(0);
    const IntegerNetwork network(lower(training));  // a pass of its own
    CHECK(certify(training, network).proven());
    const auto scratch = network.make_scratch();
    CHECK(network.predict(pixels.data(), *scratch) == expected);
}
