// Checkpoints of conversions: a resumed one ends as if it had never stopped; another one is refused.
#include "intaglio/io/tandem_checkpoint.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "data_files/temporary_folder.hpp"
#include "intaglio/core/random.hpp"
#include "intaglio/model/network.hpp"

namespace tandem_checkpoint_test {

using namespace intaglio;
using test_files::contains;
using test_files::TemporaryFolder;

namespace {

struct Teacher : Network<Image<1, 8, 8>, Defaults<DoReFa<4>, BatchNorm, DoReFaAct<4>>, Conv<DoReFa<8>, Out<4>>,
                         AvgPool<2>, Residual<Conv<Out<4>, NoActivation>>, Activate<>, Classifier<DoReFa<8>, Out<4>>> {
};
struct Student : BnFree<Teacher, Scale::LayerBias> {};
struct StrictStudent : BnFree<Teacher, Scale::Layer> {};

struct Data {
    explicit Data(int count, std::uint64_t seed) {
        Random random(seed);
        for (int i = 0; i < count; ++i) {
            const auto label = static_cast<std::uint8_t>(random.below(4));
            for (int p = 0; p < 64; ++p) {
                pixels.push_back(
                    static_cast<std::uint8_t>(p / 16 == label ? 96 + random.below(160) : random.below(192)));
            }
            labels.push_back(label);
        }
    }
    [[nodiscard]] Samples samples() const { return {pixels, labels}; }

    std::vector<std::uint8_t> pixels;
    std::vector<std::uint8_t> labels;
};
const Data learned(50, 3);
const Data validated(40, 4);

// A teacher of the same weights for each conversion.
struct Trained {
    explicit Trained(int threads = 1, std::int64_t epochs = 3) : training(20, threads, 1) {
        Trainer<Teacher> trainer(training, learned.samples(), {.epochs = epochs, .seed = 7});
        trainer.fit();
        trainer.reestimate_statistics();
    }
    Training<Teacher> training;
};

// Every kind of task, with early stopping in them.
tandem::Options all_tasks(int threads) {
    tandem::Options options;
    options.stage1 = {.samples = 50, .pixels = 4, .minimum = 50};
    options.stage2.epochs = 2;
    options.stage2.adaptation = tandem::Adaptation::both;
    options.stage2.patience.patience = 1;
    options.joint.epochs = 2;
    options.batch = 20;
    options.threads = threads;
    options.seed = 5;
    return options;
}

template <class S = Student>
struct Run {
    explicit Run(int threads, tandem::Options options, std::int64_t teacher_epochs = 3)
        : teacher(threads, teacher_epochs),
          conversion(teacher.training, learned.samples(), validated.samples(), options) {}
    explicit Run(int threads = 1) : Run(threads, all_tasks(threads)) {}

    // Everything that a checkpoint keeps, as doubles.
    [[nodiscard]] std::vector<double> all_state() {
        std::vector<double> state;
        for (const train::NamedNumbers& numbers : conversion.state()) {
            std::visit([&](auto values) { state.insert(state.end(), values.begin(), values.end()); }, numbers.values);
        }
        for (const std::int64_t part : conversion.position()) state.push_back(static_cast<double>(part));
        return state;
    }

