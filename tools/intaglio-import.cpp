// intaglio-import MODEL.onnx -o net.hpp: an ONNX file as the type of a network and a file of its weights.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>
#include <vector>

#include "intaglio/io/import_onnx.hpp"

int main(int count, char** arguments) {
    CLI::App app("Writes the network of an ONNX file as a C++ type, and its weights as a safetensors file beside it.",
                 "intaglio-import");
    std::filesystem::path model;
    std::filesystem::path header = "net.hpp";
    std::filesystem::path weights;
    intaglio::ImportOptions options;
    app.add_option("MODEL.onnx", model, "The network")->required();
    app.add_option("-o,--output", header, "The header to write")->capture_default_str();
    app.add_option("-w,--weights", weights, "The file of weights; beside the header if not given");
    app.add_option("--name", options.name, "Name of the type")->capture_default_str();
    app.add_option("--codes", options.codes, "Codes of the input: UInt8 (x / 255), Int8 (x / 128), Int16 (x / 32768)");
    app.add_option("--mean", options.mean, "The network reads (x - mean) / deviation: one number, or one a channel")
        ->delimiter(',');
    app.add_option("--deviation", options.deviation, "See --mean")->delimiter(',');
    CLI11_PARSE(app, count, arguments);
    try {
        if (weights.empty()) weights = std::filesystem::path(header).replace_extension(".safetensors");
        const intaglio::ImportedNetwork network = intaglio::import_onnx(model, options);
        intaglio::save_imported(network, header, weights);
        for (const std::string& note : network.notes) std::printf("note: %s\n", note.c_str());
        std::printf("%s: %s; weights in %s\n", header.c_str(),
                    network.is_float ? "a network of real numbers, a teacher" : "a network of integers",
                    weights.c_str());
        return 0;
    } catch (const intaglio::ImportError& error) {
        std::fprintf(stderr, "%s: %s\n", model.c_str(), error.what());
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
    }
    return 1;
}
