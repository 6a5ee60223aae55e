// What a run found, and how it is told: results.json, plots, tables.
#pragma once

#include <cstdint>
#include <filesystem>
#include <intaglio/canonical/certificate.hpp>
#include <intaglio/report/model_facts.hpp>
#include <intaglio/tandem/tasks.hpp>
#include <span>
#include <string>
#include <vector>

namespace conversions {

struct StudentResults {
    std::string mode;
    std::vector<intaglio::tandem::Record> records;
    double stage1_test_accuracy = 0;
    double test_accuracy = 0;  // of the integer program
    double validation_accuracy = 0;
    std::int64_t differing_images = 0;
    std::int64_t differing_layers = 0;
    intaglio::Certificate certificate;
    std::int64_t multipliers = 0;
    std::int32_t norms = 0;
    std::int64_t model_bytes = 0;
    std::int64_t parameter_bytes = 0;
    std::int64_t arena_bytes = 0;
    std::int64_t training_bytes = 0;         // memory of the student's training
    double inference_images_per_second = 0;  // on all threads
    double one_thread_images_per_second = 0;
    double seconds = 0;
    std::vector<intaglio::LayerFacts> layers;
    std::vector<std::uint64_t> training_hashes;  // of the codes of each layer over the whole test set
    std::vector<std::uint64_t> integer_hashes;

    // Whether both programs agree in everything that was looked at.
    [[nodiscard]] bool agrees() const {
        return certificate.proven() && differing_images == 0 && differing_layers == 0 && norms == 0;
    }
};

struct Results {
    std::string network;
    int bits = 0;
    std::uint64_t seed = 0;
    std::int64_t weights = 0;
    std::int64_t macs = 0;
    std::int64_t teacher_epochs = 0;  // 0: it was not trained here
    std::string teacher_file;         // empty: it was trained here
    std::string teacher_note;         // for a person
    bool random_images = false;       // accuracies say nothing
    bool validation_unseen = true;    // by the teacher
    std::int64_t teacher_bytes = 0;   // memory of its training
    int threads = 0;
    std::string instruction_set;
    std::string settings;  // of the conversions
    std::int64_t test_images = 0;
    double teacher_test_accuracy = 0;
    double teacher_validation_accuracy = 0;
    std::int64_t teacher_multipliers = 0;
    std::int32_t teacher_norms = 0;
    std::span<const intaglio::tandem::Stage> stages;
    std::vector<intaglio::tandem::Task> tasks;
    std::vector<StudentResults> students;
    double seconds = 0;
};

// Writes results.json and the plot into `folder` and prints what came of each student.
void report(const Results& results, const std::filesystem::path& folder);

// Prints one row for each results.json below `folder`; false if something differs in one. Throws std::runtime_error if
// there is none.
bool print_summary(const std::filesystem::path& folder);

// The accuracy behind stage 1, which a resumed run cannot measure any more.
void write_stage1(double test_accuracy, const std::filesystem::path& path);
double read_stage1(const std::filesystem::path& path);

}  // namespace conversions
