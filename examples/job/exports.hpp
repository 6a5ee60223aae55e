// What a run leaves for other programs: the model file, and the network as C, which is compiled and run on all images.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <intaglio/canonical/network.hpp>
#include <intaglio/io/export_c.hpp>
#include <intaglio/io/model_file.hpp>
#include <map>
#include <span>
#include <string>
#include <vector>

// Images for a C program, as they lie in memory, and the logits of all, which it must print.
struct Images {
    std::span<const std::byte> bytes;
    std::string type;  // of a code, in C
    std::size_t count;
    std::vector<std::int64_t> logits;
};

struct CRun {
    std::int64_t differing_images = 0;
    double seconds = 0;
};

// Compiles `folder`/network.h with the compiler of the system (CC, or cc), runs it on the images and counts those whose
// logits differ in any class. Throws std::runtime_error if it does not compile or run.
CRun run_c_program(const std::filesystem::path& folder, const Images& images);

// Writes model.safetensors, network.h and network_main.c into `folder`; the last is a program that uses the header.
template <class Net, class Samples>
[[gnu::cold]] CRun write_exports(const intaglio::Model<Net>& model, const intaglio::IntegerNetwork<Net>& network,
                                 const Samples& test, const std::filesystem::path& folder,
                                 const std::map<std::string, std::string>& notes) {
    using namespace intaglio;
    save_model(model, folder / "model.safetensors", notes);
    export_c(model, folder / "network.h");
    Images images{std::as_bytes(test.pixels), "uint8_t", static_cast<std::size_t>(test.count()), {}};
    if (facts<Net>.values[0].storage == Storage::int8) images.type = "int8_t";
    if (facts<Net>.values[0].storage == Storage::int16) images.type = "int16_t";
    const auto pixels = static_cast<std::size_t>(facts<Net>.input_shape().size());
    const auto scratch = network.make_scratch();
    for (std::size_t i = 0; i < images.count; ++i) {
        const std::int64_t* const logits = network.program().logits(test.pixels.data() + i * pixels, *scratch);
        images.logits.insert(images.logits.end(), logits, logits + facts<Net>.classes());
    }
    return run_c_program(folder, images);
}