    Trained teacher;
    tandem::Conversion<S, Teacher> conversion;
};

std::string message_of(const auto& call) {
    try {
        call();
    } catch (const std::exception& error) {
        return error.what();
    }
    return "no exception";
}

}  // namespace

TEST_CASE("a conversion resumed at any step ends with the same student, bit for bit, on any number of threads") {
    const TemporaryFolder folder;
    const std::filesystem::path file = folder.path() / "run.checkpoint";
    Run whole(1);
    std::vector<std::vector<double>> states{whole.all_state()};
    std::vector<tandem::TaskKind> kinds;
    while (!whole.conversion.finished()) {
        kinds.push_back(whole.conversion.tasks()[whole.conversion.task()].kind);
        whole.conversion.advance();
        states.push_back(whole.all_state());
    }
    using tandem::TaskKind;
    for (const TaskKind kind : {TaskKind::ranges, TaskKind::calibrate, TaskKind::recalibrate, TaskKind::distil,
                                TaskKind::adapt, TaskKind::joint}) {
        REQUIRE(std::find(kinds.begin(), kinds.end(), kind) != kinds.end());
    }

    Run first(2);
    // One behind the other: it goes on from whatever it did before.
    Run second(3);
    for (std::size_t stop = 0; stop < states.size(); ++stop) {
        CAPTURE(stop);
        save_checkpoint(first.conversion, file);
        load_checkpoint(second.conversion, file);
        REQUIRE(second.all_state() == states[stop]);
        // A few steps across the end of the present task, and now and then all that are left.
        const std::size_t end = stop % 9 == 0 ? states.size() - 1 : std::min(stop + 4, states.size() - 1);
        for (std::size_t i = stop; i < end; ++i) {
            second.conversion.advance();
            REQUIRE(second.all_state() == states[i + 1]);
        }
        if (!first.conversion.finished()) first.conversion.advance();
    }
    CHECK(second.conversion.finished());
}

TEST_CASE("a checkpoint of another conversion is refused with the first difference, and nothing changes") {
    const TemporaryFolder folder;
    const std::filesystem::path file = folder.path() / "run.checkpoint";
    Run run;
    for (int i = 0; i < 12; ++i) run.conversion.advance();
    save_checkpoint(run.conversion, file);

    Run<StrictStudent> strict;
    strict.conversion.advance();
    const std::vector<double> before = strict.all_state();
    CHECK(contains(message_of([&] { load_checkpoint(strict.conversion, file); }), "one multiplier, biases"));
    CHECK(strict.all_state() == before);
    tandem::Options options = all_tasks(1);
    options.stage2.target = tandem::Target::quantized;
    Run other_target(1, options);
    CHECK(contains(message_of([&] { load_checkpoint(other_target.conversion, file); }),
                   "belongs to a run with another option: expected 'stage 2: target 1', found 'stage 2: target 0'"));
    Run other_teacher(1, all_tasks(1), 1);
    REQUIRE(other_teacher.conversion.teacher_accuracy() != run.conversion.teacher_accuracy());
    CHECK(contains(message_of([&] { load_checkpoint(other_teacher.conversion, file); }), "checksum of the teacher"));
}

TEST_CASE("a checkpoint of other data, another augmentation or other statistics of the teacher is refused") {
    const TemporaryFolder folder;
    const std::filesystem::path file = folder.path() / "run.checkpoint";
    const auto change = [](std::span<std::uint8_t> image, Random& random) { image[random.below(64)] = 7; };
    const auto refusal = [&](const Data& samples, const Data& validation, const Augment<>& augment,
                             bool other_teacher) {
        Trained teacher;
        if (other_teacher) {
            std::vector<train::NamedNumbers> list;
            teacher.training.add_persistent(list);
            std::get<std::span<double>>(list.back().values)[0] *= 1.0001;
        }
        tandem::Conversion<Student, Teacher> conversion(teacher.training, samples.samples(), validation.samples(),
                                                        all_tasks(1));
        if (augment) conversion.augment(augment);
        return message_of([&] { load_checkpoint(conversion, file); });
    };
    Run run;
    run.conversion.augment(change);
    run.conversion.advance();
    save_checkpoint(run.conversion, file);
    CHECK(refusal(learned, validated, change, false) == "no exception");
    Data other = learned;
    other.pixels[5] ^= 1;
    CHECK(contains(refusal(other, validated, change, false), "expected 'checksum of the samples "));
    other = validated;
    other.labels[5] ^= 1;
    CHECK(contains(refusal(learned, other, change, false), "expected 'checksum of the "));
    CHECK(contains(refusal(learned, validated, {}, false), "expected 'not augmented', found 'augmented'"));
    const auto another = [](std::span<std::uint8_t> image, Random& random) { image[random.below(64)] = 8; };
    CHECK(
        contains(refusal(learned, validated, another, false), "expected 'checksum of the augmentation of the first "));
    CHECK(contains(refusal(learned, validated, change, true), "expected 'checksum of the teacher "));
}

TEST_CASE("a conversion stays as it was, in the middle of a task, when a checkpoint cannot be read") {
    const TemporaryFolder folder;
    const std::filesystem::path file = folder.path() / "run.checkpoint";
    const std::filesystem::path bad = folder.path() / "bad.checkpoint";
    Run run;
    while (run.conversion.position()[3] != 2) run.conversion.advance();
    const std::vector<double> before = run.all_state();
    save_checkpoint(run.conversion, file);
    std::ifstream in(file, std::ios::binary);
    const std::string whole((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    const auto refused = [&](const std::string& bytes) {
        std::ofstream(bad, std::ios::binary | std::ios::trunc) << bytes;
        return contains(message_of([&] { load_checkpoint(run.conversion, bad); }), "bad.checkpoint");
    };
    for (std::size_t size = 0; size < whole.size(); size += 997) {
        CAPTURE(size);
        CHECK(refused(whole.substr(0, size)));
    }

    // A file that is whole, but whose content cannot be: the last of the numbers `name` is `number`, or 0 for none.
    const auto write = [&](const std::string& name, double number, const std::array<std::int64_t, 5>& position) {
        CheckpointWriter writer(io_detail::conversion_signature(run.conversion));
        for (const train::NamedNumbers& numbers : run.conversion.state()) {
            std::visit(
                [&]<class T>(std::span<T> values) {
                    if (numbers.name == name && number == 0) return;
                    std::vector<T> copy(values.begin(), values.end());
                    if (numbers.name == name) copy.back() = static_cast<T>(number);
                    writer.add<T>(numbers.name, std::span<const T>(copy));
                },
                numbers.values);
        }
        writer.add<std::int64_t>("position", std::span<const std::int64_t>(position));
        writer.write(bad);
        const std::string message = message_of([&] { load_checkpoint(run.conversion, bad); });
        CHECK(contains(message, "bad.checkpoint: "));
        CHECK(message.find("bad.checkpoint", message.find("bad.checkpoint") + 1) == std::string::npos);
        CHECK(run.all_state() == before);
        return message;
    };
    const std::array<std::int64_t, 5> here = run.conversion.position();
    CHECK(contains(write("moment 1", std::numeric_limits<double>::quiet_NaN(), here), "is not a finite number"));
    CHECK(contains(write("records", std::numeric_limits<double>::infinity(), here), "is not a finite number"));
    CHECK(contains(write("moment 1", 0, here), "has no section 'moment 1'"));
    CHECK(contains(write("before", 0, here), "has no section 'before'"));
    const auto tasks = static_cast<std::int64_t>(run.conversion.tasks().size());
    for (const std::array<std::int64_t, 5>& position : {std::array<std::int64_t, 5>{-1},
                                                        {tasks + 1},
                                                        {0, 0, 0, 2, 0},
                                                        {here[0], 1, 0, 2, 0},
                                                        {here[0], 0, 2, 2, -1}}) {
        CAPTURE(position[0]);
        CHECK(contains(write("", 0, position), "position in the"));
    }
    CHECK(contains(message_of([&] { load_checkpoint(run.conversion, folder.path() / "missing"); }), "missing"));
    CHECK(run.all_state() == before);

    // And it goes on as if nothing had been tried.
    Run untouched;
    while (!untouched.conversion.finished()) untouched.conversion.advance();
    while (!run.conversion.finished()) run.conversion.advance();
    CHECK(run.all_state() == untouched.all_state());
}

}  // namespace tandem_checkpoint_test
