// Checkpoints of training runs: a resumed run ends as if it had never stopped; another model is refused.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "data_files/temporary_folder.hpp"
#include "intaglio/core/random.hpp"
#include "intaglio/io/training_checkpoint.hpp"
#include "intaglio/model/network.hpp"

namespace checkpoint_test {

using namespace intaglio;
using test_files::TemporaryFolder;

namespace {

struct Net : Network<Image<1, 8, 8>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Conv<QInt<8>, Out<8>>, AvgPool<2>,
                     Residual<Conv<Out<8>, BatchNorm, NoActivation>>, Activate<>, Classifier<QInt<8>, Out<4>>> {};
// The same but for the states of one activation.
struct OtherNet
    : Network<Image<1, 8, 8>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Conv<QInt<8>, Out<8>>, AvgPool<2>,
              Residual<Conv<Out<8>, BatchNorm, NoActivation>>, Activate<Act<M_a{3}>>, Classifier<QInt<8>, Out<4>>> {};

struct Data {
    Data() {
        Random random(3);
        for (int i = 0; i < 53; ++i) {
            const auto label = static_cast<std::uint8_t>(random.below(4));
            for (int p = 0; p < 64; ++p) {
                pixels.push_back(
                    static_cast<std::uint8_t>(p / 16 == label ? 128 + random.below(128) : random.below(160)));
            }
            labels.push_back(label);
        }
    }
    [[nodiscard]] Samples samples() const { return {pixels, labels}; }

