// write FOLDER: exports every network, each into a folder of its own: net.onnx, images.bin and logits.bin for check.py,
// the codes and the int64 logits of the integer program one after another, in the byte order of this machine.
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "export_c/networks.hpp"
#include "intaglio/io/export_onnx.hpp"
#include "support/random_model.hpp"

namespace {

using namespace export_c_test;

constexpr int images = 1000;

template <class Number>
void append(std::ofstream& file, const Number* numbers, std::int64_t count) {
    file.write(reinterpret_cast<const char*>(numbers), count * static_cast<std::int64_t>(sizeof(Number)));
}

template <class Net>
void write(const std::filesystem::path& folder) {
    std::filesystem::create_directories(folder);
    const Model<Net> model = random_model::telling<Net>();
    export_onnx(model, folder / "net.onnx", {.with_class = true});
    export_onnx(model, folder / "qonnx.onnx", {.dialect = OnnxDialect::qonnx});
    const IntegerNetwork<Net> network(model);
    const auto scratch = network.make_scratch();
    const Value& input = facts<Net>.values[0];
    using Pixel = typename IntegerNetwork<Net>::Pixel;
    std::vector<Pixel> image(static_cast<std::size_t>(input.shape.size()));
    std::ofstream image_file(folder / "images.bin", std::ios::binary);
    std::ofstream logit_file(folder / "logits.bin", std::ios::binary);
    Random random(7);
    for (int i = 0; i < images; ++i) {
        // The first images are all of their lowest code and of their highest one.
        for (auto& code : image) {
            code =
                static_cast<Pixel>(i == 0   ? input.codes.lowest
                                   : i == 1 ? input.codes.highest
                                            : random_model::between(random, input.codes.lowest, input.codes.highest));
        }
        append(image_file, image.data(), input.shape.size());
        append(logit_file, network.program().logits(image.data(), *scratch), facts<Net>.classes());
    }
}

}  // namespace

int main(int count, char** arguments) try {
    if (count != 2) return 2;
    const std::filesystem::path folder = arguments[1];
    for_each_network([&]<class Net>(const char* name) { write<Net>(folder / name); });
    return 0;
} catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
