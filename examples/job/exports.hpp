// What a run leaves for other programs: the model as a file, as C, as C++ and as ONNX; the C is compiled and run on all
// images.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <intaglio/canonical/network.hpp>
#include <map>
#include <span>
#include <string>
#include <vector>

// The network's type for C++: its name, and the header that has it, if there is one.
struct NetworkSource {
    std::string type;
    std::string header;
};

// Writes model.safetensors, network.h, network.hpp, network.onnx, network.qonnx.onnx and network.qdq.onnx into
// `folder`. What a file format cannot hold is not written, and said. It is defined in write_exports.hpp, which a source
// of its own can include, so that it compiles beside the training.
template <class Net>
void write_exports(const intaglio::Model<Net>& model, const std::filesystem::path& folder, const NetworkSource& source,
                   const std::map<std::string, std::string>& notes);

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

// Writes network_main.c, a program that uses `folder`/network.h, compiles it with the compiler of the system (CC, or
// cc), runs it on the images and counts those whose logits differ in any class. Throws std::runtime_error if it does
// not compile or run.
CRun run_c_program(const std::filesystem::path& folder, const Images& images);

// All images of a data set, and the logits of a network.
template <class Net, class Samples>
[[gnu::cold]] Images images_and_logits(const intaglio::IntegerNetwork<Net>& network, const Samples& test) {
    using namespace intaglio;
    Images images{std::as_bytes(test.pixels), "uint8_t", static_cast<std::size_t>(test.count()), {}};
    if (facts<Net>.values[0].storage == Storage::int8) images.type = "int8_t";
    if (facts<Net>.values[0].storage == Storage::int16) images.type = "int16_t";
    const auto pixels = static_cast<std::size_t>(facts<Net>.input_shape().size());
    const auto scratch = network.make_scratch();
    for (std::size_t i = 0; i < images.count; ++i) {
        const std::int64_t* const logits = network.program().logits(test.pixels.data() + i * pixels, *scratch);
        images.logits.insert(images.logits.end(), logits, logits + facts<Net>.classes());
    }
    return images;
}
