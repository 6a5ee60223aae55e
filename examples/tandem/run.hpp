// The whole job for one network: a teacher, converted in each mode, then lowered, certified, compared, reported.
#pragma once

#include <algorithm>
#include <atomic>
#include <boost/mp11/algorithm.hpp>
#include <boost/mp11/list.hpp>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <intaglio/io/sample_comparison.hpp>
#include <intaglio/io/tandem_checkpoint.hpp>
#include <intaglio/report/tandem_progress.hpp>
#include <intaglio/train/loop/evaluation.hpp>
#include <intaglio/train/lowering.hpp>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "entries.hpp"
#include "networks.hpp"
#include "results.hpp"
#include "settings.hpp"
#include "teacher.hpp"

namespace conversions {

inline std::atomic<bool> interrupted = false;
extern "C" inline void on_interrupt(int) {
    interrupted = true;
}

// Runs a conversion to its end, or to an interrupt; false if it was interrupted. The test accuracy behind stage 1 goes
// to a file.
template <class Conversion>
[[gnu::cold]] bool convert_with_display(Conversion& conversion, intaglio::Samples test,
                                        const std::filesystem::path& checkpoint, const std::filesystem::path& stage1) {
    using namespace intaglio;
    TandemProgress progress(conversion, stdout);
    interrupted = false;
    std::signal(SIGINT, on_interrupt);
    while (!conversion.finished()) {
        const std::size_t task = conversion.task();
        conversion.advance();
        progress.update();
        if (conversion.task() != task) {
            const bool fitted = conversion.tasks()[task].kind == tandem::TaskKind::calibrate;
            if (fitted && conversion.tasks()[task].stage + 1 == Conversion::stages.size()) {
                write_stage1(evaluate(conversion.student(), test).accuracy(), stage1);
            }
        }
        // An epoch of all layers together may take long.
        const bool epoch =
            conversion.tasks()[task].trains() && conversion.metrics().batch == conversion.metrics().batches;
        if (conversion.task() != task || epoch) save_checkpoint(conversion, checkpoint);
        if (interrupted) {
            save_checkpoint(conversion, checkpoint);
            return false;
        }
    }
    std::signal(SIGINT, SIG_DFL);
    return true;
}

// The modes, and their words on the command line.
using AllModes = boost::mp11::mp_list<intaglio::Scale::Layer, intaglio::Scale::LayerBias, intaglio::Scale::Channel,
                                      intaglio::Scale::PowerOfTwo>;
template <class Mode>
inline const std::string& mode_name = mode_names[boost::mp11::mp_find<AllModes, Mode>::value];

// Images per second of the integer program on one thread: the best of some passes over the first images.
template <class Net>
[[gnu::cold]] double one_thread_images_per_second(const intaglio::IntegerNetwork<Net>& network,
                                                  intaglio::Samples samples) {
    const std::int64_t images = std::min<std::int64_t>(samples.count(), 100);
    const auto scratch = network.make_scratch();
    double best = 0;
    for (int pass = 0; pass < 5; ++pass) {
        const auto start = std::chrono::steady_clock::now();
        for (std::int64_t i = 0; i < images; ++i) {
            static_cast<void>(network.predict(samples.pixels.data() + i * intaglio::Training<Net>::pixels, *scratch));
        }
        const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        best = std::max(best, static_cast<double>(images) / seconds);
    }
    return best;
}

// Named, so that symbols stay short.
template <class Quantised, class Mode>
struct Student : intaglio::BnFree<Quantised, Mode> {};

// One student; false if it was interrupted.
template <class Mode, class Quantised, class Teacher>
[[gnu::cold]] bool run_student(const Settings& settings, intaglio::Training<Teacher>& teacher, const Parts& data,
                               const intaglio::Augment<std::uint8_t>& augment, const std::filesystem::path& folder,
                               Results& results) {
    using namespace intaglio;
    using Net = Student<Quantised, Mode>;
    const std::string& mode = mode_name<Mode>;
    const auto start = std::chrono::steady_clock::now();
    const std::filesystem::path checkpoint = folder / (mode + ".intaglio");
    const std::filesystem::path stage1 = folder / (mode + "-stage1.json");

    if (results.students.empty()) {
        std::printf("\n");
        stage_table<Teacher, Net>(settings.tandem).print(std::cout);
        std::cout << std::flush;
    }
    std::printf("\n%s: %s per layer\n", mode.c_str(), Mode::name);
    tandem::Conversion<Net, Teacher> conversion(teacher, data.train, data.validation, settings.tandem);
    if (augment) conversion.augment(augment);
    if (settings.resume && std::filesystem::exists(checkpoint)) load_checkpoint(conversion, checkpoint);
    if (!convert_with_display(conversion, data.test, checkpoint, stage1)) {
        std::printf("\ninterrupted: %s is written; --resume goes on from there\n", checkpoint.c_str());
        return false;
    }

    Training<Net>& student = conversion.student();
    const IntegerNetwork<Net> network = lower(student);
    const SampleComparison comparison = compare_on_samples(student, network, data.test);
    StudentResults found;
    found.mode = mode;
    found.records = {conversion.records().begin(), conversion.records().end()};
    found.certificate = certify(student, network);
    found.stage1_test_accuracy = read_stage1(stage1);
    found.test_accuracy = comparison.integer_accuracy();
    found.validation_accuracy = evaluate(student, data.validation).accuracy();
    found.differing_images = comparison.differing_images;
    for (std::size_t value = 0; value < comparison.training_hashes.size(); ++value) {
        found.differing_layers += comparison.training_hashes[value] == comparison.integer_hashes[value] ? 0 : 1;
    }
    found.multipliers = facts<Net>.multipliers();
    found.norms = facts<Net>.norms();
    found.model_bytes = facts<Net>.weight_bytes();
    found.parameter_bytes = static_cast<std::int64_t>(parameter_bytes<Net, simd::Native>);
    found.arena_bytes = static_cast<std::int64_t>(arena_bytes<Net, simd::Native>);
    found.training_bytes = static_cast<std::int64_t>(student.memory_bytes());
    found.one_thread_images_per_second = one_thread_images_per_second(network, data.test);
    found.inference_images_per_second = static_cast<double>(data.test.count()) / comparison.integer_seconds;
    found.layers = layer_facts<Net>();
    for (const LayerFacts& layer : found.layers) {
        found.training_hashes.push_back(comparison.training_hashes[static_cast<std::size_t>(layer.value)]);
        found.integer_hashes.push_back(comparison.integer_hashes[static_cast<std::size_t>(layer.value)]);
    }
    found.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    results.stages = {conversion.stages.stages.begin(), conversion.stages.size()};
    results.tasks = {conversion.tasks().begin(), conversion.tasks().end()};
    results.teacher_validation_accuracy = conversion.teacher_accuracy();
    results.settings = settings.tandem.description();
    results.students.push_back(std::move(found));
    return true;
}

// Converts one teacher in all modes that the command line asks for, of those in `Modes`, and returns the exit status.
// Students are those of `Quantised`, which has the layers of the teacher. `make(training, folder, results)` trains or
// loads the teacher and tells the results of it what the data cannot.
template <class Teacher, class Quantised = Teacher, class Modes = AllModes, class Make>
[[gnu::cold]] int convert_teacher(const Settings& settings, int bits, const Parts& data,
                                  const intaglio::Augment<std::uint8_t>& augment, const Make& make) {
    using namespace intaglio;
    const auto start = std::chrono::steady_clock::now();
    const Choice& choice = settings.choice;
    const auto wanted = [&]<class Mode>(boost::mp11::mp_identity<Mode>) {
        return std::find(choice.modes.begin(), choice.modes.end(), mode_name<Mode>) != choice.modes.end();
    };
    using Named = boost::mp11::mp_transform<boost::mp11::mp_identity, Modes>;
    bool any = false;
    boost::mp11::mp_for_each<Named>([&](auto mode) { any |= wanted(mode); });
    if (!any) throw std::runtime_error(choice.network + " is not compiled in mode " + choice.modes.front());
    const std::filesystem::path folder =
        settings.output / (choice.network + "-" + std::to_string(bits) + "-seed" + std::to_string(settings.seed));
    std::filesystem::create_directories(folder);

    std::printf(
        "\n%s, %d bits: %lld weights, %lld multiply-accumulates per image; %lld training, %lld validation "
        "images, %d threads, %s\n",
        choice.network.c_str(), bits, static_cast<long long>(facts<Quantised>.weights()),
        static_cast<long long>(facts<Quantised>.macs()), static_cast<long long>(data.train.count()),
        static_cast<long long>(data.validation.count()), settings.tandem.threads, simd::name(simd::Native{}));
    std::fflush(stdout);

    Results results;
    results.network = choice.network;
    results.bits = bits;
    results.seed = settings.seed;
    results.threads = settings.tandem.threads;
    results.instruction_set = simd::name(simd::Native{});
    results.weights = facts<Quantised>.weights();
    results.macs = facts<Quantised>.macs();
    results.test_images = data.test.count();
    results.teacher_multipliers = facts<Teacher>.multipliers();
    results.teacher_norms = facts<Teacher>.norms();
    Training<Teacher> teacher(settings.tandem.batch, settings.tandem.threads, settings.seed);
    make(teacher, folder, results);
    results.teacher_test_accuracy = evaluate(teacher, data.test).accuracy();
    results.teacher_bytes = static_cast<std::int64_t>(teacher.memory_bytes());
    if (!results.random_images) {
        std::printf("teacher: test %.2f %%, %d norms%s\n", 100 * results.teacher_test_accuracy, results.teacher_norms,
                    results.teacher_note.c_str());
        std::fflush(stdout);
    }
    bool done = true;
    boost::mp11::mp_for_each<Named>([&](auto identity) {
        using Mode = typename decltype(identity)::type;
        done = done &&
               (!wanted(identity) || run_student<Mode, Quantised>(settings, teacher, data, augment, folder, results));
    });
    if (!done) return 130;
    results.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    report(results, folder);
    for (const StudentResults& student : results.students) {
        if (!student.agrees()) return 2;
    }
    return 0;
}

// The same with a teacher that is trained here, as `recipe` says, or comes from a checkpoint of that training.
template <class Teacher>
[[gnu::cold]] int run(const Settings& settings, int bits, const Parts& data,
                      typename intaglio::Trainer<Teacher>::Options recipe) {
    if (settings.epochs > 0) recipe.epochs = settings.epochs;
    const auto make = [&](intaglio::Training<Teacher>& teacher, const std::filesystem::path& folder, Results& results) {
        const std::filesystem::path own = folder / "teacher.intaglio";
        // A teacher of an earlier run may have had other settings.
        if (settings.teacher.empty() && !settings.resume) std::filesystem::remove(own);
        teachers::train(teacher, data.train, data.test, recipe, settings.teacher.empty() ? own : settings.teacher);
        results.teacher_epochs = recipe.epochs;
    };
    return convert_teacher<Teacher>(settings, bits, data, recipe.augment, make);
}

}  // namespace conversions