    std::vector<std::uint8_t> pixels;
    std::vector<std::uint8_t> labels;
};

// Everything that a checkpoint keeps, as doubles.
template <class N, class Optimizer>
std::vector<double> all_state(Trainer<N, Optimizer>& trainer) {
    std::vector<double> state;
    for (const train::NamedNumbers& numbers : trainer.state()) {
        std::visit([&](auto values) { state.insert(state.end(), values.begin(), values.end()); }, numbers.values);
    }
    for (const std::int64_t part : trainer.position()) state.push_back(static_cast<double>(part));
    return state;
}

template <class Optimizer>
void resumes_at_every_batch() {
    const Data data;
    const TrainerOptions<Optimizer> options{.epochs = 3, .batch = 10, .seed = 5};
    const TemporaryFolder folder;
    const std::filesystem::path file = folder.path() / "run.checkpoint";

    Training<Net> training(10, 1, 1);
    Trainer<Net, Optimizer> trainer(training, data.samples(), options);
    std::vector<EpochMetrics> metrics;
    while (!trainer.finished()) metrics.push_back(trainer.train_batch());
    const std::vector<double> expected = all_state(trainer);

    for (const std::size_t stop : {std::size_t{0}, std::size_t{1}, std::size_t{4}, std::size_t{6}, std::size_t{13}}) {
        CAPTURE(stop);
        {
            Training<Net> first_training(10, 2, 1);
            Trainer<Net, Optimizer> first(first_training, data.samples(), options);
            for (std::size_t i = 0; i < stop; ++i) first.train_batch();
            save_checkpoint(first, file);
        }
        // Other initial weights and another number of threads: all comes from the file.
        Training<Net> second_training(10, 3, 99);
        Trainer<Net, Optimizer> second(second_training, data.samples(), options);
        load_checkpoint(second, file);
        for (std::size_t i = stop; !second.finished(); ++i) {
            const EpochMetrics& m = second.train_batch();
            CHECK(m.epoch == metrics[i].epoch);
            CHECK(m.batch == metrics[i].batch);
            CHECK(m.loss == metrics[i].loss);
            CHECK(m.accuracy == metrics[i].accuracy);
            CHECK(m.learning_rate == metrics[i].learning_rate);
        }
        CHECK(all_state(second) == expected);
    }
}

std::string message_of(const auto& call) {
    try {
        call();
    } catch (const std::exception& error) {
        return error.what();
    }
    return "no exception";
}
bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a run resumed at any batch ends with the same parameters, bit for bit: Adam") {
    resumes_at_every_batch<Adam>();
}
TEST_CASE("a run resumed at any batch ends with the same parameters, bit for bit: momentum SGD") {
    resumes_at_every_batch<MomentumSgd>();
}

TEST_CASE("a checkpoint of another model or run is refused with the first difference, and nothing changes") {
    const Data data;
    const TemporaryFolder folder;
    const std::filesystem::path file = folder.path() / "run.checkpoint";
    const TrainerOptions<Adam> options{.epochs = 3, .batch = 10};
    {
        Training<Net> training(10);
        Trainer<Net> trainer(training, data.samples(), options);
        trainer.train_batch();
        save_checkpoint(trainer, file);
    }
    Training<OtherNet> other_training(10);
    Trainer<OtherNet> other(other_training, data.samples(), options);
    const std::vector<double> before = all_state(other);
    const std::string model = message_of([&] { load_checkpoint(other, file); });
    CHECK(contains(model, "run.checkpoint"));
    CHECK(contains(model, "layer 5: step"));
    CHECK(contains(model, "codes 0 .. 2"));
    CHECK(contains(model, "codes 0 .. 3"));
    CHECK(all_state(other) == before);

    Training<Net> training(10);
    const auto refused_by = [&](auto& trainer) { return message_of([&] { load_checkpoint(trainer, file); }); };
    const std::string words = file.string() + ": belongs to a run with another option: expected ";
    Trainer<Net> other_seed(training, data.samples(), {.epochs = 3, .batch = 10, .seed = 2});
    CHECK(refused_by(other_seed) == words + "'seed 2', found 'seed 1'");
    Trainer<Net> other_batch(training, data.samples(), {.epochs = 3, .batch = 5});
    CHECK(refused_by(other_batch) == words + "'batch 5', found 'batch 10'");
    Trainer<Net, MomentumSgd> other_optimizer(training, data.samples(), {.epochs = 3, .batch = 10});
    CHECK(refused_by(other_optimizer) == words + "'optimiser momentum SGD', found 'optimiser Adam'");
    // An option behind many others, and far behind the first 200 letters.
    Trainer<Net> other_stop(
        training, data.samples(),
        {.epochs = 3, .batch = 10, .early_stopping = {.patience = 7}, .validation = data.samples()});
    CHECK(refused_by(other_stop) == words + "'patience 7', found 'patience 0'");
}

namespace {

struct Dropping : Network<Image<1, 8, 8>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Conv<QInt<8>, Out<8>>,
                          Dropout<Rate{0.3}>, Classifier<QInt<8>, Out<4>>> {};

}  // namespace

TEST_CASE("a resumed run draws what the run would have drawn, whatever the seed of the training it is loaded into") {
    const Data data;
    const TemporaryFolder folder;
    const std::filesystem::path file = folder.path() / "run.checkpoint";
    Training<Dropping> whole(10, 1, 9);
    Trainer<Dropping> all(whole, data.samples(), {.epochs = 2});
    for (int i = 0; i < 3; ++i) all.train_batch();
    save_checkpoint(all, file);
    all.fit();
    Training<Dropping> part(10);
    Trainer<Dropping> rest(part, data.samples(), {.epochs = 2});
    rest.train_batch();  // draws of its own
    load_checkpoint(rest, file);
    CHECK(part.seed() == 9);
    rest.fit();
    CHECK(all_state(rest) == all_state(all));
    // It would have ended elsewhere with other draws.
    load_checkpoint(rest, file);
    part.set_seed(1);
    rest.fit();
    CHECK(all_state(rest) != all_state(all));
}

TEST_CASE("a checkpoint of other data or other functions is refused") {
    const Data data;
    const TemporaryFolder folder;
    const std::filesystem::path file = folder.path() / "run.checkpoint";
    Training<Net> training(10);
    Training<Net> teacher(10, 1, 77);
    const auto brighter = [](int step) {
        return [step](std::span<std::uint8_t> image, Random& random) {
            image[random.below(64)] = static_cast<std::uint8_t>(image[3] + step);
        };
    };
    const auto options = [&] {
        return TrainerOptions<Adam>{
            .epochs = 3,
            .batch = 10,
            .schedule =
                CustomSchedule{.factor = [](std::uint64_t step, std::uint64_t) { return 1.0 / double(1 + step); }},
            .early_stopping = {.patience = 3},
            .validation = data.samples(),
            .augment = brighter(1),
            .distillation = {.teacher = teacher_logits(teacher)}};
    };
    Trainer<Net> trainer(training, data.samples(), options());
    trainer.train_batch();
    save_checkpoint(trainer, file);
    Training<Net> second(10);
    const auto loaded_into = [&](const Samples& samples, const TrainerOptions<Adam>& changed) {
        Trainer<Net> other(second, samples, changed);
        const std::vector<double> before = all_state(other);
        const std::string message = message_of([&] { load_checkpoint(other, file); });
        CHECK((all_state(other) == before) == (message != "no exception"));
        return message;
    };
    CHECK(loaded_into(data.samples(), options()) == "no exception");
    const std::vector<std::int64_t> same(data.labels.begin(), data.labels.end());
    CHECK(loaded_into({data.pixels, same}, options()) == "no exception");

    Data other;
    other.pixels.back() ^= 1;
    CHECK(contains(loaded_into(other.samples(), options()), "another option: expected 'checksum of the samples "));
    other = Data();
    other.labels[52] ^= 1;
    CHECK(contains(loaded_into(other.samples(), options()), "another option: expected 'checksum of the samples "));
    TrainerOptions<Adam> changed = options();
    changed.validation = other.samples();
    CHECK(contains(loaded_into(data.samples(), changed), "'checksum of the validation samples "));
    changed = options();
    changed.augment = brighter(2);
    CHECK(contains(loaded_into(data.samples(), changed), "'checksum of the augmentation of the first samples "));
    changed.augment = {};
    CHECK(contains(loaded_into(data.samples(), changed), "augmentation"));
    changed = options();
    changed.schedule = CustomSchedule{.factor = [](std::uint64_t step, std::uint64_t total) {
        return step + 1 < total ? 1.0 / static_cast<double>(1 + step) : 0.5;
    }};
    CHECK(contains(loaded_into(data.samples(), changed),
                   "expected 'factor of update 17: 0.5', found 'factor of update 17: "
                   "0.0555556'"));
    Training<Net> stranger(10, 1, 78);
    changed = options();
    changed.distillation.teacher = teacher_logits(stranger);
    CHECK(contains(loaded_into(data.samples(), changed),
                   "belongs to a run with another teacher: its logits of the first "
                   "images: expected "));
    // Another processor may round the logits of the teacher differently.
    changed = options();
    std::vector<float> logits;
    changed.distillation.teacher = [&](const std::uint8_t* images, std::int64_t count) {
        const std::span<const float> exact = teacher_logits(teacher)(images, count);
        logits.assign(exact.begin(), exact.end());
        for (float& logit : logits) logit *= 1.00001F;
        return std::span<const float>(logits);
    };
    CHECK(loaded_into(data.samples(), changed) == "no exception");
}

namespace {

/// An optimiser of a user: gradient descent with a number of its own.
struct Slow {
    double learning_rate = 0.1;
    int slowness = 2;
    static constexpr std::size_t moments = 1;
    static constexpr const char* name = "slow descent";
    void update(float* weights, const float* gradient, std::size_t count, float, double rate, std::uint64_t, float*,
                float*) const {
        for (std::size_t i = 0; i < count; ++i) weights[i] -= static_cast<float>(rate / slowness) * gradient[i];
    }
    [[nodiscard]] std::string description() const { return "slowness " + std::to_string(slowness); }
};

}  // namespace

TEST_CASE("the settings of an optimiser of one's own are compared") {
    const Data data;
    const TemporaryFolder folder;
    const std::filesystem::path file = folder.path() / "run.checkpoint";
    Training<Net> training(10);
    Trainer<Net, Slow> trainer(training, data.samples(), {.batch = 10});
    trainer.train_batch();
    save_checkpoint(trainer, file);
    load_checkpoint(trainer, file);
    Trainer<Net, Slow> slower(training, data.samples(), {.optimizer = {.slowness = 3}, .batch = 10});
    CHECK(contains(message_of([&] { load_checkpoint(slower, file); }), "expected 'slowness 3', found 'slowness 2'"));
}

TEST_CASE("a truncated or damaged checkpoint is refused and the trainer stays as it was") {
    const Data data;
    const TemporaryFolder folder;
    const std::filesystem::path file = folder.path() / "run.checkpoint";
    Training<Net> training(10);
    Trainer<Net> trainer(training, data.samples(), {.epochs = 3, .batch = 10});
    trainer.train_batch();
    save_checkpoint(trainer, file);
    std::ifstream in(file, std::ios::binary);
    const std::string whole((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    const std::vector<double> before = all_state(trainer);
    const std::filesystem::path bad = folder.path() / "bad.checkpoint";
    const auto refused = [&](const std::string& bytes) {
        std::ofstream(bad, std::ios::binary | std::ios::trunc) << bytes;
        const std::string message = message_of([&] { load_checkpoint(trainer, bad); });
        return contains(message, "bad.checkpoint");
    };
    for (std::size_t size = 0; size < whole.size(); size += 97) {
        CAPTURE(size);
        CHECK(refused(whole.substr(0, size)));
    }
    for (std::size_t at = 0; at < whole.size(); at += 101) {
        CAPTURE(at);
        std::string damaged = whole;
        damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
        CHECK(refused(damaged));
    }
    CHECK(refused(whole + "x"));
    CHECK(all_state(trainer) == before);
    CHECK(contains(message_of([&] { load_checkpoint(trainer, folder.path() / "missing"); }), "missing"));
}

TEST_CASE("a checkpoint with numbers that are not finite, or with an impossible position, is refused") {
    const Data data;
    const TemporaryFolder folder;
    const std::filesystem::path file = folder.path() / "bad.checkpoint";
    Training<Net> training(10);
    Trainer<Net> trainer(training, data.samples(), {.epochs = 3, .batch = 10});
    const auto write = [&](float first_parameter, std::int64_t epoch) {
        CheckpointWriter writer(io_detail::training_signature(trainer));
        for (const train::NamedNumbers& numbers : trainer.state()) {
            std::visit(
                [&]<class T>(std::span<T> values) {
                    std::vector<T> copy(values.begin(), values.end());
                    if (numbers.name == "parameters") copy[0] = first_parameter;
                    writer.add<T>(numbers.name, std::span<const T>(copy));
                },
                numbers.values);
        }
        const std::vector<std::int64_t> position{epoch, 0, 0, 0};
        writer.add<std::int64_t>("position", std::span<const std::int64_t>(position));
        writer.add_value<std::uint64_t>("seed of the passes", 1);
        writer.write(file);
    };
    write(0.5F, 0);
    load_checkpoint(trainer, file);
    CHECK(training.parameters()[0] == 0.5F);
    const std::vector<double> before = all_state(trainer);
    write(std::numeric_limits<float>::quiet_NaN(), 0);
    CHECK(contains(message_of([&] { load_checkpoint(trainer, file); }), "parameters[0] is not a finite number"));
    write(std::numeric_limits<float>::infinity(), 0);
    CHECK(contains(message_of([&] { load_checkpoint(trainer, file); }), "parameters[0] is not a finite number"));
    for (const std::int64_t epoch : {std::int64_t{-1}, std::int64_t{4}, std::int64_t{2}}) {
        write(0.5F, epoch);
        CHECK(contains(message_of([&] { load_checkpoint(trainer, file); }), "position"));
    }
    CHECK(all_state(trainer) == before);
}

}  // namespace checkpoint_test
