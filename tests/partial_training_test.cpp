// Passes over a part of a network, and training of a part: against whole passes, and against what must not change.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "intaglio/model/network.hpp"
#include "intaglio/train/trainer.hpp"
#include "support/training_tools.hpp"

namespace partial_training_test {

namespace {

using namespace intaglio;
using train::Statistics;

/// Values that several rows read: a residual block with two products, branches side by side, a gate.
struct Net : Network<Image<1, 6, 6>, Defaults<DoReFa<4>, IntegerScale<Scale::LayerBias>, DoReFaAct<8>>, Conv<Out<4>>,
                     Residual<Sequence<Conv<Out<4>>, Conv<Out<4>, NoActivation>>, Conv<Out<4>, NoActivation>>,
                     Activate<>, Concat<Conv<Out<3>>, Identity>,
                     Multiply<Identity, Sequence<GlobalAvgPool, Dense<Out<7>>>>, Activate<>, Classifier<Out<4>>> {};
/// The same with norms, whose gradients are computed in place.
struct Normed
    : Network<Image<1, 6, 6>, Defaults<QInt<4>, BatchNorm, DoReFaAct<4>>, Conv<Out<4>>,
              Residual<Sequence<Normalize<>, Activate<>, Conv<Out<4>, NoActivation>>, Conv<Out<4>, NoActivation>>,
              Normalize<>, Activate<>, Classifier<Out<4>>> {};

constexpr std::int64_t images = 6;

template <class N>
struct Passes {
    std::mt19937 random{11};
    Training<N> training{images + 1, 2, 3};
    tools::Stripes data{images, 6, 6, 1, 4};

