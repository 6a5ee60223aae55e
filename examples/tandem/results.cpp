#include "results.hpp"

#include <algorithm>
#include <cstdio>
#include <intaglio/io/atomic_file.hpp>
#include <intaglio/report/json.hpp>
#include <intaglio/report/tandem.hpp>
#include <intaglio/report/tandem_plot.hpp>
#include <iostream>
#include <stdexcept>
#include <tuple>

#include "settings.hpp"

namespace conversions {

using namespace intaglio;

namespace {

std::string hash_text(std::uint64_t hash) {
    char text[17];
    std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(hash));
    return text;
}

// What was not measured is null.
nlohmann::json measured(double value) {
    return value < 0 ? nlohmann::json() : nlohmann::json(value);
}

nlohmann::json tasks_json(const Results& results, const StudentResults& student) {
    using tandem::Record;
    nlohmann::json list = nlohmann::json::array();
    for (std::size_t i = 0; i < results.tasks.size(); ++i) {
        const tandem::Task& task = results.tasks[i];
        const Record& record = student.records[i];
        nlohmann::json entry;
        entry["task"] = task_text(task.kind);
        entry["layer"] = stage_text(results.stages[task.stage]);
        entry["epochs"] = task.epochs;
        entry["loss"] = record[Record::loss];
        entry["validation_accuracy"] = measured(record[Record::accuracy]);
        entry["multiplier"] = record[Record::alpha];
        entry["fold"] = record[Record::fold];
        entry["dead_channels"] = record[Record::dead_channels];
        entry["flipped_channels"] = record[Record::flipped];
        entry["fell_back"] = record[Record::fell_back] != 0;
        entry["decision"] = decision_text(record);
        list.push_back(entry);
    }
    return list;
}

nlohmann::json layers_json(const StudentResults& student) {
    nlohmann::json list = nlohmann::json::array();
    for (std::size_t i = 0; i < student.layers.size(); ++i) {
        const LayerFacts& layer = student.layers[i];
        nlohmann::json entry;
        entry["layer"] = layer.path;
        entry["kind"] = layer.kind;
        entry["kernel"] = layer.kernel;
        entry["weights"] = layer.weights;
        entry["weight_codes"] = {layer.weight_codes.lowest, layer.weight_codes.highest};
        entry["accumulator_bits"] = layer.accumulator_bits;
        entry["codes_hash"] = hash_text(student.integer_hashes[i]);
        entry["codes_equal"] = student.integer_hashes[i] == student.training_hashes[i];
        list.push_back(entry);
    }
    return list;
}

nlohmann::json student_json(const Results& results, const StudentResults& student) {
    nlohmann::json json;
    json["mode"] = student.mode;
    const auto accuracy = [&](double value) { return measured(results.random_images ? -1 : value); };
    json["stage1_test_accuracy"] = accuracy(student.stage1_test_accuracy);
    json["test_accuracy"] = accuracy(student.test_accuracy);
    json["validation_accuracy"] = accuracy(student.validation_accuracy);
    json["differing_images"] = student.differing_images;
    json["differing_layers"] = student.differing_layers;
    json["certificate"]["range_values"] = student.certificate.range_values;
    json["certificate"]["steps_compared"] = student.certificate.steps_compared;
    json["certificate"]["weights_compared"] = student.certificate.weights_compared;
    json["certificate"]["logits_compared"] = student.certificate.logits_compared;
    json["certificate"]["differences"] = student.certificate.differences;
    json["certificate"]["largest_distance"] = student.certificate.largest_distance;
    json["multipliers"] = student.multipliers;
    json["norms"] = student.norms;
    json["model_bytes"] = student.model_bytes;
    json["parameter_bytes"] = student.parameter_bytes;
    json["arena_bytes"] = student.arena_bytes;
    json["training_bytes"] = student.training_bytes;
    json["one_thread_images_per_second"] = student.one_thread_images_per_second;
    json["inference_images_per_second"] = student.inference_images_per_second;
    json["seconds"] = student.seconds;
    json["tasks"] = tasks_json(results, student);
    json["layers"] = layers_json(student);
    return json;
}

void write_json_file(const Results& results, const std::filesystem::path& path) {
    nlohmann::json json;
    json["network"] = results.network;
    json["bits"] = results.bits;
    json["seed"] = results.seed;
    json["threads"] = results.threads;
    json["instruction_set"] = results.instruction_set;
    json["settings"] = results.settings;
    json["random_images"] = results.random_images;
    json["weights"] = results.weights;
    json["macs"] = results.macs;
    json["test_images"] = results.test_images;
    json["seconds"] = results.seconds;
    json["teacher"]["epochs"] = results.teacher_epochs;
    json["teacher"]["file"] = results.teacher_file.empty() ? nlohmann::json() : nlohmann::json(results.teacher_file);
    json["teacher"]["validation_unseen"] = results.validation_unseen;
    json["teacher"]["training_bytes"] = results.teacher_bytes;
    json["teacher"]["test_accuracy"] = measured(results.random_images ? -1 : results.teacher_test_accuracy);
    json["teacher"]["validation_accuracy"] = measured(results.random_images ? -1 : results.teacher_validation_accuracy);
    json["teacher"]["multipliers"] = results.teacher_multipliers;
    json["teacher"]["norms"] = results.teacher_norms;
    json["students"] = nlohmann::json::array();
    for (const StudentResults& student : results.students) json["students"].push_back(student_json(results, student));
    write_json(path, json);
}

// All students in one plot, and each in its own, where small changes are seen.
void write_plots(const Results& results, const std::filesystem::path& folder) {
    const auto write = [&](const std::vector<ConversionCurve>& curves, const std::string& name) {
        const std::string title = results.network + ", " + std::to_string(results.bits) +
                                  (results.bits == 1 ? " bit" : " bits") + ": from a teacher with " +
                                  std::to_string(results.teacher_norms) + " norms to students without";
        write_plot(conversion_plot(title, results.stages, results.tasks, curves, results.teacher_validation_accuracy),
                   folder / (name + ".svg"));
    };
    std::vector<ConversionCurve> all;
    for (const StudentResults& student : results.students) {
        all.push_back({student.mode, student.records});
        write({all.back()}, student.mode);
    }
    write(all, "conversion");
}

std::string percent(double share) {
    return fixed(100 * share, 2);
}
// Of random images there is no accuracy.
std::string percent(const nlohmann::json& share) {
    return share.is_null() ? "-" : percent(share.get<double>());
}

Table cost_table(const Results& results) {
    Table table({{"mode"},
                 {"weight bytes", Align::right},
                 {"parameter bytes", Align::right},
                 {"arena bytes", Align::right},
                 {"training bytes", Align::right},
                 {"images/s, 1 thread", Align::right},
                 {"images/s, " + std::to_string(results.threads) + " threads", Align::right}});
    for (const StudentResults& student : results.students) {
        table.add_row({student.mode, grouped(student.model_bytes), grouped(student.parameter_bytes),
                       grouped(student.arena_bytes), grouped(student.training_bytes),
                       fixed(student.one_thread_images_per_second, 1), fixed(student.inference_images_per_second, 1)});
    }
    return table;
}

Table summary_table() {
    std::vector<Column> columns{{"network"}, {"bits", Align::right}, {"seed", Align::right}, {"teacher", Align::right}};
    for (const std::string& mode : mode_names) columns.push_back({mode, Align::right});
    columns.push_back({"differences", Align::right});
    columns.push_back({"multipliers"});
    columns.push_back({"norms", Align::right});
    return Table(columns);
}

// "88.44 -> 88.98": after stage 1, and at the end.
std::vector<std::string> summary_row(const nlohmann::json& json, bool& agrees) {
    std::vector<std::string> row{json.at("network").get<std::string>(), std::to_string(json.at("bits").get<int>()),
                                 std::to_string(json.at("seed").get<std::uint64_t>()),
                                 percent(json.at("teacher").at("test_accuracy"))};
    std::int64_t differences = 0;
    std::int64_t norms = 0;
    std::string multipliers;
    for (const std::string& mode : mode_names) {
        std::string cell = "-";
        for (const nlohmann::json& student : json.at("students")) {
            if (student.at("mode") != mode) continue;
            cell = json.value("random_images", false)
                       ? "random images"
                       : percent(student.at("stage1_test_accuracy")) + " -> " + percent(student.at("test_accuracy"));
            differences += student.at("differing_images").get<std::int64_t>() +
                           student.at("differing_layers").get<std::int64_t>() +
                           student.at("certificate").at("differences").get<std::int64_t>();
            norms += student.at("norms").get<std::int64_t>();
            multipliers += (multipliers.empty() ? "" : ", ") + grouped(student.at("multipliers").get<std::int64_t>());
        }
        row.push_back(cell);
    }
    row.push_back(std::to_string(differences));
    row.push_back(multipliers);
    row.push_back(std::to_string(norms));
    agrees = agrees && differences == 0 && norms == 0;
    return row;
}

}  // namespace

