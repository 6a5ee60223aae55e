// From a network with norms to one of integers without: teacher, student, the stages between them, the result.
#include <cstdio>
#include <intaglio/intaglio.hpp>
#include <intaglio/io/sample_comparison.hpp>
#include <intaglio/report/tandem.hpp>
#include <intaglio/tandem/convert.hpp>
#include <iostream>

#include "lines.hpp"

using namespace intaglio;

// clang-format off
struct Teacher : Network<Image<1, 8, 8>,
    Defaults<DoReFa<4>, BatchNorm, DoReFaAct<4>>,
    Conv<DoReFa<8>, Out<8>>,
    MaxPool<2>,
    Conv<Out<8>>,
    Classifier<DoReFa<8>, Out<2>>> {};
// clang-format on

// The same layers without norms; one multiplier for each layer, and a bias for each channel.
struct Student : BnFree<Teacher, Scale::LayerBias> {};
static_assert(facts<Teacher>.norms() == 3 && facts<Student>.norms() == 0 && facts<Student>.multipliers() == 3);

int main() {
    const Lines train(400, 8);
    const Lines validation(96, 8);
    Training<Teacher> teacher(50, 2);
    Trainer<Teacher> trainer(teacher, train.samples(), {.optimizer = {.learning_rate = 0.01}, .epochs = 6});
    trainer.fit();
    trainer.reestimate_statistics();

    tandem::Options options;
    options.stage1 = {.samples = 400, .minimum = 400};  // of a real data set some thousand
    options.batch = 50;
    stage_table<Teacher, Student>(options).print(std::cout);

    const auto converted = tandem::convert<Student>(teacher, train.samples(), validation.samples(), options);
    for (std::size_t i = 0; i < converted.tasks.size(); ++i) {
        if (converted.records[i][tandem::Record::accuracy] < 0) continue;  // not assembled yet
        std::printf("task %zu, stage %zu: %.1f %%\n", i + 1, converted.tasks[i].stage + 1,
                    100 * converted.records[i][tandem::Record::accuracy]);
    }

    const IntegerNetwork<Student> network = lower(*converted.student);
    const Certificate certificate = certify(*converted.student, network);
    const SampleComparison comparison = compare_on_samples(*converted.student, network, validation.samples());
    std::printf("teacher %.1f %%, student in integers %.1f %%, %lld images differ, certificate: %lld differences\n",
                100 * converted.teacher_accuracy, 100 * comparison.integer_accuracy(),
                static_cast<long long>(comparison.differing_images), static_cast<long long>(certificate.differences));
    const bool as_good = comparison.integer_accuracy() > converted.teacher_accuracy - 0.05;
    return certificate.proven() && comparison.differing_images == 0 && as_good && converted.teacher_accuracy > 0.9 ? 0
                                                                                                                   : 1;
}
