// Parameters alone: saved apart from a run, read from a file of their own or from any checkpoint of the same network.
#include "intaglio/io/parameters.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "data_files/temporary_folder.hpp"
#include "intaglio/io/tandem_checkpoint.hpp"
#include "intaglio/io/training_checkpoint.hpp"
#include "intaglio/train/lowering.hpp"
#include "support/training_tools.hpp"

namespace parameters_test {

using namespace intaglio;
using test_files::contains;
using test_files::TemporaryFolder;

namespace {

struct Net : Network<Image<1, 8, 8>, Defaults<QInt<2>, Act<M_a{4}>, BatchNorm>, Conv<QInt<8>, Out<8>>, AvgPool<2>,
                     Conv<Out<8>, Lbn>, Classifier<QInt<8>, Out<4>>> {};
struct Other : Network<Image<1, 8, 8>, Defaults<QInt<2>, Act<M_a{4}>, BatchNorm>, Conv<QInt<8>, Out<8>>, AvgPool<2>,
                       Conv<Out<8>>, Classifier<QInt<8>, Out<4>>> {};
struct Shorter : Network<Image<1, 8, 8>, Defaults<QInt<2>, Act<M_a{4}>, BatchNorm>, Conv<QInt<8>, Out<8>>, AvgPool<2>,
                         Classifier<QInt<8>, Out<4>>> {};
struct Student : BnFree<Net, Scale::LayerBias> {};

const tools::Stripes& data() {
    static const tools::Stripes all(70, 8, 8, 1, 4);
    return all;
}

/// Everything that inference depends on.
template <class N>
std::vector<double> numbers_of(Training<N>& training) {
    std::vector<double> all(training.parameters().begin(), training.parameters().end());
    const std::vector<double> statistics = tools::running_statistics(training);
    all.insert(all.end(), statistics.begin(), statistics.end());
    return all;
}

std::string message_of(const auto& call) {
    try {
        call();
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return "no exception";
}

}  // namespace

TEST_CASE("parameters that were saved alone are those that were trained, statistics included") {
    const TemporaryFolder folder;
    const auto file = folder / "net.parameters";
    Training<Net> trained(35, 2, 3);
    Trainer<Net> trainer(trained, data().samples(), {.epochs = 2});
    trainer.fit();
    trainer.reestimate_statistics();
    save_parameters(trained, file);

    Training<Net> loaded(7, 1, 99);
    (void)evaluate(loaded, data().samples());  // the codes of other weights
    load_parameters(loaded, file);
    CHECK((numbers_of(loaded) == numbers_of(trained)));
    CHECK(certify(loaded, lower(trained)).proven());
    CHECK(evaluate(loaded, data().samples()).loss == evaluate(trained, data().samples()).loss);
}

TEST_CASE("a checkpoint gives its parameters to any run of the same network") {
    const TemporaryFolder folder;
    const auto file = folder / "run.checkpoint";
    Training<Net> trained(35, 1, 3);
    Trainer<Net> trainer(trained, data().samples(), {.epochs = 4, .average = {.decay = 0.9}});
    for (int i = 0; i < 3; ++i) trainer.train_batch();
    const std::vector<double> expected = numbers_of(trained);
    save_checkpoint(trainer, file);

    // A longer run with another optimiser, on other data.
    const tools::Stripes others(20, 8, 8, 1, 4, 9);
    Training<Net> again(10);
    load_parameters(again, file);
    CHECK((numbers_of(again) == expected));
    Trainer<Net, MomentumSgd> longer(again, others.samples(), {.epochs = 9});
    CHECK(contains(message_of([&] { load_checkpoint(longer, file); }),
                   "run.checkpoint: belongs to a run with another option: expected 'optimiser momentum SGD', found "
                   "'optimiser Adam'"));
    longer.train_batch();

    // The weights are the weights also where the average was in use.
    trainer.swap_average();
    CHECK((numbers_of(trained) != expected));
    save_checkpoint(trainer, file);
    load_parameters(again, file);
    CHECK((numbers_of(again) == expected));
    save_parameters(trained, file);
    load_parameters(again, file);
    CHECK((numbers_of(again) == numbers_of(trained)));

    // A conversion's checkpoint holds the student.
    tandem::Options options;
    options.stage1 = {.samples = 70, .minimum = 2};
    options.batch = 35;
    tandem::Conversion<Student, Net> conversion(trained, data().samples(), data().samples(), options);
    for (int i = 0; i < 4; ++i) conversion.advance();
    save_checkpoint(conversion, file);
    Training<Student> student(5);
    load_parameters(student, file);
    CHECK((numbers_of(student) == numbers_of(conversion.student())));
}

TEST_CASE("parameters of another network, damaged or not finite ones are refused, and nothing is half loaded") {
    const TemporaryFolder folder;
    const auto file = folder / "net.parameters";
    Training<Net> trained(35);
    save_parameters(trained, file);

    Training<Other> other(5, 1, 4);
    const std::vector<double> before = numbers_of(other);
    const std::string words = message_of([&] { load_parameters(other, file); });
    CHECK(contains(words,
                   "net.parameters: belongs to another model: line 7 of the signature: expected 'layer 4: norm batch "
                   "norm, "));
    CHECK(contains(words, "found 'layer 4: norm layer-batch norm, "));
    CHECK((numbers_of(other) == before));
    Training<Shorter> shorter(5);
    CHECK(contains(message_of([&] { load_parameters(shorter, file); }), "belongs to another model: line 6"));

    Training<Net> kept(5, 1, 4);
    const std::vector<double> kept_before = numbers_of(kept);
    std::ifstream in(file, std::ios::binary);
    const std::string whole((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    const auto bad = folder / "bad.parameters";
    for (std::size_t at = 0; at < whole.size(); at += 91) {
        CAPTURE(at);
        std::string damaged = whole;
        damaged[at] = static_cast<char>(damaged[at] ^ 4);
        std::ofstream(bad, std::ios::binary | std::ios::trunc) << damaged;
        CHECK(contains(message_of([&] { load_parameters(kept, bad); }), "bad.parameters: "));
        std::ofstream(bad, std::ios::binary | std::ios::trunc) << whole.substr(0, at);
        CHECK(contains(message_of([&] { load_parameters(kept, bad); }), "bad.parameters: "));
    }
    // The last list of all, so that whoever writes as he reads has written all others before.
    const auto write = [&](double number, std::size_t left_out) {
        CheckpointWriter writer(model_signature(facts<Net>.view()));
        std::vector<train::NamedNumbers> list = io_detail::parameters_and_statistics(trained);
        list.resize(list.size() - left_out);
        io_detail::add_numbers(writer, list);
        if (left_out == 1) {
            std::vector<double> variance(4, 1.0);
            variance[2] = number;
            writer.add<double>("row " + std::to_string(Training<Net>::rows - 2) + " variance", variance);
        }
        writer.write(bad);
        return message_of([&] { load_parameters(kept, bad); });
    };
    CHECK(contains(write(std::numeric_limits<double>::quiet_NaN(), 1), "variance[2] is not a finite number"));
    CHECK(contains(write(std::numeric_limits<double>::infinity(), 1), "variance[2] is not a finite number"));
    CHECK(contains(write(-0.5, 1), "variance[2] is negative"));
    CHECK(contains(write(0, 2), "has no section"));
    CHECK(contains(message_of([&] { load_parameters(kept, folder / "missing"); }), "missing"));
    CHECK((numbers_of(kept) == kept_before));
    CHECK(write(0.5, 1) == "no exception");
    CHECK((numbers_of(kept) != kept_before));
}

}  // namespace parameters_test