void report(const Results& results, const std::filesystem::path& folder) {
    write_json_file(results, folder / "results.json");
    write_plots(results, folder);

    Table table({{"mode"},
                 {"stage 1", Align::right},
                 {"test", Align::right},
                 {"differing images", Align::right},
                 {"layers", Align::right},
                 {"certificate: values, steps, weights; differences", Align::right},
                 {"multipliers", Align::right},
                 {"norms", Align::right}});
    const auto accuracy = [&](double share) { return results.random_images ? "-" : percent(share) + " %"; };
    table.add_row({"teacher", "", accuracy(results.teacher_test_accuracy), "", "", "",
                   grouped(results.teacher_multipliers), std::to_string(results.teacher_norms)});
    table.add_rule();
    for (const StudentResults& student : results.students) {
        const Certificate& certificate = student.certificate;
        table.add_row({student.mode, accuracy(student.stage1_test_accuracy), accuracy(student.test_accuracy),
                       std::to_string(student.differing_images) + " of " + grouped(results.test_images),
                       std::to_string(student.differing_layers) + " of " + std::to_string(student.layers.size()),
                       grouped(certificate.range_values) + ", " + grouped(certificate.steps_compared) + ", " +
                           grouped(certificate.weights_compared) + "; " + std::to_string(certificate.differences),
                       grouped(student.multipliers), std::to_string(student.norms)});
    }
    std::cout << '\n';
    table.print(std::cout);
    std::cout << '\n';
    cost_table(results).print(std::cout);
    for (const StudentResults& student : results.students) {
        if (!student.certificate.proven()) {
            std::cout << student.mode << ": first difference: " << student.certificate.first_difference << '\n';
        }
    }
    std::cout << "written to " << folder.string() << ": results.json, plots, checkpoints; " << fixed(results.seconds, 0)
              << " s\n"
              << std::flush;
}