    Passes() {
        std::uniform_real_distribution<float> uniform(-0.5F, 0.5F);
        for (const ParameterRange& range : Training<N>::ranges()) {
            for (std::int64_t i = range.begin; i < range.begin + range.count; ++i) {
                const float x = uniform(random);
                training.parameters()[static_cast<std::size_t>(i)] = range.kind == ParameterKind::gain ? 0.6F + x
                                                                     : range.kind == ParameterKind::bias
                                                                         ? 0.4F + 0.4F * x
                                                                         : 2 * x;
            }
        }
        training.parameters_changed();
    }
    void forward(std::size_t end = Training<N>::rows) {
        training.forward(data.pixels.data(), images, Statistics::batch, end);
    }
    std::vector<float> draw(std::size_t count) {
        std::normal_distribution<float> normal;
        std::vector<float> result(count);
        for (float& x : result) x = normal(random);
        return result;
    }
};

/// Whether all values that rows in front of `row` read only from rows in front of it come from one value: the only way
/// out of the part is the output of row - 1.
template <class N>
bool one_way_out(std::int32_t end) {
    const auto& table = facts<N>;
    for (std::int32_t i = end; i < static_cast<std::int32_t>(Training<N>::rows); ++i) {
        for (const std::int32_t value : {table.row(i).input, table.row(i).second_input}) {
            if (value == none || value == 0) continue;
            std::int32_t writer = 0;
            while (table.row(writer).output != value) ++writer;
            if (writer < end - 1) return false;
        }
    }
    return true;
}

template <class N>
void check_prefix() {
    Passes<N> whole;
    Passes<N> part;
    whole.forward();
    const auto expected = tools::all_codes(whole.training, images);
    for (std::size_t end = 1; end <= Training<N>::rows; ++end) {
        // What stood there is overwritten, what stands behind stays.
        part.training.forward(part.data.pixels.data(), images, Statistics::batch, end);
        const auto found = tools::all_codes(part.training, images);
        Training<N>::each([&]<std::size_t I>() {
            constexpr auto value = static_cast<std::size_t>(facts<N>.rows[I].output);
            INFO("end " << end << " row " << I);
            if (I < end) CHECK(found[value] == expected[value]);
        });
    }
    CHECK(std::equal(whole.training.logits().begin(), whole.training.logits().end(), part.training.logits().begin()));
}

/// backward(first, end) where the part has one way out: the gradients of the whole pass, bit by bit.
template <class N>
void check_same_gradients() {
    Passes<N> p;
    const std::vector<float> cotangent = p.draw(static_cast<std::size_t>(images) * 4);
    int ends = 0;
    for (std::int32_t end = 1; end < static_cast<std::int32_t>(Training<N>::rows); ++end) {
        if (!one_way_out<N>(end)) continue;
        const std::int32_t value = facts<N>.row(end - 1).output;
        if (!facts<N>.value(value).needs_gradient) continue;
        p.forward();
        std::copy(cotangent.begin(), cotangent.end(), p.training.logit_gradient().begin());
        p.training.backward(static_cast<std::size_t>(end));  // stops where the part begins
        if (facts<N>.row(end).weights > 0) {                 // a product leaves out what nobody asks for
            std::copy(cotangent.begin(), cotangent.end(), p.training.logit_gradient().begin());
            p.training.backward(static_cast<std::size_t>(end - 1));
            if (facts<N>.row(end - 1).weights > 0) continue;
        }
        const std::span<float> at = p.training.value_gradient(value);
        const std::vector<float> given(at.begin(), at.end());
        std::copy(cotangent.begin(), cotangent.end(), p.training.logit_gradient().begin());
        p.training.backward();
        const std::vector<float> expected(p.training.gradients().begin(), p.training.gradients().end());
        for (std::int32_t first = 0; first < end; ++first) {
            INFO("rows " << first << " ... " << end - 1);
            p.forward(static_cast<std::size_t>(end));
            const std::vector<float> before(p.training.gradients().begin(), p.training.gradients().end());
            std::copy(given.begin(), given.end(), p.training.value_gradient(value).begin());
            p.training.backward(static_cast<std::size_t>(first), static_cast<std::size_t>(end));
            for (const ParameterRange& range : Training<N>::ranges()) {
                const bool inside = first <= range.row && range.row < end;
                const std::vector<float>& wanted = inside ? expected : before;
                CHECK(std::equal(wanted.begin() + range.begin, wanted.begin() + range.begin + range.count,
                                 p.training.gradients().begin() + range.begin));
            }
        }
        ++ends;
    }
    CHECK(ends >= 5);
}

/// backward(first, end) for any end: what stood in the memory of gradients does not matter.
template <class N>
void check_independence() {
    Passes<N> p;
    for (std::int32_t end = 1; end < static_cast<std::int32_t>(Training<N>::rows); ++end) {
        const std::int32_t value = facts<N>.row(end - 1).output;
        if (!facts<N>.value(value).needs_gradient) continue;
        const std::vector<float> given = p.draw(static_cast<std::size_t>(images * facts<N>.value(value).shape.size()));
        std::vector<std::vector<float>> found;
        for (const float stale : {0.0F, 1.0F, -1e3F}) {
            p.forward();
            std::fill(p.training.logit_gradient().begin(), p.training.logit_gradient().end(), stale);
            p.training.backward();
            for (std::int32_t v = 1; v < facts<N>.value_count; ++v) {
                if (!facts<N>.value(v).needs_gradient) continue;
                for (float& g : p.training.value_gradient(v)) g = stale;
            }
            std::copy(given.begin(), given.end(), p.training.value_gradient(value).begin());
            p.training.backward(0, static_cast<std::size_t>(end));
            std::vector<float> gradients;
            for (const ParameterRange& range : Training<N>::ranges()) {
                if (range.row >= end) continue;
                const auto g = p.training.gradients().subspan(static_cast<std::size_t>(range.begin),
                                                              static_cast<std::size_t>(range.count));
                gradients.insert(gradients.end(), g.begin(), g.end());
            }
            found.push_back(gradients);
        }
        INFO("end " << end);
        CHECK(found[0] == found[1]);
        CHECK(found[0] == found[2]);
    }
}

}  // namespace

TEST_CASE("a forward pass to a row is the beginning of the whole pass") {
    check_prefix<Net>();
    check_prefix<Normed>();
}

TEST_CASE("a backward pass over some rows gives their gradients of the whole pass") {
    check_same_gradients<Net>();
    check_same_gradients<Normed>();
}

TEST_CASE("a backward pass over some rows does not depend on what stood in memory") {
    check_independence<Net>();
    check_independence<Normed>();
}

TEST_CASE("a branch alone: the other branch counts for nothing") {
    // The gradient of the codes in front of the block is that of the main branch; so the first layer's is linear in it.
    Passes<Net> p;
    p.forward();
    std::int32_t end = 0;
    while (std::string(facts<Net>.row(end).kind) != "add") ++end;
    const std::int32_t join = end;
    const std::int32_t main_value = facts<Net>.row(join).input;
    while (facts<Net>.row(end - 1).output != main_value) --end;
    const std::vector<float> given = p.draw(p.training.value_gradient(main_value).size());
    std::copy(given.begin(), given.end(), p.training.value_gradient(main_value).begin());
    p.training.backward(0, static_cast<std::size_t>(end));
    const std::vector<float> of_main(p.training.gradients().begin(), p.training.gradients().end());
    // Through the whole block with the shortcut's weights gone: nothing else reaches the first layer.
    for (const ParameterRange& range : Training<Net>::ranges()) {
        const bool shortcut = end <= range.row && range.row < join;
        for (std::int64_t i = range.begin; shortcut && i < range.begin + range.count; ++i) {
            if (range.kind == ParameterKind::gain) p.training.parameters()[static_cast<std::size_t>(i)] = 0;
        }
    }
    p.training.parameters_changed();
    p.forward();
    const std::int32_t sum = facts<Net>.row(join).output;
    std::copy(given.begin(), given.end(), p.training.value_gradient(sum).begin());
    p.training.backward(0, static_cast<std::size_t>(join) + 1);
    double size = 0;
    for (const ParameterRange& range : Training<Net>::ranges()) {
        if (range.row >= end) continue;
        for (std::int64_t i = range.begin; i < range.begin + range.count; ++i) {
            const auto k = static_cast<std::size_t>(i);
            size += std::fabs(static_cast<double>(of_main[k]));
            CHECK(of_main[k] == doctest::Approx(p.training.gradients()[k]).epsilon(1e-6));
        }
    }
    CHECK(size > 0);
}

TEST_CASE("a value without parameters in front of it has no gradient") {
    Passes<Net> p;
    p.forward();
    for (const std::int32_t value : {-1, 0, facts<Net>.value_count}) {
        CHECK_THROWS_AS(static_cast<void>(p.training.value_gradient(value)), std::invalid_argument);
    }
}

TEST_CASE("values by number, and the affine function that gives them their meaning") {
    Passes<Net> p;
    p.forward();
    const auto expected = tools::all_codes(p.training, images);
    int visited = 0;
    for (std::int32_t v = 1; v < facts<Net>.value_count; ++v) {
        const Value& value = facts<Net>.value(v);
        p.training.visit(v, [&](const auto* codes) {
            ++visited;
            const auto& same = expected[static_cast<std::size_t>(value.memory)];
            CHECK(std::equal(same.begin(), same.end(), codes));
        });
        for (std::int32_t c = 0; c < value.shape.channels; ++c) {
            const train::Affine affine = p.training.affine(v, c);
            double slope = 1.0 / static_cast<double>(value.denominator);
            double offset = 0;
            if (value.norm_row != none) {
                for (const ParameterRange& range : Training<Net>::ranges()) {
                    if (range.row != value.norm_row) continue;
                    const auto at = static_cast<std::size_t>(range.begin + (range.count == 1 ? 0 : c));
                    const auto x = static_cast<double>(p.training.parameters()[at]);
                    (range.kind == ParameterKind::gain ? slope : offset) =
                        range.kind == ParameterKind::gain ? slope * x : x;
                }
            }
            CHECK(affine.slope == doctest::Approx(slope).epsilon(1e-14));
            CHECK(affine.offset == offset);
        }
    }
    CHECK(visited == facts<Net>.value_count - 1);
    p.training.visit(0,
                     [&](const auto* codes) { CHECK(std::equal(codes, codes + images * 36, p.data.pixels.begin())); });
}

namespace {

/// Trains the part for some steps; returns for each parameter whether it changed.
std::vector<bool> changed_by(Training<Net>& training, const tools::Stripes& data, TrainerOptions<> options) {
    const std::vector<float> before(training.parameters().begin(), training.parameters().end());
    options.epochs = 2;
    options.batch = 8;
    options.optimizer.learning_rate = 0.01;
    Trainer<Net> trainer(training, data.samples(), options);
    trainer.fit();
    std::vector<bool> changed;
    for (std::size_t i = 0; i < before.size(); ++i) changed.push_back(before[i] != training.parameters()[i]);
    return changed;
}

bool any(const std::vector<bool>& changed, const ParameterRange& range) {
    return std::any_of(changed.begin() + range.begin, changed.begin() + range.begin + range.count,
                       [](bool b) { return b; });
}

}  // namespace

TEST_CASE("a trainer changes the part that it is given, and nothing else") {
    const tools::Stripes data(64, 6, 6, 1, 4);
    constexpr auto rows = static_cast<std::int32_t>(Training<Net>::rows);
    for (const bool gains : {true, false}) {
        for (const TrainedPart part : {TrainedPart{0, 2, gains}, TrainedPart{0, 1, gains}, TrainedPart{4, 4, gains},
                                       TrainedPart{3, 5, gains}, TrainedPart{3, INT32_MAX, gains},
                                       TrainedPart{rows - 4, rows - 1, gains}, TrainedPart{0, INT32_MAX, gains}}) {
            INFO("rows " << part.first << " ... " << part.last << (gains ? " with gains" : " without gains"));
            Passes<Net> p;
            Training<Net> training(8, 2, 3);
            std::copy(p.training.parameters().begin(), p.training.parameters().end(), training.parameters().begin());
            training.parameters_changed();
            TrainerOptions<> options;
            options.part = part;
            const std::vector<bool> changed = changed_by(training, data, options);
            for (const ParameterRange& range : Training<Net>::ranges()) {
                const bool inside =
                    part.first <= range.row && range.row <= part.last && (gains || range.kind != ParameterKind::gain);
                INFO("row " << range.row << " kind " << static_cast<int>(range.kind));
                CHECK(any(changed, range) == inside);
            }
        }
    }
}

TEST_CASE("a loss at a value: its own gradient, and rows behind it are not computed") {
    const tools::Stripes data(64, 6, 6, 1, 4);
    Training<Net> training(8, 1, 3);
    Passes<Net> p;
    std::copy(p.training.parameters().begin(), p.training.parameters().end(), training.parameters().begin());
    training.parameters_changed();
    // The first step: codes towards a constant.
    constexpr std::int32_t last = 2;
    const std::int32_t value = facts<Net>.row(last).output;
    REQUIRE(facts<Net>.row(last).steps == 255);
    constexpr std::int32_t size = 6 * 6 * 4;
    std::vector<double> losses;
    TrainerOptions<> options;
    options.part = {.first = 0, .last = last};
    options.weight_decay = 0;
    options.local_loss = [&](const std::uint8_t*, std::int64_t count) {
        double loss = 0;
        const std::span<float> gradient = training.value_gradient(value);
        REQUIRE(static_cast<std::int64_t>(gradient.size()) == count * size);
        training.visit(value, [&](const auto* codes) {
            for (std::int64_t i = 0; i < count * size; ++i) {
                const double distance = static_cast<double>(codes[i]) / 255 - 0.25;
                loss += distance * distance / size / static_cast<double>(count);
                gradient[static_cast<std::size_t>(i)] =
                    static_cast<float>(2 * distance / size / static_cast<double>(count));
            }
        });
        losses.push_back(loss);
        return loss;
    };
    const std::vector<bool> changed = changed_by(training, data, options);
    for (const ParameterRange& range : Training<Net>::ranges()) CHECK(any(changed, range) == (range.row <= last));
    REQUIRE(losses.size() == 16);
    CHECK(losses.back() < 0.7 * losses.front());

    options.part = {.first = 3, .last = 2};
    CHECK_THROWS_AS(Trainer<Net>(training, data.samples(), options), std::invalid_argument);
    options.part = {.first = 1, .last = 2};
    options.clip_norm = 1;
    CHECK_THROWS_AS(Trainer<Net>(training, data.samples(), options), std::invalid_argument);
}

TEST_CASE("the settings of a run name its part and its loss") {
    const tools::Stripes data(16, 6, 6, 1, 4);
    Training<Net> training(8);
    TrainerOptions<> options;
    const auto text = [&] { return Trainer<Net>(training, data.samples(), options).description(); };
    const std::string whole = text();
    options.part = {.first = 3, .last = 5};
    const std::string part = text();
    options.part.gains = false;
    const std::string without = text();
    options.local_loss = [](const std::uint8_t*, std::int64_t) { return 0.0; };
    CHECK(whole != part);
    CHECK(part != without);
    CHECK(without != text());
}

}  // namespace partial_training_test