bool print_summary(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (entry.path().filename() == "results.json") files.push_back(entry.path());
    }
    std::vector<nlohmann::json> all;
    for (const auto& file : files) all.push_back(read_json(file));
    const auto place = [](const nlohmann::json& json) {
        const std::string network = json.at("network");
        const auto kind = std::find(network_names.begin(), network_names.end(), network) - network_names.begin();
        return std::tuple(kind, network, -json.at("bits").get<int>(), json.at("seed").get<std::uint64_t>());
    };
    if (all.empty()) throw std::runtime_error(folder.string() + ": no results.json in it");
    bool agrees = true;
    Table table = summary_table();
    try {
        std::sort(all.begin(), all.end(), [&](const auto& a, const auto& b) { return place(a) < place(b); });
        for (const nlohmann::json& json : all) table.add_row(summary_row(json, agrees));
    } catch (const nlohmann::json::exception& error) {
        throw std::runtime_error(folder.string() + ": a results.json is not of this program: " + error.what());
    }
    std::cout << "test accuracy in %: of the teacher, and of the students after stage 1 and at the end\n\n";
    table.print(std::cout);
    return agrees;
}

void write_stage1(double test_accuracy, const std::filesystem::path& path) {
    char text[40];
    std::snprintf(text, sizeof text, "%.17g\n", test_accuracy);
    write_file_atomically(path, std::string(text));
}

double read_stage1(const std::filesystem::path& path) {
    return read_json(path).get<double>();
}

}  // namespace conversions
